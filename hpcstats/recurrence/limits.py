"""Pointwise limits of a mean number of events."""

from __future__ import annotations

import numpy as np
from scipy.special import stdtrit

from hpcstats.columns import FloatArray
from hpcstats.core.limits.pointwise import normal_quantile

INTERVALS = {
    "log": "normal on the log scale",
    "plain": "normal, not below 0",
    "log-t": "Student's t with n-1 degrees of freedom on the log scale, variance times n/(n-1)",
}


def small_sample(interval: str) -> bool:
    """Tell whether an interval corrects for few patients."""
    return interval.endswith("-t")


def corrected(error: FloatArray, patients: float, interval: str) -> FloatArray:
    """Return the standard error that limits rest on: times the root of n/(n-1) where they correct for few."""
    if not small_sample(interval):
        return error
    return error * np.sqrt(patients / (patients - 1)) if patients > 1 else np.full_like(error, np.nan)


def margin_of(error: FloatArray, interval: str, level: float, freedom: float) -> FloatArray:
    """Return how far limits lie from the estimate; `freedom` are the degrees of freedom of Student's t."""
    normal = normal_quantile(level)
    if not small_sample(interval):
        return normal * error
    return float(stdtrit(freedom, 0.5 + level / 2)) * error if freedom > 0 else np.full_like(error, np.nan)


def limits_of(
    estimate: FloatArray, error: FloatArray, interval: str, level: float, patients: float
) -> tuple[FloatArray, FloatArray]:
    """Return lower and upper limits of a mean; before the first event there is no upper one (NaN)."""
    margin = margin_of(corrected(error, patients, interval), interval, level, patients - 1)
    seen = estimate > 0
    if interval == "plain":
        low, high = np.maximum(estimate - margin, 0.0), estimate + margin
    else:
        factor = np.exp(np.divide(margin, estimate, out=np.zeros_like(estimate), where=seen))
        low, high = estimate / factor, estimate * factor
    return np.where(seen, low, 0.0), np.where(seen, high, np.nan)
