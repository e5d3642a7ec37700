"""Permutation tests against every arrangement by brute force, and against the log-rank test."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

import hpcstats as hs
from hpcstats.core.permutation.score_permutation import Layer, every_sum
from hpcstats.sensitivity import permutation_test
from tests import oracles

TIME = [1, 2, 2, 3, 4, 5, 6, 8]
EVENT = [1, 1, 1, 0, 1, 1, 0, 1]
GROUP = [1, 1, 0, 1, 0, 1, 0, 0]
Y = hs.Surv.right(TIME, EVENT)


def brute_force(value, groups) -> float:
    """The share of arrangements whose statistic is at least that of the data."""
    observed = value(groups[0])
    return sum(value(group) >= observed - 1e-9 for group in groups) / len(groups)


def arrangements(group: list[int]) -> list[list[int]]:
    chosen = itertools.combinations(range(len(group)), sum(group))
    return [group, *([int(i in few) for i in range(len(group))] for few in chosen)]


def test_two_groups_are_the_permutation_logrank_test():
    def value(group: list[int]) -> float:
        observed, expected, _ = oracles.logrank(TIME, [bool(e) for e in EVENT], group)
        return abs(float(observed - expected))

    groups = arrangements(GROUP)
    share = (brute_force(value, groups) * len(groups) - 1) / (len(groups) - 1)
    test = permutation_test(hs.cox(Y, {"group": GROUP}, ties="breslow"), "group")
    assert test.n_arrangements == 70
    assert test.p_value == pytest.approx(share)
    assert (test.monte_carlo_error, test.n_resamples, test.seed) == (0.0, 0, "")


def test_a_covariate_beside_another_by_brute_force():
    """Martingale residuals of the model without the term change places; its columns less their projection."""
    time, event = [1, 2, 3, 4, 5, 6], [1, 1, 0, 1, 1, 1]
    x, z = np.array([1.0, 0, 1, 0, 0, 1]), np.array([0.3, -1, 2, 0.1, 0.5, -0.4])
    y = hs.Surv.right(time, event)
    null = hs.cox(y, {"z": z})
    residuals = null.residuals("martingale").iloc[:, -1].to_numpy()
    lik = oracles.PartialLikelihood(time, [bool(e) for e in event], np.column_stack([x, z]))
    information = -lik.hessian([0.0, float(null.coef[0])])
    left = x - information[0, 1] / information[1, 1] * z
    left -= left.mean()
    sums = np.array([left @ np.array(order) for order in itertools.permutations(residuals)])
    share = (np.abs(sums) >= abs(left @ residuals) - 1e-7).mean()
    test = permutation_test(hs.cox(y, {"x": x, "z": z}), "x")
    assert test.p_value == pytest.approx(share)
    variance = (residuals @ residuals) / 5 * (left @ left)
    assert test.statistic == pytest.approx((left @ residuals) ** 2 / variance, rel=1e-4)


def test_several_columns_of_a_factor_are_tested_together():
    site = ["a", "b", "c", "a", "b", "c", "a", "b"]
    fit = hs.cox(Y, {"site": site})
    test = permutation_test(fit, "site")
    assert (test.df, test.n_arrangements) == (2, 560)
    matrix = np.array([[s == "b", s == "c"] for s in site], float)
    matrix -= matrix.mean(axis=0)
    steps = hs.cox(Y, {"one": GROUP}, offset=np.zeros(8))
    null = steps.response.event - np.array(
        oracles.cumulated_hazards(
            oracles.PartialLikelihood(TIME, [bool(e) for e in EVENT], np.zeros((8, 1))), [0.0]
        )
    )
    inverse = np.linalg.inv(matrix.T @ matrix)

    def form(order) -> float:
        score = matrix.T @ null[list(order)]
        return float(score @ inverse @ score)

    values = np.array([form(order) for order in itertools.permutations(range(8))])
    assert test.p_value == pytest.approx((values >= values[0] - 1e-9).mean())
    assert permutation_test(fit, "site[T.b]").df == 1


def test_patients_change_places_within_strata_only():
    strata = [0, 0, 0, 0, 1, 1, 1, 1]
    test = permutation_test(hs.cox(Y, {"group": GROUP}, strata=strata), "group")
    assert test.n_arrangements == math.comb(4, 3) * math.comb(4, 1)
    column = permutation_test(hs.cox(Y, {"group": GROUP}), "group", within=strata)
    assert column.n_arrangements == 16


def test_drawn_permutations_agree_with_all():
    fit = hs.cox(Y, {"group": GROUP})
    exact = permutation_test(fit, "group")
    drawn = permutation_test(fit, "group", 20_000, method="monte-carlo", seed=1)
    assert abs(drawn.p_value - exact.p_value) < 4 * drawn.monte_carlo_error
    assert drawn.monte_carlo_error == pytest.approx(math.sqrt(drawn.p_value * (1 - drawn.p_value) / 20_001))
    assert (drawn.p_value * 20_001) % 1 == pytest.approx(0, abs=1e-6)
    assert drawn.p_value == permutation_test(fit, "group", 20_000, method="monte-carlo", seed=1).p_value
    least = permutation_test(fit, "group", 3, method="monte-carlo", seed=1)
    assert least.p_value >= 0.25


def test_frequencies_are_repeated_rows():
    often = [1, 2, 1, 1, 1, 1, 2, 1]
    rows = np.repeat(np.arange(8), often)
    one = permutation_test(hs.cox(Y, {"g": GROUP}, frequencies=often), "g")
    two = permutation_test(hs.cox(Y.take(rows), {"g": np.array(GROUP)[rows]}), "g")
    assert (one.p_value, one.n_arrangements) == (pytest.approx(two.p_value), two.n_arrangements)


@pytest.mark.filterwarnings("ignore::hpcstats.errors.SeparationWarning")
def test_the_size_of_the_test_is_held():
    """Under the null hypothesis the p-value of 120 samples is below 0.1 in at most about a tenth."""
    generator = np.random.default_rng(2)
    below = 0
    for _ in range(120):
        y = hs.Surv.right(generator.exponential(size=9), generator.random(9) < 0.8)
        if y.n_events >= 2:
            fit = hs.cox(y, {"g": generator.permutation([0] * 4 + [1] * 5)})
            below += permutation_test(fit, "g").p_value <= 0.1
    assert 3 <= below <= 22


def test_exact_ties_have_the_residuals_of_breslow_without_covariates():
    exact = hs.cox(Y, {"group": GROUP}, ties="exact")
    breslow = hs.cox(Y, {"group": GROUP}, ties="breslow")
    assert permutation_test(exact, "group").p_value == permutation_test(breslow, "group").p_value
    with pytest.raises(hs.UnsupportedError, match="ties='exact' lacks"):
        permutation_test(hs.cox(Y, {"g": GROUP, "z": [1, 3, 2, 3, 1, 4, 1, 2]}, ties="exact"), "g")


def test_every_arrangement_is_met_once():
    layer = Layer(np.array([[0.0], [0.0], [1.0], [1.0]]) - 0.5, np.array([1.0, 2.0, 4.0, 8.0]))
    sums = sorted((every_sum([layer])[:, 0] + 7.5).tolist())
    assert sums == [3.0, 5.0, 6.0, 9.0, 10.0, 12.0]


@pytest.mark.parametrize(
    ("fit", "options", "message"),
    [
        ({}, {"term": "sex"}, "There is no term 'sex'"),
        ({}, {"method": "fast"}, "method='fast' is not known"),
        ({"weights": [0.5] * 8}, {}, "sampling weights"),
        ({}, {"n_resamples": 0}, "n_resamples"),
    ],
)
def test_what_cannot_be_tested_is_refused(fit, options, message):
    with pytest.raises(hs.HpcstatsError, match=message):
        permutation_test(hs.cox(Y, {"group": GROUP}, **fit), **({"term": "group"} | options))


@pytest.mark.filterwarnings("ignore::hpcstats.errors.SeparationWarning")
def test_a_model_without_the_term_must_exist():
    fit = hs.cox(Y, {"z": [5, 4, 4, 3, 3, 2, 2, 1], "group": GROUP})
    with pytest.raises(hs.DesignError, match="without the term has no finite estimate"):
        permutation_test(fit, "group")
    penalised = hs.cox(Y, {"z": [5, 4, 4, 3, 3, 2, 2, 1], "group": GROUP}, penalty="firth")
    assert 0 < permutation_test(penalised, "group").p_value <= 1


def test_several_rows_of_a_patient_do_not_change_places():
    y = hs.Surv.counting([0, 2, 0, 0, 0], [2, 5, 3, 4, 6], [0, 1, 1, 1, 0], id=[1, 1, 2, 3, 4])
    with pytest.raises(hs.UnsupportedError, match="one row a patient"):
        permutation_test(hs.cox(y, {"x": [0, 0, 1, 0, 1]}), "x")
