"""Figures of cumulative incidences: rising steps, bands, tables that add up, honest words."""

from __future__ import annotations

import re

import numpy as np
import pytest

import hpcstats as hs
from hpcstats.plots.incidence.drawing import apart, steps_of

NAMES = {"gross": "Gross total resection", "part": "Subtotal resection or biopsy"}


@pytest.fixture(scope="module")
def sample():
    generator = np.random.default_rng(2)
    group = np.repeat(["gross", "part"], 40)
    time, cause = np.ceil(generator.exponential(8, 80)), generator.integers(0, 3, 80)
    ids = [f"p{row:02}" for row in range(80)]
    return hs.Surv.competing(time, cause, causes=["local_recurrence", "death"], id=ids), group


@pytest.fixture(scope="module")
def causes(sample):
    return hs.plots.cumulative_incidence(hs.aalen_johansen(sample[0]), ticks=[0, 10, 20], horizon=10)


@pytest.fixture(scope="module")
def groups(sample):
    y, group = sample
    return hs.plots.cumulative_incidence(
        hs.aalen_johansen(y, group),
        cause="local_recurrence",
        comparison=hs.gray_test(y, group),
        labels=NAMES,
        width="single",
    )


def printed(figure):
    return {number.id: number for number in figure.numbers}


def words(figure):
    return [text.get_text() for text in figure.figure.texts]


def test_curves_rise_from_zero_in_steps(causes, sample):
    [axes] = causes.figure.axes
    frame = hs.aalen_johansen(sample[0]).to_frame()
    for line, cause in zip(axes.lines[::2], ("local_recurrence", "death"), strict=True):
        own = frame[frame["cause"] == cause]
        assert line.get_drawstyle() == "steps-post"
        assert (line.get_xdata()[0], line.get_ydata()[0]) == (0, 0)
        assert line.get_ydata()[1:-1] == pytest.approx(own["estimate"].to_numpy(), abs=1e-6)
        assert line.get_ydata()[-1] == line.get_ydata()[-2]


def test_risk_rows_add_up_to_n_at_every_tick(causes, groups):
    for figure, expected in ((causes, {80.0}), (groups, {40.0})):
        table = figure.data[figure.data["part"] == "risk table"]
        events = table.groupby(["group", "time"])["events"].sum()
        first = table.groupby(["group", "time"])[["at_risk", "censored"]].first().sum(axis=1)
        assert set(events + first) == expected


def test_the_printed_table_is_that_of_the_result(causes, groups, sample):
    y, group = sample
    numbers = printed(causes)
    for row in hs.aalen_johansen(y).risk_table([0, 10, 20]).itertuples():
        assert numbers[f"{row.time:g}.{row.cause}"].value == row.events
        assert numbers[f"{row.time:g}.at_risk"].value == row.at_risk
    numbers = printed(groups)
    for row in hs.aalen_johansen(y, group).risk_table([10]).itertuples():
        name = "local_recurrence" if row.cause == "local_recurrence" else "other_events"
        assert numbers[f"{row.group}.10.{name}"].value == row.events
        assert numbers[f"{row.group}.10.censored"].patients == tuple(sorted(y.id[group == row.group]))


def test_the_printed_incidences_are_those_of_the_result(causes, sample):
    at = hs.aalen_johansen(sample[0]).at(10)
    for row in at.itertuples():
        for part in ("estimate", "low", "high"):
            assert printed(causes)[f"{row.cause}.10.{part}"].value == pytest.approx(getattr(row, part))
    drawn = causes.data[causes.data["part"] == "estimate"]
    assert drawn["estimate"].to_numpy() == pytest.approx(at["estimate"].to_numpy())


def test_the_test_is_printed_with_its_patients(groups, sample):
    number = printed(groups)["comparison.local_recurrence.p_value"]
    assert number.value == hs.gray_test(*sample)["local_recurrence"].p_value
    assert len(number.patients) == 80
    assert any(text.startswith("Gray's test, local recurrence: p = 0.0") for text in words(groups))


def test_curves_are_labelled_where_there_is_room(causes, groups):
    assert words(causes).count("Death") == 3  # key, curve, table
    assert words(groups).count("Gross total resection") <= 2  # key and table
    assert causes.figure.texts[0].get_color() == "black"


def test_nothing_overlaps_or_leaves_the_page(causes, groups, sample):
    assert hs.plots.problems(causes) == hs.plots.problems(groups) == ()
    wide = hs.plots.cumulative_incidence(hs.aalen_johansen(*sample), group="part", labels=NAMES)
    assert hs.plots.problems(wide) == ()
    assert (causes.size[0], groups.size[0]) == (174.0, 85.0)


def test_bands_are_solid_and_overlaps_a_third_colour(causes):
    filled = [patch for patch in causes.figure.axes[0].patches if patch.get_fill()]
    assert len({patch.get_facecolor() for patch in filled}) == 3
    assert {patch.get_facecolor()[3] for patch in filled} == {1.0}


def test_the_caption_says_what_the_curves_are(causes, groups):
    assert re.search(r", n = 80: Local recurrence, \d+ events, 0\.\d\d \(", str(causes.caption))
    assert "add up to 1; no curve is one minus a Kaplan-Meier estimate" in str(causes.caption)
    assert "Cumulative incidence of local recurrence" in str(groups.caption)
    assert "Gross total resection, n = 40, 11 events" in str(groups.caption)
    assert "published" not in str(causes.caption)
    assert causes.alt_text.startswith("2 rising step curves, one for each of the causes,")
    assert "p = 0.085" in groups.alt_text


def test_reported_cases_are_named_on_the_axis(sample):
    curves = hs.aalen_johansen(sample[0])
    figure = hs.plots.cumulative_incidence(curves, among_reported_cases=True)
    assert "Cumulative incidence among reported cases" in " ".join(words(figure))
    assert "the curves are no risks" in str(figure.caption)
    with pytest.raises(hs.DesignError, match="reported cases"):
        hs.plots.cumulative_incidence(curves, ylabel="Risk", among_reported_cases=True)


def test_a_cause_without_events_has_no_limits():
    y = hs.Surv.competing([1, 2, 3, 4], [1, 0, 1, 0], causes=["a", "b"])
    figure = hs.plots.cumulative_incidence(hs.aalen_johansen(y), horizon=3)
    numbers = printed(figure)
    assert numbers["b.3.estimate"].text == "0.00"
    assert "b.3.low" not in numbers


def test_bytes_are_stable(sample):
    files = [
        hs.plots.cumulative_incidence(hs.aalen_johansen(sample[0])).render(["svg", "pdf"]) for _ in range(2)
    ]
    assert files[0] == files[1]


def test_labels_move_apart_and_stay_on_the_axis():
    placed = apart([30.0, 29.0, 31.0], [4.0, 4.0, 8.0], 40.0)
    assert placed == [28.0, 24.0, 32.0]
    assert [steps_of(top)[-1] for top in (0.05, 0.25, 0.75, 1.0)] == [0.05, 0.25, 0.75, 1.0]
    assert steps_of(0.75) == (0, 0.25, 0.5, 0.75)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({}, "2 groups and 2 causes"),
        ({"cause": "cure"}, "no cause 'cure'"),
        ({"group": "none"}, "no group 'none'"),
        ({"group": "part", "labels": {"x": "y"}}, "neither a group nor a cause"),
        ({"group": "part", "ticks": [0, 500]}, "outside the time axis"),
        ({"group": "part", "limit": 0}, "no time axis"),
        ({"cause": "death", "horizon": 41}, "outside the follow-up"),
    ],
)
def test_what_is_refused(sample, options, words):
    with pytest.raises((hs.DesignError, hs.DataError), match=words):
        hs.plots.cumulative_incidence(hs.aalen_johansen(*sample), **options)


def test_a_cause_is_drawn_by_number_as_by_name(sample):
    curves = hs.aalen_johansen(*sample)
    by_number = hs.plots.cumulative_incidence(curves, cause=1)
    by_name = hs.plots.cumulative_incidence(curves, cause=curves.causes[0])
    assert [str(number) for number in by_number.numbers] == [str(number) for number in by_name.numbers]


def test_curves_that_end_before_the_first_tick_are_read_where_they_end():
    y = hs.Surv.competing([0.5, 1, 1, 9, 10, 10], [1, 1, 0, 1, 2, 0], causes=["a", "b"])
    curves = hs.aalen_johansen(y, [0, 0, 0, 1, 1, 1])
    figure = hs.plots.cumulative_incidence(curves, cause="a", ticks=[0, 5, 10])
    assert "at 1 years" in str(figure.caption)
    assert "0.67" in str(figure.caption)


def test_nobody_followed_beyond_the_origin_can_be_drawn():
    y = hs.Surv.competing([0, 0, 0], [1, 0, 2], causes=["a", "b"])
    assert hs.plots.cumulative_incidence(hs.aalen_johansen(y)).data["estimate"].max() == pytest.approx(1 / 3)
