"""Distribution functions of truncated times under many weight rows at once, and what is read from them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hpcstats.core.risk_sets import BoolArray, FloatArray
from hpcstats.core.step_function import value_at
from hpcstats.core.truncation.double_truncation import estimate_masses
from hpcstats.core.truncation.reverse_time import Windows, reverse_product, tally_reverse

_NEAR = 1e-9
"""Heights closer than this are one height."""


@dataclass(frozen=True, slots=True)
class TruncatedCurves:
    """Distribution functions of B weight rows on a common grid of K times.

    Each is conditional on the times between the first and the last one that has weight.

    Attributes
    ----------
    times : ndarray, shape (K,)
        The grid.
    distribution : ndarray, shape (B, K)
        F, NaN in rows without an estimate.
    known : ndarray of bool, shape (B,)
        Whether there is a unique estimate.
    """

    times: FloatArray
    distribution: FloatArray
    known: BoolArray

    @classmethod
    def of(cls, windows: Windows, weights: FloatArray, *, double: bool) -> TruncatedCurves:
        """Estimate under each row of weights (B, n)."""
        if not double:
            known: BoolArray = weights.sum(axis=1) > 0
            distribution, _ = reverse_product(tally_reverse(windows, weights))
            return cls(windows.times, np.where(known[:, None], distribution, np.nan), known)
        found = estimate_masses(windows, weights)
        return cls(windows.times, summed(found.mass), found.exists)

    def at(self, times: FloatArray) -> FloatArray:
        """Return F at the times (A,): (B, A)."""
        found = value_at(self.times, self.distribution, times, 0.0)
        return np.where(self.known[:, None], found, np.nan)

    def quantiles(self, probability: float) -> FloatArray:
        """Return where F first reaches `probability`: (B,).

        The midpoint of a flat that lies at that height up to rounding.
        """
        near = np.abs(self.distribution - probability) <= _NEAR
        above = self.distribution > probability + _NEAR
        start, drop = np.argmax(near | above, axis=1), np.argmax(above, axis=1)
        end = np.where(near[np.arange(len(start)), start], drop, start)
        return np.where(self.known, (self.times[start] + self.times[end]) / 2, np.nan)


def summed(mass: FloatArray) -> FloatArray:
    """Add masses up to each grid point; the last sum is 1 without rounding."""
    distribution = np.cumsum(mass, axis=1)
    distribution /= distribution[:, -1:]
    return np.minimum(distribution, 1.0)
