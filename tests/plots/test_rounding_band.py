"""The band of what rounding leaves open: what is drawn is what the bounds say."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.patches import Polygon

import hpcstats as hs
from hpcstats.errors import DesignError
from hpcstats.plots.step_curves.rounding_band import rounding_band
from hpcstats.sensitivity.rounding import rounding_bounds

Y = hs.Surv.right([2, 4, 4, 5, 7, 9], [1, 1, 0, 1, 1, 0], id=list("abcdef"), unit="months")
ARM = list("xyxyxy")
LABEL = "Proportion without recurrence"


def bounds(of="survival", group=None, **options):
    return rounding_bounds(Y, group, of=of, rounded_to=1, **options)


def drawn(found=None, **options):
    return rounding_band(found or bounds(), ylabel=LABEL, **options)


def test_the_pieces_are_those_of_the_bounds():
    found = bounds()
    pieces, frame = drawn(found).data, found.to_frame()
    assert pieces.columns.tolist() == ["group", "start", "end", "estimate", "low", "high"]
    assert pieces["start"].tolist() == [0.0, *frame["time"][:-1]]
    assert pieces["end"].tolist() == frame["time"].tolist()
    np.testing.assert_array_equal(pieces["low"][1:], frame["low_after"][:-1])
    np.testing.assert_array_equal(pieces["high"][1:], frame["high_after"][:-1])
    assert pieces.iloc[0][["estimate", "low", "high"]].tolist() == [1, 1, 1]


def test_the_curve_ends_with_the_last_observation_and_the_band_with_the_last_limit():
    axes = drawn().figure.axes[0]
    assert axes.get_xlim() == (0, 9.5)
    line = axes.lines[0]
    assert line.get_xdata()[-1] == 9
    band = [patch for patch in axes.patches if isinstance(patch, Polygon)]
    assert max(patch.get_xy()[:, 0].max() for patch in band) == 9.5


def test_an_axis_cut_short_cuts_all():
    figure = drawn(limit=6.0)
    assert figure.data["end"].max() == 6
    assert figure.figure.axes[0].lines[0].get_xdata()[-1] == 6


def test_n_events_and_medians_are_printed_for_each_group():
    figure = drawn(bounds(group=ARM), medians=bounds("median", ARM), labels={"x": "First"})
    printed = {number.id: number for number in figure.numbers}
    assert (printed["first.n"].value, printed["y.events"].value) == (3, 2)
    medians = bounds("median", ARM).to_frame().set_index("group")
    assert printed["y.median.low"].value == medians.loc["y", "low"]
    assert printed["y.median.high"].text == hs.formats.years(medians.loc["y", "high"])
    assert printed["first.n"].patients == ("a", "c", "e")
    texts = [text.get_text() for text in figure.figure.texts]
    assert "First, within rounding" in texts
    assert f"y: n = 3, events 2, median {medians.loc['y', 'estimate']:.1f}" in "\n".join(texts)


@pytest.mark.parametrize("width", ["single", "double"])
@pytest.mark.parametrize("group", [None, ARM])
def test_the_sheet_is_fit_to_print(width, group):
    figure = drawn(bounds(group=group), medians=bounds("median", group), width=width)
    assert hs.plots.problems(figure) == ()
    assert "no confidence band" in str(figure.caption)
    assert LABEL in figure.alt_text


def test_intervals_alone_have_a_band_and_no_curve():
    found = rounding_bounds(hs.Surv.interval([0, 1, 2], [1, 3, None]), of="survival")
    figure = drawn(found)
    assert not figure.figure.axes[0].lines
    assert "As reported" not in [text.get_text() for text in figure.figure.texts]


def test_what_is_no_whole_curve_is_refused():
    with pytest.raises(DesignError, match="draws whole curves"):
        drawn(bounds("median"))
    with pytest.raises(DesignError, match="draws whole curves"):
        drawn(bounds(("survival", [2, 3])))
    with pytest.raises(DesignError, match="of='median'"):
        drawn(medians=bounds())
    with pytest.raises(DesignError, match="leaves no time axis"):
        drawn(limit=0)
