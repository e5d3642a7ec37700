"""Limits of survival curves under sampling weights, by the infinitesimal jackknife."""

from __future__ import annotations

from typing import Any

import numpy as np

from hpcstats.columns import FloatArray
from hpcstats.core import step_function
from hpcstats.core.limits.pointwise import log_log, normal_quantile
from hpcstats.nonparametric.competing.curves import CumulativeIncidence
from hpcstats.nonparametric.competing.incidence import aalen_johansen
from hpcstats.nonparametric.survival_curves import SurvivalCurves
from hpcstats.sensitivity.refitting.curve_refits import CurveRefits
from hpcstats.sensitivity.refitting.limits import Limits, rows_of
from hpcstats.surv import Surv

NO_MEAN_LIMITS = "no limits: a restricted mean has no variance under sampling weights here"

_ZERO = 1e-12
"""Below it a survival is 0, but for rounding error."""


def weighted_incidence(
    result: SurvivalCurves | CumulativeIncidence, response: Surv, interval: str, weights: FloatArray
) -> CumulativeIncidence:
    """Estimate cumulative incidences of the groups of a result under sampling weights."""
    import pandas as pd

    rows, groups = rows_of(result), result.groups
    labels = pd.Index(groups.labels, dtype=object)
    return aalen_johansen(
        response.take(rows),
        pd.Categorical.from_codes(groups.codes[rows], categories=labels),
        interval=interval,
        level=result.level,
        weights=weights,
    )


def survival_limits(
    result: SurvivalCurves, refits: CurveRefits, weights: FloatArray
) -> tuple[Limits, tuple[str, ...]]:
    """Return limits of S on the log-log scale, with the standard error of F = 1 - S of the one event."""
    own, z = result.response, normal_quantile(result.level)
    single = Surv.competing(own.time, own.status, causes=["event"], entry=own.entry, unit=own.unit)
    found: list[tuple[float, float]] = []
    for _, curve in weighted_incidence(result, single, "plain", weights):
        low, high = _limits(curve.survival, curve.std_error[0], z)
        found += [_ends(curve.time, low, high, kind, value) for kind, value in refits.asked]
    reasons = [NO_MEAN_LIMITS if kind == "rmst" else "" for kind, _ in refits.asked] * len(result.labels)
    ends = np.array(found)
    return Limits(ends[:, 0], ends[:, 1]), tuple(reasons)


def _limits(survival: FloatArray, error: FloatArray, z: float) -> tuple[FloatArray, FloatArray]:
    """Return limits that are 1 where S is 1, and unknown where it is 0."""
    inside = (survival < 1) & (survival > _ZERO)
    s = np.where(inside, survival, 0.5)
    low, high = log_log(s, z * np.where(inside, error, 0.0) / s)
    outside = np.where(survival >= 1, 1.0, np.nan)
    return np.where(inside, low, outside), np.where(inside, high, outside)


def _ends(time: FloatArray, low: FloatArray, high: FloatArray, kind: str, value: float) -> Any:
    """Return both limits of S at a time, or of the time at which S has fallen to 1 - `value`."""
    if kind == "rmst":
        return np.nan, np.nan
    if kind == "quantile":
        first, last = (step_function.crossing(time, side, 1 - value) for side in (low, high))
        return first, np.inf if np.isnan(last) else last
    return tuple(float(step_function.value_at(time, side, np.array([value]), 1.0)[0]) for side in (low, high))
