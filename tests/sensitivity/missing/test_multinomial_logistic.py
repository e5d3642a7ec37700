"""The logistic kernel against a closed form and a general optimiser; augmentation against its definition."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import optimize

from hpcstats.core.missing.multinomial_logistic import augmented, fit_multinomial, probabilities


def with_intercept(x):
    return np.concatenate([np.ones((*x.shape[:-1], 1)), x], axis=-1)


def test_a_table_of_two_by_two_has_its_log_odds_ratio():
    x = np.repeat([0.0, 0.0, 1.0, 1.0], [7, 3, 4, 6])[None, :, None]
    y = np.repeat([0, 1, 0, 1], [7, 3, 4, 6])[None]
    fit = fit_multinomial(with_intercept(x), y, 2, np.ones(20))
    assert fit.converged.all()
    assert fit.coefficients[0] == pytest.approx([np.log(3 / 7), np.log(6 / 4) - np.log(3 / 7)])
    assert fit.covariance[0, 1, 1] == pytest.approx(1 / 7 + 1 / 3 + 1 / 4 + 1 / 6)


def test_three_levels_agree_with_a_general_optimiser():
    random = np.random.default_rng(3)
    x, y = random.normal(size=(2, 40, 2)), random.integers(0, 3, (2, 40))
    weights = random.uniform(0.5, 2, 40)
    fit = fit_multinomial(with_intercept(x), y, 3, weights)
    for b in range(2):

        def loss(flat, b=b):
            shares = probabilities(with_intercept(x)[b : b + 1], flat[None], 3)[0]
            return -(weights * np.log(shares[np.arange(40), y[b]])).sum()

        best = optimize.minimize(loss, np.zeros(6), method="BFGS", options={"gtol": 1e-8})
        assert fit.coefficients[b] == pytest.approx(best.x, abs=1e-4)
        assert loss(fit.coefficients[b]) <= best.fun + 1e-9


def test_weights_are_repeated_rows():
    random = np.random.default_rng(4)
    x, y = with_intercept(random.normal(size=(1, 15, 1))), random.integers(0, 2, (1, 15))
    counts = random.integers(1, 4, 15)
    weighted = fit_multinomial(x, y, 2, counts.astype(float))
    rows = np.repeat(np.arange(15), counts)
    repeated = fit_multinomial(x[:, rows], y[:, rows], 2, np.ones(rows.size))
    assert weighted.coefficients == pytest.approx(repeated.coefficients)
    assert weighted.covariance == pytest.approx(repeated.covariance)


def test_perfect_prediction_has_a_finite_estimate():
    x = with_intercept(np.arange(10.0)[None, :, None])
    y = (np.arange(10) > 4).astype(np.int64)[None]
    spread = np.stack([x.mean(axis=1), x.std(axis=1)], axis=1)
    rows, codes, weights = augmented(x, y, 2, spread)
    fit = fit_multinomial(rows, codes, 2, weights)
    assert fit.converged.all()
    assert 0 < fit.coefficients[0, 1] < 10
    assert np.isfinite(fit.covariance).all()
    assert weights[10:].sum() == pytest.approx(2)


def test_added_rows_lie_half_a_deviation_from_the_means():
    x = with_intercept(np.array([[[0.0, 5.0], [2.0, 1.0], [4.0, 3.0]]]))
    spread = np.stack([x.mean(axis=1), x.std(axis=1)], axis=1)
    rows, codes, weights = augmented(x, np.array([[0, 1, 1]]), 2, spread)
    added = rows[0, 3:]
    assert added.shape == (8, 3)
    assert (added[:, 0] == 1).all()
    apart = (added - spread[0, 0]) / np.where(spread[0, 1] > 0, spread[0, 1], 1)
    assert sorted(map(tuple, np.round(apart[:, 1:], 9))) == sorted(
        [(0.5, 0), (-0.5, 0), (0.5, 0), (-0.5, 0), (0, 0.5), (0, -0.5), (0, 0.5), (0, -0.5)]
    )
    # For each level and predictor one row on either side.
    assert sorted(zip(codes[0, 3:].tolist(), np.sign(apart.sum(axis=1)).tolist(), strict=True)) == sorted(
        [(level, sign) for level in (0, 1) for sign in (-1.0, 1.0)] * 2
    )
    assert weights[3:].sum() == pytest.approx(3)


def test_without_predictors_nothing_is_added():
    x = np.ones((1, 4, 1))
    rows, codes, weights = augmented(x, np.array([[0, 1, 1, 1]]), 2, np.ones((1, 2, 1)))
    assert rows.shape == (1, 4, 1)
    fit = fit_multinomial(rows, codes, 2, weights)
    assert fit.coefficients[0, 0] == pytest.approx(np.log(3))
