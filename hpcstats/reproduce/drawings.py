"""Vector drawings (SVG, PDF, EPS), compared operation by operation.

Two drawings agree if they do the same things in the same order: the same elements or operators, words,
colours, widths and dashes, at places that differ by half a point at most, as another font library may move
a label. Embedded fonts are not compared.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest
from xml.etree import ElementTree as ET

TOLERANCE = 0.5
_EXACT = 1e-6

_NUMBER = re.compile(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")
_GEOMETRY = {"d", "x", "y", "x1", "y1", "x2", "y2", "width", "height", "cx", "cy", "points"}
_HASHED = re.compile(r"(?:^|(?<=#))\w*[0-9a-f]{10}\b")  # an identifier that Matplotlib makes of coordinates
_PLACES = {
    "pdf": {"m", "l", "c", "v", "y", "re", "Td", "cm", "Tm"},
    "eps": {"m", "l", "r", "c", "translate", "rectclip", "box", "clipbox"},
}
_MATRICES = {"cm", "Tm"}
_PDF_STREAM = re.compile(rb"<<((?:(?!endobj|stream).)*)>>\s*stream\r?\n(.*?)\r?\nendstream", re.DOTALL)
_PDF_PAGE = re.compile(rb"/MediaBox\s*\[[^\]]*\]")
_STRING = re.compile(r"\((?:\\.|[^\\()])*\)", re.DOTALL)
_EPS_FONT = re.compile(
    r"^%!PS-TrueTypeFont.*?^FontName currentdict end definefont pop$", re.DOTALL | re.MULTILINE
)


@dataclass(frozen=True, slots=True)
class _Operation:
    """What is done, and the numbers it is done with: places are free to move a little, the rest is not."""

    name: str
    places: tuple[float, ...] = ()
    fixed: tuple[float, ...] = ()

    def agrees(self, other: _Operation | None) -> bool:
        return (
            other is not None
            and self.name == other.name
            and _near(self.places, other.places, TOLERANCE)
            and _near(self.fixed, other.fixed, _EXACT)
        )


def compare_svg(old: bytes, new: bytes) -> str:
    """Return the first difference of two SVG drawings; empty where they agree."""
    return _compare(_svg_operations(old), _svg_operations(new))


def compare_pdf(old: bytes, new: bytes) -> str:
    """Return the first difference of two PDF drawings; empty where they agree."""
    return _compare(_pdf_operations(old), _pdf_operations(new))


def compare_eps(old: bytes, new: bytes) -> str:
    """Return the first difference of two EPS drawings; empty where they agree."""
    return _compare(_eps_operations(old), _eps_operations(new))


def _compare(old: Iterator[_Operation], new: Iterator[_Operation]) -> str:
    for before, after in zip_longest(old, new):
        if before is None or not before.agrees(after):
            told = (_told(operation) for operation in (before, after))
            return f"the drawings differ: {' -> '.join(told)}"
    return ""


def _told(operation: _Operation | None) -> str:
    if operation is None:
        return "nothing"
    numbers = " ".join(f"{number:g}" for number in (*operation.places, *operation.fixed)[:8])
    return f"{numbers} {operation.name}".strip()[:80]


def _near(old: tuple[float, ...], new: tuple[float, ...], tolerance: float) -> bool:
    return len(old) == len(new) and all(
        abs(one - two) <= tolerance for one, two in zip(old, new, strict=True)
    )


def _svg_operations(content: bytes) -> Iterator[_Operation]:
    parser = ET.XMLParser(target=ET.TreeBuilder(insert_comments=True))  # noqa: S314 - the study's own drawing
    names: dict[str, str] = {}
    for element in ET.fromstring(content, parser).iter():  # noqa: S314
        tag: object = element.tag
        name = tag.rpartition("}")[2] if isinstance(tag, str) else "comment"
        yield _Operation(f"{name} {(element.text or '').strip()}".strip())
        for key, value in sorted(element.items()):
            yield _svg_attribute(key.rpartition("}")[2], value, names)


def _svg_attribute(key: str, value: str, names: dict[str, str]) -> _Operation:
    """Read one attribute; identifiers that are hashes become their order of appearance."""
    if key in _GEOMETRY:
        return _Operation(f"{key} {_NUMBER.sub('', value)}", tuple(map(float, _NUMBER.findall(value))))
    if key == "transform" and value.startswith("translate("):
        moved, _, rest = value.partition(")")
        return _Operation(f"{key} {rest}", tuple(map(float, _NUMBER.findall(moved))))
    plain = _HASHED.sub(lambda found: names.setdefault(found[0], f"name {len(names)}"), value)
    return _Operation(f"{key} {plain}")


def _pdf_operations(content: bytes) -> Iterator[_Operation]:
    yield from (_Operation(box.decode("latin-1")) for box in _PDF_PAGE.findall(content))
    for header, packed in _PDF_STREAM.findall(content):
        body = zlib.decompress(packed) if b"/FlateDecode" in header else packed
        if b"/Length1" not in header and b"/Image" not in header and b"\0" not in _without_strings(body):
            yield from _stack_operations(body.decode("latin-1"), "pdf")


def _without_strings(body: bytes) -> bytes:
    return _STRING.sub("", body.decode("latin-1")).encode("latin-1")


def _eps_operations(content: bytes) -> Iterator[_Operation]:
    lines = _EPS_FONT.sub("", content.decode("latin-1")).splitlines()
    comments = ("%%Creator", "%%CreationDate")
    yield from _stack_operations("\n".join(line for line in lines if not line.startswith(comments)), "eps")


def _stack_operations(program: str, language: str) -> Iterator[_Operation]:
    """Read a program whose operators follow their numbers; strings are compared as they are."""
    strings = iter(_STRING.findall(program))
    numbers: list[float] = []
    for token in _STRING.sub(" () ", program).split():
        if _NUMBER.fullmatch(token):
            numbers.append(float(token))
            continue
        name = next(strings) if token == "()" else token  # noqa: S105 - a token of a program, no password
        places = name in _PLACES[language] or token == "()"  # noqa: S105 - before a string: its kerning
        cut = len(numbers) - 2 if name in _MATRICES else 0 if places else len(numbers)
        yield _Operation(name, tuple(numbers[cut:]), tuple(numbers[:cut]))
        numbers.clear()
    yield _Operation("end", (), tuple(numbers))
