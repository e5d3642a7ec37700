"""What one Kaplan-Meier curve says at a time, at a height, below itself, and over the whole axis."""

from __future__ import annotations

import numpy as np

from hpcstats.columns import FloatArray
from hpcstats.core import step_function
from hpcstats.core.product_limit import greenwood_terms
from hpcstats.core.risk_sets import SAME_TIME
from hpcstats.nonparametric.survival_curve import SurvivalCurve

Columns = dict[str, FloatArray]


def at_times(curve: SurvivalCurve, times: FloatArray) -> Columns:
    """Return estimate and limits at given times; after the last observation only limits that hold there."""
    beyond = times > curve.end * (1 + SAME_TIME)
    estimate = step_function.value_at(curve.time, curve.estimate, times, 1.0)
    low, high = curve.limits.at(times)
    unknown = beyond & (not curve.limits.everywhere)
    return {
        "estimate": np.where(beyond, np.nan, estimate),
        "low": np.where(unknown, np.nan, low),
        "high": np.where(unknown, np.nan, high),
    }


def pieces(curve: SurvivalCurve) -> Columns:
    """Return beginning, end, estimate and limits of each piece of the time axis that is not empty."""
    limits = curve.limits
    end = np.append(limits.start[1:], np.inf)
    kept = end > limits.start
    columns = {
        "start": limits.start,
        "end": end,
        "estimate": step_function.value_at(curve.time, curve.estimate, limits.start, 1.0),
        "low": limits.low,
        "high": limits.high,
        "low_after": limits.low_after,
        "high_after": limits.high_after,
        "low_error": limits.low_error,
        "high_error": limits.high_error,
    }
    return {name: values[kept] for name, values in columns.items() if values is not None}


def quantiles(curve: SurvivalCurve, probabilities: FloatArray) -> Columns:
    """Return the quantiles of the time to the event with their limits."""
    found = np.array([_quantile(curve, float(probability)) for probability in probabilities])
    return dict(zip(("estimate", "low", "high"), found.T, strict=True))


def _quantile(curve: SurvivalCurve, probability: float) -> tuple[float, float, float]:
    height = 1.0 - probability
    estimate = step_function.curve_quantile(curve.time, curve.counts, curve.estimate[None], probability)
    if curve.limits.everywhere or curve.limits.from_start:
        return estimate, *curve.limits.inverted(height)
    sided = curve.asked.sided
    # A lower limit that falls just after a censoring reaches the height from that time on.
    after = curve.limits.low_after
    lower = curve.low if after is None else np.fmin(curve.low, after[1:])
    low = 0.0 if sided == "upper" else step_function.crossing(curve.time, lower, height)
    high = np.nan if sided == "lower" else step_function.crossing(curve.time, curve.high, height)
    return estimate, low, float("inf") if np.isnan(high) else high


def restricted_mean(curve: SurvivalCurve, horizon: float) -> Columns:
    """Return the area under the curve up to `horizon`, its standard error and normal limits."""
    terms, asked = greenwood_terms(curve.counts), curve.asked
    mean, variance = step_function.restricted_area(curve.time, curve.estimate[None], terms, horizon)
    error = np.sqrt(variance)
    return {
        "horizon": np.array([horizon]),
        "estimate": mean,
        "std_error": error,
        "low": np.zeros(1) if asked.sided == "upper" else mean - asked.z * error,
        "high": np.array([horizon]) if asked.sided == "lower" else mean + asked.z * error,
    }
