"""What the outcome says of a covariate: hazards against the package's own, rejection against its bound."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import integrate, stats

import hpcstats as hs
from hpcstats.core.missing.substantive import (
    cumulative_baseline,
    log_acceptance,
    log_outcome,
    posterior_of_mean,
    spread_of,
)
from hpcstats.core.risk_sets import place
from hpcstats.sensitivity.missing.chained_equations import own_hazard

TIME = [1, 2, 2, 3, 5, 5, 8, 9]
EVENT = [1, 1, 0, 1, 1, 1, 0, 1]


def test_without_covariates_it_is_nelson_aalen_at_ones_own_time():
    y = hs.Surv.right(TIME, EVENT)
    curve = hs.nelson_aalen(y).to_frame().set_index("time")["estimate"]
    assert own_hazard(y) == pytest.approx([curve[t] for t in TIME])


def test_with_delayed_entry_only_the_time_under_observation_counts():
    entry = [0, 0, 1, 1, 2, 3, 2, 0]
    y = hs.Surv.right(TIME, EVENT, entry=entry)
    curve = hs.nelson_aalen(y).to_frame()

    def upto(t):
        return curve.loc[curve["time"] <= t, "estimate"].max() if (curve["time"] <= t).any() else 0.0

    expected = [upto(t) - upto(e) for t, e in zip(TIME, entry, strict=True)]
    assert own_hazard(y) == pytest.approx(expected)


def test_with_covariates_it_is_breslow_s():
    x = np.array([0.2, -1.0, 0.5, 0.0, 1.5, -0.3, 0.8, -0.7])
    y = hs.Surv.right(TIME, EVENT)
    linear = 0.6 * x
    found = cumulative_baseline(place(y.time, y.event), linear[None])[0]
    for i, t in enumerate(TIME):
        steps = [
            sum(np.equal(TIME, s) & np.array(EVENT, bool)) / np.exp(linear[np.array(TIME) >= s]).sum()
            for s in sorted(set(TIME))
            if s <= t
        ]
        assert found[i] == pytest.approx(sum(steps))


@pytest.mark.parametrize("event", [False, True])
def test_acceptance_is_a_probability_that_reaches_one(event):
    linear = np.linspace(-6, 6, 4001)
    hazard = np.full(linear.shape, 0.7)
    logs = log_acceptance(np.full(linear.shape, event), hazard, linear)
    assert (logs <= 1e-12).all()
    assert logs.max() == pytest.approx(0.0, abs=2e-3)
    outcome = log_outcome(np.full(linear.shape, event), hazard, linear)
    assert np.ptp(logs - outcome) < 1e-12


def test_rejection_draws_from_the_product_of_both_densities():
    rng, beta, hazard = np.random.default_rng(1), 1.2, 0.9
    proposed = rng.normal(0.3, 1.0, 60_000)
    chance = np.log(rng.random(proposed.size))
    taken = proposed[chance <= log_acceptance(np.array(True), np.array(hazard), beta * proposed)]

    def density(x):
        return stats.norm.pdf(x, 0.3, 1.0) * np.exp(beta * x - hazard * np.exp(beta * x))

    whole = integrate.quad(density, -8, 8)[0]
    for cut in (-0.5, 0.0, 0.5):
        share = integrate.quad(density, -8, cut)[0] / whole
        assert (taken <= cut).mean() == pytest.approx(share, abs=4 * np.sqrt(0.25 / taken.size))


def test_draws_of_a_regression_have_their_posterior():
    rng, n, batch = np.random.default_rng(2), 30, 4000
    x = np.column_stack([np.ones(n), rng.normal(size=n)])
    y = x @ [1.0, 0.5] + rng.normal(size=n)
    coefficients, deviation = posterior_of_mean(
        np.tile(x, (batch, 1, 1)),
        np.tile(y, (batch, 1)),
        rng.standard_normal((batch, 2)),
        rng.chisquare(n - 2, batch),
    )
    best = np.linalg.solve(x.T @ x, x.T @ y)
    left = ((y - x @ best) ** 2).sum()
    assert coefficients.mean(axis=0) == pytest.approx(best, abs=0.02)
    assert (deviation**2).mean() == pytest.approx(left / (n - 4), rel=0.05)
    expected = left / (n - 4) * np.linalg.inv(x.T @ x)
    assert np.cov(coefficients.T) == pytest.approx(expected, rel=0.15, abs=2e-3)


def test_spread_has_the_covariance_asked_for():
    matrix = np.array([[2.0, 0.6], [0.6, 1.0]])
    drawn = spread_of(np.tile(matrix, (2, 1, 1)), np.eye(2))
    assert drawn.T @ drawn == pytest.approx(matrix)
