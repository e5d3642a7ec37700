"""Pointwise limits of a cumulative incidence by normal approximation on a transformed scale.

With p = F(t), its standard error s and the normal quantile z, the scales are those of
`core.limits.pointwise` with p in the place of S: plain p +- z s; log p exp(+-z s / p); log-log p^exp(+-z s
/ (p log p)); logit; arcsin. "complementary-log-log" is the log-log scale of 1 - p. Where p is 0 the limits
are 0 (arcsin: undefined); where p is 1 none exists.
"""

from __future__ import annotations

import numpy as np

from hpcstats.core.limits.pointwise import TRANSFORMS, Limits, log_log
from hpcstats.core.risk_sets import FloatArray

_ROUNDED = 1e-13  # sums of shares of weights reach 1 only up to their last bits
SCALES = ("plain", "log", "log-log", "logit", "arcsin", "complementary-log-log")


def incidence_limits(estimate: FloatArray, std_error: FloatArray, z: float, scale: str) -> Limits:
    """Return lower and upper limits."""
    inside = (estimate > 0) & (estimate < 1 - _ROUNDED)
    p = np.where(inside, estimate, 0.5)
    error = np.where(inside, std_error, 0.0)
    if scale == "complementary-log-log":
        above, below = log_log(1 - p, z * error / (1 - p))
        low, high = 1 - below, 1 - above
    else:
        low, high = TRANSFORMS[scale](p, z * error / p)
    at_zero = np.nan if scale == "arcsin" else 0.0
    outside = np.where(estimate <= 0, at_zero, np.nan)
    return np.where(inside, low, outside), np.where(inside, high, outside)
