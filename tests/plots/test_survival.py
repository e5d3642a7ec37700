"""Survival figures: steps, bands, medians, risk tables and honest words."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest

import hpcstats as hs
from hpcstats.errors import DataError, DesignError
from hpcstats.formats import p_value
from hpcstats.plots.step_curves import steps as step_curves

NAN = float("nan")


def words(figure):
    return [text.get_text() for text in figure.figure.texts]


def by_id(figure):
    return {number.id: number for number in figure.numbers}


def test_curves_start_at_one_and_step_to_the_right(reported_cases):
    [curve] = step_curves.step_curves(reported_cases, 17)
    assert (curve.time[0], curve.estimate[0]) == (0, 1)
    assert curve.at(np.array([0.2, 0.25, 16.9]), curve.estimate) == pytest.approx(
        [1, 16 / 17, 1 / 17], abs=1e-6
    )
    assert math.isnan(curve.at(np.array([17.0]), curve.estimate)[0])


def test_curves_are_cut_where_the_axis_ends(reported_cases):
    [curve] = step_curves.step_curves(reported_cases, 6)
    assert curve.time[-1] == 6
    assert curve.estimate[-1] == pytest.approx(7 / 17, abs=1e-6)


def test_marks_sit_on_the_curve_after_its_step():
    km = hs.kaplan_meier(hs.Surv.right([1, 2, 2, 3], [1, 1, 0, 0]))
    [curve] = step_curves.step_curves(km, 3)
    assert curve.marks.tolist() == [[2, 3], [0.5, 0.5]]


def test_band_stops_where_a_limit_is_undefined():
    time = np.array([0.0, 1, 2, 3, 4])
    low, high = np.array([0.5, NAN, 0.3, 0.2, NAN]), np.array([0.9, NAN, 0.8, 0.7, NAN])
    first, second = step_curves.band_outlines(time, low, high)
    assert first[:, 0].max() == 1
    assert (second[:, 0].min(), second[:, 0].max()) == (2, 4)
    assert second[:, 1].min() == 0.2


def test_two_overlapping_bands_make_three_solid_regions(double):
    [axes] = double.figure.axes
    filled = [patch for patch in axes.patches if patch.get_fill()]
    assert len({patch.get_facecolor() for patch in filled}) == 3
    assert {patch.get_facecolor()[3] for patch in filled} == {1.0}


def test_axis_runs_from_zero_to_the_end(single):
    strip, axes = single.figure.axes
    assert axes.get_ylim() == (0, 1)
    assert axes.get_xlim() == strip.get_xlim() == (0, 17)


def test_risk_rows_add_up_to_n_at_every_tick(double):
    table = double.data[double.data["part"] == "risk table"]
    sums = table[["at_risk", "events", "censored"]].sum(axis=1).groupby(table["group"]).unique()
    assert {group: list(total) for group, total in sums.items()} == {"complete": [40], "incomplete": [22]}


def test_printed_risk_table_is_that_of_the_result(double, two_groups):
    km, _, _ = two_groups
    printed = by_id(double)
    for row in km.risk_table([0, 5, 10]).itertuples():
        number = printed[f"{row.group}.{row.time:g}.at_risk"]
        assert (number.value, number.text) == (row.at_risk, str(row.at_risk))
        assert number.patients == km.patients(row.group)


def test_data_hold_what_is_drawn(double, two_groups):
    km, _, _ = two_groups
    curve = double.data[double.data["part"] == "curve"]
    assert curve["estimate"].to_numpy() == pytest.approx(km.to_frame()["estimate"].to_numpy())
    assert set(double.data["part"]) == {"curve", "band", "median", "risk table", "annotation"}


def test_the_band_begins_before_the_first_event_and_steps_at_censorings():
    km = hs.kaplan_meier(hs.Surv.right([2, 3, 5, 8], [0, 1, 0, 1]))
    figure = hs.plots.survival_curves(km, ylabel="Proportion without recurrence")
    outline, edge = (patch.get_xy() for patch in figure.figure.axes[0].patches)
    assert outline.tolist() == edge.tolist()
    pieces = km.pieces()
    lower = outline[8:16][::-1]
    assert lower[:, 0].tolist() == [0, 2, 2, 3, 3, 5, 5, 8]
    assert lower[::2, 1] == pytest.approx(pieces["low"][:4].to_numpy(), abs=1e-6)
    assert outline[0].tolist() == [0, 1]
    band = figure.data[figure.data["part"] == "band"]
    assert band["time"].tolist() == [0, 2, 3, 5]
    assert band["low"].to_numpy() == pytest.approx(pieces["low"][:4].to_numpy())
    assert band["high"].to_numpy() == pytest.approx(pieces["high"][:4].to_numpy())


def test_a_curve_with_an_event_at_time_zero_begins_at_one():
    km = hs.kaplan_meier(hs.Surv.right([0, 2, 3, 5], [1, 1, 0, 1]))
    figure = hs.plots.survival_curves(km, ylabel="Proportion without recurrence", median=False)
    steps = figure.figure.axes[0].lines[0]
    assert list(steps.get_xdata())[:2] == [0, 0]
    assert list(steps.get_ydata())[:3] == [1, 0.75, 0.5]


def test_a_band_of_no_width_before_the_first_event_is_not_drawn():
    km = hs.kaplan_meier(hs.Surv.right([2, 3, 5, 8], [1, 1, 0, 1]), interval="log-log")
    figure = hs.plots.survival_curves(km, ylabel="Proportion without recurrence")
    assert "95% log-log confidence band" in str(figure.caption)
    for patch in figure.figure.axes[0].patches:
        drawn = patch.get_xy()
        assert drawn[drawn[:, 0] == 0][:, 1].tolist() in ([1, 1], [1, 1, 1])


def test_a_limit_that_changes_just_after_a_time_is_drawn_as_it_is_there():
    km = hs.kaplan_meier(hs.Surv.right([2, 3, 5, 8], [1, 1, 0, 1]), sided="lower")
    figure = hs.plots.survival_curves(km, ylabel="Proportion without recurrence")
    assert "one-sided 95% beta product confidence band" in str(figure.caption)
    assert max(patch.get_xy()[:, 1].max() for patch in figure.figure.axes[0].patches) == 1


def test_medians_are_dropped_and_printed(single, reported_cases):
    [median] = reported_cases.quantile(0.5)["estimate"]
    _, axes = single.figure.axes
    assert [median, median] in [list(line.get_xdata()) for line in axes.lines]
    assert "5.0 (1.8 to 9.0)" in words(single)
    assert by_id(single)["all.median.estimate"].value == median


def test_a_median_that_is_not_reached_is_said_and_not_drawn():
    km = hs.kaplan_meier(hs.Surv.right([1, 2, 3, 4], [1, 0, 0, 0]))
    figure = hs.plots.survival_curves(km, ylabel="Proportion without recurrence")
    assert any(text.startswith("not reached") for text in words(figure))
    assert by_id(figure)["all.median.estimate"].value is None
    assert not any(list(line.get_ydata()) == [0.5, 0.5] for line in figure.figure.axes[0].lines)


def test_the_test_comes_with_the_hazard_ratio(double, two_groups):
    _, test, fit = two_groups
    line = " ".join(words(double))
    assert f"Log-rank p = {p_value(test.p_value)}; hazard ratio" in line
    ratio = by_id(double)["resection_incomplete.hazard_ratio"]
    assert ratio.value == fit.to_frame()["hazard_ratio"].iloc[0]
    assert by_id(double)["comparison.p_value"].patients == test.patients()


def test_a_ratio_without_maximum_is_not_printed_as_a_number():
    y = hs.Surv.right([1, 2, 3, 4, 5, 6, 7, 8], [1, 1, 1, 1, 0, 0, 0, 0])
    with pytest.warns(hs.SeparationWarning):
        fit = hs.cox(y, {"x": [1, 1, 1, 1, 0, 0, 0, 0]}, ["x"])
    text = hs.plots.hazard_ratio_text(fit, "x")
    assert str(text).startswith("hazard ratio not estimable (95% CI ")
    assert str(text).endswith("\N{INFINITY})")
    assert text.numbers[0].value is None


def test_an_unknown_term_is_refused(two_groups):
    with pytest.raises(DesignError, match="no term 'age'"):
        hs.plots.hazard_ratio_text(two_groups[2], "age")


def test_labels_are_shown_and_must_exist(double, two_groups):
    assert "Gross total resection" in words(double)
    with pytest.raises(DesignError, match="'total'"):
        hs.plots.survival_curves(two_groups[0], ylabel="Proportion", labels={"total": "Total"})


@pytest.mark.parametrize("label", ["Survival of reported cases", "Proportion without metastasis"])
def test_reported_cases_are_not_called_survival(reported_cases, label):
    with pytest.raises(DesignError, match="among reported cases only"):
        hs.plots.survival_curves(reported_cases, ylabel=label, among_reported_cases=True)


def test_ticks_and_limits_are_checked(reported_cases):
    with pytest.raises(DesignError, match="tick 20 lies outside"):
        hs.plots.survival_curves(reported_cases, ylabel="Proportion", ticks=[0, 20])
    with pytest.raises(DesignError, match="no time axis"):
        hs.plots.survival_curves(reported_cases, ylabel="Proportion", limit=0)
    cut = hs.plots.survival_curves(reported_cases, ylabel="Proportion", limit=10, median=False)
    assert cut.figure.axes[0].get_xlim() == (0, 10)
    assert cut.data.loc[cut.data["part"] == "curve", "time"].max() == 10


def test_statement_is_drawn_on_the_same_axis(single, statement):
    assert str(statement.text) in words(single)
    strip, _ = single.figure.axes
    drawn = [list(line.get_xdata()) for line in strip.lines]
    assert [0, 16] in drawn
    assert [5] in drawn
    assert by_id(single)["reported.mean"].sources == ("brass_2004",)


def test_statement_must_agree_with_itself():
    with pytest.raises(DataError, match="mean 20 is not within"):
        hs.plots.ReportedStatement(label="X", n=3, mean=20, low=0, high=16)


def test_alternative_text_tells_the_results(single, double):
    assert "17 patients, 17 events, median 5.0 (1.8 to 9.0) years" in single.alt_text
    assert "Brass 2004: 9 cases" in single.alt_text
    assert double.alt_text.startswith("2 step curves")
    assert "Log-rank p" in double.alt_text


def test_caption_says_what_the_cases_are(single, double):
    assert "published cases of the event" in str(single.caption)
    assert "censored at that time" not in str(single.caption)
    assert "published cases" not in str(double.caption)
    assert "censored at that time" in str(double.caption)


def test_caption_can_be_given(reported_cases):
    caption = hs.Text.of("My words.")
    assert hs.plots.survival_curves(reported_cases, ylabel="P", caption=caption).caption == caption


@pytest.mark.parametrize("width", ["single", "double"])
@pytest.mark.parametrize("groups", [1, 2, 3, 4, 5])
def test_any_number_of_groups_is_legible(width, groups):
    random = np.random.default_rng(groups)
    n = 30 * groups
    y = hs.Surv.right(random.exponential(40, n).round(1) + 0.1, random.random(n) < 0.6, unit="months")
    labels = [f"A rather long name of group {number % groups}" for number in range(n)]
    figure = hs.plots.survival_curves(
        hs.kaplan_meier(y, labels), ylabel="Proportion without event", width=width
    )
    assert hs.plots.problems(figure) == ()
    assert figure.size[0] == {"single": 85, "double": 174}[width]


def test_steps_never_rise(double):
    for line in double.figure.axes[0].lines[:2]:
        assert all(later <= earlier for earlier, later in pairwise(line.get_ydata()))
