"""Limits of S(t) by a one-term Edgeworth correction for the skewness of the studentised cumulative hazard.

With A = sum d/n, v = sum d/n^2 and k = sum d/n^3 over the event times up to t, the limits of the cumulative
hazard are

    A + k (2 z^2 + 1) / (6 v) - v (z^2 - 1) / 4 -+ z sqrt(v),

and those of S(t) are exp(-them). The expansion is for times without ties; R counts events at one time once in
v and k, which makes the interval too short there, and counting each is the other reading. Strawderman & Wells
1997 (JASA 92:1356); Strawderman, Parzen & Wells 1997 (Biometrics 53:1399).
"""

from __future__ import annotations

import numpy as np

from hpcstats.core.limits.pieces import Limits, on_grid
from hpcstats.core.risk_sets import Counts, FloatArray


def edgeworth_limits(
    times: FloatArray, counts: Counts, survival: FloatArray, z: float, *, tied: bool
) -> Limits:
    """Return the limits on the whole axis for one curve: 1 before the first event, from 0 where S is 0.

    `tied` counts each of the events at one time in variance and skewness.
    """
    n, d = counts.at_risk[0], counts.events[0]
    hazard = np.divide(d, n, out=np.zeros_like(d), where=n > 0)
    inverse = np.divide(1.0, n, out=np.zeros_like(d), where=n > 0)
    counted = d if tied else np.sign(d)
    variance, third = np.cumsum(counted * inverse**2), np.cumsum(counted * inverse**3)
    low, high = corrected(np.cumsum(hazard), variance, third, z)
    return on_grid(times, np.where(survival == 0, 0.0, low), high, (1.0, 1.0))


def corrected(
    hazard: FloatArray, variance: FloatArray, third: FloatArray, z: float
) -> tuple[FloatArray, FloatArray]:
    """Return the limits of S from the cumulative hazard, its variance and its third moment."""
    skewness = np.divide(third, variance, out=np.zeros_like(third), where=variance > 0)
    centre = hazard + skewness * (2 * z**2 + 1) / 6 - variance * (z**2 - 1) / 4
    margin = z * np.sqrt(variance)
    return np.exp(-np.maximum(centre + margin, 0)), np.exp(-np.maximum(centre - margin, 0))
