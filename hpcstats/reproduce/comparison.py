"""Whether a rebuilt file is the committed one: by its bytes, or by its content within stated tolerances."""

from __future__ import annotations

import csv
import io
import math
import re
import zipfile
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import PurePosixPath

from hpcstats.reproduce import drawings, pixels

TOLERANCE = 1e-8
_NUMBER = re.compile(r"[-\N{MINUS SIGN}]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")
_TEXTS = (".txt", ".md", ".html", ".tex", ".json")
_READABLE = (*_TEXTS, ".csv", ".svg", ".eps")
_PICTURE = re.compile(rb"data:image/[a-z+]+;base64,[A-Za-z0-9+/=]*")
_SHOWN = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """How one file was compared, and the first difference found (empty: none)."""

    how: str
    difference: str = ""


def compare_file(name: str, old: bytes, new: bytes, *, tolerance: bool) -> Comparison:
    """Compare a committed file with the rebuilt one.

    Equal bytes are equal. With `tolerance`, other bytes are looked into: numbers in tables and texts to
    1e-8, PNG and TIFF by pixels, SVG, PDF and EPS by their drawing operations, DOCX by its parts.
    """
    if old == new:
        return Comparison(how="byte for byte")
    suffix = PurePosixPath(name).suffix.lower()
    if not tolerance:
        place = _first_line(old, new) if suffix in _READABLE else ""
        return Comparison(how="byte for byte", difference=place or f"{len(old)} -> {len(new)} bytes")
    if suffix not in _METHODS:
        return Comparison(
            how="byte for byte", difference="the bytes differ, and this format is compared in no other way"
        )
    how, compare = _METHODS[suffix]
    try:
        return Comparison(how=how, difference=compare(old, new))
    except (ValueError, OSError, SyntaxError, zlib.error, zipfile.BadZipFile, csv.Error) as error:
        return Comparison(how=how, difference=f"cannot be read: {error}")


def close(old: float, new: float) -> bool:
    """Tell whether two numbers agree to 1e-8, relative to the larger or absolute."""
    if math.isnan(old) or math.isnan(new):
        return math.isnan(old) and math.isnan(new)
    return math.isclose(old, new, rel_tol=TOLERANCE, abs_tol=TOLERANCE)


def same_text(old: str, new: str) -> bool:
    """Tell whether two texts have the same words, and numbers that agree to 1e-8.

    Examples
    --------
    >>> (
    ...     same_text("median 5.0 years", "median 5.000000001 years"),
    ...     same_text("p = 0.06", "p = 0.07"),
    ... )
    (True, False)
    """
    if _NUMBER.split(old) != _NUMBER.split(new):
        return False
    pairs = zip(_NUMBER.findall(old), _NUMBER.findall(new), strict=True)
    return all(one == two or close(_as_float(one), _as_float(two)) for one, two in pairs)


def _as_float(text: str) -> float:
    return float(text.replace("\N{MINUS SIGN}", "-"))


def _compare_text(old: bytes, new: bytes) -> str:
    lines = zip_longest(old.decode("utf-8").splitlines(), new.decode("utf-8").splitlines(), fillvalue="")
    return _first_difference(list(lines), "line")


def _compare_html(old: bytes, new: bytes) -> str:
    """Compare pages without the pictures in them, which are files of their own and compared as such."""
    return _compare_text(_PICTURE.sub(b"data:", old), _PICTURE.sub(b"data:", new))


def _compare_csv(old: bytes, new: bytes) -> str:
    one, two = (list(csv.reader(io.StringIO(content.decode("utf-8-sig")))) for content in (old, new))
    if [len(row) for row in one] != [len(row) for row in two]:
        return f"the shape differs ({len(one)} -> {len(two)} rows)"
    for number, (before, after) in enumerate(zip(one, two, strict=True), start=1):
        difference = _first_difference(list(zip(before, after, strict=True)), f"row {number}, column")
        if difference:
            return difference
    return ""


def _compare_docx(old: bytes, new: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(old)) as one, zipfile.ZipFile(io.BytesIO(new)) as two:
        if sorted(one.namelist()) != sorted(two.namelist()):
            return "it has other parts"
        for part in sorted(one.namelist()):
            before, after = one.read(part), two.read(part)
            if before != after and not (part.endswith((".xml", ".rels")) and _same_markup(before, after)):
                return f"its part {part} differs"
    return ""


def _same_markup(old: bytes, new: bytes) -> bool:
    return same_text(old.decode("utf-8"), new.decode("utf-8"))


def _first_difference(pairs: Sequence[tuple[str, str]], place: str) -> str:
    for number, (before, after) in enumerate(pairs, start=1):
        if not same_text(before, after):
            return f"{place} {number}: {_short(before)} -> {_short(after)}"
    return ""


def _first_line(old: bytes, new: bytes) -> str:
    pairs = zip_longest(old.splitlines(), new.splitlines(), fillvalue=b"")
    for number, (before, after) in enumerate(pairs, start=1):
        if before != after:
            shown = (_short(line.decode("utf-8", errors="replace")) for line in (before, after))
            return f"line {number}: {' -> '.join(shown)}"
    return "the line ends differ"


def _short(text: str) -> str:
    return repr(text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…")


_AS_TEXT = (f"as text, with numbers to {TOLERANCE:g}", _compare_text)
_AS_DRAWING = f"by drawing operations, with coordinates to {drawings.TOLERANCE:g} pt"
_METHODS: dict[str, tuple[str, Callable[[bytes, bytes], str]]] = {
    ".csv": (f"cell by cell, with numbers to {TOLERANCE:g}", _compare_csv),
    ".docx": (f"part by part, with numbers to {TOLERANCE:g}", _compare_docx),
    **dict.fromkeys(_TEXTS, _AS_TEXT),
    ".html": (f"as text without pictures, with numbers to {TOLERANCE:g}", _compare_html),
    **dict.fromkeys((".png", ".tiff"), (pixels.HOW, pixels.compare)),
    ".svg": (_AS_DRAWING, drawings.compare_svg),
    ".pdf": (_AS_DRAWING, drawings.compare_pdf),
    ".eps": (_AS_DRAWING, drawings.compare_eps),
}
