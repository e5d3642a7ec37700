"""Lower limits that fall at censorings too, for the normal approximations.

Greenwood's sum g stands still between events although those who carry the curve become fewer. Both
modifications replace it in the lower limit alone:

* Dorey & Korn 1987 (Statistics in Medicine 6:679): g m / n, with n at risk now and m at the last event time;
* Peto et al. 1977 (British Journal of Cancer 35:1): (1 - S) / n.
"""

from __future__ import annotations

import numpy as np

from hpcstats.core.limits.pointwise import survival_limits
from hpcstats.core.risk_sets import Counts, FloatArray


def modified_sum(counts: Counts, survival: FloatArray, greenwood: FloatArray, kind: str) -> FloatArray:
    """Return what takes the place of the Greenwood sum in the lower limit: ``peto`` or ``dorey-korn``."""
    n = counts.at_risk[0]
    inverse = np.full_like(n, np.inf)
    np.divide(1.0, n, out=inverse, where=n > 0)
    if kind == "peto":
        return np.asarray((1 - survival) * inverse, dtype=np.float64)
    position = np.maximum.accumulate(np.where(counts.events[0] > 0, np.arange(n.size), 0))
    return np.where(greenwood > 0, greenwood * n[position] * inverse, 0.0)


def limits_with_modified_lower(
    counts: Counts, survival: FloatArray, greenwood: FloatArray, z: float, transform: str, kind: str
) -> tuple[FloatArray, FloatArray]:
    """Return the modified lower and the usual upper limits on the scale of a transformation."""
    _, high = survival_limits(survival, greenwood, z, transform)
    instead = modified_sum(counts, survival, greenwood, kind)
    low, _ = survival_limits(survival, instead, z, transform)
    return low, high
