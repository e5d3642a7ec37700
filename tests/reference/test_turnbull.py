"""Interval-censored curves and tests equal those of interval, icenReg, Icens and survival."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import hpcstats as hs
from tests.reference.loader import Record, dataset, each_record, numbers

_SCORES = {"logrank1": "sun", "logrank2": "finkelstein", "wmw": "wilcoxon"}


def curve(record: Record) -> hs.IntervalCensoredCurve:
    data = record.data
    if record.dataset == "bcos" and record.tag in {"Rad", "RadChem"}:
        data = data[data["treatment"] == record.tag]
    return hs.turnbull(hs.Surv.interval(data["left"], data["right"]), seed=1)


def after(found: hs.IntervalCensoredCurve, times: np.ndarray) -> np.ndarray:
    """The smallest curve: inside a region it is what is left after the region."""
    return found.bounds.at(times)[0][0]


@each_record("turnbull_npmle")
def test_masses(record: Record) -> None:
    found, theirs = curve(record), record.result
    record.agree(found.left, theirs["L"], "left ends")
    record.agree(found.right, theirs["R"], "right ends")
    record.agree(found.mass, numbers(theirs["p"]), "masses")
    record.agree(found.estimate, numbers(theirs["S_after_R"]), "S after the regions")
    single = np.array(theirs["left_closed"], dtype=bool)
    assert np.array_equal(found.left == found.right, single)
    assert found.kkt_gap < 1e-8


@each_record("turnbull_icenreg")
def test_curve_and_likelihood(record: Record) -> None:
    found, theirs = curve(record), record.result
    ends = np.asarray(theirs["intervals"].rows)[:, 1]
    record.agree(found.log_likelihood, theirs["loglik"], "log-likelihood")
    record.agree(after(found, ends[1:]), theirs["S"][1:], "S at the ends of the regions")


@each_record("turnbull_survfit")
def test_curve_between_regions(record: Record) -> None:
    theirs = record.result
    record.agree(after(curve(record), np.array(theirs["time"])), theirs["surv"], "S")


@each_record("icens_emicm")
def test_masses_by_icens(record: Record) -> None:
    found, theirs = curve(record), record.result
    left, right = np.asarray(theirs["intmap"].rows)
    record.agree(found.left, left, "left ends")
    record.agree(found.right, right, "right ends")
    record.agree(found.mass, theirs["pf"], "masses")


@each_record("ictest")
def test_tests(record: Record) -> None:
    kind, method = record.tag.split("_")
    variance = "permutation" if method == "pclt" else "information"
    test = compared(record.data, scores=_SCORES[kind], variance=variance)
    theirs = record.result
    record.agree(test.z if method == "pclt" else test.statistic, theirs["statistic"], "statistic")
    record.agree(test.p_value, theirs["p"], "p-value")
    record.agree(test.score_sums, theirs["U"], "sums of scores")
    if theirs["V"] is not None:
        record.agree(test.variance, theirs["V"].rows, "variance")


@each_record("ictest_vignette")
def test_the_worked_example(record: Record) -> None:
    test = compared(record.data)
    record.agree(test.z, record.result["Z"], "Z")
    record.agree(test.p_value, record.result["p"], "p-value")


def compared(data: pd.DataFrame, **options: str) -> hs.IntervalLogrankResult:
    y = hs.Surv.interval(data["left"], data["right"])
    return hs.interval_logrank(y, data["treatment"], method="asymptotic", **options)


def test_published_log_likelihoods_and_statistics() -> None:
    data = dataset("bcos")
    for label, value in (("Rad", -58.06002), ("RadChem", -65.63696)):
        part = data[data["treatment"] == label]
        found = hs.turnbull(hs.Surv.interval(part["left"], part["right"]), seed=1)
        assert found.log_likelihood == pytest.approx(value, abs=5e-6)
        assert found.kkt_gap < 1e-12
    assert compared(data).z == pytest.approx(-2.6684, abs=5e-5)
    assert compared(data, scores="finkelstein", variance="information").statistic == pytest.approx(
        7.874941, abs=5e-7
    )
