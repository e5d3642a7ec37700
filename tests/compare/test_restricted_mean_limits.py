"""Limits of restricted means: what enumerated relabellings can support, and what they say of one side."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import hpcstats as hs
from hpcstats.compare.restricted_mean.permutation import Permuted

SIX = hs.Surv.right([1, 2, 3, 4, 5, 6], [1] * 6)
TURNS = list("ababab")


def studentised(y: hs.Surv, group: list[str], horizon: float, **options: Any) -> hs.RmstComparison:
    return hs.rmst_difference(y, group, horizon, method="studentised-permutation", **options)


@pytest.mark.parametrize("level", [0.95, 0.999])
def test_no_limit_where_no_relabelling_can_be_rejected(level: float) -> None:
    # The smallest two-sided p-value of 3 against 3 is 2/20.
    test = studentised(SIX, TURNS, 5, level=level)
    assert (test.low.tolist(), test.high.tolist()) == ([-5, 0, 0], [5, np.inf, np.inf])
    assert (test.status, "the whole range" in test.reason) == ("boundary", True)


def test_a_limit_returns_as_soon_as_something_can_be_rejected() -> None:
    test = studentised(SIX, TURNS, 5, level=0.85)
    assert test.high[0] < 5
    assert (test.status, test.reason) == ("ok", "")


def test_the_critical_value_is_the_largest_only_if_a_larger_one_exists() -> None:
    twenty = np.tile(np.arange(1.0, 21.0), (3, 1))
    assert Permuted(twenty, 0, enumerated=True).critical(0.95).tolist() == [19] * 3
    assert np.isinf(Permuted(twenty, 0, enumerated=True).critical(0.951)).all()
    tied = np.where(twenty < 19, twenty, 19 + 1e-12 * twenty)
    assert np.isinf(Permuted(tied, 0, enumerated=True).critical(0.95)).all()


def test_the_ends_of_the_difference_stay_within_its_range() -> None:
    y = hs.Surv.right([0.1, 0.2, 0.3, 0.4, 0.5, 9, 9.1, 9.2], [1] * 8)
    test = studentised(y, list("aaaabbbb"), 9.2, level=0.9)
    assert test.reason == ""
    margin = test.estimate[0] - test.low[0]
    assert test.low[0] > 0
    assert test.high[0] == 9.2 < test.estimate[0] + margin


@pytest.mark.filterwarnings("ignore::hpcstats.errors.SmallSampleWarning")
def test_p_of_one_never_leaves_equal_means_out() -> None:
    # One statistic in all four relabellings of the ratio but one: rounding must not decide.
    y = hs.Surv.right([5, 5, 8, 8], [1, 1, 0, 1])
    for level in (0.3, 0.5, 0.7, 0.95):
        test = studentised(y, list("aaab"), 8, level=level)
        known = ~np.isnan(test.low) & (test.p_value > 1 - level)
        null = np.array([0, 1, 1])
        assert (test.low[known] <= null[known]).all()
        assert (test.high[known] >= null[known]).all()
        assert test.p_value[0] == 1


@pytest.mark.filterwarnings("ignore::hpcstats.errors.SmallSampleWarning")
def test_limits_of_a_group_stay_between_zero_and_the_horizon() -> None:
    y = hs.Surv.right([5, 5, 4, 5, 0.1, 0.1, 0.1, 5], [0, 0, 1, 0, 1, 1, 1, 1])
    test = hs.rmst_difference(y, list("aaaabbbb"), 5, method="asymptotic")
    # Means of 4.75 and 1.325, variances .75^2 / 12 and 1.225^2 * .75.
    margins = 1.959964 * np.sqrt([0.75**2 / 12, 1.225**2 * 0.75])
    frame = test.by_group()
    assert (frame["low"][0], frame["high"][0]) == (pytest.approx(4.75 - margins[0]), 5)
    assert (frame["low"][1], frame["high"][1]) == (0, pytest.approx(1.325 + margins[1]))


@pytest.mark.filterwarnings("ignore::hpcstats.errors.SmallSampleWarning")
@pytest.mark.parametrize("method", ["asymptotic", "permutation", "studentised-permutation"])
def test_a_one_sided_test_beside_two_sided_limits_is_told(method: str) -> None:
    test = hs.rmst_difference(SIX, TURNS, 5, method=method, alternative="greater")
    assert "one-sided (greater: longer in b)" in test.method
    assert "two-sided 95%" in test.method
    assert "CI -" in test.title()
    assert "one-sided (greater) p = " in test.title()
    assert "one-sided" not in hs.rmst_difference(SIX, TURNS, 5, method=method).title()


@pytest.mark.filterwarnings("ignore::hpcstats.errors.SmallSampleWarning")
@pytest.mark.parametrize("method", ["asymptotic", "permutation", "exact"])
def test_arguments_that_are_not_needed_must_be_valid_too(method: str) -> None:
    for options, words in (
        ({"seed": -1}, "seed"),
        ({"seed": "x"}, "seed"),
        ({"n_resamples": 0}, "n_resamples"),
    ):
        with pytest.raises(hs.DataError, match=words):
            hs.rmst_difference(SIX, TURNS, 5, method=method, **options)
    assert hs.rmst_difference(SIX, TURNS, 5, method=method, seed=1, n_resamples=1).seed == ""
