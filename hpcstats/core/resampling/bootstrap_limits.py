"""Limits from bootstrap replicates: percentile, basic, studentised and BCa, with their Monte-Carlo errors.

Replicates are ranked on the extended real line: an infinite one (a median that is not reached) counts as
larger or smaller than all others, and a limit may be infinite. Efron 1987
(doi:10.1080/01621459.1987.10478410); Davison & Hinkley 1997, Bootstrap Methods and their Application, ch. 5.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr, ndtri

from hpcstats.core.risk_sets import FloatArray, IntArray

EQUAL = "all replicates are equal: resampling tells nothing of the uncertainty"
ONE_SIDE = "all replicates lie on one side of the estimate"
NO_ACCELERATION = "a jackknife value has no finite estimate: acceleration taken as 0"
TURNED = "the acceleration is too large for the level"
ENDS = "a limit is the outermost replicate: draw more resamples"


@dataclass(frozen=True, slots=True)
class Found:
    """Two limits, the larger of their Monte-Carlo standard errors, and what is to be said of them."""

    low: float
    high: float
    error: float
    reason: str = ""

    @classmethod
    def nothing(cls, reason: str) -> Found:
        """Say why there are none."""
        return cls(np.nan, np.nan, np.nan, reason)


def quantile(ordered: FloatArray, share: float) -> float:
    """Return a quantile of values in ascending order, between two of them by linear interpolation."""
    place = float(np.clip(share, 0.0, 1.0)) * (ordered.size - 1)
    below = int(place)
    low, part = float(ordered[below]), place - below
    if part == 0 or np.isneginf(low):
        return low
    high = float(ordered[below + 1])
    return low if high == low else low + part * (high - low)


def percentile(ordered: FloatArray, level: float) -> Found:
    """Take the quantiles of the replicates."""
    shares = np.array([(1 - level) / 2, (1 + level) / 2])
    return _between(ordered, shares, np.sqrt(shares * (1 - shares) / ordered.size))


def basic(ordered: FloatArray, estimate: float, level: float) -> Found:
    """Take the quantiles of estimate minus replicate for those of the error, on the other side."""
    inner = percentile(ordered, level)
    if not np.isfinite(estimate):
        return Found.nothing("the estimate is not finite")
    return Found(2 * estimate - inner.high, 2 * estimate - inner.low, inner.error, inner.reason)


def studentised(ratios: FloatArray, estimate: float, error: float, level: float) -> Found:
    """Take the quantiles of (replicate - estimate) / its standard error, in ascending order."""
    if not (np.isfinite(estimate) and np.isfinite(error) and error > 0):
        return Found.nothing("the estimate has no standard error")
    inner = percentile(ratios, level)
    low, high = estimate - error * inner.high, estimate - error * inner.low
    return Found(low, high, error * inner.error, inner.reason)


def bias_corrected(ordered: FloatArray, estimate: float, level: float, acceleration: float) -> Found:
    """Take quantiles moved by bias and acceleration (BCa); equal replicates count as half below.

    Without an acceleration (NaN) it is taken as 0, the bias-corrected interval, and the reason says so.
    """
    share = _share_below(ordered, estimate)
    if not 0 < share < 1:
        return Found.nothing(EQUAL if _equal(ordered) else ONE_SIDE)
    known = bool(np.isfinite(acceleration))
    a, start = acceleration if known else 0.0, float(ndtri(share))
    moved = start + np.array([ndtri((1 - level) / 2), ndtri((1 + level) / 2)])
    left = 1 - a * moved
    if (left <= 0).any():
        return Found.nothing(TURNED)
    ends = start + moved / left
    shares = ndtr(ends)
    # Both the share below the estimate and the quantile itself are counted in the same replicates.
    slope = np.exp((start**2 - ends**2) / 2) * (1 + 1 / left**2)
    both = np.minimum(share, shares) - share * shares
    variance = slope**2 * share * (1 - share) + shares * (1 - shares) - 2 * slope * both
    found = _between(ordered, shares, np.sqrt(np.maximum(variance, 0.0) / ordered.size))
    return found if known else Found(found.low, found.high, found.error, found.reason or NO_ACCELERATION)


def _share_below(ordered: FloatArray, estimate: float) -> float:
    """Return the share of replicates below the estimate, those equal but for rounding counted half."""
    slack = 1e-10 * abs(estimate) if np.isfinite(estimate) else 0.0
    below = np.searchsorted(ordered, estimate - slack, "left")
    return float(below + np.searchsorted(ordered, estimate + slack, "right")) / (2 * ordered.size)


def _equal(ordered: FloatArray) -> bool:
    low, high = float(ordered[0]), float(ordered[-1])
    return low == high or (np.isfinite(high - low) and high - low <= 1e-12 * max(abs(low), abs(high)))


def acceleration(
    left_out: FloatArray, number: FloatArray, layer: IntArray, in_layer: FloatArray
) -> FloatArray:
    """Return the acceleration (k,) of quantities by their jackknife values (U, k), NaN if one is not finite.

    A sixth of the skewness of the influence values, summed over strata with the sizes of these: with
    l = (n_h - 1) (mean of the stratum - value), sum l^3 / n_h^3 over 6 (sum l^2 / n_h^2)^(3/2).
    `number` (U,) says how many equal units each stands for, `in_layer` how many its stratum holds.
    """
    finite = np.isfinite(left_out).all(axis=0)
    values = np.where(finite, left_out, 0.0)
    influence = (layer_means(values, number, layer) - values) * (in_layer - 1)[:, None]
    share = influence / in_layer[:, None]
    cubes, squares = number @ share**3, number @ share**2
    noise = 1e-24 * (np.abs(values).max(axis=0, initial=0.0) ** 2 + 1e-300)
    flat = squares <= noise
    found = np.divide(cubes, 6 * np.maximum(squares, 1e-300) ** 1.5, out=np.zeros_like(cubes), where=~flat)
    return np.where(finite, found, np.nan)


def layer_means(values: FloatArray, number: FloatArray, layer: IntArray) -> FloatArray:
    """Return, for each unit, the mean of the values (U, k) of its stratum: (U, k)."""
    totals = np.zeros((int(layer.max()) + 1, values.shape[1]))
    np.add.at(totals, layer, number[:, None] * values)
    return np.asarray((totals / np.bincount(layer, weights=number)[:, None])[layer], dtype=np.float64)


def _between(ordered: FloatArray, shares: FloatArray, errors: FloatArray) -> Found:
    """Take two quantiles, with the standard errors of their shares."""
    if _equal(ordered):
        return Found.nothing(EQUAL)
    low, high = (quantile(ordered, share) for share in shares.tolist())
    spreads = [_spread(ordered, *pair) for pair in zip(shares.tolist(), errors.tolist(), strict=True)]
    known = [value for value in spreads if np.isfinite(value)]
    beyond = min(shares[0], 1 - shares[1]) * (ordered.size + 1) < 1
    return Found(low, high, max(known, default=np.nan), ENDS if beyond else "")


def _spread(ordered: FloatArray, share: float, error: float) -> float:
    """Turn the standard error of a share into that of the quantile, by the replicates around it."""
    around = max(float(np.sqrt(share * (1 - share) / ordered.size)), 1 / ordered.size)
    high, low = quantile(ordered, share + around), quantile(ordered, share - around)
    if not (np.isfinite(high) and np.isfinite(low)):
        return float("nan")
    return (high - low) / 2 * error / around
