"""Limits of S(t) as of a binomial proportion with an effective number of patients (Rothman 1978).

n' = S (1 - S) / var S, Greenwood's variance, is the number whose binomial proportion would vary as much as
the curve does; the limits are Wilson's for n' patients,

    [S + z^2 / 2n' -+ z sqrt(S (1 - S) / n' + z^2 / 4n'^2)] / (1 + z^2 / n').

Without censoring n' is n. At S = 1 and S = 0 the quotient is taken to its limit: the number still under
observation before the first event, and n_k / S(t_k-) from the time t_k at which everybody at risk fails.
Journal of Chronic Diseases 31:557.
"""

from __future__ import annotations

import numpy as np

from hpcstats.core.limits.pieces import Limits
from hpcstats.core.risk_sets import Counts, FloatArray


def binomial_limits(
    times: FloatArray, counts: Counts, survival: FloatArray, greenwood: FloatArray, z: float
) -> Limits:
    """Return the limits on the whole axis for one curve without delayed entry."""
    at_risk = counts.at_risk[0]
    effective = effective_number(at_risk, survival, greenwood)
    estimate = np.concatenate([[1.0], survival])
    number = np.concatenate([at_risk[:1], np.where(survival == 1, at_risk, effective)])
    after = np.concatenate([at_risk[:1], effective])
    after = np.where(estimate == 1, np.concatenate([at_risk, [0.0]]), after)
    low, high = wilson(estimate, number, z)
    low_after, high_after = wilson(estimate, after, z)
    return Limits(
        start=np.concatenate([[0.0], times]),
        low=low,
        high=high,
        low_after=low_after,
        high_after=high_after,
        from_start=True,
    )


def effective_number(at_risk: FloatArray, survival: FloatArray, greenwood: FloatArray) -> FloatArray:
    """Return n' where the curve is below 1; where it is 1 the number at risk."""
    number = at_risk.copy()
    inside = (survival > 0) & (survival < 1)
    number[inside] = (1 - survival[inside]) / (survival[inside] * greenwood[inside])
    gone = np.flatnonzero(survival == 0)
    if gone.size:
        last = gone[0]
        number[last:] = at_risk[last] / (survival[last - 1] if last else 1.0)
    return number


def wilson(proportion: FloatArray, number: FloatArray, z: float) -> tuple[FloatArray, FloatArray]:
    """Return Wilson's limits of a proportion; from nobody they are 0 and 1."""
    square = z * z
    some = number > 0
    n = np.where(some, number, 1.0)
    centre = (proportion * n + square / 2) / (n + square)
    margin = z * np.sqrt(n * proportion * (1 - proportion) + square / 4) / (n + square)
    return np.where(some, np.clip(centre - margin, 0, 1), 0.0), np.where(
        some, np.clip(centre + margin, 0, 1), 1.0
    )
