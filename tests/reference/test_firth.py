"""Firth's penalised Cox models equal R's coxphf (Breslow ties) and a second maximisation written in R."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pandas as pd
import pytest

import hpcstats as hs
from tests.reference.loader import Record, each_record, numbers

# A likelihood that is monotone without its penalty is only noted, never warned of.
_COLUMNS: dict[str, tuple[tuple[str | None, str, str], list[str]]] = {
    "breast_hs": ((None, "TIME", "CENS"), ["T", "N", "G", "CD"]),
    "tiny_mono12": ((None, "time", "status"), ["group"]),
    "tiny_2g10": ((None, "time", "status"), ["group"]),
    "cphf3": ((None, "time", "status"), ["x"]),
    "cphf_x3": (("start", "stop", "event"), ["x1", "x2", "x3"]),
    "ther_test2": (("start", "stop", "event"), ["x"]),
    "ovarian": ((None, "futime", "fustat"), ["age", "rx"]),
}


def fitted(record: Record, formula: str | None = None, **options: Any) -> hs.CoxFit:
    data, ((entry, time, event), terms) = record.data, _COLUMNS[record.dataset]
    y = hs.Surv.right(data[time], data[event], entry=None if entry is None else data[entry])
    kept = [term for term in terms if not (record.tag.endswith("noG") and term == "G")]
    return hs.cox(y, data, formula or kept, ties="breslow", penalty="firth", **options)


def assert_fit_equal(record: Record, fit: hs.CoxFit) -> None:
    theirs, frame = record.result, fit.to_frame()
    assert fit.status == "ok"
    record.agree(fit.coef, numbers(theirs["coef"]), "coefficients")
    record.agree(frame["std_error"], numbers(theirs["se"]), "standard errors")
    record.agree(fit.covariance, theirs["var"].rows, "covariance")


def assert_coxphf_equal(record: Record, fit: hs.CoxFit) -> None:
    theirs, frame = record.result, fit.to_frame()
    assert_fit_equal(record, fit)
    record.agree(frame["low"], numbers(theirs["hr_ci_lower"]), "lower limits")
    record.agree(frame["high"], numbers(theirs["hr_ci_upper"]), "upper limits")
    record.agree(frame["p_value"], numbers(theirs["p"]), "p-values")
    record.agree(fit.likelihood_ratio.statistic, theirs["lr_global"], "likelihood ratio")
    record.agree(fit.likelihood_ratio.p_value, theirs["lr_global_p"], "its p-value")


@each_record("firth")
def test_coxphf(record: Record) -> None:
    kind = "profile" if record.result["ci_method"].startswith("Profile") else "wald"
    assert_coxphf_equal(record, fitted(record, interval=kind))


@each_record("firth_reference")
def test_second_maximisation(record: Record) -> None:
    fit, wald, theirs = fitted(record), fitted(record, interval="wald"), record.result
    frame = fit.to_frame()
    assert fit.interval == "profile"
    assert_fit_equal(record, fit)
    record.agree(fit.penalised_log_likelihood, theirs["penalized_loglik"], "penalised log-likelihood")
    record.agree(fit.penalised_log_likelihood_null, theirs["penalized_loglik_null"], "its value at 0")
    record.agree(fit.log_likelihood, theirs["loglik_unpenalized_at_estimate"], "log-likelihood")
    record.agree(fit.likelihood_ratio.statistic, theirs["plr_global"], "likelihood ratio")
    record.agree(fit.likelihood_ratio.p_value, theirs["plr_global_p"], "its p-value")
    record.agree(fit.wald.statistic, theirs["wald_global"], "Wald test")
    record.agree(fit.low, numbers(theirs["pl_lower"]), "lower profile limits")
    record.agree(fit.high, numbers(theirs["pl_upper"]), "upper profile limits")
    record.agree(frame["statistic"] ** 2, numbers(theirs["plr"]), "likelihood ratio of each coefficient")
    record.agree(frame["p_value"], numbers(theirs["plr_p"]), "their p-values")
    record.agree(fit.term_tests()["p_value"], numbers(theirs["plr_p"]), "p-values of each term")
    record.agree(wald.low, numbers(theirs["wald_lower"]), "lower Wald limits")
    record.agree(wald.high, numbers(theirs["wald_upper"]), "upper Wald limits")
    record.agree(wald.to_frame()["p_value"], numbers(theirs["wald_p"]), "Wald p-values")


@each_record("firth_plrtest")
def test_terms_are_held_at_zero_in_the_penalty(record: Record) -> None:
    theirs, terms = record.result, _COLUMNS[record.dataset][1]
    tested = ["G"] if record.tag == "G" else ["x1", "x2"]
    fit = fitted(record)
    held = np.array([[term in tested for term in terms]])
    statistic = 2 * (fit.search.maximum - fit.search.without(held)[0])
    record.agree(len(tested), theirs["df"], "degrees of freedom")
    record.agree(statistic, 2 * (theirs["loglik"][1] - theirs["loglik"][0]), "likelihood ratio")
    if record.tag == "G":
        record.agree(fit.term_tests().set_index("factor").loc["G", "p_value"], theirs["p"], "p-value")


@each_record("firth_tde")
def test_an_effect_that_changes_with_time_by_split_rows(record: Record) -> None:
    data = record.data
    times = np.unique(data["stop"][data["event"] == 1])
    rows = []
    for row in data.itertuples():
        cuts = [row.start, *times[(times > row.start) & (times < row.stop)], row.stop]
        for start, stop in itertools.pairwise(cuts):
            rows.append((start, stop, row.event * (stop == row.stop), row.x, row.x * np.log(stop)))
    split = pd.DataFrame(rows, columns=["start", "stop", "event", "x", "x_log_time"])
    y = hs.Surv.right(split["stop"], split["event"], entry=split["start"])
    fit = hs.cox(y, split, ["x", "x_log_time"], ties="breslow", penalty="firth", interval="wald")
    assert_coxphf_equal(record, fit)


def test_the_published_breast_cancer_example() -> None:
    record = next(r for r in each_record("firth").args[1] if r.id == "firth__breast_hs__default_pl").values[0]
    fit = fitted(record)
    frame = fit.to_frame().set_index("term")
    assert frame["hazard_ratio"].round(3).tolist() == pytest.approx([3.402, 2.507, 11.296, 1.488], abs=6e-4)
    assert frame.loc["G", ["low", "high"]].tolist() == pytest.approx([1.466, 1451.946], abs=1e-3)
    assert fit.monotone == ("G",)
