"""Kaplan-Meier and Nelson-Aalen curves under many weight rows at once, and what is read from them.

A curve of a replicate lives on the times whose weight is not zero, and stops at the last of them. What lies
beyond is NaN, unless the curve has reached 0.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hpcstats.core.product_limit import cumulative_hazard, cumulative_hazard_successive, greenwood_terms
from hpcstats.core.risk_sets import SAME_TIME, BoolArray, Counts, FloatArray, IntArray, RiskSets, count
from hpcstats.core.step_function import restricted_area, value_at

_NEAR = 1e-9
"""Heights closer than this are one height."""


@dataclass(frozen=True, slots=True)
class WeightedCurves:
    """Curves of B weight rows on a common grid of T times.

    Attributes
    ----------
    times : ndarray, shape (T,)
        The grid.
    counts : Counts
        At risk, events and exits, (B, T) each.
    last : ndarray of int, shape (B,)
        Position of the last time with weight; -1 where there is none.
    """

    times: FloatArray
    counts: Counts
    last: IntArray

    @classmethod
    def of(cls, risk: RiskSets, weights: FloatArray) -> WeightedCurves:
        """Count under each row of weights (B, n)."""
        counts = count(risk, weights)
        present = counts.exits > 0
        last = np.where(present.any(axis=1), risk.times.size - 1 - np.argmax(present[:, ::-1], axis=1), -1)
        return cls(risk.times, counts, last)

    @property
    def end(self) -> FloatArray:
        """End of follow-up of each replicate, NaN where nobody is left: (B,)."""
        return np.where(self.last >= 0, self.times[self.last], np.nan)

    def survival(self) -> FloatArray:
        """Return the Kaplan-Meier curves (B, T)."""
        d, n = self.counts.events, self.counts.at_risk
        staying: FloatArray = np.ones_like(n)
        np.divide(n - d, n, out=staying, where=n > 0)
        return np.cumprod(staying, axis=1, out=staying)

    def survival_at(self, survival: FloatArray, times: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return S and its Greenwood standard error at the times (A,), both (B, A)."""
        height = self._beyond(value_at(self.times, survival, times, 1.0), survival, times)
        greenwood = value_at(self.times, np.cumsum(greenwood_terms(self.counts), axis=1), times, 0.0)
        alive = height > 0
        error = np.where(alive, height * np.sqrt(np.where(alive, greenwood, 0.0)), np.nan)
        return height, error

    def hazard_at(self, times: FloatArray, successive: bool) -> tuple[FloatArray, FloatArray]:
        """Return the cumulative hazard and its standard error at the times (A,), both (B, A)."""
        if successive:
            hazard, variance = cumulative_hazard_successive(self.counts)
        else:
            hazard, variance = cumulative_hazard(self.counts, "poisson")
        within = self._within(times)
        found = np.where(within, value_at(self.times, hazard, times, 0.0), np.nan)
        return found, np.sqrt(np.where(within, value_at(self.times, variance, times, 0.0), np.nan))

    def quantiles(self, survival: FloatArray, probability: float) -> FloatArray:
        """Return where S first reaches 1 - probability (B,), infinite where it does not, NaN without rows.

        The midpoint of a flat that lies at that height up to rounding.
        """
        height = 1 - probability
        near, below = np.abs(survival - height) <= _NEAR, survival < height - _NEAR
        rows = np.arange(survival.shape[0])
        start = np.argmax(near | below, axis=1)
        reached = (near | below)[rows, start]
        drop = np.where(below.any(axis=1), np.argmax(below, axis=1), self.last)
        end = np.where(near[rows, start], drop, start)
        found = np.where(reached, (self.times[start] + self.times[end]) / 2, np.inf)
        return np.where(self.last >= 0, found, np.nan)

    def restricted_mean(self, survival: FloatArray, horizon: float) -> tuple[FloatArray, FloatArray]:
        """Return the area under S up to `horizon` and its standard error, both (B,)."""
        area, variance = restricted_area(self.times, survival, greenwood_terms(self.counts), horizon)
        known = np.isfinite(self._beyond(area[:, None], survival, np.array([horizon]))[:, 0])
        return np.where(known, area, np.nan), np.sqrt(np.where(known, variance, np.nan))

    def _within(self, times: FloatArray) -> BoolArray:
        within: BoolArray = times <= (self.end * (1 + SAME_TIME))[:, None]
        return within

    def _beyond(self, values: FloatArray, survival: FloatArray, times: FloatArray) -> FloatArray:
        """Leave out what lies after the end of follow-up of a curve above 0."""
        ended = (survival[:, -1] <= 0)[:, None] & (self.last >= 0)[:, None]
        return np.where(self._within(times) | ended, values, np.nan)
