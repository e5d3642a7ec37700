"""The check finds the defects it is there for."""

from __future__ import annotations

import pytest

import hpcstats as hs
from hpcstats.numbers import Text
from hpcstats.plots.page import style
from hpcstats.plots.page.sheet import Sheet


def figure_of(sheet):
    return hs.plots.Figure(figure=sheet.canvas, data=None, caption=Text(), alt_text="")


@pytest.fixture
def sheet():
    with style.context():
        return Sheet(85, 40)


def defects(sheet):
    return " ".join(hs.plots.problems(figure_of(sheet)))


def test_an_empty_page_has_none(sheet):
    assert defects(sheet) == ""


def test_overlapping_text(sheet):
    with style.context():
        sheet.write(10, 10, "one")
        sheet.write(12, 11, "two")
    assert "'one' overlaps 'two'" in defects(sheet)


def test_text_and_boxes_off_the_page(sheet):
    with style.context():
        sheet.write(80, 10, "too far to the right")
        sheet.rectangle(10, -3, 20, 10, edgecolor="black")
    assert "leaves the page" in defects(sheet)
    assert "A box" in defects(sheet)


def test_text_across_the_edge_of_a_box(sheet):
    with style.context():
        sheet.rectangle(10, 10, 20, 10, edgecolor="black", facecolor="white")
        sheet.write(25, 12, "too wide")
    assert "crosses the edge" in defects(sheet)


def test_other_sizes_thin_lines_and_transparency(sheet):
    with style.context():
        sheet.write(10, 10, "small", fontsize=6)
        sheet.line([1, 20], [30, 30], linewidth=0.2)
        sheet.line([1, 20], [35, 35], linewidth=1, alpha=0.5)
    found = defects(sheet)
    assert "'small' has 6 points" in found
    assert "0.2 points thin" in found
    assert "transparent" in found


def test_a_size_no_journal_prints():
    with style.context():
        assert "100 x 40 mm" in defects(Sheet(100, 40))
