"""Chained equations: what is drawn against its distribution worked out otherwise."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import optimize, special

import hpcstats as hs
from hpcstats.sensitivity.missing import impute
from hpcstats.sensitivity.missing.chain import ChainedEquations
from hpcstats.sensitivity.missing.chained_equations import chained_equations, outcome_of, own_hazard
from hpcstats.sensitivity.missing.variables import Columns

TIME = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]
EVENT = [1, 0, 1, 1, 0, 1, 1, 0, 1, 0, 1, 1]
Y = hs.Surv.right(TIME, EVENT)


def drawn(x, size, y=Y, cycles=1):
    columns = Columns.of({"x": x}, None, (), y)
    return columns, chained_equations(y, columns, size, cycles, [1, 2, 3], 1, False).values[0]


def test_a_level_is_drawn_with_the_probability_of_its_posterior():
    """Logistic regression on the outcome, climbed by a general optimiser, its normal posterior integrated."""
    x = [1, 1, None, 0, 0, 1, 1, None, 0, 0, 1, None]
    columns, values = drawn(x, 4_000)
    gaps = columns.variables[0].missing
    hazard = own_hazard(Y)
    design = np.column_stack([np.ones(12), EVENT, (hazard - hazard.mean()) / hazard.std()])
    mean, spread = design.mean(axis=0), design.std(axis=0)
    rows, codes, weights = [*design[~gaps]], [v for v in x if v is not None], [1.0] * 9
    for column in (1, 2):
        for level in (0, 1):
            for sign in (-0.5, 0.5):
                row = mean.copy()
                row[column] += sign * spread[column]
                rows, codes, weights = [*rows, row], [*codes, level], [*weights, 3 / 8]
    rows, codes, weights = np.array(rows), np.array(codes), np.array(weights)

    def loss(b):
        return -(weights * (codes * (rows @ b) - np.logaddexp(0, rows @ b))).sum()

    best = optimize.minimize(loss, np.zeros(3), method="BFGS", options={"gtol": 1e-9}).x
    share = special.expit(rows @ best)
    covariance = np.linalg.inv((rows * (weights * share * (1 - share))[:, None]).T @ rows)
    nodes, mass = np.polynomial.hermite_e.hermegauss(60)
    for number, row in enumerate(np.flatnonzero(gaps)):
        linear = design[row] @ best + nodes * np.sqrt(design[row] @ covariance @ design[row])
        expected = (special.expit(linear) @ mass) / mass.sum()
        found = values[:, gaps][:, number].mean()
        assert found == pytest.approx(expected, abs=4 * np.sqrt(0.25 / 4_000))


def test_a_number_is_borrowed_as_often_as_in_a_plain_loop():
    """Type 1 matching written out: the variance drawn, known rows predicted at the best coefficients."""
    x = [3.0, 5.0, None, 1.0, 8.0, 2.0, 9.0, None, 4.0, 6.0, 7.0, 0.0]
    columns, values = drawn(x, 4_000)
    gaps = columns.variables[0].missing
    hazard = own_hazard(Y)
    design = np.column_stack([np.ones(12), EVENT, hazard])
    known, seen = np.array([v for v in x if v is not None]), design[~gaps]
    best = np.linalg.lstsq(seen, known, rcond=None)[0]
    left, inner = ((known - seen @ best) ** 2).sum(), np.linalg.inv(seen.T @ seen)
    rng, counts = np.random.default_rng(9), np.zeros((2, 10))
    for _ in range(4_000):
        variance = left / rng.chisquare(10 - 3)
        coefficients = rng.multivariate_normal(best, variance * inner)
        for number, row in enumerate(np.flatnonzero(gaps)):
            distance = np.abs(seen @ best - design[row] @ coefficients)
            counts[number, int(known[rng.choice(np.argsort(distance)[:5])])] += 1
    for number in range(2):
        found = np.bincount(values[:, gaps][:, number].astype(int), minlength=10)
        assert found / 4_000 == pytest.approx(counts[number] / 4_000, abs=4.5 * np.sqrt(2 * 0.25 / 4_000))
        assert np.abs(found - counts[number]).sum() / 4_000 < 0.15


def test_chains_begin_apart_and_with_known_values():
    columns = Columns.of({"x": [3.0, 5.0, None, 1.0, 8.0, 2.0, 9.0, None, 4.0, 6.0, 7.0, 0.0]}, None, (), Y)
    rngs = [np.random.default_rng(number) for number in range(30)]
    values = ChainedEquations.started(columns, outcome_of(Y), rngs).values[0]
    begun = values[:, columns.variables[0].missing]
    assert set(begun.ravel()) <= {3.0, 5.0, 1.0, 8.0, 2.0, 9.0, 4.0, 6.0, 7.0, 0.0}
    assert (begun.std(axis=0) > 1).all()


def test_a_chain_is_the_same_whoever_runs_beside_it():
    x = [1, 1, None, 0, 0, 1, 1, None, 0, 0, 1, None]
    _, few = drawn(x, 3, cycles=2)
    _, many = drawn(x, 60, cycles=2)
    assert np.array_equal(few, many[:3])


def test_the_outcome_is_told_by_what_varies():
    assert outcome_of(Y).shape == (12, 2)
    everybody = hs.Surv.right(TIME, [1] * 12)
    assert outcome_of(everybody).shape == (12, 1)
    assert outcome_of(hs.Surv.right([2.0] * 12, [1] * 12)).shape == (12, 0)


@pytest.mark.parametrize("y", [hs.Surv.right(TIME, [1] * 12), hs.Surv.right([2.0] * 12, EVENT)])
def test_levels_are_drawn_where_all_have_the_event_or_one_time(y):
    found = impute(y, {"x": ["a", "b", None, "a", "b", "a", "b", None, "a", "b", "a", "b"]}, seed=1)
    assert found.status == "ok"


def test_effects_are_unbiased_with_the_outcome_and_shrink_without_it():
    """Thirty samples of a known truth, a binary covariate missing four times as often after an event."""
    truth, n, rng = 1.2, 120, np.random.default_rng(31)
    found = []
    for number in range(30):
        x, z = rng.integers(0, 2, n), rng.normal(size=n)
        time, last = rng.exponential(np.exp(-truth * x - 0.5 * z)), rng.uniform(0.5, 3, n)
        y = hs.Surv.right(np.minimum(time, last), time <= last)
        gaps = rng.random(n) < np.where(y.event, 0.4, 0.1)
        data = pd.DataFrame({"x": np.where(gaps, np.nan, x), "z": z})
        told = [
            impute(y, data, n_imputations=3, cycles=2, method=method, penalty=None, seed=number)
            for method in ("mice", "substantive-model")
        ]
        columns = told[0].columns
        rngs = [np.random.default_rng([number, k]) for k in range(3)]
        blind = ChainedEquations.started(columns, np.empty((n, 0)), rngs)
        blind.cycle()
        naive = [hs.cox(y, columns.frame([v[k] for v in blind.values])).coef[0] for k in range(3)]
        whole = hs.cox(y, {"x": x, "z": z}).coef[0]
        found.append([whole, *(one.pooled.estimate[0] for one in told), np.mean(naive)])
    whole, mice, compatible, without = np.mean(found, axis=0)
    assert whole == pytest.approx(truth, abs=0.2)
    assert [mice, compatible] == pytest.approx([whole] * 2, abs=0.1)
    assert without < whole - 0.3
