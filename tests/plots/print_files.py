"""What a printer finds in a PDF: letters, lines, fonts and opacity, after every scale of the page."""

from __future__ import annotations

import io
from dataclasses import dataclass, field

import numpy as np
from pypdf import PdfReader
from pypdf.generic import ContentStream

MILLIMETRE = 72 / 25.4
_STROKES = {b"S", b"s", b"B", b"B*", b"b", b"b*", b"Do"}


@dataclass
class Printed:
    """A page as printed: size in millimetres, letters and stroked lines in points, how much is painted."""

    size: tuple[float, float]
    letters: list[float] = field(default_factory=list)
    lines: list[float] = field(default_factory=list)
    painted: int = 0


def printed(pdf: bytes) -> Printed:
    reader = PdfReader(io.BytesIO(pdf))
    page = reader.pages[0]
    found = Printed(size=tuple(float(side) / MILLIMETRE for side in page.mediabox[2:]))
    matrix, width, kept = np.eye(3), 1.0, []
    for operands, operator in ContentStream(page.get_contents(), reader).operations:
        scale = float(np.sqrt(abs(np.linalg.det(matrix))))
        if operator == b"q":
            kept.append((matrix, width))
        elif operator == b"Q":
            matrix, width = kept.pop()
        elif operator == b"cm":
            a, b, c, d, e, f = map(float, operands)
            matrix = np.array([[a, b, 0], [c, d, 0], [e, f, 1]]) @ matrix
        elif operator == b"w":
            width = float(operands[0])
        elif operator == b"Tf":
            found.letters.append(float(operands[1]) * scale)
        elif operator in _STROKES:
            found.painted += 1
            if width > 0:
                found.lines.append(width * scale)
    return found


def fonts(pdf: bytes) -> dict[str, str]:
    """How each font is embedded: TrueType glyphs of a composite font are "type 42" of PDF."""
    page = PdfReader(io.BytesIO(pdf)).pages[0]
    found = {}
    for font in page["/Resources"]["/Font"].values():
        [descendant] = font.get_object()["/DescendantFonts"]
        told = descendant.get_object()
        embedded = "/FontFile2" in told["/FontDescriptor"].get_object()
        found[font.get_object()["/BaseFont"]] = f"{told['/Subtype']} embedded={embedded}"
    return found


def opacities(pdf: bytes) -> set[float]:
    """Every opacity that a graphics state of the page sets."""
    states = PdfReader(io.BytesIO(pdf)).pages[0]["/Resources"]["/ExtGState"].values()
    return {float(state.get_object().get(name, 1)) for state in states for name in ("/ca", "/CA")}
