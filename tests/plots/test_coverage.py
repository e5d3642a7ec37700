"""Coverage figures: every point drawn, the level marked, nothing that overlaps, refusals in words."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import hpcstats as hs
from hpcstats.errors import DataError, DesignError

LINES = {0.0: "none censored", 0.6: "60% censored"}
METHODS = ("bpcp", "thomas-grunkemeier", "borkowf-shifted-plain", "log-log, Dorey-Korn", "plain")


@pytest.fixture(scope="module")
def results():
    rows = [
        (method, line, s, 0.96 - 0.1 * rank * abs(s - 0.5), 0.001 * (1 + rank), 20_000)
        for rank, method in enumerate(METHODS)
        for line in LINES
        for s in (0.8, 0.2, 0.5)
    ]
    names = ["method", "line", "survival", "coverage", "coverage_error", "replicates"]
    return pd.DataFrame(rows, columns=names)


@pytest.fixture(scope="module")
def figure(results):
    return hs.plots.coverage(results, lines=LINES, subject="simulated data sets of nine")


def test_nothing_is_wrong_with_it(figure):
    assert hs.plots.problems(figure) == ()
    assert figure.size[0] == 174


def test_there_is_a_panel_a_method_and_a_line_for_each_kind(figure):
    assert len(figure.figure.axes) == len(METHODS)
    for axes in figure.figure.axes:
        level, *lines = axes.lines
        assert set(np.ravel(level.get_ydata())) == {0.95}
        assert len(lines) == len(LINES)
        assert [line.get_xdata().tolist() for line in lines] == [[0.2, 0.5, 0.8]] * 2
        assert axes.get_ylim() == (0.5, 1)


def test_the_lowest_coverage_is_printed_and_rests_on_no_patient(figure):
    lowest = {number.id: number for number in figure.drawn_numbers}
    assert lowest["plain.lowest"].text == "84.0%"
    assert "lowest 84.0%" in [words.get_text() for words in figure.figure.texts]
    assert all(not number.patients and "no patient" in number.how for number in figure.numbers)


def test_caption_and_alternative_text_say_how_exact_it_is(figure):
    assert "20,000 simulated data sets of nine" in str(figure.caption)
    assert "at most 0.50 percentage points" in str(figure.caption)
    assert "Lowest coverage: bpcp 96.0%" in figure.alt_text


def test_data_are_the_points_drawn(figure, results):
    assert len(figure.data) == len(results)
    assert list(figure.data) == ["method", "line", "survival", "coverage", "coverage_error"]


def test_panels_can_be_chosen_and_ordered(results):
    chosen = hs.plots.coverage(results, lines={0.6: "60% censored"}, panels=["plain", "bpcp"])
    assert [number.id for number in chosen.drawn_numbers] == ["plain.lowest", "bpcp.lowest"]
    assert set(chosen.data["line"]) == {0.6}


def test_it_is_drawn_the_same_twice(results):
    one, two = (hs.plots.coverage(results, lines=LINES).render(["svg"]) for _ in range(2))
    assert one == two


def test_refusals(results):
    with pytest.raises(DataError, match="lack the columns coverage_error"):
        hs.plots.coverage(results.drop(columns="coverage_error"), lines=LINES)
    with pytest.raises(DataError, match="proportion from 0 to 1"):
        hs.plots.coverage(results.assign(coverage=95.0), lines=LINES)
    with pytest.raises(DesignError, match="no results for the method 'rothman'"):
        hs.plots.coverage(results, lines=LINES, panels=["bpcp", "rothman"])
    with pytest.raises(DesignError, match=r"no results for the line 0\.3"):
        hs.plots.coverage(results, lines={0.3: "30% censored"})
    with pytest.raises(DesignError, match="the floor the smaller"):
        hs.plots.coverage(results, lines=LINES, floor=0.95)
