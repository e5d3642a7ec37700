"""Quantiles of the equal mixture of two beta distributions, for many mixtures at once."""

from __future__ import annotations

import numpy as np
from scipy.special import betainc, betaincinv, betaln

from hpcstats.core.risk_sets import FloatArray

_MOST_STEPS = 100
_SETTLED = 1e-13

Betas = tuple[FloatArray, FloatArray]


def mixture_quantile(probability: float, first: Betas, second: Betas) -> FloatArray:
    """Return x with P(X <= x) = `probability`, X from one of two betas with equal chance.

    The two quantiles of the betas enclose it. Newton's method, halving the bracket where a step would leave
    it, for all mixtures together until each has settled to the precision of the numbers.

    Parameters
    ----------
    probability : float
        Between 0 and 1.
    first, second : tuple of ndarray
        Parameters a and b of the betas, shape (M,), all positive.
    """
    ends = [betaincinv(a, b, probability) for a, b in (first, second)]
    low, high = np.minimum(*ends), np.maximum(*ends)
    found = (low + high) / 2
    left = np.flatnonzero(high - low > _SETTLED * high)
    for _ in range(_MOST_STEPS):
        if not left.size:
            break
        x = found[left]
        excess, slope = _excess_and_slope(x, probability, *((a[left], b[left]) for a, b in (first, second)))
        low[left] = np.where(excess < 0, x, low[left])
        high[left] = np.where(excess < 0, high[left], x)
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            tried = x - excess / slope
        close = np.abs(tried - x) <= _SETTLED * x
        inside = (tried >= low[left]) & (tried <= high[left])
        found[left] = np.where(inside | close, tried, (low[left] + high[left]) / 2)
        left = left[~close & (high[left] - low[left] > _SETTLED * high[left])]
    return np.asarray(found, dtype=np.float64)


def _excess_and_slope(
    x: FloatArray, probability: float, first: Betas, second: Betas
) -> tuple[FloatArray, FloatArray]:
    """Return the mixture's distribution function less `probability`, and its density."""
    with np.errstate(divide="ignore"):
        log_x, log_rest = np.log(x), np.log1p(-x)
    excess, slope = np.full_like(x, -probability), np.zeros_like(x)
    for a, b in (first, second):
        excess += betainc(a, b, x) / 2
        slope += np.exp((a - 1) * log_x + (b - 1) * log_rest - betaln(a, b)) / 2
    return excess, slope
