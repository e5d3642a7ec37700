"""Whether groups were followed alike: the reverse test, the medians, the words, and when a warning is due."""

from __future__ import annotations

import math
import warnings
from fractions import Fraction

import numpy as np
import pytest

import hpcstats as hs
from hpcstats.compare.follow_up import FollowUpComparison, compare_follow_up, follow_up_warning
from hpcstats.groups import Groups
from tests import oracles
from tests.reference.loader import dataset, response

EARLY = hs.Surv.right(
    [1, 2, 2, 3, 3, 4, 6, 9, 12, 15],
    [0, 1, 0, 0, 0, 1, 1, 0, 1, 0],
    id=[f"p{row}" for row in range(10)],
)
HALVES = ["a"] * 5 + ["b"] * 5


def compared(y: hs.Surv, group) -> FollowUpComparison:
    return compare_follow_up(y, group, method="asymptotic")


def warned(y: hs.Surv, group) -> str:
    return follow_up_warning(y, Groups.of(group, y))


def test_groups_followed_differently_are_told_apart():
    found = compared(EARLY, HALVES)
    assert found.differs
    assert found.verdict == "the censoring patterns differ (p = 0.0066)"
    assert found.censored.tolist() == [4, 2]
    assert found.median.tolist() == [3, 15]
    assert found.longest.tolist() == [3, 15]
    assert found.status == "ok"


def test_the_test_is_the_log_rank_test_with_events_and_censorings_exchanged():
    data = dataset("aml")
    flipped = (1 - data["status"]).astype(bool).tolist()
    observed, expected, variance = oracles.logrank(data["time"].tolist(), flipped, data["x"].tolist())
    found = compared(response(data), data["x"])
    assert found.statistic == pytest.approx(float(observed - expected) ** 2 / float(variance))
    assert not found.differs
    assert found.verdict.startswith("no sign that")
    assert warned(response(data), data["x"]) == ""


def test_median_follow_up_is_the_median_of_the_reverse_curve():
    data = dataset("gehan2")
    placebo, six_mp = sorted(
        set(data["group"]), key=lambda label: -data["status"][data["group"] == label].sum()
    )
    found = compared(response(data), data["group"])
    rows = data[data["group"] == six_mp]
    flipped = (1 - rows["status"]).astype(bool).tolist()
    median = oracles.quantile(rows["time"].tolist(), flipped, Fraction(1, 2))
    assert found.median[found.labels.index(six_mp)] == median == 25
    # Of the placebo group nobody is censored: its follow-up has no end.
    assert math.isnan(found.median[found.labels.index(placebo)])
    assert found.high[found.labels.index(placebo)] == math.inf


def test_nobody_censored_is_an_answer_of_its_own():
    y = hs.Surv.right([1, 2, 3, 4], [1] * 4)
    found = compared(y, ["a", "b", "a", "b"])
    assert (found.status, found.differs) == ("not_estimable", False)
    assert math.isnan(found.p_value)
    assert found.verdict.startswith("nobody is censored")
    assert found.to_frame()["share_censored"].tolist() == [0, 0]
    assert warned(y, ["a", "b", "a", "b"]) == ""


def test_no_censoring_while_both_were_observed_cannot_be_judged():
    y = hs.Surv.right([1, 2, 5, 6], [1, 1, 0, 0])
    found = compared(y, ["a", "a", "b", "b"])
    assert found.status == "not_estimable"
    assert "cannot be judged, because nobody was censored while patients of two groups" in found.verdict
    assert found.reason in found.verdict
    assert warned(y, ["a", "a", "b", "b"]) == ""


def test_the_warning_names_groups_medians_and_what_to_write():
    text = warned(EARLY, HALVES)
    for part in ("a: 3 years", "b: 15 years", "p = 0.0066", "method='imputation-permutation'"):
        assert part in text


def test_the_warning_says_where_the_median_follow_up_is_not_reached():
    y = hs.Surv.right([1, 1, 2, 2, 3, 7, 8, 9, 10, 11], [0] * 5 + [1] * 5)
    assert "b: not reached" in warned(y, HALVES)


def test_the_warning_comes_exactly_where_the_asymptotic_comparison_says_so():
    generator = np.random.default_rng(11)
    told = 0
    for _ in range(60):
        y = hs.Surv.right(generator.integers(0, 9, 14), generator.integers(0, 2, 14))
        group = ["a", "b", "c", "a", "b", "c", "a"] * 2
        entry = None if generator.integers(2) else generator.uniform(-2, -1, 14)
        y = y if entry is None else hs.Surv.right(y.time + 2, y.event, entry=entry + 2)
        if y.event.all():
            continue
        found = compared(y, group)
        told += found.differs
        assert bool(warned(y, group)) == found.differs
    assert told


def test_the_reverse_test_warns_of_nothing_itself():
    # With the roles exchanged these groups differ in when patients "leave"; nothing of that is news.
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        compare_follow_up(EARLY, HALVES)


def test_single_groups_and_other_responses_are_refused():
    with pytest.raises(hs.DesignError, match="only one label"):
        compared(EARLY, ["a"] * 10)
    assert warned(EARLY, ["a"] * 10) == ""
    with pytest.raises(hs.UnsupportedError, match="compare_follow_up"):
        compared(hs.Surv.interval([1, 2], [2, 3]), ["a", "b"])
    with pytest.raises(hs.UnsupportedError, match="method"):
        compare_follow_up(EARLY, HALVES, method="guess")
    uncensored = hs.Surv.right(range(10), [1] * 10)
    with pytest.raises(hs.UnsupportedError, match="method"):
        compare_follow_up(uncensored, HALVES, method="guess")
    with pytest.raises(hs.DataError, match="seed"):
        compare_follow_up(uncensored, HALVES, method="exact", seed=-1)


def test_frame_dictionary_text_and_patients():
    found = compared(EARLY, HALVES)
    assert list(found.to_frame()) == [
        "group",
        "n",
        "censored",
        "share_censored",
        "median_follow_up",
        "low",
        "high",
        "longest",
    ]
    assert found.as_dict()["differs"] is True
    assert found.as_dict()["rows"][0]["high"] == "inf"
    assert "the censoring patterns differ" in str(found)
    assert len(found.patients()) == 10
