"""Figures of mean numbers of events: steps, bands, the risk table and honest words."""

from __future__ import annotations

import numpy as np
import pytest

import hpcstats as hs
from hpcstats.errors import DesignError
from hpcstats.plots.mean_cumulative import plan
from hpcstats.plots.mean_cumulative.figure import mean_cumulative_curves
from hpcstats.recurrence import compare_mean_cumulative, mean_cumulative
from tests.recurrence.cohorts import GROUP, TINY, tiny

YLABEL = "Mean number of recurrences"


def dying():
    died = np.array([0, 0, 1, 0, 0, 1, 0, 0, 0])
    return hs.Surv.counting(**TINY, terminal=died, unit="years")


@pytest.fixture(scope="module")
def one():
    return mean_cumulative_curves(mean_cumulative(dying(), interval="log-t"), ylabel=YLABEL, horizon=8)


@pytest.fixture(scope="module")
def two():
    means = mean_cumulative(tiny(), GROUP)
    test = compare_mean_cumulative(tiny(), GROUP, method="permutation")
    return mean_cumulative_curves(
        means, ylabel=YLABEL, width="double", labels={0: "Old", 1: "New"}, comparison=test
    )


def words(figure):
    return [text.get_text() for text in figure.figure.texts]


def test_curves_begin_at_zero_and_step_to_the_right():
    [curve] = plan.step_curves(mean_cumulative(tiny()), 9)
    assert (curve.time[0], curve.estimate[0]) == (0, 0)
    assert curve.at(np.array([1.9, 2.0, 4.5]), curve.estimate) == pytest.approx([0, 0.2, 0.65])
    assert np.isnan(curve.high[0])
    assert curve.marks[0].tolist() == [3, 6, 7, 8, 9]
    [cut] = plan.step_curves(mean_cumulative(tiny()), 4.5)
    assert (cut.time[-1], cut.estimate[-1]) == pytest.approx((4.5, 0.65))


def test_the_table_counts_deaths_only_where_there_are_any(one, two):
    assert "Deaths" in words(one)
    assert "Deaths" not in words(two)
    table = one.data[one.data["part"] == "risk table"]
    assert (table["at_risk"] + table["deaths"] + table["censored"] == 5).all()
    assert table["events"].max() == 5


def test_printed_numbers_are_those_of_the_result(one):
    means = mean_cumulative(dying(), interval="log-t")
    printed = {number.id: number for number in one.numbers}
    at = means.at(8).iloc[0]
    for part in ("estimate", "low", "high"):
        number = printed[f"all.mean_8.{part}"]
        assert (number.value, number.text) == (at[part], f"{at[part]:.2f}")
        assert number.patients == ("1", "2", "3", "4", "5")
    assert printed["all.n"].text == "5"


def test_data_hold_what_is_drawn(two):
    curve = two.data[two.data["part"] == "curve"]
    frame = mean_cumulative(tiny(), GROUP).to_frame()
    assert curve["estimate"].tolist() == frame["estimate"].tolist()
    assert set(two.data["part"]) == {"curve", "risk table", "annotation"}


def test_axis_holds_curves_and_limits(one):
    [axes] = one.figure.axes
    assert axes.get_xlim() == (0, 9)
    low, high = axes.get_ylim()
    assert low == 0
    assert high > one.data["estimate"].max()


def test_words(one, two):
    assert "patients who died have no further events" in str(one.caption)
    assert "patients who died" not in str(two.caption)
    assert "Test of equal mean numbers: p = 0.20" in words(two)
    assert two.alt_text.startswith("2 rising step curves")
    assert "Old: 2 patients, 4 events" in two.alt_text
    assert {"Old", "New"} <= set(words(two))


def test_drawn_twice_gives_the_same_bytes(one):
    means = mean_cumulative(dying(), interval="log-t")
    again = mean_cumulative_curves(means, ylabel=YLABEL, horizon=8)
    assert again.render(["svg"]) == one.render(["svg"])


def test_nothing_is_clipped_or_too_small(one, two):
    assert hs.plots.problems(one) == ()
    assert hs.plots.problems(two) == ()


def test_nobody_has_an_event():
    y = hs.Surv.counting([0, 0], [3, 5], [0, 0], id=["a", "b"])
    figure = mean_cumulative_curves(mean_cumulative(y), ylabel=YLABEL)
    assert figure.figure.axes[0].get_ylim() == (0, 1)
    assert "0.00 (0.00 to not known)" in words(figure)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"labels": {"old": "Old"}}, "labels names 'old'"),
        ({"ticks": [0, 20]}, "outside the time axis"),
        ({"limit": 0}, "leaves no time axis"),
        ({"horizon": 12}, "beyond the end of follow-up"),
    ],
)
def test_what_is_refused(options, message):
    with pytest.raises(DesignError, match=message):
        mean_cumulative_curves(mean_cumulative(tiny()), ylabel=YLABEL, **options)
