"""Files compared by their content: small shifts pass, changed words, lines, colours and numbers do not."""

from __future__ import annotations

import functools
import io
import zipfile

import pytest
from matplotlib import rc_context
from matplotlib.figure import Figure

from hpcstats.reproduce import drawings
from hpcstats.reproduce.comparison import close, compare_file, same_text

FORMATS = ["svg", "pdf", "eps", "png", "tiff"]
METADATA = {"svg": {"Date": None}, "pdf": {"CreationDate": None}, "png": {"Software": None}}
# How text is kept: letters as outlines or whole fonts, as the figures of a study do; or text as text.
OUTLINES = {"svg.fonttype": "path", "pdf.fonttype": 3, "ps.fonttype": 3}
FONTS = {"svg.fonttype": "none", "pdf.fonttype": 42, "ps.fonttype": 42}


@functools.cache
def draw(suffix: str, *, y=0.5, label="p = 0.06", colour="#0072B2", shift=0.0, fonts=False) -> bytes:
    style = FONTS if fonts else OUTLINES
    with rc_context(style | {"svg.hashsalt": "x", "savefig.dpi": 300}):
        figure = Figure(figsize=(3.4, 2.4))
        axes = figure.subplots()
        axes.step([0, 1, 2, 3], [1, 0.9, y, 0.2], color=colour)
        axes.set_xlim(0, 3)
        axes.set_ylim(0, 1)
        axes.set_xlabel("Years (since the primary)")
        axes.annotate(label, (20 + shift, 20), xycoords="axes points")
        content = io.BytesIO()
        figure.savefig(content, format=suffix, metadata=METADATA.get(suffix))
        return content.getvalue()


def difference(suffix: str, old: bytes, new: bytes) -> str:
    return compare_file(f"figure.{suffix}", old, new, tolerance=True).difference


@pytest.fixture(autouse=True)
def _no_clock(monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "0")


@pytest.mark.parametrize("suffix", FORMATS)
def test_equal_bytes_are_equal(suffix):
    result = compare_file(f"figure.{suffix}", draw(suffix), draw.__wrapped__(suffix), tolerance=True)
    assert (result.how, result.difference) == ("byte for byte", "")


@pytest.mark.parametrize("suffix", FORMATS)
def test_a_label_that_moved_a_hair_passes_with_tolerance_only(suffix):
    old, new = draw(suffix), draw(suffix, shift=0.05 if suffix in ("png", "tiff") else 0.3)
    if old != new:
        assert compare_file(f"figure.{suffix}", old, new, tolerance=False).difference
    assert difference(suffix, old, new) == ""


@pytest.mark.parametrize("suffix", FORMATS)
def test_a_moved_line_is_seen(suffix):
    assert difference(suffix, draw(suffix), draw(suffix, y=0.55))


@pytest.mark.parametrize("suffix", FORMATS)
def test_another_colour_is_seen(suffix):
    assert difference(suffix, draw(suffix), draw(suffix, colour="#D55E00"))


@pytest.mark.parametrize(
    ("suffix", "fonts"), [("svg", False), ("svg", True), ("pdf", False), ("pdf", True), ("eps", False)]
)
def test_another_digit_in_a_vector_drawing_is_seen(suffix, fonts):
    # The digits occur on the axes too, so that no embedded font gives the difference away.
    old, new = (draw(suffix, label=f"p (0.{digit})", fonts=fonts) for digit in "24")
    assert difference(suffix, old, new)


def test_embedded_fonts_are_left_out_of_the_comparison():
    old, new = (draw(suffix, fonts=True) for suffix in ("pdf", "eps"))
    assert b"FontFile2" in old
    names = [operation.name for operation in drawings._pdf_operations(old)]
    assert all(name.isprintable() for name in names if not name.startswith("("))
    assert b"sfnts" in new
    assert not any(operation.name == "/sfnts" for operation in drawings._eps_operations(new))


@pytest.mark.parametrize(
    ("suffix", "old", "new", "found"),
    [
        ("csv", b"t,s\n1,0.5\n", b"t,s\r\n1.0,0.500000000001\r\n", ""),
        ("csv", b"t,s\n1,0.5\n", b"t,s\n1,0.51\n", "row 2, column 2: '0.5' -> '0.51'"),
        ("csv", b"t,s\n1,0.5\n", b"t,s\n1,0.5\n2,0.4\n", "the shape differs (2 -> 3 rows)"),
        ("csv", b"t,s\n1,yes\n", b"t,s\n1,no\n", "row 2, column 2: 'yes' -> 'no'"),
        ("txt", b"median 5.0\n", b"median 5.00\n", ""),
        ("txt", b"a\nmedian 5.0\n", b"a\nmedian 5.1\n", "line 2: 'median 5.0' -> 'median 5.1'"),
        ("html", b"<td>1</td>", b"<th>1</th>", "line 1: '<td>1</td>' -> '<th>1</th>'"),
        ("md", b"\xff", b"\xfe", "cannot be read"),
        ("png", b"x", b"y", "cannot be read"),
        ("svg", b"<svg", b"<svg>", "cannot be read"),
        ("xyz", b"1.0", b"1.00", "compared in no other way"),
    ],
)
def test_texts_and_tables(suffix, old, new, found):
    assert found in difference(suffix, old, new)
    assert bool(found) == bool(difference(suffix, old, new))


def test_signs_and_words_count():
    assert same_text("−1.5 to 2", "−1.5000000000001 to 2")
    assert not same_text("−1.5", "1.5")
    assert not same_text("5 of 9", "5 of 9 cases")
    assert close(float("nan"), float("nan"))
    assert not close(float("nan"), 1.0)
    assert close(float("inf"), float("inf"))


def test_pictures_of_another_size_differ():
    old = draw("png")
    with rc_context({"savefig.dpi": 300}):
        new = io.BytesIO()
        Figure(figsize=(2, 2)).savefig(new, format="png")
    assert "the size differs (1020 x 720 -> " in difference("png", old, new.getvalue())


def test_documents_are_compared_part_by_part():
    def document(**parts: str) -> bytes:
        content = io.BytesIO()
        with zipfile.ZipFile(content, "w") as packed:
            for name, text in parts.items():
                packed.writestr(f"word/{name}.xml", text)
        return content.getvalue()

    old = document(document="<w:t>0.5</w:t>")
    assert difference("docx", old, document(document="<w:t>0.50</w:t>")) == ""
    assert (
        difference("docx", old, document(document="<w:t>0.6</w:t>")) == "its part word/document.xml differs"
    )
    assert difference("docx", old, document(document="<w:t>0.5</w:t>", styles="")) == "it has other parts"
