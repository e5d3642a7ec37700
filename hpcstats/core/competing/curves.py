"""Cumulative incidences under many weight rows at once, read at given times: what resampling needs.

The curves of a replicate live on the times whose weight is not zero, and stop at the last of them: what lies
beyond is NaN, unless everybody has had an event.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hpcstats.core.competing.incidence import Incidence, count_causes, cumulative_incidence
from hpcstats.core.competing.variance import greenwood
from hpcstats.core.risk_sets import SAME_TIME, FloatArray, IntArray, RiskSets
from hpcstats.core.step_function import value_at

_CELLS = 8_000_000
"""Numbers (replicates, causes, times) held at once: 64 MB."""


@dataclass(frozen=True, slots=True)
class WeightedIncidence:
    """Cumulative incidences of B weight rows on a common grid of T times.

    Attributes
    ----------
    times : ndarray, shape (T,)
        The grid.
    incidence : Incidence
        The curves.
    last : ndarray of int, shape (B,)
        Position of the last time with weight; -1 where there is none.
    """

    times: FloatArray
    incidence: Incidence
    last: IntArray

    @classmethod
    def of(cls, risk: RiskSets, cause: IntArray, causes: int, weights: FloatArray) -> WeightedIncidence:
        """Estimate under each row of weights (B, n)."""
        counts = count_causes(risk, cause, causes, weights)
        present = counts.total.exits > 0
        last = np.where(present.any(axis=1), risk.times.size - 1 - np.argmax(present[:, ::-1], axis=1), -1)
        return cls(risk.times, cumulative_incidence(counts), last)

    def at(self, times: FloatArray) -> FloatArray:
        """Return the cumulative incidences at the times (A,): (B, K, A)."""
        found = value_at(self.times, self.incidence.estimate, times, 0.0)
        return np.where(self._known(times)[:, None], found, np.nan)

    def errors_at(self, times: FloatArray) -> FloatArray:
        """Return the standard errors of Greenwood's type at the times (A,): (B, K, A)."""
        found = value_at(self.times, np.sqrt(greenwood(self.incidence)), times, 0.0)
        return np.where(self._known(times)[:, None], found, np.nan)

    def _known(self, times: FloatArray) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
        """Tell which times (B, A) a curve reaches."""
        end = np.where(self.last >= 0, self.times[self.last], np.nan)
        ended = (self.incidence.survival[:, -1] <= 0) & (self.last >= 0)
        known: np.ndarray[tuple[int, ...], np.dtype[np.bool_]] = ended[:, None] | (
            times <= (end * (1 + SAME_TIME))[:, None]
        )
        return known


def incidence_at(
    risk: RiskSets, cause: IntArray, causes: int, weights: FloatArray, times: FloatArray
) -> FloatArray:
    """Return the cumulative incidences at the times (A,) under each weight row: (B, K, A), piece by piece."""
    length = max(1, _CELLS // max(1, causes * risk.times.size))
    pieces = [
        WeightedIncidence.of(risk, cause, causes, weights[start : start + length]).at(times)
        for start in range(0, weights.shape[0], length)
    ]
    return np.concatenate(pieces)
