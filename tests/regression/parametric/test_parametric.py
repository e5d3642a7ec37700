"""Parametric models: closed forms, what cannot be estimated, what is extrapolated, conventions."""

from __future__ import annotations

import warnings
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy import optimize, stats

import hpcstats as hs

WEEKS = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
RELAPSE = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]
REMISSION = hs.Surv.right(WEEKS, RELAPSE, unit="weeks", id=[f"p{k}" for k in range(21)])
POSITIVE = ["exponential", "weibull", "log-normal", "log-logistic", "gamma", "gompertz", "spline"]


def quietly(*arguments: Any, **options: Any) -> hs.ParametricFit:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", hs.HpcstatsWarning)
        return hs.parametric(*arguments, engine="own", **options)


def test_the_exponential_rate_is_events_over_time() -> None:
    fit = quietly(REMISSION, distribution="exponential")
    assert np.exp(-fit.coef[0]) == pytest.approx(9 / 359)
    assert fit.log_likelihood == pytest.approx(9 * np.log(9 / 359) - 9)
    assert fit.std_error[0] == pytest.approx(1 / 3)
    assert fit.certificate < 1e-12
    assert fit.patients() == REMISSION.patients()


def test_two_exponential_groups_are_two_rates() -> None:
    group = [k % 2 for k in range(21)]
    fit = quietly(REMISSION, {"group": group}, distribution="exponential")
    rates = [
        sum(e for e, g in zip(RELAPSE, group, strict=True) if g == side)
        / sum(t for t, g in zip(WEEKS, group, strict=True) if g == side)
        for side in (0, 1)
    ]
    assert fit.coef == pytest.approx([-np.log(rates[0]), np.log(rates[0] / rates[1])])
    assert fit.to_frame()["ratio"].iloc[1] == pytest.approx(rates[0] / rates[1])


@pytest.mark.parametrize("name", ["weibull", "log-normal", "log-logistic", "gamma", "gompertz"])
def test_no_other_optimiser_finds_more(name: str) -> None:
    fit = quietly(REMISSION, distribution=name)
    likelihood = fit.problem.likelihood
    other = optimize.minimize(
        lambda place: -likelihood.value(place), fit.problem.starts()[0], method="Nelder-Mead",
        options={"maxiter": 4000, "xatol": 1e-9, "fatol": 1e-12},
    )  # fmt: skip
    assert -other.fun - fit.problem.log_jacobian == pytest.approx(fit.log_likelihood, abs=1e-7)


def test_weights_are_repeated_rows() -> None:
    weights = [1 + k % 3 for k in range(21)]
    rows = np.repeat(np.arange(21), weights)
    repeated = hs.Surv.right(np.array(WEEKS)[rows], np.array(RELAPSE)[rows])
    weighted, plain = quietly(REMISSION, weights=weights), quietly(repeated)
    assert weighted.coef == pytest.approx(plain.coef)
    assert weighted.covariance == pytest.approx(plain.covariance)
    assert (weighted.n, weighted.n_events) == (plain.n, plain.n_events)
    assert weighted.bic == pytest.approx(plain.bic)


def test_rows_without_weight_change_nothing() -> None:
    without = quietly(REMISSION.take(np.arange(1, 21)))
    zero = quietly(REMISSION, weights=[0] + [1] * 20)
    assert zero.coef == pytest.approx(without.coef)
    assert zero.n == without.n == 20


def test_interval_form_of_right_censored_times_is_the_same_model() -> None:
    upper = [t if e else np.inf for t, e in zip(WEEKS, RELAPSE, strict=True)]
    fit = quietly(hs.Surv.interval(WEEKS, upper))
    assert fit.coef == pytest.approx(quietly(REMISSION).coef)
    assert fit.log_likelihood == pytest.approx(quietly(REMISSION).log_likelihood)


@pytest.mark.parametrize("unit", [1e-4, 1.0, 365.25])
@pytest.mark.parametrize("name", [*POSITIVE, "gaussian"])
def test_the_unit_of_time_changes_no_statement(name: str, unit: float) -> None:
    plain, other = quietly(REMISSION, distribution=name), quietly(
        hs.Surv.right([t * unit for t in WEEKS], RELAPSE), distribution=name
    )  # fmt: skip
    first, second = (
        fit.survival([t * u for t in (5, 30, 50)]).to_frame() for fit, u in ((plain, 1), (other, unit))
    )
    assert second["estimate"].to_numpy() == pytest.approx(first["estimate"].to_numpy(), rel=1e-7)
    assert second["low"].to_numpy() == pytest.approx(first["low"].to_numpy(), rel=1e-6)
    assert other.log_likelihood + 9 * np.log(unit) == pytest.approx(plain.log_likelihood)


def test_what_lies_after_the_last_observation_is_marked() -> None:
    fit = quietly(REMISSION)
    frame = fit.survival([0, 20, 35, 35.01, 90]).to_frame()
    assert frame["extrapolated"].tolist() == [False, False, False, True, True]
    assert frame.loc[0, ["estimate", "std_error", "low", "high"]].tolist() == [1, 0, 1, 1]
    assert fit.quantile([0.25, 0.9])["extrapolated"].tolist() == [False, True]
    assert fit.mean()["extrapolated"].tolist() == [True]
    assert fit.rmst(35)["extrapolated"].tolist() == [False]
    assert fit.rmst(36)["extrapolated"].tolist() == [True]


def test_before_delayed_entry_nothing_was_observed_either() -> None:
    y = hs.Surv.right([5, 7, 9, 11, 12], [1, 0, 1, 1, 1], entry=[2, 3, 2, 4, 5])
    assert quietly(y).survival([0, 1, 3, 12]).to_frame()["extrapolated"].tolist() == [
        False,
        True,
        False,
        False,
    ]


MOMENTS = {
    "exponential": lambda c: stats.expon(scale=np.exp(c[0])),
    "weibull": lambda c: stats.weibull_min(np.exp(-c[1]), scale=np.exp(c[0])),
    "log-normal": lambda c: stats.lognorm(np.exp(c[1]), scale=np.exp(c[0])),
    "gamma": lambda c: stats.gamma(np.exp(c[1]), scale=np.exp(c[0])),
    "gaussian": lambda c: stats.norm(c[0], np.exp(c[1])),
    "logistic": lambda c: stats.logistic(c[0], np.exp(c[1])),
    "extreme": lambda c: stats.gumbel_l(c[0], np.exp(c[1])),
}


@pytest.mark.parametrize("name", MOMENTS)
def test_quantiles_and_means_are_those_of_the_distribution(name: str) -> None:
    fit = quietly(REMISSION, distribution=name)
    law = MOMENTS[name](fit.coef)
    assert fit.quantile([0.1, 0.5, 0.95])["estimate"].to_numpy() == pytest.approx(law.ppf([0.1, 0.5, 0.95]))
    assert fit.mean()["estimate"].iloc[0] == pytest.approx(law.mean(), rel=1e-8)
    if fit.from_zero:
        grid = np.linspace(0, 30, 200_001)
        area = np.trapezoid(law.sf(grid), grid)
        assert fit.rmst(30)["estimate"].iloc[0] == pytest.approx(area, rel=1e-6)


@pytest.mark.parametrize("what", ["survival", "quantile", "rmst", "mean"])
@pytest.mark.parametrize("name", ["weibull", "gamma", "gompertz", "spline"])
def test_standard_errors_are_those_of_the_delta_method(name: str, what: str) -> None:
    fit = quietly(REMISSION, distribution=name)
    if name == "gompertz" and what == "mean":
        pytest.skip("the slope may be negative, and the mean infinite")

    def value(coef: np.ndarray) -> float:
        moved = replace(fit, coef=coef)
        calls = {
            "survival": lambda: moved.survival(12).to_frame(),
            "quantile": lambda: moved.quantile(0.4),
            "rmst": lambda: moved.rmst(30),
            "mean": moved.mean,
        }
        return float(calls[what]()["estimate"].iloc[0])

    units = 1e-5 * np.eye(fit.coef.size)
    slopes = np.array([(value(fit.coef + unit) - value(fit.coef - unit)) / 2e-5 for unit in units])
    error = {
        "survival": lambda: fit.survival(12).to_frame(),
        "quantile": lambda: fit.quantile(0.4),
        "rmst": lambda: fit.rmst(30),
        "mean": fit.mean,
    }[what]()["std_error"].iloc[0]
    assert error == pytest.approx(np.sqrt(slopes @ fit.covariance @ slopes), rel=1e-4)


def test_the_mean_of_a_heavy_tail_and_of_a_plateau_is_infinite() -> None:
    late = hs.Surv.right([1, 1, 2, 2, 3, 30, 60, 90], [1, 1, 1, 1, 1, 0, 0, 0])
    assert quietly(late, distribution="log-logistic").mean()["estimate"].iloc[0] == np.inf
    gompertz = quietly(late, distribution="gompertz")
    assert gompertz.coef[1] < 0
    assert gompertz.mean()["estimate"].iloc[0] == np.inf
    assert gompertz.quantile(0.9)["estimate"].iloc[0] == np.inf


def test_profile_limits_lie_where_the_likelihood_has_fallen_enough() -> None:
    fit = quietly(REMISSION, {"x": [k % 2 for k in range(21)]})
    drop = stats.chi2(1).ppf(0.95)
    likelihood = fit.problem.likelihood
    back = np.linalg.inv(fit.problem.back)
    for k, term in enumerate(fit.terms):
        for limit in fit.profile_interval(term):
            free = [j for j in range(len(fit.terms)) if j != k]

            def loss(rest: np.ndarray, k: int = k, free: list[int] = free, limit: float = limit) -> float:
                theta = np.empty(len(free) + 1)
                theta[free], theta[k] = rest, limit
                return -likelihood.value(back @ (theta - fit.problem.shift))

            top = optimize.minimize(loss, fit.coef[free], method="Nelder-Mead", options={"fatol": 1e-11})
            fallen = 2 * (fit.log_likelihood + fit.problem.log_jacobian + top.fun)
            assert fallen == pytest.approx(drop, abs=1e-4)


def test_p_values_are_likelihood_ratios_or_walds() -> None:
    x = {"x": [k % 2 for k in range(21)]}
    full, null = quietly(REMISSION, x), quietly(REMISSION)
    statistic, df, p = full.likelihood_ratio(null)
    assert full.p_values[1] == pytest.approx(p, rel=1e-6)
    assert full.statistics[1] ** 2 == pytest.approx(statistic, rel=1e-6)
    assert df == 1
    wald = quietly(REMISSION, x, interval="wald")
    assert wald.p_values[1] == pytest.approx(2 * stats.norm.sf(abs(wald.coef[1] / wald.std_error[1])))
    assert np.isnan(full.p_values[[0, 2]]).all()


def test_criteria() -> None:
    fit = quietly(REMISSION)
    assert fit.aic == pytest.approx(-2 * fit.log_likelihood + 4)
    assert fit.aicc == pytest.approx(fit.aic + 2 * 2 * 3 / 18)
    assert fit.bic == pytest.approx(-2 * fit.log_likelihood + 2 * np.log(21))
    assert np.isnan(quietly(hs.Surv.right([1, 2, 4], [1, 1, 1])).aicc)


def test_nobody_with_the_event() -> None:
    y = hs.Surv.right([4, 6, 6], [0, 0, 0])
    with pytest.warns(hs.NonIdentifiableWarning, match="nobody had the event"):
        fit = hs.parametric(y)
    assert fit.status == "not_estimable"
    assert np.isnan(fit.coef).all()
    assert np.isnan(fit.survival([1, 9]).to_frame()["estimate"]).all()
    assert np.isnan(fit.quantile()["estimate"]).all()


@pytest.mark.parametrize(("interval", "limit"), [("exact", -np.log(0.025) / 16), ("profile", 1.9207294 / 16)])
def test_an_exponential_rate_of_zero_has_an_upper_limit(interval: str, limit: float) -> None:
    fit = quietly(hs.Surv.right([4, 6, 6], [0, 0, 0]), distribution="exponential", interval=interval)
    assert fit.status == "boundary"
    assert fit.coef[0] == np.inf
    assert np.exp(-fit.limits[:, 0]) == pytest.approx([limit, 0], rel=1e-6)
    frame = fit.survival([5]).to_frame()
    assert frame[["estimate", "low", "high"]].iloc[0].tolist() == pytest.approx([1, np.exp(-5 * limit), 1])


@pytest.mark.parametrize(
    "name", ["weibull", "log-normal", "log-logistic", "gamma", "generalised-gamma", "gaussian"]
)
def test_one_event_time_that_nobody_outlives_has_no_scale(name: str) -> None:
    fit = quietly(hs.Surv.right([1, 2, 3, 3], [0, 0, 1, 1]), distribution=name)
    assert fit.status == "not_estimable"
    assert "without any scatter" in fit.reason


def test_one_event_that_others_outlive_has_an_estimate() -> None:
    fit = quietly(hs.Surv.right([1, 2, 3, 4, 5], [0, 1, 0, 0, 0]))
    assert fit.status == "ok"
    assert any("1 events" in text for text in fit.warnings)


def test_intervals_that_share_a_time_have_no_scale() -> None:
    fit = quietly(hs.Surv.interval([1, 2, 2], [4, 5, np.inf]))
    assert fit.status == "not_estimable"


def test_a_group_without_events_is_named() -> None:
    y = hs.Surv.right([2, 4, 6, 8, 3, 5, 7, 9], [1, 1, 1, 1, 0, 0, 0, 0])
    with pytest.warns(hs.NonIdentifiableWarning, match="separate"):
        fit = hs.parametric(y, {"group": [0, 0, 0, 0, 1, 1, 1, 1]})
    assert fit.status == "not_estimable"
    assert "group" in fit.reason


def test_a_generalised_gamma_that_runs_away_is_not_given_a_number() -> None:
    """The likelihood rises with Q for ever: at 20 it is higher than at 2, and no smaller Q has a maximum."""
    y = hs.Surv.right([3.1, 1.5, 2.2, 0.2, 1.8, 2.7, 0.6, 0.3, 3.5, 4.5], [1, 0, 1, 1, 1, 1, 1, 1, 0, 1])
    fit = quietly(y, distribution="generalised-gamma")
    assert fit.status == "not_estimable"
    assert "Q" in fit.reason


def test_events_at_zero_are_refused_with_what_to_write() -> None:
    y = hs.Surv.right([0, 2, 3, 5], [1, 1, 0, 1], id=["a", "b", "c", "d"])
    with pytest.raises(hs.DataError, match=r"time 0 \(patients a\).*Surv\.interval") as caught:
        hs.parametric(y)
    assert caught.value.rows == (0,)
    assert quietly(hs.Surv.interval([0, 2, 3, 5], [0.5, 2, np.inf, 5])).status == "ok"
    assert quietly(y, distribution="gaussian").status == "ok"


def test_censored_at_zero_says_nothing() -> None:
    with_zero = hs.Surv.right([0, *WEEKS], [0, *RELAPSE])
    assert quietly(with_zero).coef == pytest.approx(quietly(REMISSION).coef)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"distribution": "lognormal"}, "distribution='lognormal' is not known"),
        ({"interval": "delta"}, "interval='delta'"),
        ({"interval": "exact"}, "exponential model without covariates"),
        ({"engine": "r"}, "engine='r'"),
        ({"distribution": "spline", "n_knots": -1}, "n_knots"),
        ({"distribution": "spline", "n_knots": 9}, "distinct event times"),
        ({"level": 95}, "level"),
        ({"formula": "age"}, "there is no data"),
    ],
)
def test_unusable_options(options: dict[str, Any], message: str) -> None:
    with pytest.raises(hs.HpcstatsError, match=message):
        hs.parametric(REMISSION, **options)


def test_other_responses_are_refused() -> None:
    with pytest.raises(hs.UnsupportedError, match="right_truncated"):
        hs.parametric(hs.Surv.right_truncated([1, 2], [3, 4]))


def test_constant_and_superfluous_columns_are_refused() -> None:
    with pytest.raises(hs.DesignError, match="one value only"):
        hs.parametric(REMISSION, {"x": [1] * 21})
    few = hs.Surv.right([1, 2, 3, 4], [1, 0, 0, 0])
    with pytest.raises(hs.DesignError, match="2 terms"):
        hs.parametric(few, {"a": [1, 0, 2, 1], "b": [0, 1, 1, 2]})


def test_missing_covariates_are_counted() -> None:
    data = {"x": [None, *(float(k % 2) for k in range(20))]}
    fit = quietly(REMISSION, data, missing="drop")
    assert (fit.n, fit.n_dropped, fit.dropped_patients()) == (20, 1, ("p0",))


def test_a_model_with_covariates_needs_patients() -> None:
    fit = quietly(REMISSION, {"x": [k % 2 for k in range(21)]})
    with pytest.raises(hs.DataError, match="new_data"):
        fit.survival(5)
    assert fit.survival([5, 9], {"x": [0, 1, 1]}).to_frame()["patient"].tolist() == [0, 0, 1, 1, 2, 2]


def test_conventions_by_name() -> None:
    fit = quietly(REMISSION)
    natural = fit.parameters("flexsurv").set_index("parameter")["estimate"]
    assert natural["shape"] == pytest.approx(np.exp(-fit.coef[1]))
    assert natural["scale"] == pytest.approx(np.exp(fit.coef[0]))
    assert fit.parameters("survreg")["parameter"].tolist() == ["(Intercept)", "Log(scale)"]
    with pytest.raises(hs.UnsupportedError, match="survreg"):
        quietly(REMISSION, distribution="gamma").parameters("survreg")


def test_the_text_and_the_dictionary_forms() -> None:
    fit = quietly(REMISSION)
    assert "weibull model, n = 21, events = 9" in str(fit)
    assert fit.as_dict()["aic"] == pytest.approx(fit.aic)
    assert (
        fit.method
        == "Weibull model of right-censored times, maximum likelihood, 95% profile-likelihood intervals."
    )
    assert "35 weeks" in fit.survival(5).title()
