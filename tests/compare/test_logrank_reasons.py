"""A log-rank statistic without variance says why, and what is permuted all the same; whom it counts."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

import hpcstats as hs
from hpcstats.core.logrank import fleming_harrington
from hpcstats.core.permutation.permutation_scores import scores
from hpcstats.core.risk_sets import place

# That the few patients were not followed alike is beside the point here.
unlike = pytest.mark.filterwarnings("ignore::hpcstats.errors.NonIdentifiableWarning")
LATE = ("fleming-harrington", 0.5, 1)
SIX = hs.Surv.right([6, 5, 4, 3, 1, 2], [1, 0, 0, 1, 1, 0])
LAST = list("aaaaab")
APART = hs.Surv.right([1, 1, 2, 5, 6, 7], [0, 0, 0, 1, 1, 0])
HALVES = ["early"] * 3 + ["late"] * 3


def test_weights_of_zero_are_named_as_the_cause() -> None:
    test = hs.logrank(hs.Surv.right([1, 2], [1, 1]), ["a", "b"], weights=LATE)
    assert (test.status, test.df) == ("not_estimable", 0)
    assert "the weights are 0 at every event time" in test.reason
    assert "at no event time" in hs.logrank(APART, HALVES).reason
    assert "weights" not in hs.logrank(APART, HALVES, weights=LATE).reason


def test_a_trend_between_groups_of_one_score_is_named_as_the_cause() -> None:
    y = hs.Surv.right([1, 2, 2, 5, 6, 7], [0, 0, 0, 1, 1, 1])
    test = hs.logrank(y, list("aaabcb"), trend=[1, 2, 2])
    assert "groups with different scores" in test.reason


@unlike
@pytest.mark.parametrize("method", ["exact", "monte-carlo"])
@pytest.mark.parametrize("alternative", ["two-sided", "greater", "less"])
def test_a_permutation_p_value_asked_for_by_name_needs_no_hypergeometric_variance(
    method: str, alternative: str
) -> None:
    test = hs.logrank(SIX, LAST, weights=LATE, method=method, alternative=alternative, seed=1)
    each = scores(place(SIX.time, SIX.event), fleming_harrington(0.5, 1), "martingale")
    sums = np.array([sum(each[list(chosen)]) for chosen in combinations(range(6), 5)])
    seen = each[:5].sum()
    sign = {"two-sided": np.abs, "greater": np.positive, "less": np.negative}[alternative]
    share = np.mean(sign(sums) >= sign(seen) - 1e-9)
    assert np.ptp(sums) > 0.1
    assert test.p_value == pytest.approx(share, abs=0 if method == "exact" else 0.01)
    assert (test.status, np.isnan(test.statistic)) == ("boundary", True)
    assert "weights" in test.reason


@unlike
def test_scores_of_their_own_are_permuted_whatever_the_hypergeometric_variance() -> None:
    test = hs.logrank(APART, HALVES, definition="average-scores")
    same = hs.logrank(APART, HALVES, definition="average-scores", variance="permutation")
    assert test.p_value == same.p_value
    assert test.p_value_method == same.p_value_method == "exact"
    assert np.isnan(test.statistic)
    assert same.status == "ok"


def test_without_any_difference_among_relabellings_there_is_no_p_value() -> None:
    y = hs.Surv.right([3] * 6, [1] * 6)
    for options in ({}, {"variance": "permutation"}, {"definition": "hypergeometric"}):
        test = hs.logrank(y, HALVES, method="exact", **options)
        assert (test.status, np.isnan(test.p_value)) == ("not_estimable", True)
    assert "no relabelling changes" in hs.logrank(y, HALVES, method="exact", variance="permutation").reason


def test_a_group_that_no_row_counts_for_is_refused() -> None:
    y = hs.Surv.right([1, 2, 3, 4], [1, 1, 1, 0])
    with pytest.raises(hs.DataError, match="All weights of group 'b' are zero"):
        hs.logrank(y, list("aabb"), frequencies=[1, 2, 0, 0])
    with pytest.raises(hs.DesignError, match="no events"):
        hs.logrank(hs.Surv.right([1, 2, 3], [1, 0, 0]), list("aab"), frequencies=[0, 1, 1])


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"alternative": "greater"}, "one-sided (greater: more events than expected in a)"),
        ({"alternative": "less"}, "one-sided (less: fewer events than expected in a)"),
        (
            {"alternative": "greater", "trend": [0, 1]},
            "for trend, one-sided (greater: hazard rising with the scores)",
        ),
        ({"alternative": "less", "trend": [0, 1]}, "(less: hazard falling with the scores)"),
        (
            {"method": "monte-carlo", "n_resamples": 1000, "seed": 1},
            "p-value, 1,000 random relabellings, seed 1",
        ),
    ],
)
def test_the_method_says_what_is_more_where_and_how_many_were_drawn(options: dict, words: str) -> None:
    assert words in hs.logrank(SIX, list("aabbab"), **options).method


@pytest.mark.parametrize("method", ["auto", "asymptotic", "exact", "monte-carlo", "imputation-permutation"])
def test_a_seed_must_be_valid_whether_or_not_it_is_needed(method: str) -> None:
    for seed in (-1, "x", 1.5, True):
        with pytest.raises(hs.DataError, match="seed"):
            hs.logrank(SIX, list("aabbab"), method=method, seed=seed)
    assert hs.logrank(SIX, list("aabbab"), method="asymptotic", seed=3).seed == ""


def test_an_unknown_definition_is_answered_with_each_name_once() -> None:
    with pytest.raises(hs.UnsupportedError) as caught:
        hs.logrank(SIX, list("aabbab"), definition="exact")
    assert str(caught.value).lower().count("hothorn-lausen") == 1
    assert "'mid-ranks'" in str(caught.value)
