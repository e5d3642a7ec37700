"""Kaplan-Meier curves, limits, quantiles and restricted means equal R's."""

from __future__ import annotations

import numpy as np
import pytest

import hpcstats as hs
from tests.reference.loader import Record, each_record, response

# Records of five patients warn that they are few; that the warning comes is tested elsewhere.
pytestmark = pytest.mark.filterwarnings("ignore::hpcstats.errors.SmallSampleWarning")

_KM_CI_NAMES = {"linear": "plain", "log": "log", "loglog": "log-log"}
_COLUMNS = {
    "time": "time",
    "at_risk": "n_risk",
    "events": "n_event",
    "censored": "n_censor",
    "estimate": "surv",
    "std_error": "std_err",
    "low": "lower",
    "high": "upper",
}


def interval_and_level(tag: str) -> tuple[str, float]:
    name, _, level = tag.partition("_")
    return name, float(level or 0.95)


def assert_curves_equal(record: Record, curves: hs.SurvivalCurves) -> None:
    frame = curves.to_frame()
    for ours, theirs in _COLUMNS.items():
        record.agree(frame[ours], record.result[theirs], ours)


def open_above(limits: object) -> np.ndarray:
    """R writes NA where the upper curve never falls so low; here that upper limit is an infinite time."""
    values = np.asarray(limits, dtype=float)
    return np.where(np.isnan(values), np.inf, values)


@each_record("km_ci")
def test_curve_and_pointwise_limits(record: Record) -> None:
    interval, level = interval_and_level(record.tag)
    curves = hs.kaplan_meier(response(record.data), interval=interval, level=level)
    assert_curves_equal(record, curves)


@each_record("km_ci_groups")
def test_curves_of_groups(record: Record) -> None:
    data = record.data
    curves = hs.kaplan_meier(response(data), data["x"], interval=record.tag)
    assert curves.labels == ("Maintained", "Nonmaintained")
    assert curves.to_frame()["group"].tolist() == ["Maintained"] * 10 + ["Nonmaintained"] * 10
    assert_curves_equal(record, curves)


@each_record("km_ci_entry")
def test_curve_on_the_age_scale(record: Record) -> None:
    data = record.data
    y = hs.Surv.right(data["age"] + data["time"], data["death"], entry=data["age"])
    assert_curves_equal(record, hs.kaplan_meier(y, interval="log"))


@each_record("km_ci_linear", "km_ci_log", "km_ci_loglog")
def test_limits_of_km_ci_after_clipping(record: Record) -> None:
    curves = hs.kaplan_meier(response(record.data), interval=_KM_CI_NAMES[record.tag])
    frame = curves.to_frame()
    theirs = record.result
    frame = frame[frame["time"].isin(theirs["time"])]
    record.agree(frame["time"], theirs["time"], "time")
    record.agree(frame["estimate"], theirs["surv"], "estimate")
    record.agree(frame["low"], np.clip(theirs["lower"], 0, 1), "low")
    record.agree(frame["high"], np.clip(theirs["upper"], 0, 1), "high")


@each_record("km_quantile")
def test_quantiles_and_their_limits(record: Record) -> None:
    curves = hs.kaplan_meier(response(record.data), interval=record.tag)
    frame = curves.quantile(record.result["probs"])
    record.agree(frame["probability"], record.result["probs"], "probability")
    record.agree(frame["estimate"], record.result["quantile"], "estimate")
    record.agree(frame["low"], record.result["lower"], "low")
    record.agree(frame["high"], open_above(record.result["upper"]), "high")


@each_record("km_quantile_groups")
def test_quantiles_of_groups(record: Record) -> None:
    data = record.data
    frame = hs.kaplan_meier(response(data), data["x"], interval=record.tag).quantile(record.result["probs"])
    for row, label in enumerate(("Maintained", "Nonmaintained")):
        ours = frame[frame["group"] == label]
        record.agree(ours["estimate"], record.result["quantile"].rows[row], f"{label} estimate")
        record.agree(ours["low"], record.result["lower"].rows[row], f"{label} low")
        record.agree(ours["high"], open_above(record.result["upper"].rows[row]), f"{label} high")


@each_record("km_table")
def test_summary_table(record: Record) -> None:
    data = record.data
    curves = hs.kaplan_meier(response(data), data["x"], interval="log")
    mean, median, table = curves.rmst(30), curves.quantile(0.5), record.result
    sizes = [int((data["x"] == label).sum()) for label in curves.labels]
    first_at_risk = [int(curve.at_risk[0]) for curve in curves.curves]
    for column in ("records", "n.max", "n.start"):
        record.agree(sizes, table.column(column), column)
    record.agree(first_at_risk, table.column("n.start"), "at risk first")
    record.agree([curve.events.sum() for curve in curves.curves], table.column("events"), "events")
    record.agree(mean["estimate"], table.column("rmean"), "restricted mean")
    record.agree(mean["std_error"], table.column("se(rmean)"), "its standard error")
    record.agree(median["estimate"], table.column("median"), "median")
    record.agree(median["low"], table.column("0.95LCL"), "median low")
    record.agree(median["high"], open_above(table.column("0.95UCL")), "median high")


@each_record("rmst")
def test_restricted_mean_and_its_standard_error(record: Record) -> None:
    curves = hs.kaplan_meier(response(record.data))
    table = record.result
    for horizon, mean, std_error in table.rows:
        frame = curves.rmst(horizon)
        record.agree(frame["horizon"], horizon, "horizon")
        record.agree(frame["estimate"], mean, f"mean to {horizon:g}")
        record.agree(frame["std_error"], std_error, f"standard error to {horizon:g}")
