"""The likelihood kernel: its gradient by differences, its value by scipy's distributions, its far tails."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import stats
from scipy.special import gammaln, log_ndtr

from hpcstats.core.parametric.cure import LINKS, Cure
from hpcstats.core.parametric.gamma import Gamma, GeneralisedGamma
from hpcstats.core.parametric.hazard_families import Gompertz, Spline
from hpcstats.core.parametric.incomplete_gamma import minus_log_lower, minus_log_upper
from hpcstats.core.parametric.laws import ExtremeValue, LocationScale, Logistic, Normal
from hpcstats.core.parametric.likelihood import Likelihood, Observed

PLAIN: dict[str, Any] = {
    "exponential": LocationScale(ExtremeValue(), 1.0),
    "weibull": LocationScale(ExtremeValue()),
    "log-normal": LocationScale(Normal()),
    "log-logistic": LocationScale(Logistic()),
    "gaussian": LocationScale(Normal(), from_zero=False),
    "gamma": Gamma(),
    "generalised-gamma": GeneralisedGamma(),
    "gompertz": Gompertz(),
    "spline": Spline((0.0, 1.0, 2.0)),
}
FAMILIES = PLAIN | {f"cure {name}": Cure(family, LINKS["logit"]) for name, family in PLAIN.items()}


def rows() -> Observed:
    """Exact, censored, left-, and interval-censored times, some with delayed entry, weighted."""
    random = np.random.default_rng(3)
    time = random.weibull(1.3, 12) * 5 + 0.2
    lower, upper = time.copy(), time.copy()
    upper[:4] = np.inf
    lower[4:7] *= 0.6
    upper[4:7] *= 1.5
    lower[7] = 0
    entry = np.where(np.arange(12) % 3 == 0, 0.3 * lower, 0.0)
    return Observed(lower, upper, entry, random.integers(1, 4, 12).astype(float))


def likelihood(name: str) -> Likelihood:
    family = FAMILIES[name]
    one = np.ones((12, 1))
    covariate = np.hstack([one, np.random.default_rng(4).normal(size=(12, 1))])
    return Likelihood(family, rows(), (covariate, *[one] * (family.predictors - 1)))


@pytest.mark.parametrize("name", FAMILIES)
def test_the_gradient_is_the_slope_of_the_log_likelihood(name: str) -> None:
    target = likelihood(name)
    place = 0.2 * np.random.default_rng(5).normal(size=target.parameters)
    if "spline" in name:
        place[2] = 1.0
    gradient = target.with_slope(place)[1]
    units = 1e-5 * np.eye(target.parameters)
    slopes = [(target.value(place + unit) - target.value(place - unit)) / 2e-5 for unit in units]
    assert gradient == pytest.approx(np.array(slopes), rel=1e-6, abs=1e-6)


@pytest.mark.parametrize("name", ["weibull", "generalised-gamma", "cure log-normal"])
def test_the_curvature_is_the_slope_of_the_gradient(name: str) -> None:
    target = likelihood(name)
    place = np.full(target.parameters, 0.1)
    exact = target.curvature(place)
    assert target.curvature(place, rough=True) == pytest.approx(exact, rel=1e-4, abs=1e-4)
    assert exact == pytest.approx(exact.T)


LAWS = [
    ("weibull", [0.7, -0.4], stats.weibull_min(np.exp(0.4), scale=np.exp(0.7))),
    ("exponential", [0.7], stats.expon(scale=np.exp(0.7))),
    ("log-normal", [0.7, -0.4], stats.lognorm(np.exp(-0.4), scale=np.exp(0.7))),
    ("log-logistic", [0.7, -0.4], stats.fisk(np.exp(0.4), scale=np.exp(0.7))),
    ("gaussian", [0.7, -0.4], stats.norm(0.7, np.exp(-0.4))),
    ("gamma", [0.7, -0.4], stats.gamma(np.exp(-0.4), scale=np.exp(0.7))),
    ("gompertz", [-1.2, 0.3], stats.gompertz(np.exp(-1.2) / 0.3, scale=1 / 0.3)),
    # T = exp(mu) (G / k)^(sigma / Q) with G gamma of shape k = 1 / Q^2.
    (
        "generalised-gamma",
        [0.7, -0.4, 0.8],
        stats.gengamma(0.8**-2, 0.8 / np.exp(-0.4), scale=np.exp(0.7) * 0.8 ** (2 * np.exp(-0.4) / 0.8)),
    ),
]


@pytest.mark.parametrize(("name", "predictors", "law"), LAWS, ids=[law[0] for law in LAWS])
def test_every_kind_of_row_by_another_implementation(name: str, predictors: list[float], law: Any) -> None:
    observed, family = rows(), PLAIN[name]
    one = np.ones((12, 1))
    value = Likelihood(family, observed, (one,) * family.predictors).value(np.array(predictors))
    known, closed = observed.exact, observed.closed
    expected = np.where(known, law.logpdf(observed.lower), law.logsf(observed.lower))
    between = np.log(law.sf(observed.lower[closed]) - law.sf(observed.upper[closed]))
    expected[closed] = between
    assert observed.entry is not None
    late = observed.entry > 0 if family.from_zero else np.ones(12, dtype=bool)
    expected -= np.where(late, law.logsf(observed.entry), 0.0)
    assert value == pytest.approx(float(observed.weights @ expected), rel=1e-10)


def test_special_cases_of_the_generalised_gamma() -> None:
    times = np.array([0.5, 2.0, 9.0])

    def at(family: Any, *predictors: float) -> Any:
        return family.at(times, np.repeat(np.array(predictors)[:, None], 3, axis=1))

    for q, special in ((1.0, at(PLAIN["weibull"], 1.0, -0.3)), (0.0, at(PLAIN["log-normal"], 1.0, -0.3))):
        general = at(GeneralisedGamma(), 1.0, -0.3, q)
        assert general.log_hazard == pytest.approx(special.log_hazard, abs=1e-8)
        assert general.cumulative == pytest.approx(special.cumulative, rel=1e-8)


def test_a_spline_without_inner_knots_is_weibull() -> None:
    times = np.array([0.5, 2.0, 9.0])
    spline = Spline((0.0, 2.0)).at(times, np.repeat([[-1.2], [1.5]], 3, axis=1))
    weibull = LocationScale(ExtremeValue()).at(times, np.repeat([[1.2 / 1.5], [-np.log(1.5)]], 3, axis=1))
    assert spline.log_hazard == pytest.approx(weibull.log_hazard)
    assert spline.cumulative == pytest.approx(weibull.cumulative)


@pytest.mark.parametrize("name", PLAIN)
def test_cure_with_nobody_cured_is_the_family_itself(name: str) -> None:
    times = np.array([0.5, 2.0, 9.0])
    base = PLAIN[name]
    predictors = np.full((base.predictors, 3), 0.3)
    inner = base.at(times, predictors)
    outer = Cure(base, LINKS["logit"]).at(times, np.vstack([predictors, np.full((1, 3), -700.0)]))
    assert outer.cumulative == pytest.approx(inner.cumulative, rel=1e-12)
    assert outer.log_hazard == pytest.approx(inner.log_hazard, rel=1e-12)


def test_incomplete_gamma_ratios_where_they_underflow() -> None:
    # Q(1/2, z) = 2 Phi(-sqrt(2 z)), and P(a, z) is z^a / Gamma(a + 1) for small z.
    far = minus_log_upper(np.array([0.5]), np.array([900.0]))[0]
    assert far == pytest.approx(-np.log(2) - log_ndtr(-np.sqrt(1800)), rel=1e-13)
    near = minus_log_lower(np.array([2.5]), np.array([1e-200]))[0]
    assert near == pytest.approx(gammaln(3.5) - 2.5 * np.log(1e-200), rel=1e-13)
    shapes = np.array([0.4, 3.0, 50.0])
    both = np.exp(-minus_log_upper(shapes, shapes)) + np.exp(-minus_log_lower(shapes, shapes))
    assert both == pytest.approx(1)


@pytest.mark.parametrize("link", LINKS)
def test_links_and_their_slopes(link: str) -> None:
    chosen, places = LINKS[link], np.array([-2.0, 0.1, 1.2])
    fraction = chosen.fraction(places)
    cured, rest = chosen.logs(places)
    assert np.exp(cured) == pytest.approx(fraction)
    assert np.exp(rest) == pytest.approx(1 - fraction)
    assert chosen.predictor(fraction) == pytest.approx(places)
    slope = (chosen.fraction(places + 1e-6) - chosen.fraction(places - 1e-6)) / 2e-6
    assert chosen.slope(places) == pytest.approx(slope, rel=1e-6)
    assert (slope > 0).all() == chosen.rising
