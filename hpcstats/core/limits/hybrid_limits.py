"""Limits of S(t) by Borkowf's hybrid variance, which widens at censorings too.

The variance is binomial, v = p (1 - p) / m, with m the patients not censored so far and p the Kaplan-Meier
estimate S, or where that is below one half the smaller of one half and the upper bound B = 1 - D / n of S, D
the events so far: p = S if S >= 1/2, else min(1/2, B). At an observed time m still counts those
censored then; just after it no longer. The limits are S -+ z sqrt(v), or S exp(-+ z sqrt(v) / S) on the log
scale. Shifted, S and B become x (1 - 1/n) + 1 / 2n beforehand. Borkowf 2005 (doi:10.1002/sim.1960).
"""

from __future__ import annotations

import numpy as np

from hpcstats.core.limits.pieces import Limits
from hpcstats.core.risk_sets import Counts, FloatArray

_UNKNOWN = 1e200
"""Variance when nobody is left: without end, yet 0 times it is 0."""


def hybrid_limits(
    times: FloatArray, counts: Counts, survival: FloatArray, z: float, *, log: bool, shifted: bool
) -> Limits:
    """Return the limits on the whole axis for one curve without delayed entry."""
    n = counts.at_risk[0, 0]
    censored = np.concatenate([[0.0], counts.censored[0]])
    lost = np.cumsum(censored)
    estimate = np.concatenate([[1.0], survival])
    bound = 1 - np.concatenate([[0.0], np.cumsum(counts.events[0])]) / n
    if shifted:
        estimate, bound = (x * (1 - 1 / n) + 1 / (2 * n) for x in (estimate, bound))
    proportion = np.where(estimate >= 0.5, estimate, np.minimum(0.5, bound))
    spread = proportion * (1 - proportion)
    low, high = _limits(estimate, _variance(spread, n - lost + censored), z, log=log)
    low_after, high_after = _limits(estimate, _variance(spread, n - lost), z, log=log)
    return Limits(
        start=np.concatenate([[0.0], times]),
        low=low,
        high=high,
        low_after=low_after,
        high_after=high_after,
        from_start=shifted,
    )


def _variance(spread: FloatArray, number: FloatArray) -> FloatArray:
    variance = np.where(spread > 0, _UNKNOWN, 0.0)
    return np.divide(spread, number, out=variance, where=number > 0)


def _limits(
    estimate: FloatArray, variance: FloatArray, z: float, *, log: bool
) -> tuple[FloatArray, FloatArray]:
    """Return the limits cut to [0, 1]; on the log scale they are undefined where the estimate is 0."""
    margin = z * np.sqrt(variance)
    if not log:
        return np.clip(estimate - margin, 0, 1), np.clip(estimate + margin, 0, 1)
    alive = estimate > 0
    ratio = np.divide(margin, estimate, out=np.full_like(margin, np.nan), where=alive)
    with np.errstate(over="ignore"):
        return np.clip(estimate * np.exp(-ratio), 0, 1), np.clip(estimate * np.exp(ratio), 0, 1)
