"""Comparisons at a time and of medians equal R's bpcp2samp, fixtdiff and mdiffmedian.test."""

from __future__ import annotations

import numpy as np
import pytest

import hpcstats as hs
from hpcstats.compare.fixed_time.difference import compare_at
from hpcstats.compare.medians.difference import compare_medians
from tests.reference.loader import Record, each_record, inline_columns, response

_CONTRASTS = {
    "difference": "difference",
    "ratio": "ratio",
    "oddsratio": "odds-ratio",
    "cdfratio": "event-ratio",
}


@each_record("bpcp2samp")
def test_melded_at_a_time(record: Record) -> None:
    data, theirs = record.data, record.result
    name, at, *rest = record.tag.split("_")
    # R sorts the labels of leuk2 by their factor levels: 6-MP before placebo.
    group = data["treatment" if "treatment" in data else "group"]
    result = compare_at(
        response(data),
        group,
        float(at[1:]),
        contrast=_CONTRASTS[name],
        mid_p="midp" in rest,
        alternative=next((side for side in rest if side != "midp"), "two-sided"),
    )
    own = [result.estimate[0], result.low[0], result.high[0]]
    groups = result.survival[:, 0]
    if name == "cdfratio":  # R's is the first group over the second, and its two estimates are of the event.
        own, groups = [_inverse(own[0]), _inverse(own[2]), _inverse(own[1])], 1 - groups
    record.agree(groups, [theirs["estimate1"], theirs["estimate2"]], "both groups")
    record.agree(own[0], theirs["estimate"], "estimate")
    record.agree(own[1:], theirs["conf_int"], "limits")
    record.agree(result.p_value, theirs["p_value"], "p-value")


def _inverse(value: float) -> float:
    return np.inf if value == 0 else 1 / value


@pytest.mark.filterwarnings("ignore::hpcstats.errors.SmallSampleWarning")  # Two are at risk at 20 weeks.
@each_record("fixtdiff")
def test_normal_approximations_at_a_time(record: Record) -> None:
    data, scales = record.data, {"identity": "plain", "log": "log", "cloglog": "log-log"}
    assert len(record.result["p2"]) == 6
    for side, alternative in (("p2", "two-sided"), ("plo", "less"), ("phi", "greater")):
        for name, theirs in record.result[side].items():
            scale, variance = name.split(":")
            result = compare_at(
                response(data),
                data["treatment"],
                float(record.tag[1:]),
                method="asymptotic",
                scale=scales[scale],
                variance=variance,
                alternative=alternative,
            )
            record.agree(result.p_value, theirs, f"{name}, {alternative}")


@each_record("mdiffmedian")
def test_medians_without_censoring(record: Record) -> None:
    first, second = inline_columns(record)
    y = hs.Surv.right(first + second, [1] * (len(first) + len(second)))
    result = compare_medians(y, ["a"] * len(first) + ["b"] * len(second))
    theirs = record.result
    record.agree(result.median, [theirs["median1"], theirs["median2"]], "medians")
    record.agree(result.estimate, theirs["diff"], "difference")
    record.agree([result.low, result.high], theirs["conf_int"], "limits")
    record.agree(result.p_value, theirs["p_value"], "p-value")
