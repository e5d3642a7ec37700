"""Restricted means of two groups equal survRM2's, survRM2perm's and an enumeration of all relabellings."""

from __future__ import annotations

import numpy as np
import pytest

import hpcstats as hs
from hpcstats.compare.restricted_mean.difference import rmst_difference
from tests.reference.loader import Record, dataset, each_record, response

_ROWS = ("RMST (arm=1)-(arm=0)", "RMST (arm=1)/(arm=0)", "RMTL (arm=1)/(arm=0)")


def horizon_of(record: Record) -> float:
    return float(record.tag.removeprefix("tau"))


@each_record("rmst2")
def test_restricted_means_and_their_contrasts(record: Record) -> None:
    data, horizon = record.data, horizon_of(record)
    test = rmst_difference(response(data), data["arm"], horizon, method="asymptotic")
    by_curve = hs.kaplan_meier(response(data), data["arm"], interval="log-log").rmst(horizon)
    for frame in (test.by_group(), by_curve):
        for row, arm in enumerate(("arm0", "arm1")):
            theirs, ours = record.result[arm], frame.iloc[row]
            record.agree(ours["estimate"], theirs["Est."], f"{arm} estimate")
            record.agree(ours["std_error"], theirs["se"], f"{arm} standard error")
            record.agree(ours["std_error"] ** 2, record.result[f"{arm}_var"], f"{arm} variance")
            record.agree(ours["low"], theirs["lower .95"], f"{arm} low")
            record.agree(ours["high"], theirs["upper .95"], f"{arm} high")
    frame, table = test.to_frame(), record.result["unadjusted"]
    assert table.row_names == _ROWS
    assert frame["contrast"].tolist() == ["difference", "ratio", "lost-time-ratio"]
    for ours, theirs in (("estimate", "Est."), ("low", "lower .95"), ("high", "upper .95"), ("p_value", "p")):
        record.agree(frame[ours], table.column(theirs), ours)


@each_record("rmst2perm")
def test_permutation_under_three_rules(record: Record) -> None:
    data, theirs, horizon = record.data, record.result, horizon_of(record)
    y, arm = response(data), data["arm"]
    asymptotic = rmst_difference(y, arm, horizon, method="asymptotic")
    record.agree(asymptotic.mean[1], theirs["point_estimate"]["rmst1"], "mean of arm 1")
    record.agree(asymptotic.mean[0], theirs["point_estimate"]["rmst0"], "mean of arm 0")
    record.agree(asymptotic.estimate[0], theirs["point_estimate"]["difference"], "difference")
    record.agree(asymptotic.p_value[0], theirs["asymptotic_test_pval"], "asymptotic p-value")
    for rule in (1, 2, 3):
        drawn = int(theirs["nperm"])
        test = rmst_difference(
            y, arm, horizon, method="permutation", inestimable=rule, n_resamples=drawn, seed=1
        )
        record.agree(test.p_value[0], theirs[f"permutation_test_method{rule}_pval"], f"rule {rule}")
        assert test.n_inestimable == theirs[f"method{rule}_number_applied"]


@each_record("rmst_exact_permutation")
def test_all_relabellings(record: Record) -> None:
    data, theirs, horizon = record.data, record.result, horizon_of(record)
    sides = {"two-sided": "p_two_sided_abs", "greater": "p_upper", "less": "p_lower"}
    for alternative, name in sides.items():
        test = rmst_difference(
            response(data),
            data["arm"],
            horizon,
            method="exact",
            alternative=alternative,
            inestimable="extend",
        )
        assert test.n_relabellings == theirs["n_perm"]
        record.agree(test.estimate[0], theirs["diff"], "difference")
        record.agree(test.p_value[0], theirs[name], name)


@pytest.mark.parametrize(
    ("rule", "published"), [(1, 0.260), (2, 0.272), (3, 0.278), (4, 0.274), (5, 0.274), (6, 0.278)]
)
def test_six_rules_on_the_sample_data_of_survrm2perm(rule: int, published: float) -> None:
    data = dataset("ovarian")
    y = hs.Surv.right(data["futime"] / 365.25 * 12, data["fustat"], unit="months")
    test = rmst_difference(
        y, data["rx"], 34, method="permutation", inestimable=rule, n_resamples=20_000, seed=1
    )
    assert test.mean == pytest.approx([20.335, 25.634], abs=5e-4)
    assert test.low[0] == pytest.approx(-3.761, abs=5e-4)
    assert test.high[0] == pytest.approx(14.357, abs=5e-4)
    # Theirs rest on 2,000 relabellings: three standard errors of the difference between the two.
    margin = 3 * np.sqrt(0.27 * 0.73 * (1 / 2_000 + 1 / 20_000))
    assert test.p_value[0] == pytest.approx(published, abs=margin)
