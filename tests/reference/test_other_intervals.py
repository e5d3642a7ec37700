"""Likelihood ratio, effective binomial, hybrid variance, Edgeworth and modified lower limits equal R's."""

from __future__ import annotations

import numpy as np
import pytest

import hpcstats as hs
from tests.reference.loader import Record, dataset, each_record, response

pytestmark = pytest.mark.filterwarnings("ignore::hpcstats.errors.SmallSampleWarning")

_LOWER = {"peto": "peto", "modified": "dorey-korn"}
_BORKOWF = {"log": "log", "logs": "shifted-log", "norm": "plain", "norms": "shifted-plain"}


def curves(record: Record, interval: str, **options: str) -> hs.SurvivalCurves:
    return hs.kaplan_meier(response(record.data), interval=interval, **options)


def assert_limits_equal(record: Record, km: hs.SurvivalCurves) -> None:
    frame = km.at(record.result["time"])
    record.agree(frame["estimate"], record.result["surv"], "estimate")
    record.agree(frame["low"], record.result["lower"], "low")
    record.agree(frame["high"], record.result["upper"], "high")


@each_record("km_ci_modified_lower")
def test_modified_lower_limits(record: Record) -> None:
    kind, transform = record.tag.split("_")
    assert_limits_equal(record, curves(record, transform, lower_limit=_LOWER[kind]))


@each_record("km_ci_peto")
def test_plain_interval_with_petos_variance_below(record: Record) -> None:
    """km.ci uses Peto's variance on both sides and does not cut: its upper limit mirrors the lower one."""
    theirs = record.result
    frame = curves(record, "plain", lower_limit="peto").at(theirs["time"])
    mirrored = 2 * np.array(theirs["surv"]) - np.array(theirs["upper"])
    record.agree(frame["low"], np.clip(theirs["lower"], 0, 1), "low")
    record.agree(frame["low"], np.clip(mirrored, 0, 1), "high")


@each_record("km_ci_grunkemeier", "thomas_grunkemeier")
def test_likelihood_ratio(record: Record) -> None:
    assert_limits_equal(record, curves(record, "thomas-grunkemeier"))


@each_record("km_ci_rothman")
def test_effective_binomial(record: Record) -> None:
    assert_limits_equal(record, curves(record, "rothman"))


@each_record("borkowf")
def test_hybrid_variance_at_each_time_and_just_after(record: Record) -> None:
    """R writes a piece for each observed time, closed, and one for what follows it, open on both sides."""
    theirs = record.result
    assert theirs["Lin"] == [False, *[True, False] * (len(theirs["L"]) // 2)]
    frame = curves(record, f"borkowf-{_BORKOWF[record.tag]}").pieces()
    record.agree(np.repeat(frame["start"], 2)[1:], theirs["L"], "beginning")
    for ours, name in (("low", "lower"), ("high", "upper")):
        both = np.column_stack([frame[ours], frame[f"{ours}_after"]]).ravel()
        record.agree(both[1:], theirs[name], ours)


@each_record("strawderman_wells")
def test_edgeworth(record: Record) -> None:
    assert_limits_equal(record, curves(record, "strawderman-wells"))


def test_counting_tied_events_each_widens_the_edgeworth_interval() -> None:
    y = response(dataset("leuk"))
    once, each = (hs.kaplan_meier(y, interval=f"strawderman-wells{kind}").at([6]) for kind in ("", "-tied"))
    assert each["low"][0] < once["low"][0]
    assert each["high"][0] > once["high"][0]
