"""Posteriors: maximisation and integration by other means, identities, Firth's mode and refusals."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from scipy import integrate, optimize
from scipy.special import ndtr, ndtri

import hpcstats as hs
from hpcstats.core.cox.firth import FirthPenalty
from hpcstats.core.cox.newton import maximise
from hpcstats.core.cox.partial_likelihood import prepare
from hpcstats.core.posterior.grid import grid_marginals, mode_of
from hpcstats.core.posterior.importance import importance
from hpcstats.core.posterior.log_posterior import Heights, NormalPosterior
from hpcstats.core.posterior.marginal import GridMarginal, WeightedMarginal, shortest_interval
from hpcstats.regression.posterior_summary import posterior
from hpcstats.regression.prior import FlatPrior, JeffreysPrior, NormalPrior
from tests import oracles

pytestmark = pytest.mark.filterwarnings("ignore::hpcstats.errors.SeparationWarning")


def trial(p: int, n: int = 14, *, monotone: bool = False, seed: int = 2):
    rng = np.random.default_rng(seed)
    x = np.column_stack([np.arange(n) % 2, rng.normal(size=(n, p - 1))]).astype(float)
    event = rng.random(n) < 0.8
    if monotone:
        event &= x[:, 0] == 0
    return rng.integers(1, 8, n).astype(float), event, x


def fitted(p: int, **options) -> hs.CoxFit:
    time, event, x = trial(p, **options)
    return hs.cox(hs.Surv.right(time, event), {f"x{j}": x[:, j] for j in range(p)})


def oracle(p: int, scale: float, **options):
    """The log posterior by loops."""
    time, event, x = trial(p, **options)
    likelihood = oracles.PartialLikelihood(time, event, x)

    def value(b) -> float:
        size = -0.5 * np.log(2 * np.pi) - np.log(scale)
        return likelihood(np.atleast_1d(b)) + sum(size - 0.5 * (v / scale) ** 2 for v in np.atleast_1d(b))

    return value


@pytest.mark.parametrize(("p", "monotone"), [(1, False), (1, True), (3, False), (3, True)])
def test_the_mode_is_that_of_ridge_regression(p, monotone):
    target = oracle(p, 0.7, monotone=monotone)
    best = optimize.minimize(lambda b: -target(b), np.zeros(p), method="BFGS", options={"gtol": 1e-9})
    found = posterior(fitted(p, monotone=monotone), NormalPrior(scale=0.7), method="importance")
    assert found.mode == pytest.approx(best.x, abs=1e-5)


@pytest.mark.parametrize("scale", [0.5, 5.0])
@pytest.mark.parametrize("monotone", [False, True])
def test_one_coefficient_against_adaptive_integration(scale, monotone):
    target = oracle(1, scale, monotone=monotone)
    found = posterior(fitted(1, monotone=monotone), NormalPrior(scale=scale))
    centre, top = found.mode[0], target(found.mode)

    def moment(what, low=-np.inf, high=np.inf) -> float:
        ends = sorted(
            {max(low, centre - 12 * scale), min(high, centre + 12 * scale)}
            | ({centre} if low < centre < high else set())
        )
        pieces = [
            integrate.quad(lambda b: what(b) * np.exp(target(b) - top), a, b, epsabs=1e-13, limit=200)[0]
            for a, b in itertools.pairwise(ends)
        ]
        return sum(pieces)

    total = moment(lambda _: 1.0)
    mean = moment(lambda b: b) / total
    assert found.log_evidence == pytest.approx(np.log(total) + top, abs=1e-8)
    assert found.mean[0] == pytest.approx(mean, abs=1e-7)
    assert found.std_dev[0] == pytest.approx(np.sqrt(moment(lambda b: (b - mean) ** 2) / total), rel=1e-7)
    assert found.probability_above[0] == pytest.approx(moment(lambda _: 1.0, low=0.0) / total, abs=1e-7)
    for probability, value in ((0.025, found.low), (0.5, found.median), (0.975, found.high)):
        assert moment(lambda _: 1.0, high=value[0]) / total == pytest.approx(probability, abs=1e-7)
    low, high = found.shortest_low[0], found.shortest_high[0]
    assert moment(lambda _: 1.0, low=low, high=high) / total == pytest.approx(0.95, abs=1e-7)
    # Equal density at both ends is what makes an interval of one summit the shortest.
    assert target(low) == pytest.approx(target(high), abs=1e-3)
    assert high - low <= found.high[0] - found.low[0] + 1e-9


@pytest.mark.parametrize("monotone", [False, True])
def test_two_coefficients_against_a_dense_grid(monotone):
    time, event, x = trial(2, monotone=monotone)
    likelihood = prepare(time, event, x, np.ones((1, time.size)))
    density = NormalPosterior(likelihood, np.full(2, 1 / 1.5**2))
    mode, _ = mode_of(density)
    axes = [np.linspace(mode[j] - 9, mode[j] + 9, 361) for j in range(2)]
    places = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 2)
    logs = np.concatenate([likelihood.evaluate(part).value for part in np.array_split(places, 60)])
    logs = logs + density.constant - 0.5 * (places**2).sum(axis=1) / 1.5**2
    mass = np.exp(logs - logs.max()).reshape(361, 361)
    found = posterior(fitted(2, monotone=monotone), NormalPrior(scale=1.5))
    assert found.quadrature == "grid"
    assert found.log_evidence == pytest.approx(np.log(mass.sum() * 0.05**2) + logs.max(), abs=1e-6)
    for j in range(2):
        marginal = mass.sum(axis=1 - j) / mass.sum()
        mean = marginal @ axes[j]
        assert found.mean[j] == pytest.approx(mean, abs=1e-5)
        assert found.std_dev[j] == pytest.approx(np.sqrt(marginal @ (axes[j] - mean) ** 2), abs=1e-5)
    assert found.error < 1e-5


def test_without_information_the_posterior_is_the_prior():
    # A normal distribution in two dimensions by the grid, known in closed form.
    marginal = GridMarginal(0.3, 2.0, np.linspace(-3.2, 3.2, 161), np.empty(161), 0.0)
    mass = np.exp(-0.5 * np.sinh(marginal.grid) ** 2) * np.cosh(marginal.grid)
    marginal = GridMarginal(0.3, 2.0, marginal.grid, mass / (mass.sum() * marginal.step), 0.0)
    assert marginal.mean == pytest.approx(0.3, abs=1e-10)
    assert marginal.std_dev == pytest.approx(2.0, abs=1e-10)
    for probability in (0.001, 0.025, 0.4, 0.975):
        value = 0.3 + 2 * float(ndtri(probability))
        assert marginal.quantile(probability) == pytest.approx(value, abs=1e-9)
        assert marginal.below(value) == pytest.approx(probability, abs=1e-11)
    low, high = shortest_interval(marginal, 0.9)
    assert (low, high) == pytest.approx((0.3 - 2 * 1.6448536, 0.3 + 2 * 1.6448536), abs=1e-4)


def test_a_narrow_prior_is_the_posterior_and_a_wide_one_the_likelihood():
    fit = fitted(2)
    narrow = posterior(fit, NormalPrior(scale=0.01))
    assert narrow.std_dev == pytest.approx([0.01, 0.01], rel=0.01)
    flat, wide = posterior(fit, FlatPrior()), posterior(fit, NormalPrior(scale=1000.0))
    assert flat.mode == pytest.approx(fit.coef, abs=1e-8)
    for name in ("mean", "std_dev", "median", "low", "high", "shortest_low", "probability_above"):
        assert getattr(wide, name) == pytest.approx(getattr(flat, name), abs=1e-4), name
    # The evidence of a wide prior is that of a flat one times its density at 0.
    assert wide.log_evidence == pytest.approx(
        flat.log_evidence - 2 * np.log(1000 * np.sqrt(2 * np.pi)), abs=1e-4
    )


def test_jeffreys_mode_is_firths_estimate_and_its_posterior_is_proper():
    time, event, x = trial(1, monotone=True)
    likelihood = prepare(time, event, x, np.ones((1, time.size)))
    firth = maximise(FirthPenalty(likelihood), np.zeros((1, 1))).position[0]
    found = posterior(fitted(1, monotone=True), JeffreysPrior())
    assert found.mode == pytest.approx(firth, abs=1e-6)
    slow = oracles.PartialLikelihood(time, event, x)

    def density(b: float) -> float:
        information = likelihood.evaluate(np.array([[b]])).information.item()
        return np.exp(slow([b]) - slow([firth[0]])) * np.sqrt(information)

    total, _ = integrate.quad(density, -25, 10, limit=300)
    below, _ = integrate.quad(density, -25, found.low[0], limit=300)
    assert below / total == pytest.approx(0.025, abs=1e-5)


def test_a_prior_keeps_monotone_likelihood_proper_and_a_flat_one_does_not():
    fit = fitted(2, monotone=True)
    found = posterior(fit, NormalPrior(scale=2.0))
    assert np.isfinite(found.to_frame().drop(columns="term").to_numpy()).all()
    assert found.mean[0] < found.mode[0]  # the long tail lies where the likelihood rises for ever
    with pytest.raises(hs.DesignError, match="monotone in x0: under a flat prior"):
        posterior(fit, FlatPrior())


def test_importance_agrees_with_the_grid_and_repeats_itself():
    fit = fitted(3)
    grid = posterior(fit, method="grid")
    once, again = (posterior(fit, method="importance", seed=7) for _ in range(2))
    other = posterior(fit, method="importance", seed=8)
    assert (once.mean == again.mean).all()
    assert not (once.mean == other.mean).any()
    assert once.seed == "7"
    assert once.effective_nodes > 10_000
    assert once.log_evidence == pytest.approx(grid.log_evidence, abs=5 * max(once.error, 2e-4))
    for name in ("mean", "median", "low", "high"):
        assert getattr(once, name) == pytest.approx(getattr(grid, name), abs=0.02), name


def test_six_coefficients_of_a_normal_density_are_known():
    # Far beyond the data every likelihood is swamped: the posterior is the prior.
    time, event, x = trial(6, n=20)
    likelihood = prepare(time, event, x, np.ones((1, 20)))
    density = NormalPosterior(likelihood, np.full(6, 1e8))
    mode, covariance = mode_of(density)
    found = importance(density, mode, covariance, np.random.default_rng(3).random((8, 7)))
    null = likelihood.evaluate(np.zeros((1, 6))).value[0]
    assert found.log_total == pytest.approx(null, abs=4 * found.error + 1e-4)
    assert [m.std_dev for m in found.marginals] == pytest.approx([1e-4] * 6, rel=0.02)
    assert found.marginals[0].below(0.0) == pytest.approx(float(ndtr(-mode[0] / 1e-4)), abs=0.01)


@pytest.mark.parametrize("ties", ["efron", "breslow", "exact"])
def test_values_alone_are_those_of_the_likelihood(ties):
    time, event, x = trial(2)
    rng = np.random.default_rng(5)
    entry = time * (np.arange(14) % 4) / 5
    parts = {"strata": np.arange(14) % 3, "offset": rng.normal(size=14), "entry": entry}
    likelihood = prepare(time, event, x, np.ones((1, 14)), ties=ties, **parts)
    normal = NormalPosterior(likelihood, np.array([1.0, 0.0]))
    places = rng.normal(size=(200, 2))
    for density in (normal, FirthPenalty(likelihood)):
        assert Heights.of(density)(places) == pytest.approx(density.evaluate(places).value, abs=1e-9)
    far = np.array([[900.0, -700.0], [0.1, 0.2]])
    assert Heights.of(normal)(far) == pytest.approx(normal.evaluate(far).value, rel=1e-12)


def test_columns_in_other_units():
    time, event, x = trial(2)
    y = hs.Surv.right(time, event)
    years = hs.cox(y, {"age": x[:, 1], "arm": x[:, 0]})
    decades = hs.cox(y, {"age": x[:, 1] / 10, "arm": x[:, 0]})
    a = posterior(years, NormalPrior(scale={"age": 0.1, "arm": 1.0}))
    b = posterior(decades, NormalPrior(scale={"age": 1.0, "arm": 1.0}))
    assert a.mean * [10, 1] == pytest.approx(b.mean, abs=1e-9)
    assert a.log_evidence == pytest.approx(b.log_evidence, abs=1e-9)
    assert a.probability_above_ratio("arm", 1.0) == pytest.approx(a.probability_above[1])
    assert a.probability_above_ratio("age", np.exp(0.05)) == pytest.approx(
        b.probability_above_ratio("age", np.exp(0.5))
    )


def test_weighted_points():
    marginal = WeightedMarginal.of(np.array([3.0, 1.0, 2.0]), np.array([0.25, 0.25, 0.5]))
    assert (marginal.mean, marginal.quantile(0.5), marginal.below(2.0)) == (2.0, 2.0, 0.5)
    assert marginal.effective_nodes == pytest.approx(1 / 0.375)


def test_grid_marginals_agree_on_the_integral():
    time, event, x = trial(4, n=30)
    density = NormalPosterior(prepare(time, event, x, np.ones((1, 30))), np.ones(4))
    totals = [m.log_total for m in grid_marginals(density, *mode_of(density))]
    assert np.ptp(totals) < 1e-3


@pytest.mark.filterwarnings("ignore::hpcstats.errors.SmallSampleWarning")
def test_refusals():
    fit = fitted(1)
    with pytest.raises(hs.DataError, match="prior must be NormalPrior"):
        posterior(fit, 1.0)
    for scale in (0, -1.0, np.inf, True, "1"):
        with pytest.raises(hs.DataError, match="number above 0"):
            NormalPrior(scale=scale)
    with pytest.raises(hs.DataError, match="a scale for each term"):
        posterior(fit, NormalPrior(scale={"age": 1.0}))
    with pytest.raises(hs.UnsupportedError, match="grid over 5 coefficients"):
        posterior(fitted(5, n=40), method="grid")
    time, event, x = trial(1)
    y = hs.Surv.right(time, event)
    with pytest.raises(hs.UnsupportedError, match="knows no clusters"):
        posterior(hs.cox(y, {"x": x[:, 0]}, cluster=np.arange(14) // 2))
    with pytest.raises(hs.DataError, match="no term 'y'"):
        posterior(fit).probability_above_ratio("y", 2.0)
