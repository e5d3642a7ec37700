"""Limits of the beta product confidence procedure equal those of R's bpcp."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import hpcstats as hs
from hpcstats.core.limits import beta_product
from hpcstats.nonparametric import BetaProduct
from tests.reference.loader import Record, each_record, response


def assert_pieces_equal(record: Record, frame: Any, theirs: dict[str, Any]) -> None:
    record.agree(frame["start"], theirs["L"], "beginning")
    record.agree(frame["end"], theirs["R"], "end")
    record.agree(frame["low"], theirs["lower"], "low")
    record.agree(frame["high"], theirs["upper"], "high")


def level_of(tag: str) -> float:
    return 0.9 if tag.endswith("_90") else 0.95


@each_record("bpcp")
def test_limits_over_the_whole_axis(record: Record) -> None:
    y = response(record.data)
    frame = hs.kaplan_meier(y, interval="bpcp", level=level_of(record.tag)).pieces()
    assert_pieces_equal(record, frame, record.result)
    if not record.tag.endswith("mue"):
        record.agree(frame["estimate"], record.result["surv"], "estimate")
        return
    # The median unbiased estimate lies midway between the one-sided limits of level one half.
    least = hs.kaplan_meier(y, interval="bpcp", level=0.5, sided="lower").pieces()["low"]
    most = hs.kaplan_meier(y, interval="bpcp", level=0.5, sided="upper").pieces()["high"]
    record.agree((least + most) / 2, record.result["surv"], "median unbiased estimate")


@each_record("bpcp_midp")
def test_mid_p_limits(record: Record) -> None:
    frame = hs.kaplan_meier(response(record.data), interval="bpcp-midp").pieces()
    assert_pieces_equal(record, frame, record.result)
    record.agree(frame["estimate"], record.result["surv"], "estimate")


@each_record("bpcp_betaparms")
def test_the_betas_of_each_piece(record: Record) -> None:
    [curve] = hs.kaplan_meier(response(record.data)).curves
    betas = beta_product.parameters(curve.counts)
    for ours, theirs in (
        ("a_low", "alower"),
        ("b_low", "blower"),
        ("a_high", "aupper"),
        ("b_high", "bupper"),
    ):
        record.agree(getattr(betas, ours)[0], record.result[theirs], ours)


@each_record("bpcp_mc")
def test_limits_by_monte_carlo(record: Record) -> None:
    procedure = BetaProduct(method="monte-carlo", mid_p=record.tag.endswith("_midp"), seed=1)
    frame = hs.kaplan_meier(response(record.data), interval=procedure).pieces()
    assert_pieces_equal(record, frame, record.result)


@each_record("bpcp_delta")
def test_grouped_times(record: Record) -> None:
    width = float(record.tag.removeprefix("Delta"))
    frame = hs.kaplan_meier(response(record.data), interval=BetaProduct(grouping=width)).pieces()
    assert_pieces_equal(record, frame, record.result)
    record.agree(frame["estimate"], record.result["surv"], "estimate")


@each_record("bpcp_groups")
def test_limits_of_groups(record: Record) -> None:
    data = record.data
    frame = hs.kaplan_meier(response(data), data["treatment"], interval="bpcp").pieces()
    assert frame["group"].unique().tolist() == list(record.result)
    for label, theirs in record.result.items():
        ours = frame[frame["group"] == label]
        assert_pieces_equal(record, ours, theirs)
        record.agree(ours["estimate"], theirs["surv"], f"{label}: estimate")


@each_record("bpcp_at_times")
def test_limits_at_any_time(record: Record) -> None:
    theirs = record.result
    km = hs.kaplan_meier(response(record.data))
    frame = km.at(theirs["time"], beyond="limits")
    record.agree(frame["low"], theirs["lower"], "low")
    record.agree(frame["high"], theirs["upper"], "high")
    # R carries the last estimate on for ever; here there is none after the end of follow-up.
    within = np.asarray(theirs["time"]) <= km.follow_up["all"]
    record.agree(frame["estimate"][within], np.asarray(theirs["survival"])[within], "estimate")
    assert frame["estimate"][~within].isna().all()


@each_record("bpcp_quantile")
def test_quantiles_by_inversion(record: Record) -> None:
    theirs = record.result
    interval = "bpcp-midp" if record.tag == "midp" else "bpcp"
    km = hs.kaplan_meier(response(record.data), interval=interval)
    heights = np.asarray(theirs["S_q"])
    frame = km.quantile(1 - heights)
    record.agree(frame["low"], theirs["lower"], "low")
    record.agree(frame["high"], theirs["upper"], "high")
    for height, ours, q in zip(heights, frame["estimate"], theirs["q"], strict=True):
        record.agree(ours, midpoint_rule(km, height, q), f"S = {height:g}")


def midpoint_rule(km: hs.SurvivalCurves, height: float, q: float) -> float:
    """What survfit says where bpcp says `q`: on an exact flat bpcp takes its left end, survfit its middle."""
    steps = km.to_frame()
    if np.isnan(q) or abs(steps.loc[steps["time"] == q, "estimate"].item() - height) > 1e-12:
        return q
    lower = steps.loc[steps["estimate"] < height - 1e-12, "time"]
    return (q + (lower.iloc[0] if len(lower) else steps["time"].iloc[-1])) / 2


@each_record("clopper_pearson_identity")
def test_without_censoring_they_are_clopper_and_pearson(record: Record) -> None:
    table = record.result
    frame = hs.kaplan_meier(response(record.data)).at(table.column("time"))
    for ours, theirs in (("low", "lower"), ("high", "upper")):
        record.agree(frame[ours], table.column(f"bpcp_{theirs}"), ours)
        record.agree(frame[ours], table.column(f"cp_{theirs}"), f"{ours} of the binomial proportion")


def test_the_records_hold_flats_on_which_the_two_rules_differ() -> None:
    km = hs.kaplan_meier(hs.Surv.right(range(1, 7), [True] * 6))
    assert midpoint_rule(km, 0.5, 3) == pytest.approx(3.5)
