"""The figure of an interval-censored curve: what is drawn is what the result says."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.patches import Rectangle

import hpcstats as hs
from hpcstats.errors import DesignError
from hpcstats.plots.page import palette
from hpcstats.plots.step_curves.regions import region_curve

OPEN = np.inf
LOWER, UPPER = [0, 1, 2, 2, 3, 6, 8], [2, 3, 4, OPEN, 5, 6, OPEN]


@pytest.fixture(scope="module")
def curve():
    y = hs.Surv.interval(LOWER, UPPER, id=list("abcdefg"), unit="months")
    return hs.turnbull(y, seed=1, n_resamples=100)


def drawn(curve, **options):
    return hs.plots.interval_censored_curve(curve, ylabel="Proportion without recurrence", **options)


def test_each_region_is_a_box_from_height_to_height(curve):
    boxes = region_curve(curve, 8.0, palette.SERIES[0]).boxes
    wide = [k for k in range(curve.mass.size) if curve.left[k] < curve.right[k] < OPEN]
    before = np.concatenate([[1.0], curve.estimate])
    expected = [(curve.left[k], curve.right[k], before[k + 1], before[k]) for k in wide]
    np.testing.assert_allclose(boxes, expected, atol=1e-6)


def test_a_region_with_ends_of_other_rows_inside_is_one_box():
    # Nothing with mass ends at 3, but the end of the first row lies inside the region (2, 4].
    y = hs.Surv.interval([2, 0, 3.5], [4, 5, OPEN])
    found = hs.turnbull(y, seed=1, n_resamples=20)
    boxes = region_curve(found, 5.0, palette.SERIES[0]).boxes
    assert len(boxes) == len(found.mass)


@pytest.mark.parametrize("width", ["single", "double"])
def test_the_sheet_is_fit_to_print(curve, width):
    figure = drawn(curve, width=width)
    assert hs.plots.problems(figure) == ()
    axes = figure.figure.axes[0]
    boxes = [patch for patch in axes.patches if isinstance(patch, Rectangle)]
    assert len(boxes) == len(region_curve(curve, 8.0, palette.SERIES[0]).boxes)


def test_other_curves_are_drawn_over_it(curve):
    naive = hs.kaplan_meier(hs.Surv.right([2, 3, 4, 2, 5, 6, 8], [1, 1, 1, 0, 1, 1, 0]))
    line = naive.curves[0]
    other = hs.plots.OverlaidCurve(label="As reported", time=line.time, estimate=line.estimate)
    figure = drawn(curve, others=[other])
    assert hs.plots.problems(figure) == ()
    part = figure.data[figure.data["part"] == "other curve"]
    assert part["estimate_low"].iloc[0] == 1
    assert part["estimate_low"].iloc[-1] == pytest.approx(float(line.estimate[-1]), abs=1e-6)
    assert "As reported" in figure.alt_text
    assert "As reported" in str(figure.caption)
    words = {text.get_text() for text in figure.figure.texts}
    assert {"As reported", "Interval-censored", "not determined", "pointwise limits"} <= words


def test_numbers_name_their_patients(curve):
    figure = drawn(curve)
    assert [number.text for number in figure.numbers[:2]] == ["7", "5"]
    assert all(number.patients == tuple("abcdefg") for number in figure.numbers)
    median = curve.quantile(0.5)
    values = {number.id: number.value for number in figure.numbers}
    assert values["median.from"] == median["estimate_low"].item()
    assert values["median.high"] == median["high"].item()


def test_the_data_are_the_pieces(curve):
    own = drawn(curve).data
    frame = curve.pieces()
    frame = frame[frame["start"] < 8]
    assert own["estimate_low"].tolist() == frame["estimate_low"].tolist()
    shorter = drawn(curve, limit=4).data
    assert shorter["start"].max() < 4


def test_a_curve_that_never_falls_can_be_drawn():
    found = hs.turnbull(hs.Surv.interval([3, 5], [OPEN, OPEN]), seed=1, n_resamples=20)
    assert hs.plots.problems(drawn(found)) == ()


def test_what_cannot_be_drawn_is_refused(curve):
    with pytest.raises(DesignError, match="leaves no time axis"):
        drawn(curve, limit=0)
    bad = hs.plots.OverlaidCurve(label="x", time=[2, 1], estimate=[0.5, 0.4])
    with pytest.raises(DesignError, match="rising times"):
        drawn(curve, others=[bad])
    with pytest.raises(DesignError, match="cannot be told apart"):
        drawn(curve, others=[hs.plots.OverlaidCurve(label="x", time=[1], estimate=[0.5])] * 5)
