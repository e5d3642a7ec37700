"""Limits of what is estimated again from some of the rows: those that the result itself would have had."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from hpcstats.columns import BoolArray, FloatArray, IntArray
from hpcstats.core.competing.limits import incidence_limits
from hpcstats.core.limits.pointwise import hazard_limits, normal_quantile
from hpcstats.errors import HpcstatsError, HpcstatsWarning, UnsupportedError
from hpcstats.nonparametric.competing.curves import CumulativeIncidence
from hpcstats.nonparametric.hazard import CumulativeHazard
from hpcstats.nonparametric.refit import refit
from hpcstats.nonparametric.survival_curves import SurvivalCurves
from hpcstats.regression.fit import CoxFit
from hpcstats.sensitivity.refitting.choice import shown
from hpcstats.sensitivity.refitting.cox_refits import CoxRefits
from hpcstats.sensitivity.refitting.curve_refits import CurveRefits
from hpcstats.sensitivity.refitting.fitted_again import cox_again
from hpcstats.sensitivity.refitting.refits import Refits
from hpcstats.sensitivity.refitting.sample import Sample

LEVEL = 0.95
"""Of limits from standard errors, where the result has no level of its own."""


@dataclass(frozen=True, slots=True, eq=False)
class Limits:
    """Limits (k,) on the scale shown; where the rows cannot carry the method, why it refused them."""

    low: FloatArray
    high: FloatArray
    refused: str = ""

    @classmethod
    def none(cls, size: int, refused: str = "") -> Limits:
        """Return limits that nobody knows."""
        unknown = np.full(size, np.nan)
        return cls(unknown, unknown.copy(), refused)


def rows_of(result: Any) -> IntArray:
    """Return where the rows of its `Sample` stand among the rows of the response of a result."""
    if isinstance(result, CoxFit):
        return np.flatnonzero(result.inputs.weights > 0)
    weights = getattr(result, "weights", None)
    return np.arange(len(Sample.of(result).response)) if weights is None else np.flatnonzero(weights > 0)


def reason_of(refits: Refits, number: int) -> str:
    """Say why there is no estimate; what is left of the data is no resample."""
    text = refits.reasons[number]
    return text.replace(" in the resample", "").replace(" of the resample", "")


def level_of(result: Any) -> float:
    """Return the confidence level of a result."""
    return float(getattr(result, "level", LEVEL))


def limits_of_rows(result: Any, sample: Sample, refits: Refits, kept: BoolArray) -> Limits:
    """Return the limits of the rows `kept` of a sample.

    Of a Cox model and of survival curves they are those of the method of the result, made anew; of other
    results normal ones from the standard error, where there is one, on the scale of the result's interval.
    """
    size = len(next(iter(refits.columns.values())))
    try:
        if isinstance(result, CoxFit) and isinstance(refits, CoxRefits):
            return _of_cox(result, refits, rows_of(result)[kept])
        if isinstance(result, SurvivalCurves) and isinstance(refits, CurveRefits):
            return of_curves(_curves_again(result, rows_of(result)[kept]), refits)
    except HpcstatsError as error:
        return Limits.none(size, str(error))
    return _normal(result, sample, refits, kept)


def _of_cox(fit: CoxFit, refits: CoxRefits, rows: IntArray) -> Limits:
    if refits.penalty != fit.penalty:
        return Limits.none(len(fit.terms))
    again = fit if rows.size == len(fit.response) else cox_again(fit, rows)
    return of_fit(again, refits)


def of_fit(fit: CoxFit, refits: Refits) -> Limits:
    """Read the limits of a Cox model."""
    return Limits(shown(refits, np.array(fit.low)), shown(refits, np.array(fit.high)))


def _curves_again(curves: SurvivalCurves, rows: IntArray) -> SurvivalCurves:
    if rows.size == len(curves.response):
        return curves
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", HpcstatsWarning)
        return refit(curves, curves.response.take(rows), rows)


def of_curves(curves: SurvivalCurves, refits: CurveRefits) -> Limits:
    """Read the limits of survival curves; a group that is not there any more has none."""
    found = np.array(list(_read(curves, refits))).reshape(-1, 2)
    return Limits(found[:, 0], found[:, 1])


def _read(curves: SurvivalCurves, refits: CurveRefits) -> Iterator[tuple[float, float]]:
    for label in dict.fromkeys(refits.columns["group"]):
        for kind, value in refits.asked:
            try:
                frame = _asked(curves, kind, value)
            except HpcstatsError:
                yield np.nan, np.nan
                continue
            row = frame[frame["group"] == label]
            yield (float(row["low"].iloc[0]), float(row["high"].iloc[0])) if len(row) else (np.nan, np.nan)


def _asked(curves: SurvivalCurves, kind: str, value: float) -> Any:
    if kind == "quantile":
        return curves.quantile(value)
    return curves.rmst(value) if kind == "rmst" else curves.at([value], beyond="limits")


def _normal(result: Any, sample: Sample, refits: Refits, kept: BoolArray) -> Limits:
    try:
        found = refits.evaluate((sample.weights * kept)[None], whole=sample.whole, errors=True)
    except UnsupportedError:
        return Limits.none(len(next(iter(refits.columns.values()))))
    if found.errors is None:
        return Limits.none(found.values.shape[1])
    values, error = np.where(found.finite[0], found.values[0], np.nan), found.errors[0]
    z = normal_quantile(level_of(result))
    if isinstance(result, CumulativeIncidence):
        return Limits(*incidence_limits(values, error, z, result.interval))
    if isinstance(result, CumulativeHazard):
        return Limits(*hazard_limits(values, error**2, z, result.interval))
    return Limits(shown(refits, values - z * error), shown(refits, values + z * error))
