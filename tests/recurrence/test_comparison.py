"""Tests of two mean numbers of events: the statistic, its variance, and the relabellings."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given

import hpcstats as hs
from hpcstats.core.recurrent.mean_difference import both_observed, fixed_scores, weighted_difference
from hpcstats.errors import DataError, DesignError, NonIdentifiableWarning, UnsupportedError
from hpcstats.recurrence import compare_mean_cumulative
from hpcstats.recurrence.histories import Histories
from tests.properties.strategies import checked
from tests.recurrence.cohorts import GROUP, Cohort, cohorts, tiny


def score(cohort: Cohort, second: list[int], weights: list[float] | None = None) -> float:
    """The difference of mean numbers weighted by Y1 Y2 / (Y1 + Y2) of the data: loops."""
    weight = dict(zip(cohort.patients, weights or [1.0] * len(cohort.patients), strict=True))
    alive, total = [1.0, 1.0], 0.0
    for u in cohort.times:
        here = [row for row in cohort.rows if row[1] < u <= row[2]]
        rates, sizes = [0.0, 0.0], [0, 0]
        for side in (0, 1):
            rows = [row for row in here if (row[0] in second) == side]
            sizes[side] = len(rows)
            present = sum(weight[row[0]] for row in rows)
            if present:
                rates[side] = alive[side] * sum(weight[r[0]] for r in rows if r[2] == u and r[3]) / present
                alive[side] *= 1 - sum(weight[r[0]] for r in rows if r[2] == u and r[4]) / present
        if all(sizes):
            total += sizes[0] * sizes[1] / sum(sizes) * (rates[1] - rates[0])
    return total


@given(cohorts(deaths=True))
@checked
def test_score_and_variance_are_those_of_the_definition(cohort: Cohort) -> None:
    second = cohort.patients[::2]
    rows, _ = Histories.of(cohort.response, "test").rows_of(np.ones(len(cohort.patients), dtype=bool))
    ids = list(dict.fromkeys(row[0] for row in cohort.rows))
    side = np.isin(ids, second)
    value, variance = weighted_difference(rows, np.ones(side.size), side[None], np.ones(rows.size))
    assert value[0] == pytest.approx(score(cohort, second), abs=1e-10)
    step, derivatives = 1e-5, []
    for k in range(len(cohort.patients)):
        change = step * np.eye(len(cohort.patients))[k]
        up, down = (score(cohort, second, (1 + sign * change).tolist()) for sign in (1, -1))
        derivatives.append((up - down) / (2 * step))
    assert variance[0] == pytest.approx(np.sum(np.square(derivatives)), abs=1e-8)


@given(cohorts(deaths=False))
@checked
def test_without_deaths_the_score_is_a_sum_of_fixed_scores(cohort: Cohort) -> None:
    rows, _ = Histories.of(cohort.response, "test").rows_of(np.ones(len(cohort.patients), dtype=bool))
    ids = np.array(list(dict.fromkeys(row[0] for row in cohort.rows)))
    side, tilt = ids % 2 == 1, 1 - rows.times / 20
    scores = fixed_scores(rows, np.ones(side.size), tilt)
    value, _ = weighted_difference(rows, np.ones(side.size), side[None], tilt)
    assert scores.sum() == pytest.approx(0, abs=1e-10)
    assert value[0] == pytest.approx(scores[side].sum(), abs=1e-10)


def test_all_relabellings_are_counted() -> None:
    test = compare_mean_cumulative(tiny(), GROUP, method="permutation")
    rows, _ = Histories.of(tiny(), "test").rows_of(np.ones(5, dtype=bool))
    scores = fixed_scores(rows, np.ones(5), np.ones(rows.size))
    sums = [scores[list(chosen)].sum() for chosen in combinations(range(5), 3)]
    seen = scores[[1, 2, 4]].sum()
    assert test.p_value == pytest.approx(np.mean(np.abs(sums) >= abs(seen) - 1e-12))
    assert (test.p_value_method, test.n_arrangements) == ("exact", 10)
    less = compare_mean_cumulative(tiny(), GROUP, method="permutation", alternative="less")
    assert less.p_value == pytest.approx(np.mean(np.array(sums) <= seen + 1e-12))
    assert compare_mean_cumulative(tiny(), GROUP, alternative="less").p_value < 0.5


def test_exchanged_labels_change_the_sign_alone() -> None:
    one = compare_mean_cumulative(tiny(), GROUP)
    other = compare_mean_cumulative(tiny(), [1 - g for g in GROUP])
    assert other.score == pytest.approx(-one.score)
    assert (other.variance, other.p_value) == pytest.approx((one.variance, one.p_value))
    assert one.score < 0, "group 1 has fewer events"


def trial(n: int, ratio: float, seed: int, *, dying: bool = False) -> tuple[hs.Surv, list[int]]:
    """Two groups of n patients whose rates differ by `ratio` and within."""
    rng = np.random.default_rng(seed)
    rows, group = [], []
    for patient in range(2 * n):
        side = patient % 2
        rate, end = rng.gamma(2, 0.25) * ratio**side, rng.uniform(2, 6)
        death = rng.exponential(8) if dying else np.inf
        time, last = 0.0, min(end, death)
        while True:
            following = time + rng.exponential(1 / rate)
            more = following < last
            rows.append((patient, time, following if more else last, more, not more and death < end))
            group.append(side)
            if not more:
                break
            time = following
    return Cohort(tuple(rows)).response, group


@pytest.mark.parametrize("dying", [False, True])
@pytest.mark.parametrize("weights", ["constant", "linear"])
def test_a_large_trial_gives_one_answer_by_every_method(weights: str, *, dying: bool) -> None:
    y, group = trial(60, 1.5, 3, dying=dying)
    found = [
        compare_mean_cumulative(y, group, weights=weights, method=method, n_resamples=4000, seed=1)
        for method in ("asymptotic", "studentised-permutation", *(() if dying else ("permutation",)))
    ]
    p_values = [test.p_value for test in found]
    assert p_values == pytest.approx([p_values[0]] * len(p_values), abs=0.03)
    assert found[1].p_value_method == "monte-carlo"
    assert found[1].seed == "1"
    assert found[0].score > 0


def test_monte_carlo_answers_repeat() -> None:
    y, group = trial(20, 1.5, 5)
    one = compare_mean_cumulative(y, group, method="studentised-permutation", n_resamples=500)
    again = compare_mean_cumulative(
        y, group, method="studentised-permutation", n_resamples=500, seed=int(one.seed)
    )
    assert one.p_value == again.p_value
    assert one.p_value_std_error > 0


def test_the_robust_test_holds_its_level_where_the_poisson_one_does_not() -> None:
    rejected = np.zeros(2)
    for seed in range(150):
        y, group = trial(25, 1.0, 1000 + seed)
        for k, variance in enumerate(("lawless-nadeau", "poisson")):
            rejected[k] += compare_mean_cumulative(y, group, variance=variance).p_value < 0.05
    assert rejected[0] / 150 < 0.11
    assert rejected[1] > rejected[0]


def test_linear_weights_end_where_one_group_ends() -> None:
    y = hs.Surv.counting([0, 0, 0], [2, 4, 8], [1, 1, 1], id=["a", "b", "c"])
    rows, _ = Histories.of(y, "test").rows_of(np.ones(3, dtype=bool))
    assert both_observed(rows, np.array([False, False, True])).tolist() == [True, True, False]
    test = compare_mean_cumulative(y, ["x", "x", "y"], weights="linear")
    # At 2: weight 1 - 2/4, Y 2 and 1: 1/2 * 2/3 * (0 - 1/2).
    assert test.score == pytest.approx(-1 / 6)


def test_equal_patients_leave_nothing_to_compare() -> None:
    y = hs.Surv.counting([0, 0], [2, 2], [1, 1], id=["a", "b"])
    test = compare_mean_cumulative(y, ["x", "y"])
    assert (test.status, test.df) == ("not_estimable", 0)
    assert np.isnan(test.p_value)
    assert "variance" in test.reason
    assert compare_mean_cumulative(y, ["x", "y"], method="permutation").p_value == 1


def test_unequal_follow_up_is_warned_of() -> None:
    ids = [f"p{k}" for k in range(20)]
    stop = [1 + 0.01 * k for k in range(10)] + [9 + 0.01 * k for k in range(10)]
    y = hs.Surv.counting([0] * 20, stop, [0] * 19 + [1], id=ids)
    with pytest.warns(NonIdentifiableWarning, match="not followed alike"):
        test = compare_mean_cumulative(y, ["x"] * 10 + ["y"] * 10, method="permutation")
    assert test.warnings


def test_frame_and_words() -> None:
    test = compare_mean_cumulative(tiny(), GROUP, method="permutation")
    frame = test.to_frame()
    assert list(frame) == ["group", "n", "events", "follow_up", "rate"]
    assert frame["events"].tolist() == [4, 1]
    assert frame["follow_up"].tolist() == [17, 16]
    assert "exact permutation p-value over all 10 relabellings" in test.method
    assert "1 less 0" in test.title()
    assert test.patients() == ("1", "2", "3", "4", "5")
    assert test.as_dict()["score"] == pytest.approx(test.score)


@pytest.mark.parametrize(
    ("group", "options", "error", "message"),
    [
        ([0] * 9, {}, DesignError, "only one label"),
        ([0, 0, 0, 1, 1, 2, 0, 0, 1], {}, DesignError, "group has 3 labels"),
        (GROUP, {"method": "exact"}, UnsupportedError, "method='exact' is not known"),
        (GROUP, {"weights": "quadratic"}, UnsupportedError, "weights='quadratic'"),
        (GROUP, {"n_resamples": 0}, DataError, "n_resamples"),
    ],
)
def test_what_is_refused(group: list[int], options: dict, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        compare_mean_cumulative(tiny(), group, **options)


def test_what_has_no_definition_with_deaths() -> None:
    y, group = trial(5, 1, 1, dying=True)
    assert y.terminal is not None
    assert y.terminal.any()
    with pytest.raises(UnsupportedError, match="studentised-permutation"):
        compare_mean_cumulative(y, group, method="permutation")
    with pytest.raises(UnsupportedError, match="Poisson|poisson"):
        compare_mean_cumulative(y, group, variance="poisson")
    still = hs.Surv.counting([0, 0], [1, 2], [0, 0], id=["a", "b"])
    with pytest.raises(DesignError, match="no events"):
        compare_mean_cumulative(still, [0, 1])
