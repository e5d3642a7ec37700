"""The log-rank family equals R's survdiff, its weights, strata, trend and delayed entry."""

from __future__ import annotations

import numpy as np
import pytest

import hpcstats as hs
from tests.reference.loader import Record, dataset, each_record, response

# Records of five patients a group warn that they are few; that the warning comes is tested elsewhere.
pytestmark = pytest.mark.filterwarnings("ignore::hpcstats.errors.SmallSampleWarning")

_WEIGHTS: dict[str, object] = {
    "logrank": "logrank",
    "gehan_breslow": "gehan",
    "tarone_ware": "tarone-ware",
    "peto_peto_Stilde_t": "peto",
    "modified_peto_andersen": "modified-peto",
    "prentice_Stilde_tminus": "prentice",
    "FH_1_0": ("fleming-harrington", 1, 0),
    "FH_0_1": ("fleming-harrington", 0, 1),
    "FH_1_1": ("fleming-harrington", 1, 1),
    "FH_.5_.5": ("fleming-harrington", 0.5, 0.5),
}


def assert_survdiff_equal(record: Record, test: hs.LogrankResult) -> None:
    theirs = record.result
    groups = len(theirs["n"])
    record.agree(test.to_frame()["n"], theirs["n"], "n")
    record.agree(test.observed, theirs["obs"], "observed")
    record.agree(test.expected, theirs["exp"], "expected")
    record.agree(test.variance, np.reshape(theirs["var"], (groups, groups)), "variance")
    record.agree(test.statistic, theirs["chisq"], "statistic")
    record.agree(test.df, theirs["df"], "degrees of freedom")
    record.agree(test.p_value, theirs["p"], "p-value")


@each_record("logrank_survdiff", "logrank_ksample")
def test_survdiff(record: Record) -> None:
    data, rho = record.data, float(record.tag.removeprefix("rho"))
    weights = ("fleming-harrington", rho, 0) if rho else "logrank"
    assert_survdiff_equal(
        record, hs.logrank(response(data), data["group"], method="asymptotic", weights=weights)
    )


@each_record("logrank_stratified")
def test_strata(record: Record) -> None:
    data = record.data
    test = hs.logrank(response(data), data["group"], method="asymptotic", strata=data["stratum"])
    assert_survdiff_equal(record, test)


@each_record("logrank_weights_formula")
def test_every_weight(record: Record) -> None:
    data = record.data
    y = response(data)
    assert set(record.result.row_names) == set(_WEIGHTS)
    for name, weights in _WEIGHTS.items():
        theirs = record.result.row(name)
        test = hs.logrank(y, data["group"], method="asymptotic", weights=weights)
        record.agree(test.observed[0] - test.expected[0], theirs["U"], f"{name} U")
        record.agree(test.variance[0, 0], theirs["V"], f"{name} V")
        record.agree(test.statistic, theirs["chisq"], f"{name} statistic")
        record.agree(test.p_value, theirs["p"], f"{name} p-value")


@each_record("logrank_trend")
def test_trend(record: Record) -> None:
    data, scores = record.data, np.array(record.result["scores"], dtype=float)
    y = response(data)
    trend = hs.logrank(y, data["group"], method="asymptotic", trend=scores.tolist())
    record.agree(trend.statistic, record.result["chisq"], "statistic")
    record.agree(trend.p_value, record.result["p"], "p-value")
    assert trend.df == 1
    plain = hs.logrank(y, data["group"], method="asymptotic")
    record.agree(scores @ (plain.observed - plain.expected), record.result["U"], "U")
    record.agree(scores @ plain.variance @ scores, record.result["V"], "V")


@each_record("logrank_delayed_entry")
def test_delayed_entry(record: Record) -> None:
    data = record.data
    y = hs.Surv.right(data["age"] + data["time"], data["death"], entry=data["age"])
    test = hs.logrank(y, data["sex"], method="asymptotic")
    record.agree(test.statistic, record.result["score_exact_ties_equals_logrank_hypergeom"], "statistic")
    fit = hs.cox(y, data, ["sex"], ties="breslow", interval="wald")
    record.agree(fit.score.statistic, record.result["score_breslow"], "Breslow score test")


def test_fleming_harrington_without_exponents_is_the_logrank() -> None:
    data = dataset("aml2")
    plain = hs.logrank(response(data), data["group"], method="asymptotic")
    zero = hs.logrank(
        response(data), data["group"], method="asymptotic", weights=("fleming-harrington", 0, 0)
    )
    assert zero.statistic == pytest.approx(plain.statistic, rel=1e-12)
