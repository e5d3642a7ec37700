"""Mixture cure: estimates, the boundary, what cannot be told, and the semiparametric model."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest
from scipy import optimize, stats

import hpcstats as hs

WEEKS = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
RELAPSE = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]
REMISSION = hs.Surv.right(WEEKS, RELAPSE, unit="weeks", id=[f"p{k}" for k in range(21)])


def plateau(n: int = 60) -> tuple[hs.Surv, np.ndarray]:
    """Half are cured (more where x = 1); the others have the event early, follow-up is long."""
    random = np.random.default_rng(11)
    x = np.arange(n) % 2
    cured = random.random(n) < np.where(x == 1, 0.7, 0.3)
    time = np.where(cured, np.inf, random.weibull(1.5, n) * 2)
    end = random.uniform(4, 15, n)
    return hs.Surv.right(np.minimum(time, end).round(4), time <= end), x


def quietly(*arguments: Any, **options: Any) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", hs.HpcstatsWarning)
        return hs.cure(*arguments, engine="own", **options)


def test_with_all_events_early_the_fraction_is_nearly_that_of_those_without() -> None:
    y, _ = plateau()
    fit = quietly(y)
    [row] = fit.cured_fraction().to_dict("records")
    assert row["estimate"] == pytest.approx(fit.plateau.estimate, abs=0.02)
    assert row["low"] < row["estimate"] < row["high"]
    assert fit.uncured_at([fit.last_observation])["share"].iloc[0] < 1e-3
    assert fit.deviance_p_value < 1e-5


def test_no_other_optimiser_finds_more() -> None:
    fit = quietly(plateau()[0], distribution="log-normal")
    likelihood = fit.problem.likelihood
    other = optimize.minimize(
        lambda place: -likelihood.value(place), fit.summit.position + 0.3, method="Nelder-Mead",
        options={"maxiter": 4000, "xatol": 1e-9, "fatol": 1e-12},
    )  # fmt: skip
    assert -other.fun == pytest.approx(fit.log_likelihood, abs=1e-7)


@pytest.mark.parametrize("link", ["logit", "probit", "log-log"])
def test_the_link_changes_neither_fraction_nor_profile_limits(link: str) -> None:
    first, other = quietly(plateau()[0]), quietly(plateau()[0], link=link)
    columns = ["estimate", "low", "high"]
    expected = first.cured_fraction()[columns].iloc[0].tolist()
    assert other.cured_fraction()[columns].iloc[0].tolist() == pytest.approx(expected, rel=1e-5)
    assert other.deviance == pytest.approx(first.deviance, abs=1e-7)


def test_covariates_of_the_incidence_and_of_the_times() -> None:
    y, x = plateau()
    fit = quietly(y, {"x": x}, "x", latency="x")
    frame = fit.to_frame().set_index(["part", "term"])
    assert frame.loc[("incidence", "x"), "effect"] == "odds ratio of cure"
    assert frame.loc[("incidence", "x"), "coef"] > 0
    apart = [quietly(y.take(x == side)).cured_fraction()["estimate"].iloc[0] for side in (0, 1)]
    # One shape for both groups: close to, not the same as, two separate models.
    assert fit.cured_fraction({"x": [0, 1]})["estimate"].tolist() == pytest.approx(apart, abs=0.01)
    statistic, df, p = fit.likelihood_ratio(quietly(y))
    assert df == 2
    assert p == pytest.approx(stats.chi2(2).sf(statistic))


def test_profile_limits_lie_where_the_likelihood_has_fallen_enough() -> None:
    fit = quietly(plateau()[0])
    likelihood = fit.problem.likelihood
    for limit in fit.cured_interval():
        held = np.log(limit / (1 - limit))
        top = optimize.minimize(
            lambda rest, held=held: -likelihood.value(np.append(rest, held)),
            fit.coef[:2],
            method="Nelder-Mead",
        )
        assert 2 * (fit.log_likelihood + top.fun) == pytest.approx(stats.chi2(1).ppf(0.95), abs=1e-4)


def test_where_nobody_is_estimated_to_be_cured_only_an_upper_limit_remains() -> None:
    fit = quietly(REMISSION, distribution="exponential")
    [row] = fit.cured_fraction().to_dict("records")
    assert fit.status == "boundary"
    assert (row["estimate"], row["low"]) == (0, 0)
    assert fit.log_likelihood == pytest.approx(9 * np.log(9 / 359) - 9)
    assert (fit.deviance, fit.deviance_p_value) == (0, 1)

    def profile(share: float) -> float:
        rate = optimize.minimize_scalar(
            lambda log_rate: _loss(share, log_rate), bounds=(-8, 2), method="bounded"
        )
        return 2 * (fit.log_likelihood + rate.fun)

    assert profile(row["high"]) == pytest.approx(stats.chi2(1).ppf(0.95), abs=1e-3)


def _loss(share: float, log_rate: float) -> float:
    rate = np.exp(log_rate)
    time, event = REMISSION.time, REMISSION.event
    dead = np.log(1 - share) + log_rate - rate * time[event]
    return -float(dead.sum() + np.log(share + (1 - share) * np.exp(-rate * time[~event])).sum())


def test_the_plateau_is_the_end_of_the_kaplan_meier_curve() -> None:
    km = hs.kaplan_meier(REMISSION, interval="thomas-grunkemeier").at(23)
    found = quietly(REMISSION).plateau
    assert found.estimate == pytest.approx(km["estimate"].iloc[0])
    assert [found.low, found.high] == pytest.approx(km[["low", "high"]].iloc[0].tolist())
    assert (found.last_event, found.last_observation, found.at_risk) == (23, 35, 5)


def test_survival_never_falls_below_the_cured_fraction() -> None:
    fit = quietly(plateau()[0])
    frame = fit.survival([1, 10, 1e4]).to_frame()
    assert frame["estimate"].iloc[-1] == pytest.approx(fit.cured_fraction()["estimate"].iloc[0])
    assert frame["extrapolated"].tolist() == [False, False, True]
    assert fit.quantile(0.95)["estimate"].iloc[0] == np.inf
    assert fit.mean()["estimate"].iloc[0] == np.inf
    assert 0 < fit.rmst(10)["estimate"].iloc[0] < 10


def test_nobody_with_the_event_and_all_at_one_time_say_nothing_of_cure() -> None:
    with pytest.warns(hs.NonIdentifiableWarning, match="cannot be told apart"):
        none = hs.cure(hs.Surv.right([3, 4, 9], [0, 0, 0]), engine="own")
    assert none.status == "not_estimable"
    assert none.cured_fraction()[["estimate", "low", "high"]].isna().all(axis=None)
    tied = quietly(hs.Surv.right([2, 2, 5, 9], [1, 1, 0, 0]))
    assert tied.status == "not_estimable"
    assert "without any scatter" in tied.reason


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"link": "cauchit"}, "link='cauchit'"),
        ({"distribution": "gaussian"}, "below 0"),
        ({"distribution": "cox"}, "needs covariates of the times"),
        ({"interval": "exact"}, "interval='exact'"),
    ],
)
def test_unusable_options(options: dict[str, Any], message: str) -> None:
    with pytest.raises(hs.HpcstatsError, match=message):
        hs.cure(REMISSION, **options)


def test_an_incidence_with_covariates_has_no_single_fraction() -> None:
    y, x = plateau()
    fit = quietly(y, {"x": x}, "x")
    with pytest.raises(hs.DataError, match="differs between patients"):
        fit.cured_interval()
    with pytest.raises(hs.UnsupportedError, match="theta"):
        fit.parameters("flexsurvcure")


def by_em(time: np.ndarray, event: np.ndarray, x: np.ndarray) -> np.ndarray:
    """The EM algorithm as it is written in the papers, slowly: incidence and latency on x."""
    z = np.column_stack([np.ones(x.size), x])
    weight, gamma, beta = event.astype(float), np.zeros(2), 0.0
    times = np.unique(time[event])
    for _ in range(1500):
        for _ in range(20):
            p = 1 / (1 + np.exp(-z @ gamma))
            gamma = gamma + np.linalg.solve((z.T * (p * (1 - p))) @ z, z.T @ (weight - p))

        def breslow(b: float, weight: np.ndarray = weight) -> float:
            risk = weight * np.exp(b * x)
            return -sum(b * x[i] - np.log(risk[time >= time[i]].sum()) for i in np.flatnonzero(event))

        beta = optimize.minimize_scalar(breslow, bracket=(beta - 0.1, beta + 0.1), tol=1e-12).x
        risk = weight * np.exp(beta * x)
        jumps = np.array([(event & (time == t)).sum() / risk[time >= t].sum() for t in times])
        hazard = np.array([jumps[times <= t].sum() if t <= times[-1] else np.inf for t in time])
        survival = np.exp(-hazard * np.exp(beta * x))
        p = 1 / (1 + np.exp(-z @ gamma))
        new = np.where(event, 1.0, p * survival / (1 - p + p * survival))
        if np.abs(new - weight).max() < 1e-10:
            break
        weight = new
    return np.array([*gamma, beta])


def test_the_semiparametric_model_is_the_fixed_point_of_the_em_algorithm() -> None:
    y, x = plateau(40)
    fit = quietly(y, {"x": x}, "x", latency="x", distribution="cox")
    assert fit.status == "ok"
    expected = by_em(y.time, y.event, x)
    assert fit.parameters("smcure")["coef"].to_numpy() == pytest.approx(expected, abs=1e-5)
    assert fit.to_frame()["coef"].to_numpy() == pytest.approx(expected * [-1, -1, 1], abs=1e-5)
    assert (fit.to_frame()["std_error"] > 0).all()
    fraction = fit.cured_fraction({"x": [0]}).iloc[0]
    assert fraction["estimate"] == pytest.approx(1 / (1 + np.exp(expected[0])), abs=1e-5)
    assert fraction["low"] < fraction["estimate"] < fraction["high"]


def test_the_semiparametric_gradient_is_the_slope_of_its_profile() -> None:
    from hpcstats.core.parametric.cure_profile import CureProfile

    y, x = plateau(30)
    z = np.column_stack([np.ones(30), x])
    profile = CureProfile.of(y.time, y.event, z, x[:, None].astype(float), np.ones(30))
    place = np.array([0.3, 0.4, -0.2])
    value, gradient = profile.with_slope(place)
    units = 1e-5 * np.eye(3)
    slopes = [(profile.with_slope(place + u)[0] - profile.with_slope(place - u)[0]) / 2e-5 for u in units]
    assert np.isfinite(value)
    assert gradient == pytest.approx(np.array(slopes), abs=1e-6)


def test_weights_are_repeated_rows() -> None:
    y, x = plateau(30)
    rows = np.repeat(np.arange(30), 1 + x)
    for options in ({}, {"formula": "x", "latency": "x", "distribution": "cox"}):
        data = {"x": x} if options else None
        again = {"x": x[rows]} if options else None
        weighted = quietly(y, data, weights=1 + x, **options)
        repeated = quietly(y.take(rows), again, **options)
        assert weighted.coef == pytest.approx(repeated.coef, abs=1e-7)
        assert weighted.covariance == pytest.approx(repeated.covariance, rel=1e-5)
        assert weighted.n == repeated.n
