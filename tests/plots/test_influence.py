"""Influence plots: each marker where the estimate without one lies, names that mean something."""

from __future__ import annotations

import math
import warnings
from itertools import pairwise

import numpy as np
import pytest
from matplotlib.lines import Line2D

import hpcstats as hs
from hpcstats.errors import DesignError
from hpcstats.plots import LeftOut
from hpcstats.plots.leaving_out.plan import panels_of, spread
from hpcstats.plots.page import linear_axis
from hpcstats.plots.page.linear_axis import LinearAxis
from hpcstats.plots.page.sheet import LINE_HEIGHT
from hpcstats.sensitivity import leave_one_out

MEDIAN = ("quantile", 0.5)


def words(figure):
    return [text.get_text() for text in figure.figure.texts]


def marks(figure, marker):
    found = [line for line in figure.figure.findobj(Line2D) if line.get_marker() == marker]
    return [line for line in found if len(line.get_xdata()) == 1]


def test_data_are_those_of_the_results(influence, left_out):
    for quantity in left_out:
        for unit, result in quantity.by.items():
            drawn = influence.data[
                (influence.data["quantity"] == quantity.label) & (influence.data["unit"] == unit)
            ].set_index("left_out")
            for row in result.to_frame().itertuples():
                told = drawn.loc[str(row.left_out)]
                assert (told["estimate"], told["change"], told["order"]) == (
                    row.estimate,
                    row.change,
                    row.order,
                )
                assert (told["n"], told["n_events"], told["status"]) == (row.n, row.n_events, row.status)


def test_the_whole_stands_before_its_units(influence, left_out):
    whole = influence.data[influence.data["unit"] == "everybody"]
    fit, km = (quantity.whole for quantity in left_out)
    ratio, median = fit.to_frame().iloc[0], km.quantile(0.5).iloc[0]
    assert whole["estimate"].tolist() == [ratio["hazard_ratio"], median["estimate"]]
    assert whole["low"].tolist() == [ratio["low"], median["low"]]
    assert whole["high"].tolist() == [ratio["high"], median["high"]]
    assert f"With everybody {left_out[0].text}" in words(influence)
    assert f"With everybody {left_out[1].text} years" in words(influence)


def test_units_are_sorted_by_the_estimate_without_them(influence):
    for _, panel in influence.data[influence.data["unit"] != "everybody"].groupby(["quantity", "unit"]):
        ordered = panel.sort_values("place")
        assert list(ordered["place"]) == list(range(1, len(panel) + 1))
        assert ordered["estimate"].is_monotonic_increasing


def test_printed_numbers_are_the_estimates(influence, left_out):
    printed = {number.id: number for number in influence.numbers}
    frame = left_out[0].by["paper"].to_frame()
    for row in frame.itertuples():
        number = printed[f"hazard_ratio_of_the_event_old_against_new.paper.without.{row.left_out}.estimate"]
        assert (number.value, number.text) == (row.estimate, hs.formats.ratio(row.estimate))
        assert f"{row.left_out}: {number}" in words(influence)
    assert printed["median_time.patient.left_out"].value == 12
    assert "Without each of 12 patients" in words(influence)


def test_markers_lie_where_the_axis_says(left_out):
    [[panel]] = panels_of(
        [LeftOut(label="x", whole=left_out[0].whole, by={"paper": left_out[0].by["paper"]})], 5, {}
    )
    figure = hs.plots.influence(
        [LeftOut(label="x", whole=left_out[0].whole, by={"paper": left_out[0].by["paper"]})]
    )
    drawn = sorted(line.get_xdata()[0] * 174 for line in marks(figure, "o"))[1:]  # without the key
    expected = sorted(panel.axis.at(unit.estimate) for unit in panel.units)
    assert drawn == pytest.approx(expected, abs=1e-4)


@pytest.fixture(scope="module")
def many():
    """Three hundred patients, one of them far out."""
    random = np.random.default_rng(4)
    time, event = random.exponential(5, 300), random.random(300) < 0.5
    age = random.normal(size=300)
    age[7] = 25.0
    y = hs.Surv.right(time, event, id=[f"p{k:03d}" for k in range(300)])
    fit, km = hs.cox(y, {"age": age}), hs.kaplan_meier(y)
    return (
        LeftOut(label="Age", whole=fit, by={"patient": leave_one_out(fit)}),
        LeftOut(label="Median", whole=km, by={"patient": leave_one_out(km, statistic=MEDIAN)}),
    )


def test_of_many_units_the_largest_changes_are_named(many):
    figure = hs.plots.influence(many[:1], named=4)
    named = figure.data[figure.data["named"]]
    frame = many[0].by["patient"].to_frame()
    assert set(named["left_out"]) == set(frame.loc[frame["order"] <= 4, "left_out"])
    assert "p007" in set(named["left_out"])
    assert len(marks(figure, "D")) == 4 + 1
    assert hs.plots.problems(figure) == ()
    assert not hs.plots.influence(many[:1], named=0).data["named"].any()


def test_where_few_estimates_occur_they_are_counted(many):
    figure = hs.plots.influence(many[1:])
    frame = many[1].by["patient"].to_frame()
    for value, count in frame["estimate"].round(9).value_counts().items():
        plural = "s" if count > 1 else ""
        assert f"{count} patient{plural}: {hs.formats.years(value)}" in words(figure)
    counted = [number.value for number in figure.numbers if number.id.endswith(".count")]
    assert sum(counted) == 300
    assert hs.plots.problems(figure) == ()


def test_names_keep_their_distance(many):
    [[panel]] = panels_of(many[:1], 12, {})
    heights = [y for _, y in panel.names()]
    assert len(heights) == 12
    assert all(later - earlier >= LINE_HEIGHT - 1e-6 for earlier, later in pairwise(heights))


@pytest.mark.parametrize("wanted", [[], [5.0], [0.0, 0.0, 0.0], [9.0, 9.5, 10.0], [1.0, 4.9, 5.0, 5.1]])
def test_spread_moves_as_little_as_needed(wanted):
    heights = spread(wanted, 1.5, 0.5, 9.5)
    assert all(later - earlier >= 1.5 - 1e-9 for earlier, later in pairwise(heights))
    assert all(0.5 <= y <= 9.5 for y in heights)


def test_firth_and_missing_estimates_look_different():
    y = hs.Surv.right([1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 1, 1, 1, 0, 0, 1, 0, 0], id=list("abcdefghi"))
    fit = hs.cox(y, {"x": [1, 1, 1, 0, 0, 1, 0, 0, 0]}, interval="profile")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", hs.HpcstatsWarning)
        by = {"patient": leave_one_out(fit)}
    figure = hs.plots.influence([LeftOut(label="x", whole=fit, by=by)])
    number = int((by["patient"].to_frame()["status"] == "firth").sum())
    assert number
    hollow = [line for line in marks(figure, "o") if line.get_markerfacecolor() == "white"]
    assert len(hollow) == number + 1
    assert "Firth's estimate, no other exists" in words(figure)
    assert hs.plots.problems(figure) == ()


def test_a_median_that_is_not_reached_is_said():
    km = hs.kaplan_meier(hs.Surv.right([1, 2, 3, 4], [1, 1, 0, 0], id=list("abcd")))
    by = {"patient": leave_one_out(km, statistic=MEDIAN)}
    missing = by["patient"].to_frame()["estimate"].isna().to_numpy()
    assert missing.any()
    assert not missing.all()
    figure = hs.plots.influence([LeftOut(label="Median", whole=km, by=by)])
    assert sum(text.endswith(": not reached") for text in words(figure)) == missing.sum()
    assert len(marks(figure, ">")) == missing.sum() + 1
    assert figure.data["place"].iloc[-1] == 4
    assert f"for {missing.sum()} without a finite estimate" in figure.alt_text
    assert hs.plots.problems(figure) == ()


def test_a_whole_without_estimate_has_a_band_but_no_line():
    y = hs.Surv.right([1, 2, 3, 4, 5, 6, 7, 8], [1] * 4 + [0] * 4, id=list("abcdefgh"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", hs.HpcstatsWarning)
        fit = hs.cox(y, {"x": [1] * 4 + [0] * 4})
        figure = hs.plots.influence([LeftOut(label="x", whole=fit, by={"patient": leave_one_out(fit)})])
    assert any(text.startswith("With everybody NE (") for text in words(figure))
    assert hs.plots.problems(figure) == ()
    assert "cut at the ends" in str(figure.caption)


def test_long_names_lose_their_middle_and_labels_are_used(left_out):
    long = {name: f"A very long name of a publication, number {name}" for name in "xyzvwu"}
    figure = hs.plots.influence(left_out, labels=long)
    shortened = [text for text in words(figure) if "\N{HORIZONTAL ELLIPSIS}" in text]
    assert shortened
    assert all(text.startswith("A very") for text in shortened)
    assert {text.split(":")[0][-1] for text in shortened} == set("xyzvwu")
    assert hs.plots.problems(figure) == ()


def test_other_quantities_of_curves_can_be_drawn(twelve):
    groups = ["a", "b"] * 6
    km = hs.kaplan_meier(twelve, groups)
    for statistic in (("at", 5.0), ("rmst", 6.0)):
        by = {"patient": leave_one_out(km, statistic=statistic)}
        quantity = LeftOut(label="Curve", whole=km, by=by, term="b")
        kind, at = statistic
        frame = km.rmst(at) if kind == "rmst" else km.at([at])
        assert quantity.values[0] == frame.loc[frame["group"] == "b", "estimate"].iloc[0]
        assert hs.plots.problems(hs.plots.influence([quantity])) == ()


def test_what_does_not_belong_together_is_refused(left_out, models, twelve):
    ratio, _ = left_out
    fit, together = ratio.whole, models[1]
    with pytest.raises(DesignError, match="one of several estimates"):
        LeftOut(label="x", whole=together, by={"patient": leave_one_out(together)})
    with pytest.raises(DesignError, match="no single estimate of 'age'"):
        LeftOut(label="x", whole=together, by=ratio.by, term="age")
    with pytest.raises(DesignError, match="of its hazard ratio"):
        LeftOut(label="x", whole=fit, by={"patient": leave_one_out(fit, statistic="coefficient")})
    with pytest.raises(DesignError, match="has 0 results"):
        LeftOut(label="x", whole=fit, by={})
    with pytest.raises(DesignError, match="label of its own"):
        hs.plots.influence([ratio, ratio])
    with pytest.raises(DesignError, match="at least one quantity"):
        hs.plots.influence([])
    with pytest.raises(DesignError, match="no number of names"):
        hs.plots.influence([ratio], named=-1)


def test_alternative_text_and_caption_tell_the_results(influence, left_out):
    assert influence.alt_text.startswith("4 panels of estimates with one left out at a time.")
    frame = left_out[0].by["paper"].to_frame()
    low, high = (hs.formats.ratio(value) for value in (frame["estimate"].min(), frame["estimate"].max()))
    assert f"without one paper {low} to {high}" in influence.alt_text
    assert left_out[0].whole.method in str(influence.caption)
    assert left_out[0].by["paper"].method in str(influence.caption)
    own = hs.Text.of("My words.")
    assert hs.plots.influence(left_out, caption=own).caption == own


def test_the_plain_axis_begins_at_zero():
    assert linear_axis.limits_of([2.0], [math.nan, math.inf]) == (0.0, 2.1)
    axis = LinearAxis(0.0, 10.0, 5.0, 20.0)
    assert [axis.at(value) for value in (0, 5, 10, 99)] == [5, 15, 25, 25]
    assert axis.ticks[0] == 0
