"""Cumulative incidences, Gray's test and subdistribution hazard ratios equal R's."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import hpcstats as hs
from tests.reference.loader import Record, each_record

CAUSES = (1, 2)


def competing(data: pd.DataFrame) -> hs.Surv:
    return hs.Surv.competing(data["time"], data["cause"], causes=CAUSES)


def of_cause(frame: pd.DataFrame, cause: int) -> pd.DataFrame:
    return frame[frame["cause"] == str(cause)].reset_index(drop=True)


@each_record("aalen_johansen_cr")
def test_curves_and_limits_of_survfit(record: Record) -> None:
    theirs = record.result
    curves = hs.aalen_johansen(competing(record.data), interval=record.tag)
    frame, event_free = curves.to_frame(), curves.event_free("log-log").to_frame()
    for cause in CAUSES:
        ours = of_cause(frame, cause)
        record.agree(ours["time"], theirs["time"], "time")
        record.agree(ours["at_risk"], theirs["n_risk"], "at risk")
        record.agree(ours["events"], theirs[f"n_event{cause}"], f"events {cause}")
        record.agree(ours["estimate"], theirs[f"cif{cause}"], f"estimate {cause}")
        record.agree(ours["std_error"], theirs[f"se{cause}"], f"standard error {cause}")
        record.agree(ours["low"], theirs[f"lower{cause}"], f"low {cause}")
        record.agree(ours["high"], theirs[f"upper{cause}"], f"high {cause}")
    record.agree(event_free["estimate"], theirs["p0"], "event-free")
    alive = event_free["estimate"] > 0
    record.agree(event_free["std_error"][alive], np.array(theirs["se0"])[alive], "its standard error")


@each_record("aalen_johansen_etm")
def test_curves_and_limits_of_etm(record: Record) -> None:
    curves = hs.aalen_johansen(competing(record.data), interval="complementary-log-log", variance="greenwood")
    for cause in CAUSES:
        theirs = record.result[f"CIF {cause}"]
        ours = of_cause(curves.at(theirs["time"]), cause)
        record.agree(ours["estimate"], theirs["P"], "estimate")
        record.agree(ours["std_error"] ** 2, theirs["var"], "variance")
        record.agree(ours["low"], theirs["lower"], "low")
        record.agree(ours["high"], theirs["upper"], "high")
        record.agree(ours["at_risk"], theirs["n.risk"], "at risk")


@each_record("cif_variance_delta")
def test_the_delta_method(record: Record) -> None:
    theirs = record.result
    curves = hs.aalen_johansen(competing(record.data), variance="greenwood")
    ours = of_cause(curves.at(theirs["time"]), 1)
    record.agree(ours["estimate"], theirs["cif1"], "estimate")
    record.agree(ours["std_error"] ** 2, theirs["var_delta"], "variance")


@each_record("cuminc")
def test_estimates_and_variances_of_cmprsk(record: Record) -> None:
    theirs = record.result
    frame = hs.aalen_johansen(competing(record.data), variance="aalen").at(theirs["times"])
    for row, cause in enumerate(CAUSES):
        ours = of_cause(frame, cause)
        record.agree(ours["estimate"], theirs["est"].rows[row], f"estimate {cause}")
        record.agree(ours["std_error"] ** 2, theirs["var"].rows[row], f"variance {cause}")


@each_record("gray_test")
def test_grays_test(record: Record) -> None:
    rho = float(record.tag.removeprefix("rho"))
    test = hs.gray_test(competing(record.data), record.data["group"], rho=rho)
    table = record.result["tests"]
    record.agree(test.statistic, table.column("stat"), "statistic")
    record.agree(test.p_value, table.column("pv"), "p")
    record.agree(test.df, table.column("df"), "df")


@each_record("fine_gray")
def test_subdistribution_hazards_of_crr(record: Record) -> None:
    data, theirs = record.data, record.result
    if record.dataset == "tiny_cr10":
        # No relapse in group 1: R stops at -31.4, here it is said that there is no finite estimate.
        with pytest.warns(hs.SeparationWarning, match="monotone in group"):
            fit = hs.fine_gray(competing(data), data, "group", cause=1)
        assert np.isnan(fit.coef).all()
        assert float(theirs["coef"]) < -30
    else:
        groups = pd.DataFrame({"g2": data["group"] == 2, "g3": data["group"] == 3}).astype(float)
        fit = hs.fine_gray(competing(data), groups, cause=1)
        record.agree(fit.coef, theirs["coef"], "coef")
        record.agree(fit.std_error, theirs["se"], "standard error")
        record.agree(fit.covariance, theirs["var"].rows, "variance")
        base = fit.predict_incidence({"g2": [0.0], "g3": [0.0]})
        record.agree(base.times, theirs["subdist_base_jump_times"], "times of the jumps")
        jumps = np.diff(-np.log1p(-base.estimate[0]), prepend=0.0)
        record.agree(jumps, theirs["base_jumps"], "jumps of the baseline")
    record.agree(fit.log_likelihood, theirs["loglik"], "log likelihood")
    record.agree(fit.log_likelihood_null, theirs["loglik_null"], "log likelihood without covariates")


@each_record("fine_gray_weighted")
def test_subdistribution_hazards_of_finegray(record: Record) -> None:
    data = record.data
    groups = pd.DataFrame({"g2": data["group"] == 2, "g3": data["group"] == 3}).astype(float)
    fit = hs.fine_gray(competing(data), groups, cause=1, weights="finegray", variance="fixed-weights")
    record.agree(fit.coef, record.result["coef"], "coef")
    record.agree(fit.std_error, record.result["robust_se"], "robust standard error")
