"""Cox models equal R's coxph: coefficients, covariances, likelihoods, the three tests and intervals."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import hpcstats as hs
from tests.reference.loader import Record, each_record, numbers

# Records of few events, or of a monotone likelihood, warn; that the warnings come is tested elsewhere.
pytestmark = pytest.mark.filterwarnings("ignore::hpcstats.errors.HpcstatsWarning")

_COLUMNS: dict[str, tuple[tuple[str | None, str, str], list[str]]] = {
    "ther_test1": ((None, "time", "status"), ["x"]),
    "ther_test2": (("start", "stop", "event"), ["x"]),
    "ther_test3": ((None, "time", "status"), ["x"]),
    "aml": ((None, "time", "status"), ["nonmaintained"]),
    "ovarian": ((None, "futime", "fustat"), ["age", "rx", "resid.ds"]),
    "heart": (("start", "stop", "event"), ["age", "year", "surgery", "transplant"]),
    "breast_hs": ((None, "TIME", "CENS"), ["T", "N", "G", "CD"]),
    "tiny_2g10": ((None, "time", "status"), ["group"]),
    "tiny_2g12": ((None, "time", "status"), ["group"]),
    "tiny_mono12": ((None, "time", "status"), ["group"]),
    "tiny_entry10": (("entry", "time", "status"), ["odd"]),
    "veteran": ((None, "time", "status"), ["trt", "karno"]),
    "rats": ((None, "time", "status"), ["rx"]),
}


def prepared(record: Record) -> pd.DataFrame:
    """Add the columns that R's formulas compute on the way."""
    data = record.data
    if record.dataset == "aml":
        return data.assign(nonmaintained=(data["x"] == "Nonmaintained").astype(int))
    if record.dataset == "tiny_entry10":
        return data.assign(odd=[0, 1] * 5)
    if record.dataset == "rats":
        return data[data["sex"] == "f"].reset_index(drop=True)
    return data


def fitted(record: Record, terms: list[str] | None = None, **options: Any) -> hs.CoxFit:
    data = prepared(record)
    (entry, time, event), columns = _COLUMNS[record.dataset]
    y = hs.Surv.right(data[time], data[event], entry=None if entry is None else data[entry])
    return hs.cox(y, data, terms or columns, **({"interval": "wald"} | options))


def ties_of(record: Record) -> str:
    return "breslow" if "breslow" in record.tag else "efron"


def assert_likelihood_equal(record: Record, fit: hs.CoxFit) -> None:
    theirs = record.result
    record.agree(fit.n, theirs["n"], "n")
    record.agree(fit.n_events, theirs["nevent"], "events")
    record.agree(fit.log_likelihood_null, theirs["loglik_null"], "null log-likelihood")
    record.agree(fit.log_likelihood, theirs["loglik"], "log-likelihood")
    record.agree(fit.likelihood_ratio.statistic, theirs["lr_test"], "likelihood ratio")
    record.agree(fit.likelihood_ratio.p_value, theirs["lr_p"], "likelihood ratio p-value")
    record.agree(fit.score.statistic, theirs["score_test"], "score test")
    record.agree(fit.score.p_value, theirs["score_p"], "score p-value")


def assert_fit_equal(record: Record, fit: hs.CoxFit) -> None:
    theirs, frame = record.result, fit.to_frame()
    record.agree(fit.coef, numbers(theirs["coef"]), "coefficients")
    record.agree(fit.covariance, theirs["var"].rows, "covariance")
    record.agree(frame["coef"], numbers(theirs["coef"]), "coefficients in the frame")
    record.agree(frame["std_error"], numbers(theirs["se"]), "standard errors")
    record.agree(np.log(frame["low"]), numbers(theirs["ci_lower"]), "lower Wald limits")
    record.agree(np.log(frame["high"]), numbers(theirs["ci_upper"]), "upper Wald limits")
    record.agree(fit.wald.statistic, theirs["wald_test"], "Wald test")
    record.agree(fit.wald.p_value, theirs["wald_p"], "Wald p-value")
    concordance = fit.concordance()
    record.agree(concordance.estimate, theirs["concordance"], "concordance")
    record.agree(concordance.std_error, theirs["concordance_se"], "standard error of the concordance")
    assert_likelihood_equal(record, fit)


@each_record("cox")
def test_ties(record: Record) -> None:
    fit = fitted(record, ties=record.tag)
    if not record.content["warnings"]:
        assert fit.status == "ok"
        assert_fit_equal(record, fit)
        return
    assert fit.status == "not_estimable"
    assert_likelihood_equal(record, fit)
    finite = [place for place, status in enumerate(fit.statuses) if status == "ok"]
    assert [fit.terms[place] for place in finite] == {"breast_hs": ["T", "N", "CD"], "ther_test1": []}[
        record.dataset
    ]
    record.agree(np.asarray(fit.coef)[finite], numbers(record.result["coef"])[finite], "finite coefficients")
    block = np.ix_(finite, finite)
    record.agree(fit.covariance[block], record.result["var"].rows[block], "finite covariance")


@each_record("cox_weighted")
def test_case_weights(record: Record) -> None:
    assert_fit_equal(record, fitted(record, ties=record.tag, weights=record.data["wt"]))


@each_record("cox_strata")
def test_strata(record: Record) -> None:
    assert_fit_equal(record, fitted(record, strata=record.data["celltype"]))


@each_record("cox_robust")
def test_robust(record: Record) -> None:
    fit = fitted(record, ["age", "rx"], ties=ties_of(record), robust=True)
    record.agree(
        np.sqrt(np.diag(fit.naive_covariance)), numbers(record.result["naive_se"]), "naive standard errors"
    )
    assert_fit_equal(record, fit)


@each_record("cox_cluster")
def test_cluster(record: Record) -> None:
    fit = fitted(record, cluster=prepared(record)["litter"])
    record.agree(
        np.sqrt(np.diag(fit.naive_covariance)), numbers(record.result["naive_se"]), "naive standard errors"
    )
    assert_fit_equal(record, fit)


@each_record("cox_survSplit")
def test_rows_split_in_time(record: Record) -> None:
    data, cut = record.data, 90
    early = data.assign(
        start=0, stop=data["time"].clip(upper=cut), died=data["status"].where(data["time"] <= cut, 0)
    )
    late = data[data["time"] > cut].assign(
        start=cut, stop=lambda rows: rows["time"], died=lambda rows: rows["status"]
    )
    split = pd.concat(
        [early.assign(karno_late=0.0), late.assign(karno_late=late["karno"])], ignore_index=True
    )
    y = hs.Surv.right(split["stop"], split["died"], entry=split["start"])
    assert_fit_equal(record, hs.cox(y, split, ["trt", "karno", "karno_late"], interval="wald"))


@each_record("cox_profile_ci")
def test_profile_likelihood_limits(record: Record) -> None:
    terms = {"ovarian": ["age", "rx"], "tiny_2g10": ["group"], "breast_hs": ["T", "N", "CD"]}[record.dataset]
    fit, theirs = fitted(record, terms, ties=ties_of(record), interval="profile"), record.result
    limits = fit.profile_interval(theirs["term"])
    row = fit.to_frame().set_index("term").loc[theirs["term"]]
    record.agree(row["coef"], theirs["coef"], "coefficient")
    record.agree([limits.low, limits.high], [theirs["lower"], theirs["upper"]], "profile limits")
    record.agree(np.log([row["low"], row["high"]]), [theirs["lower"], theirs["upper"]], "limits in the frame")


@each_record("cox_monotone")
def test_monotone_likelihood(record: Record) -> None:
    fit, theirs = fitted(record, ties="breslow", interval="profile"), record.result
    assert fit.status == "not_estimable"
    record.agree(fit.log_likelihood, theirs["loglik_at_limit"], "limit of the log-likelihood")
    record.agree(fit.log_likelihood_null, theirs["loglik_null"], "null log-likelihood")
    record.agree(fit.score.statistic, theirs["score_test"], "score test")
    record.agree(fit.likelihood_ratio.statistic, theirs["lr_test"], "likelihood ratio")


@each_record("cox_monotone_profile")
def test_one_sided_profile_interval(record: Record) -> None:
    fit, theirs = fitted(record, ties="breslow", interval="profile"), record.result
    record.agree(fit.log_likelihood, theirs["limit_loglik"], "limit of the log-likelihood")
    limits = fit.profile_interval("group")
    assert limits.low == -np.inf
    record.agree(limits.high, theirs["lr_upper_bound_twosided95"], "upper bound")
    # One side of a two-sided 90 % interval holds 95 %.
    narrow = fitted(record, ties="breslow", interval="profile", level=0.9).profile_interval("group")
    record.agree(narrow.high, theirs["lr_upper_bound_onesided"], "one-sided upper bound")
