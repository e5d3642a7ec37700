"""Failures seen in other packages at five to twelve patients, each of which must not happen here."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import polars as pl
import pytest

import hpcstats as hs
from tests import oracles


@pytest.mark.parametrize("n", range(2, 61, 2))
def test_the_median_of_an_even_number_of_events_is_the_midpoint(n: int) -> None:
    # Rounding of products decides between n/2 and n/2 + 1 elsewhere; S(n/2) is exactly 1/2.
    median = hs.kaplan_meier(hs.Surv.right(range(1, n + 1), [True] * n)).quantile(0.5)["estimate"].item()
    assert median == n / 2 + 0.5


@pytest.mark.parametrize("n", range(1, 60, 2))
def test_the_median_of_an_odd_number_of_events_is_the_middle_one(n: int) -> None:
    median = hs.kaplan_meier(hs.Surv.right(range(1, n + 1), [True] * n)).quantile(0.5)["estimate"].item()
    assert median == (n + 1) / 2


@pytest.mark.parametrize(
    "probability", ["0.1", "0.2", "0.25", "0.3", "0.4", "0.6", "0.7", "0.75", "0.8", "0.9"]
)
def test_other_quantiles_are_decided_exactly_too(probability: str) -> None:
    exact = Fraction(probability)
    for n in range(1, 41):
        times = list(range(1, n + 1))
        found = hs.kaplan_meier(hs.Surv.right(times, [True] * n)).quantile(float(exact))["estimate"].item()
        assert found == oracles.quantile(times, [True] * n, exact), n


def test_a_median_is_exact_where_a_censored_curve_passes_through_one_half() -> None:
    generator = np.random.default_rng(20221122)
    halves = 0
    for _ in range(400):
        n = int(generator.integers(5, 13))
        times = generator.integers(1, 15, n).tolist()
        events = (generator.random(n) < 0.75).tolist()
        expected = oracles.quantile(times, events, Fraction(1, 2))
        halves += expected not in times
        found = hs.kaplan_meier(hs.Surv.right(times, events)).quantile(0.5)["estimate"].item()
        assert found == expected or (np.isnan(found) and np.isinf(expected))
    assert halves > 20


def test_delayed_entry_with_deaths_that_leave_others_is_not_refused() -> None:
    y = hs.Surv.right([3, 3, 6, 7, 8, 9], [0, 1, 1, 0, 1, 1], entry=[2, 2, 4, 4, 5, 5])
    frame = hs.kaplan_meier(y).to_frame().set_index("time")
    assert frame.loc[3, "estimate"] == 0.5
    assert frame.loc[6, "estimate"] == pytest.approx(0.5 * 3 / 4)


def test_delayed_entry_with_a_gap_after_censorings_alone_leaves_the_curve_at_one() -> None:
    y = hs.Surv.right([3, 3, 6, 7, 8, 9], [0, 0, 1, 0, 1, 1], entry=[2, 2, 4, 4, 5, 5])
    frame = hs.kaplan_meier(y).to_frame().set_index("time")
    assert frame.loc[3, "estimate"] == 1
    assert frame.loc[6, "estimate"] == pytest.approx(3 / 4)


def test_a_risk_set_that_really_empties_keeps_the_curve_at_zero_and_is_said() -> None:
    y = hs.Surv.right([1, 3, 4, 5, 6, 7], [1, 1, 0, 1, 1, 0], entry=[0, 2, 2, 3, 3, 4])
    with pytest.warns(hs.NonIdentifiableWarning, match="at 1"):
        curves = hs.kaplan_meier(y)
    assert (curves.to_frame()["estimate"] == 0).all()
    assert any("at 1" in text for text in curves.warnings)


def test_a_risk_set_emptied_in_the_second_half_of_the_rows_is_said_too() -> None:
    y = hs.Surv.right([1, 2, 3, 4, 9], [1, 1, 0, 1, 1], entry=[0, 0, 0, 0, 5])
    with pytest.warns(hs.NonIdentifiableWarning, match="at 4"):
        hs.kaplan_meier(y)


def test_the_standard_error_of_a_restricted_mean_is_that_of_the_estimator() -> None:
    # Five patients, mean 3.7 years to year 5: the spread of patients is 1.249, the standard error .559.
    y = hs.Surv.right([2, 2.5, 4, 6, 7], [1, 1, 1, 1, 0])
    row = hs.kaplan_meier(y).rmst(5).iloc[0]
    assert row["estimate"] == pytest.approx(3.7, abs=1e-12)
    assert row["std_error"] == pytest.approx(0.559, abs=5e-4)


def test_a_restricted_mean_beyond_follow_up_is_refused() -> None:
    with pytest.raises(hs.DesignError, match="7"):
        hs.kaplan_meier(hs.Surv.right([2, 2.5, 4, 6, 7], [1, 1, 1, 1, 0])).rmst(20)


@pytest.mark.parametrize("interval", ["plain", "log", "log-log", "logit", "arcsin"])
def test_undefined_limits_are_undefined_and_not_a_point(interval: str) -> None:
    # At S = 0 other packages print the interval [0, 0]; R and this package print none.
    last = hs.kaplan_meier(hs.Surv.right([1, 2, 3], [1, 1, 1]), interval=interval).to_frame().iloc[-1]
    assert last["estimate"] == 0
    assert np.isnan([last["std_error"], last["low"], last["high"]]).all()


@pytest.mark.parametrize(
    ("events", "shown"),
    [
        ([1, 2, 2, 1], "2"),
        ([1, -1, 0, 1], "-1"),
        ([1, float("nan"), 0, 1], "nan"),
        ([1, None, 0, 1], "None"),
        (["yes", "no", "no", "yes"], "yes"),
    ],
)
def test_events_in_another_coding_are_refused_with_value_and_row(events: list[object], shown: str) -> None:
    with pytest.raises(hs.DataError, match=shown) as caught:
        hs.Surv.right([1, 2, 3, 4], events)
    assert caught.value.rows


def test_events_coded_one_and_two_are_told_what_to_write() -> None:
    with pytest.raises(hs.DataError, match="event == 2"):
        hs.Surv.right([1, 2, 3, 4], [1, 2, 2, 1])


@pytest.mark.parametrize(
    ("times", "word"),
    [
        ([1, float("nan"), 3], "missing"),
        ([1, float("inf"), 3], "infinite"),
        ([1, -2, 3], "negative"),
    ],
)
def test_impossible_times_are_refused_with_their_rows(times: list[float], word: str) -> None:
    with pytest.raises(hs.DataError, match=word) as caught:
        hs.Surv.right(times, [1, 0, 1])
    assert caught.value.rows == (1,)


def test_an_entry_at_the_exit_is_refused_with_its_row() -> None:
    with pytest.raises(hs.DataError, match="entry is not before time") as caught:
        hs.Surv.right([3, 4, 5], [1, 0, 1], entry=[0, 4, 1])
    assert caught.value.rows == (1,)


def test_the_number_at_risk_is_counted_before_those_who_leave() -> None:
    curves = hs.kaplan_meier(hs.Surv.right(range(1, 9), [True] * 8))
    assert curves.at([0, 2, 4, 6, 8])["at_risk"].tolist() == [8, 7, 5, 3, 1]


def test_the_risk_table_counts_an_event_at_a_tick_once() -> None:
    table = hs.kaplan_meier(hs.Surv.right(range(1, 9), [True] * 8)).risk_table([0, 2, 4, 6, 8])
    assert table["at_risk"].tolist() == [8, 6, 4, 2, 0]
    assert table["events"].tolist() == [0, 2, 4, 6, 8]
    assert (table["at_risk"] + table["events"] + table["censored"] == 8).all()


def test_the_number_at_risk_with_delayed_entry_waits_for_the_entry() -> None:
    curves = hs.kaplan_meier(hs.Surv.right([5, 6, 7, 8, 9], [1, 1, 1, 1, 1], entry=[0, 0, 3, 4, 4]))
    assert curves.at(4)["at_risk"].item() == 3
    assert curves.risk_table(4)["at_risk"].item() == 5


def test_all_events_of_eight_patients() -> None:
    median = hs.kaplan_meier(hs.Surv.right(range(1, 9), [True] * 8)).quantile(0.5)
    assert median["estimate"].item() == 4.5


def test_all_tied_at_one_time() -> None:
    curves = hs.kaplan_meier(hs.Surv.right([3] * 8, [True] * 8), interval="log-log")
    assert curves.to_frame()[["at_risk", "events", "estimate"]].iloc[0].tolist() == [8, 8, 0]
    median = curves.quantile(0.5).iloc[0]
    assert median["estimate"] == 3
    assert np.isnan(median["low"])
    assert median["high"] == np.inf


def test_a_last_observation_that_is_censored_leaves_the_curve_above_zero() -> None:
    curves = hs.kaplan_meier(hs.Surv.right([1, 2, 3, 4], [1, 1, 1, 0]))
    assert curves.to_frame()["estimate"].iloc[-1] == pytest.approx(0.25)
    assert curves.quantile(0.5)["high"].item() == np.inf


def test_lists_arrays_pandas_and_polars_columns_give_one_answer() -> None:
    import pandas as pd

    times, events, groups = [5.0, 13.0, 17.0, 8.0], [1, 1, 0, 1], ["a", "b", "a", "b"]
    frames = [
        hs.kaplan_meier(hs.Surv.right(column(times), column(events)), column(groups)).to_frame()
        for column in (list, np.array, pd.Series, pl.Series, tuple)
    ]
    assert all(frame.equals(frames[0]) for frame in frames)
