"""Parametric and cure models equal R's survreg, flexsurv, icenReg, flexsurvcure and smcure."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pandas as pd

import hpcstats as hs
from hpcstats.regression.parametric_models.conventions import expressed
from tests.reference.loader import Record, each_record, numbers

SURVREG = {
    "exponential": "exponential",
    "weibull": "weibull",
    "lognormal": "log-normal",
    "loglogistic": "log-logistic",
    "gaussian": "gaussian",
    "logistic": "logistic",
    "rayleigh": "rayleigh",
    "extreme": "extreme",
}
FLEXSURV = {
    "exp": "exponential",
    "weibull": "weibull",
    "lnorm": "log-normal",
    "llogis": "log-logistic",
    "gamma": "gamma",
    "gompertz": "gompertz",
    "gengamma": "generalised-gamma",
}


def fitted(*arguments: Any, **options: Any) -> Any:
    """Fit with the limits of R, without the warnings of small samples."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", hs.SmallSampleWarning)
        return hs.parametric(*arguments, interval="wald", **options)


def trial(record: Record) -> tuple[hs.Surv, pd.DataFrame]:
    """Make response and covariates of a data set of survreg."""
    data = record.data
    if record.dataset == "ovarian":
        return hs.Surv.right(data["futime"], data["fustat"], unit="days"), data[["ecog.ps", "rx"]]
    return hs.Surv.right(data["time"], data["status"]), data[["x"]]


def cosmesis(record: Record) -> tuple[hs.Surv, dict[str, list[int]]]:
    """Make the interval-censored response of the breast cosmesis data and its treatment."""
    data = record.data
    y = hs.Surv.interval(data["left"], data["right"], unit="months")
    return y, {"RadChem": (data["treatment"] == "RadChem").astype(int).tolist()}


def assert_survreg_equal(record: Record, y: hs.Surv, data: Any) -> None:
    theirs = record.result
    fit = fitted(y, data, distribution=SURVREG[record.tag])
    null = fitted(y, distribution=SURVREG[record.tag])
    located = len(theirs["coef"])
    record.agree(fit.coef[:located], numbers(theirs["coef"]), "coefficients")
    record.agree(fit.covariance, theirs["var"].rows, "covariance")
    record.agree(fit.log_likelihood, theirs["loglik"], "log-likelihood")
    record.agree(null.log_likelihood, theirs["loglik_null"], "log-likelihood without covariates")
    record.agree(fit.n_parameters, theirs["df"], "parameters")
    if fit.terms[-1] == "log(scale)":
        record.agree(np.exp(fit.coef[-1]), theirs["scale"], "scale")
    frame = fit.parameters("survreg")
    record.agree(frame["estimate"][:located], numbers(theirs["coef"]), "coefficients by name")
    record.agree(frame["std_error"], np.sqrt(np.diag(theirs["var"].rows)), "standard errors by name")


@each_record("survreg")
def test_survreg(record: Record) -> None:
    assert_survreg_equal(record, *trial(record))


@each_record("survreg_interval")
def test_survreg_with_interval_censoring(record: Record) -> None:
    assert_survreg_equal(record, *cosmesis(record))


@each_record("survreg_quantile")
def test_quantiles(record: Record) -> None:
    y, data = trial(record)
    fit = fitted(y, data, "rx", distribution=SURVREG[record.tag])
    found = fit.quantile([0.1, 0.5, 0.9], {"rx": [1, 2]})
    record.agree(found["estimate"].to_numpy().reshape(2, 3), record.result["fit"].rows, "quantiles")
    record.agree(found["std_error"].to_numpy().reshape(2, 3), record.result["se"].rows, "standard errors")


def assert_flexsurv_equal(record: Record, y: hs.Surv) -> None:
    theirs = record.result
    fit = fitted(y, distribution=FLEXSURV[record.tag])
    frame = fit.parameters("flexsurv")
    assert frame["parameter"].tolist() == np.atleast_1d(theirs["par"]).tolist()
    for mine, their in (("estimate", "est"), ("std_error", "se"), ("low", "lower"), ("high", "upper")):
        record.agree(frame[mine], numbers(theirs[their]), their)
    record.agree(fit.log_likelihood, theirs["loglik"], "log-likelihood")
    record.agree(fit.aic, theirs["AIC"], "AIC")


@each_record("flexsurv")
def test_flexsurv(record: Record) -> None:
    data = record.data
    assert_flexsurv_equal(record, hs.Surv.right(data["futime"], data["fustat"], unit="days"))


@each_record("flexsurv_left_trunc")
def test_left_truncation(record: Record) -> None:
    data = record.data
    y = hs.Surv.right(data["age"] + data["time"], data["death"], entry=data["age"])
    assert_flexsurv_equal(record, y)


@each_record("ic_par")
def test_weibull_as_proportional_hazards(record: Record) -> None:
    theirs, (y, data) = record.result, cosmesis(record)
    fit = fitted(y, data, distribution="weibull")
    record.agree(fit.parameters("icenReg")["estimate"], numbers(theirs["coef"]), "coefficients")
    record.agree(expressed(fit, "icenReg").covariance, theirs["var"].rows, "covariance")
    record.agree(fit.log_likelihood, theirs["loglik"], "log-likelihood")


@each_record("exponential_exact")
def test_exact_limits_of_a_rate(record: Record) -> None:
    theirs, data = record.result, record.data
    y = hs.Surv.right(data["time"], data["status"])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", hs.HpcstatsWarning)
        fit = hs.parametric(y, distribution="exponential", interval="exact")
    assert fit.rate is not None
    record.agree(fit.rate.events, theirs["events"], "events")
    record.agree(fit.rate.exposure, theirs["exposure"], "time under observation")
    record.agree(np.exp(-fit.coef[0]), theirs["rate"], "rate")
    for method, name in (("exact", "exact_chisq"), ("type-ii", "exact_type2"), ("wald", "wald_log")):
        if theirs[name] is not None:
            record.agree(list(fit.rate_interval(method)), theirs[name], name)
    record.agree(np.exp(-fit.limits[::-1, 0]), theirs["exact_chisq"], "limits of the coefficient")
    if theirs["events"]:
        record.agree(fit.std_error, theirs["se_log"], "standard error of the log rate")


@each_record("mixture_cure")
def test_mixture_cure(record: Record) -> None:
    theirs, data = record.result, record.data
    y = hs.Surv.right(data["time"], data["status"], unit="days")
    fit = hs.cure(y, distribution=FLEXSURV[record.tag], interval="wald")
    frame = fit.parameters("flexsurvcure")
    assert frame["parameter"].tolist() == theirs["par"]
    for mine, their in (("estimate", "est_natural"), ("low", "lower"), ("high", "upper")):
        record.agree(frame[mine], theirs[their], their)
    record.agree(fit.log_likelihood, theirs["loglik"], "log-likelihood")
    record.agree(fit.coef[-1], theirs["coef_transformed"][0], "logit of the cured fraction")
    record.agree(fit.std_error[-1], theirs["se_transformed"][0], "its standard error")
    fraction = fit.cured_fraction().iloc[0]
    record.agree(
        fraction[["estimate", "low", "high"]].to_numpy(float), frame.iloc[0, [1, 3, 4]].to_numpy(float), ""
    )


@each_record("mixture_cure_smcure")
def test_semiparametric_mixture_cure(record: Record) -> None:
    theirs, data = record.result, record.data
    y = hs.Surv.right(data["time"], data["status"], unit="days")
    covariate = {"x": data["gtype"] - 1}
    fit = hs.cure(y, covariate, "x", latency="x", distribution="cox")
    frame = fit.parameters("smcure")
    expected = [*theirs["logistic_b"], theirs["beta"]]
    record.agree(frame["coef"], expected, "coefficients")
