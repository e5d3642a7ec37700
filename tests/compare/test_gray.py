"""Gray's test against a slow second opinion, the log-rank test it reduces to, and every relabelling."""

from __future__ import annotations

import itertools
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest

import hpcstats as hs
from hpcstats.core.permutation.all_relabellings import all_relabellings, number_of_relabellings

TIME = [1, 2, 2, 3, 4, 5, 5, 6, 7, 8]
CAUSE = [1, 2, 1, 0, 1, 2, 2, 0, 1, 0]
GROUP = [0, 1, 0, 1, 0, 1, 0, 1, 0, 1]


def response(time: object = TIME, cause: object = CAUSE) -> hs.Surv:
    return hs.Surv.competing(time, cause, causes=["relapse", "death"])


def scores_counted_out(time: list[int], cause: list[int], group: list[int], k: int) -> list[Fraction]:
    """The scores with rho = 0 as exact fractions, one group and time after the other."""
    rows, labels = range(len(time)), sorted(set(group))
    free, gone = dict.fromkeys(labels, Fraction(1)), dict.fromkeys(labels, Fraction(0))
    score = dict.fromkeys(labels, Fraction(0))
    for u in sorted({time[r] for r in rows if cause[r]}):
        n = {g: sum(group[r] == g and time[r] >= u for r in rows) for g in labels}
        d = {g: sum(group[r] == g and time[r] == u and cause[r] == k for r in rows) for g in labels}
        other = {g: sum(group[r] == g and time[r] == u and cause[r] > 0 for r in rows) - d[g] for g in labels}
        still = {g: n[g] * (1 - gone[g]) / free[g] if n[g] else Fraction(0) for g in labels}
        for g in labels:
            if sum(still.values()):
                score[g] += d[g] - sum(d.values()) * still[g] / sum(still.values())
        for g in labels:
            if n[g]:
                gone[g] += free[g] * Fraction(d[g], n[g])
                free[g] *= 1 - Fraction(d[g] + other[g], n[g])
    return [score[g] for g in labels]


def test_the_scores_equal_exact_fractions():
    group = [0, 1, 2, 1, 0, 2, 0, 1, 0, 2]
    test = hs.gray_test(response(), group)
    for row, k in enumerate((1, 2)):
        exact = scores_counted_out(TIME, CAUSE, group, k)
        assert test.scores[row] == pytest.approx([float(score) for score in exact], abs=1e-13)


def test_with_one_cause_the_scores_are_those_of_the_logrank_test():
    event = [int(c > 0) for c in CAUSE]
    test = hs.gray_test(hs.Surv.competing(TIME, event, causes=["any"]), GROUP)
    logrank = hs.logrank(hs.Surv.right(TIME, event), GROUP, method="asymptotic")
    assert test.scores[0] == pytest.approx(logrank.observed - logrank.expected)


def test_a_test_of_each_cause_by_name_and_in_turn():
    test = hs.gray_test(response(), GROUP)
    assert test.causes == ("relapse", "death")
    assert test["relapse"].statistic == pytest.approx(4.51567721775)
    assert test["relapse"].p_value == test.p_value[0]
    assert [(cause, one.df) for cause, one in test] == [("relapse", 1), ("death", 1)]
    assert test.to_frame()["events"].tolist() == [4, 3]
    assert [one.p_value for one in test.tests] == test.p_value.tolist()
    assert "death" in test
    assert "cure" not in test
    with pytest.raises(hs.DataError, match="no cause 'x'"):
        test["x"]


def test_causes_are_found_by_number_as_they_are_given():
    test = hs.gray_test(response(), GROUP)
    assert (test[1], test[np.int64(2)]) == (test["relapse"], test["death"])
    for nothing in (0, 3, True, 1.5):
        with pytest.raises(hs.DataError, match="relapse, death, or by number 1 to 2"):
            test[nothing]
    # Causes that are called by numbers keep their names.
    named = hs.gray_test(hs.Surv.competing(TIME, CAUSE, causes=[2, 1]), GROUP)
    assert named[2] == named.tests[0]
    curves = hs.aalen_johansen(response())
    assert (curves.cause_number(2), curves.cause_number("relapse")) == (1, 0)


def test_labels_of_any_type_and_unused_categories_compare_alike():
    columns = [
        pd.Categorical([str(label) for label in GROUP], categories=["2", "0", "1"]),
        pd.Series([str(label) for label in GROUP], dtype="string", index=range(20, 30)),
        np.array(GROUP, dtype=bool),
    ]
    expected = hs.gray_test(response(), GROUP)
    for column in columns:
        test = hs.gray_test(response(), column)
        assert len(test.labels) == 2
        assert test.statistic == pytest.approx(expected.statistic)
        assert test.df.tolist() == [1, 1]


@pytest.mark.parametrize("unit", [1e-5, 1e8])
def test_the_unit_of_time_does_not_matter(unit: float):
    order = [3, 9, 0, 6, 2, 8, 5, 1, 7, 4]
    shuffled = response([TIME[row] * unit for row in order], [CAUSE[row] for row in order])
    test = hs.gray_test(shuffled, [GROUP[row] for row in order])
    assert test.statistic == pytest.approx(hs.gray_test(response(), GROUP).statistic)


def test_equal_groups_have_a_statistic_of_zero():
    test = hs.gray_test(response(TIME * 2, CAUSE * 2), [0] * 10 + [1] * 10)
    assert test.statistic == pytest.approx([0, 0], abs=1e-12)
    assert test.p_value == pytest.approx([1, 1])


def test_strata_add_up():
    other = [3, 1, 4, 1, 5, 9, 2, 6, 5, 3]
    both = response(TIME + other, CAUSE * 2)
    stratified = hs.gray_test(both, GROUP * 2, strata=[0] * 10 + [1] * 10)
    parts = [hs.gray_test(response(), GROUP), hs.gray_test(response(other), GROUP)]
    assert stratified.scores == pytest.approx(parts[0].scores + parts[1].scores)
    assert stratified.variance == pytest.approx(parts[0].variance + parts[1].variance)
    assert stratified.method.startswith("Stratified Gray's test")


@pytest.mark.parametrize("group", [GROUP, [0, 1, 2, 1, 0, 2, 0, 1, 0, 2]])
def test_the_exact_p_value_is_the_share_of_all_relabellings(group: list[int]):
    y = response(TIME[:8], CAUSE[:8])
    group = group[:8]
    seen = hs.gray_test(y, group).statistic
    labels = set(itertools.permutations(group))
    found = np.array([np.nan_to_num(hs.gray_test(y, list(one)).statistic) for one in labels])
    test = hs.gray_test(y, group, method="exact")
    assert test.n_arrangements == len(labels)
    assert test.p_value == pytest.approx((found >= seen - 1e-9).mean(axis=0))


def test_permutation_counts_small_samples_and_draws_from_large_ones():
    assert hs.gray_test(response(), GROUP, method="permutation").p_value_method == "exact"
    many, group = response(TIME * 3, CAUSE * 3), GROUP + [1 - g for g in GROUP] + [0] * 5 + [1] * 5
    drawn = hs.gray_test(many, group, method="permutation", n_resamples=200, seed=1)
    assert drawn.p_value_method == "monte-carlo"
    assert drawn.seed == "1"
    again = hs.gray_test(many, group, method="monte-carlo", n_resamples=200, seed=1)
    assert drawn.p_value.tolist() == again.p_value.tolist()
    assert (drawn.p_value * 201 % 1).round(9).tolist() in ([0, 0], [1, 1], [0, 1], [1, 0])


def test_monte_carlo_approaches_the_exact_p_value():
    exact = hs.gray_test(response(), GROUP, method="exact").p_value
    drawn = hs.gray_test(response(), GROUP, method="monte-carlo", n_resamples=4000, seed=7)
    assert (np.abs(drawn.p_value - exact) < 4 * drawn.p_value_std_error).all()


def test_all_relabellings_within_strata_are_listed_once():
    codes = np.array([0, 1, 1, 0, 2, 0])
    strata = (np.array([0, 1, 2]), np.array([3, 4, 5]))
    found = np.concatenate(list(all_relabellings(codes, strata, length=4)))
    assert len(found) == len(np.unique(found, axis=0)) == number_of_relabellings(codes, strata) == 9
    for rows in strata:
        assert (np.sort(found[:, rows]) == np.sort(codes[rows])).all()


def test_follow_up_that_differs_is_warned_of_where_labels_are_permuted():
    time, cause = [1, 1, 1, 2, 2, 2, 8, 9, 9, 9, 9, 9], [0, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]
    group = [0] * 6 + [1] * 6
    assert hs.gray_test(response(time, cause), group).warnings == ()
    with pytest.warns(hs.NonIdentifiableWarning, match="not followed alike"):
        test = hs.gray_test(response(time, cause), group, method="permutation")
    assert "imputation" not in test.warnings[0]


def test_a_cause_without_events_has_no_test_and_says_why():
    test = hs.gray_test(response(cause=[int(c == 1) for c in CAUSE]), GROUP, method="exact")
    assert test.status == "boundary"
    assert test["death"].reason == "death: no events"
    assert np.isnan(test["death"].p_value)
    assert not np.isnan(test["relapse"].p_value)


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"method": "auto"}, hs.UnsupportedError, "method='auto'"),
        ({"rho": "1"}, hs.DataError, "rho must be a finite number"),
        ({"n_resamples": 0}, hs.DataError, "n_resamples"),
        ({"strata": [1]}, hs.DataError, "strata has 1 values"),
    ],
)
def test_what_is_refused(options: dict[str, object], error: type[Exception], words: str):
    with pytest.raises(error, match=words):
        hs.gray_test(response(), GROUP, **options)


def test_designs_that_compare_nothing_are_refused():
    with pytest.raises(hs.DesignError, match="only one label"):
        hs.gray_test(response(), [0] * 10)
    with pytest.raises(hs.DesignError, match="no events"):
        hs.gray_test(response(cause=[0] * 10), GROUP)
    late = hs.Surv.competing(TIME, CAUSE, causes=["relapse", "death"], entry=[0] * 10)
    with pytest.raises(hs.UnsupportedError, match="delayed entry"):
        hs.gray_test(late, GROUP)
    with pytest.raises(hs.UnsupportedError, match="at most 5,000,000"):
        hs.gray_test(response(TIME * 4, CAUSE * 4), ([0] * 10 + [1] * 10) * 2, method="exact")
