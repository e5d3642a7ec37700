"""Shared frailties: the integrated likelihood by brute force, identities, the boundary and refusals."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from scipy import optimize
from scipy.special import gammaln, logsumexp

import hpcstats as hs
from hpcstats.core.cox.frailty import FrailtyModel
from hpcstats.core.cox.newton import maximise
from hpcstats.core.cox.partial_likelihood import prepare
from hpcstats.regression.shared_frailty import frailty
from tests import oracles

pytestmark = pytest.mark.filterwarnings("ignore::hpcstats.errors.SmallSampleWarning")

TIME = np.array([9, 14, 8, 16, 11, 12, 17, 18, 1, 2, 3, 6, 4, 5, 3, 10.0])
EVENT = np.array([1, 1, 0, 0, 0, 1, 0, 1, 1, 1, 1, 1, 1, 0, 1, 1], dtype=bool)
TREATED = np.tile([0.0, 1.0], 8)
PAPER = np.repeat(np.arange(4), 4)


def papers(**options):
    y = hs.Surv.right(TIME, EVENT)
    return frailty(y, {"treated": TREATED, "paper": PAPER}, "treated", cluster="paper", **options)


def model(distribution: str = "gamma", ties: str = "breslow") -> FrailtyModel:
    likelihood = prepare(TIME, EVENT, TREATED[:, None], np.ones((1, 16)), ties=ties)
    return FrailtyModel.of(likelihood, PAPER, distribution)


def marginal_maximum(theta: float) -> tuple[float, float]:
    """Maximise the likelihood, gamma frailties integrated out, over every jump of the hazard."""
    jumps = np.unique(TIME[EVENT])
    reached = TIME[:, None] >= jumps
    events = np.bincount(PAPER, weights=EVENT)

    def loss(place: np.ndarray) -> float:
        hazard = reached @ np.exp(place[1:]) * np.exp(TREATED * place[0])
        total = np.bincount(PAPER, weights=hazard)
        seen = EVENT @ (TREATED * place[0]) + sum(place[1 + np.searchsorted(jumps, t)] for t in TIME[EVENT])
        if theta == 0:
            return -(seen - total.sum())
        nu = 1 / theta
        frailties = gammaln(nu + events) - gammaln(nu) + nu * np.log(nu) - (nu + events) * np.log(nu + total)
        return -(seen + frailties.sum())

    found = optimize.minimize(loss, np.full(jumps.size + 1, -2.0), method="BFGS", options={"gtol": 1e-8})
    return float(-found.fun), float(found.x[0])


@pytest.mark.parametrize("theta", [0.2, 1.5])
def test_the_integrated_likelihood_is_that_of_the_full_model(theta):
    point = model().at(theta)
    null = maximise(model().likelihood, np.zeros((1, 1))).derivatives.value[0]
    with_frailty, coefficient = marginal_maximum(theta)
    without, _ = marginal_maximum(0.0)
    assert point.integrated - null == pytest.approx(with_frailty - without, abs=1e-6)
    assert point.coefficients[0] == pytest.approx(coefficient, abs=1e-4)


def test_laplace_is_the_integral_for_a_small_variance():
    theta, point = 0.02, model("gaussian").at(0.02)
    likelihood = oracles.PartialLikelihood(
        TIME, EVENT, np.eye(4)[PAPER], ties="breslow", offset=list(TREATED * point.coefficients[0])
    )
    nodes, weights = np.polynomial.hermite_e.hermegauss(5)
    terms = [
        likelihood(np.sqrt(theta) * nodes[list(place)])
        + np.log(weights[list(place)] / np.sqrt(2 * np.pi)).sum()
        for place in itertools.product(range(5), repeat=4)
    ]
    assert point.integrated == pytest.approx(float(logsumexp(terms)), abs=2e-4)


@pytest.mark.parametrize("distribution", ["gamma", "gaussian"])
@pytest.mark.parametrize("ties", ["breslow", "efron"])
def test_the_penalised_slope_vanishes_and_expectations_add_up(distribution, ties):
    point = model(distribution, ties).at(0.8)
    assert point.converged
    assert point.expected.sum() == pytest.approx(EVENT.sum(), abs=1e-8)
    assert (
        point.effects.sum()
        if distribution == "gaussian"
        else np.exp(point.effects).sum() - 4 == (pytest.approx(0, abs=1e-7))
    )
    # Observed less expected events are what the penalty holds back.
    events = np.bincount(PAPER, weights=EVENT)
    pull = (np.exp(point.effects) - 1 if distribution == "gamma" else point.effects) / 0.8
    assert events - point.expected == pytest.approx(pull, abs=1e-7)


def test_estimates_interval_and_clusters():
    fit = papers()
    assert fit.status == "ok"
    assert fit.statistic == pytest.approx(2 * (fit.log_likelihood - fit.log_likelihood_cox))
    assert 0 < fit.p_value < 0.05
    search = model(ties="efron")
    for limit in fit.theta_interval:
        drop = fit.log_likelihood - search.at(limit).integrated
        assert drop == pytest.approx(1.920729, abs=1e-5)
    beside = max(search.at(fit.theta * factor).integrated for factor in (0.99, 1.01))
    assert beside < fit.log_likelihood
    table = fit.clusters()
    assert list(table["n"]) == [4, 4, 4, 4]
    assert table["events"].sum() == fit.n_events == 11
    # The mean of a gamma distribution of shape 1/theta + events and rate 1/theta + expected.
    nu = 1 / fit.theta
    means = (nu + table["events"]) / (nu + table["expected"])
    assert list(table["frailty"]) == pytest.approx(list(means), rel=1e-6)
    assert ((table["low"] < table["frailty"]) & (table["frailty"] < table["high"])).all()
    assert fit.kendall_tau == pytest.approx(fit.theta / (fit.theta + 2))


def test_equal_papers_lie_on_the_boundary():
    y = hs.Surv.right([1, 2, 3, 4, 5, 6, 7, 8, 1.5, 2.5, 3.5, 4.5], [1, 1, 1, 0, 1, 1, 1, 1, 1, 1, 1, 0])
    data = {"x": [0, 1, 0, 1, 1, 0, 1, 0, 1, 0, 0, 1], "paper": [1, 2, 3] * 4}
    fit, cox = frailty(y, data, "x", cluster="paper"), hs.cox(y, data, "x")
    assert fit.status == "boundary"
    assert (fit.theta, fit.statistic, fit.p_value) == (0.0, 0.0, 1.0)
    assert fit.coef == pytest.approx(cox.coef, abs=1e-9)
    assert fit.std_error == pytest.approx(cox.std_error, abs=1e-6)
    assert fit.theta_interval.low == 0
    assert list(fit.clusters()["frailty"]) == [1, 1, 1]


def test_units_of_a_column_and_names_of_clusters_do_not_matter():
    y = hs.Surv.right(TIME, EVENT)
    other = frailty(y, {"x": TREATED * 20 + 3}, "x", cluster=np.array(list("wxyz"))[PAPER])
    assert other.theta == pytest.approx(papers().theta, rel=1e-5)
    assert other.coef * 20 == pytest.approx(papers().coef, rel=1e-5)
    assert other.labels == ("w", "x", "y", "z")


def test_frequencies_are_repeated_rows():
    times = np.array([1, 2, 1, 1, 3, 1, 1, 2, 1, 1, 2, 1, 0, 2, 1, 1])
    y = hs.Surv.right(TIME, EVENT)
    data = {"treated": TREATED, "paper": PAPER}
    counted = frailty(y, data, "treated", cluster="paper", frequencies=times)
    rows = np.repeat(np.arange(16), times)
    repeated = frailty(y.take(rows), {k: v[rows] for k, v in data.items()}, "treated", cluster="paper")
    assert counted.theta == pytest.approx(repeated.theta, rel=1e-5)
    assert counted.coef == pytest.approx(repeated.coef, rel=1e-5)
    assert (counted.n, list(counted.sizes)) == (repeated.n, list(repeated.sizes))


def test_strata_have_baselines_of_their_own():
    fit = papers(strata=[0, 0, 1, 1] * 4)
    assert "stratified" in fit.method
    assert fit.log_likelihood != pytest.approx(papers().log_likelihood)


def test_refusals():
    y = hs.Surv.right(TIME, EVENT)
    with pytest.raises(hs.DesignError, match="One cluster has nothing to differ from"):
        frailty(y, {"x": TREATED}, "x", cluster=["a"] * 16)
    with pytest.raises(hs.DesignError, match="monotone in x"):
        frailty(y, {"x": EVENT.astype(float)}, "x", cluster=PAPER)
    with pytest.raises(hs.UnsupportedError, match="distribution='stable'"):
        papers(distribution="stable")
    with pytest.raises(hs.DataError, match="missing"):
        frailty(y, {"x": TREATED, "p": [None, *"abc" * 5]}, "x", cluster="p")


def test_few_clusters_and_single_events_are_said():
    y = hs.Surv.right([1, 2, 3, 4], [1, 1, 1, 0])
    with pytest.warns(hs.SmallSampleWarning) as caught:
        fit = frailty(y, {"x": [1, 0, 1, 0]}, "x", cluster=list("abcd"))
    assert len(caught) == len(fit.warnings) == 2
    assert "No cluster has two events" in fit.warnings[1]
