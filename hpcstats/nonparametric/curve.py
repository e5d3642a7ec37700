"""One estimated curve, and how it is read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from hpcstats.columns import FloatArray
from hpcstats.core import step_function
from hpcstats.core.product_limit import greenwood_terms
from hpcstats.core.risk_sets import SAME_TIME, Counts

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Curve:
    """One estimated curve on its grid of distinct times of event or censoring, arrays of shape (T,)."""

    time: FloatArray
    at_risk: FloatArray
    events: FloatArray
    censored: FloatArray
    estimate: FloatArray
    std_error: FloatArray
    low: FloatArray
    high: FloatArray

    @property
    def end(self) -> float:
        """End of follow-up: the last observed time."""
        return float(self.time[-1])

    @property
    def counts(self) -> Counts:
        """The counts behind the curve, shape (1, T)."""
        exits = self.events + self.censored
        return Counts(at_risk=self.at_risk[None], events=self.events[None], exits=exits[None])


def weight_up_to(times: FloatArray, weights: FloatArray, asked: FloatArray, *, including: bool) -> FloatArray:
    """Add the weights of the times up to each time asked, or before it."""
    order = np.argsort(times, kind="stable")
    running = np.concatenate([[0.0], np.cumsum(weights[order])])
    slack = SAME_TIME * np.maximum(np.abs(asked), 1e-8)
    if including:
        return running[np.searchsorted(times[order], asked + slack, side="right")]
    return running[np.searchsorted(times[order], asked - slack, side="left")]


def quantile_of(curve: Curve, probability: float) -> tuple[float, float, float]:
    """Return a quantile and its limits; NaN where not reached, its upper limit infinite."""
    height = 1.0 - probability
    side = step_function.exact_side(curve.counts, curve.estimate[None], probability)
    estimate = step_function.crossing(curve.time, curve.estimate, height, side)
    low = step_function.crossing(curve.time, curve.low, height)
    high = step_function.crossing(curve.time, curve.high, height)
    return estimate, low, float("inf") if np.isnan(high) else high


def restricted_mean(curve: Curve, horizon: float, z: float) -> dict[str, list[float]]:
    """Return the area under the curve up to the horizon with its error and normal limits."""
    terms = greenwood_terms(curve.counts)
    area, variance = step_function.restricted_area(curve.time, curve.estimate[None], terms, horizon)
    mean, error = float(area[0]), float(np.sqrt(variance[0]))
    return {
        "horizon": [horizon],
        "estimate": [mean],
        "std_error": [error],
        "low": [mean - z * error],
        "high": [mean + z * error],
    }


def with_counts(frame: pd.DataFrame) -> pd.DataFrame:
    """Show whole weighted counts as integers."""
    for name in ("at_risk", "events", "censored"):
        if name in frame and (frame[name] % 1 == 0).all():
            frame[name] = frame[name].astype("int64")
    return frame
