"""Comparisons at a time where proportions are 0 or 1, curves stop, or input has no answer."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from scipy import stats

import hpcstats as hs
from hpcstats.compare.fixed_time.difference import compare_at
from tests.compare.test_compare_at import CONTRASTS, DRUG, LEUKAEMIA, binomial


def test_groups_have_their_clopper_pearson_limits() -> None:
    y, group = binomial((3, 1), (9, 4))
    table = compare_at(y, group, 2).by_group()
    for row, (x, n) in zip(table.to_dict("records"), ((3, 9), (1, 4)), strict=True):
        exact = stats.binomtest(x, n).proportion_ci(method="exact")
        assert (row["low"], row["high"]) == pytest.approx((exact.low, exact.high))
        assert (row["at_risk"], row["n"], row["estimate"]) == (x, n, pytest.approx(x / n))


def test_before_the_first_event_nothing_differs() -> None:
    for contrast in CONTRASTS:
        result = compare_at(LEUKAEMIA, DRUG, 0.5, contrast=contrast)
        assert result.p_value[0] == 1
        null = 0 if contrast == "difference" else 1
        assert result.low[0] <= null <= result.high[0]
    difference = compare_at(LEUKAEMIA, DRUG, 0.5)
    # The lower limit of the second group against certainty in the first: 1 - .025^(1/21).
    assert difference.high[0] == pytest.approx(1 - 0.025 ** (1 / 21))
    assert difference.low[0] == pytest.approx(-difference.high[0])
    ratio = compare_at(LEUKAEMIA, DRUG, 0.5, contrast="event-ratio")
    assert np.isnan(ratio.estimate[0])
    assert (ratio.low[0], ratio.high[0]) == (0, np.inf)
    assert ratio.status == "not_estimable"
    assert "both proportions are 1" in ratio.reason


def test_everybody_failed_in_one_group() -> None:
    y, group = binomial((0, 4), (4, 4))
    difference = compare_at(y, group, 2)
    assert difference.estimate[0] == 1
    assert difference.high[0] == 1
    assert difference.p_value[0] == pytest.approx(2 / 70)
    ratio = compare_at(y, group, 2, contrast="ratio")
    assert (ratio.estimate[0], ratio.high[0]) == (np.inf, np.inf)
    assert 0 < ratio.low[0] < np.inf
    assert (ratio.status, ratio.reason) == (
        "boundary",
        "a proportion is 0 or 1, so that the estimate is infinite",
    )
    hazards = compare_at(y, group, 2, contrast="cumulative-hazard-ratio")
    assert (hazards.estimate[0], hazards.low[0]) == (0, 0)
    # All have died: the curve stays at 0, also after the last death.
    assert compare_at(y, group, 2.5).survival[:, 0].tolist() == [0, 1]


@pytest.mark.parametrize("contrast", CONTRASTS)
@pytest.mark.parametrize("mid_p", [False, True])
@pytest.mark.parametrize("alive", list(itertools.product((0, 1, 2), (0, 1, 2))))
def test_every_limit_is_defined_at_the_edges(contrast: str, mid_p: bool, alive: tuple[int, int]) -> None:
    y, group = binomial(alive, (2, 2))
    for alternative, level in (("two-sided", 0.95), ("two-sided", 0.3), ("less", 0.8)):
        result = compare_at(
            y, group, [0, 2, 3], contrast=contrast, mid_p=mid_p, alternative=alternative, level=level
        )
        assert (result.low <= result.high).all()
        assert ((result.p_value > 0) & (result.p_value <= 1)).all()
        null = 0 if contrast == "difference" else 1
        excluded = (result.low > null) | (result.high < null)
        np.testing.assert_array_equal(excluded, result.p_value < 1 - level)


def test_one_patient_a_group() -> None:
    result = compare_at(hs.Surv.right([1, 3], [1, 1]), ["a", "b"], 2)
    # Both distributions are uniform: P(U2 - U1 <= v) = (1 + v)^2 / 2.
    assert result.low[0] == pytest.approx(np.sqrt(0.05) - 1)
    assert (result.estimate[0], result.high[0], result.p_value[0]) == (1, 1, pytest.approx(1))


@pytest.mark.filterwarnings("ignore::hpcstats.errors.SmallSampleWarning")  # One is left after censoring.
def test_a_time_after_the_last_observation_is_refused_or_has_limits_only() -> None:
    y = hs.Surv.right([1, 2, 5, 1, 6, 7], [1, 1, 0, 1, 0, 1])
    group = ["a"] * 3 + ["b"] * 3
    with pytest.raises(hs.DesignError, match=r"6 years lies beyond the end of follow-up \(a: 5\)"):
        compare_at(y, group, [2, 6])
    result = compare_at(y, group, [5, 6], beyond="limits")
    assert np.isnan(result.survival[0]).tolist() == [False, True]
    assert np.isnan(result.estimate).tolist() == [False, True]
    assert result.group_low[0].tolist() == [0, 0]
    assert (result.low <= result.high).all()
    assert (result.status, result.at_risk[0].tolist()) == ("boundary", [1, 0])
    assert "has stopped before 6: only its limits are known" in result.reason
    # The curve of b has reached 0 at 7 and stays there.
    assert compare_at(y, group, 8, beyond="limits").survival[1, 0] == 0


def test_one_sided_intervals_hold_the_whole_level() -> None:
    both = compare_at(LEUKAEMIA, DRUG, 10, level=0.9)
    greater, less = (
        compare_at(LEUKAEMIA, DRUG, 10, alternative=side, level=0.95) for side in ("greater", "less")
    )
    assert (greater.low[0], less.high[0]) == (pytest.approx(both.low[0]), pytest.approx(both.high[0]))
    assert (greater.high[0], less.low[0]) == (1, -1)
    assert min(greater.p_value[0], less.p_value[0]) == pytest.approx(both.p_value[0] / 2)
    rate = compare_at(LEUKAEMIA, DRUG, 10, contrast="event-ratio", alternative="greater")
    assert rate.p_value[0] == pytest.approx(less.p_value[0])
    assert rate.high[0] == np.inf


def test_several_times_are_rows_and_said_to_be_uncorrected() -> None:
    result = compare_at(LEUKAEMIA, DRUG, [20, 5, 20])
    single = compare_at(LEUKAEMIA, DRUG, 20)
    assert result.to_frame()["p_value"].tolist()[::2] == [single.p_value[0]] * 2
    assert any("not corrected" in text for text in result.conventions)
    assert not any("not corrected" in text for text in single.conventions)
    assert result.by_group().shape == (6, 7)
    assert result.by_group()["at_risk"].tolist() == [8, 21, 8, 2, 14, 2]
    assert tuple(result.interval(5)) == (result.low[1], result.high[1])
    with pytest.raises(hs.DataError, match="Name one of the times 20, 5, 20"):
        result.interval()


def test_frequencies_are_repeated_rows() -> None:
    times, events, often = [1, 2, 4, 2, 3, 5], [1, 0, 1, 1, 1, 0], [2, 1, 3, 1, 0, 2]
    group = list("aaabbb")
    rows = np.repeat(np.arange(6), often)
    left = compare_at(hs.Surv.right(times, events), group, 2, frequencies=often)
    y = hs.Surv.right(np.array(times)[rows], np.array(events)[rows])
    right = compare_at(y, np.array(group)[rows], 2)
    assert left.as_dict() == right.as_dict()


def test_input_that_has_no_answer_is_refused() -> None:
    y, group = binomial((1, 1), (3, 3))
    entered = hs.Surv.right([2, 3], [1, 1], entry=[0, 1])
    with pytest.raises(hs.UnsupportedError, match="delayed entry"):
        compare_at(entered, ["a", "b"], 1)
    with pytest.raises(hs.DesignError, match="compares two groups, but group has 3"):
        compare_at(y, list("aabbcc"), 2)
    with pytest.raises(hs.DataError, match="numbers from 0 on"):
        compare_at(y, group, [-1])
    with pytest.raises(hs.DataError, match="All weights of group 'b' are zero"):
        compare_at(y, group, 2, frequencies=[1, 1, 1, 0, 0, 0])
    for options, words in (
        ({"contrast": "hazard-ratio"}, "contrast='hazard-ratio' is not known"),
        ({"scale": "log"}, "belong to method='asymptotic'"),
        ({"method": "asymptotic", "mid_p": True}, "belong to method='melded'"),
    ):
        with pytest.raises(hs.UnsupportedError, match=words):
            compare_at(y, group, 2, **options)
