"""The statistics of a specification curve, for the data and for many permutations at once."""

from __future__ import annotations

import warnings

import numpy as np

from hpcstats.columns import FloatArray

STATISTICS = ("median estimate", "share significant in one direction", "mean Z")


def statistics(away: FloatArray, z: FloatArray, critical: float) -> FloatArray:
    """Return median distance from the null value, signed share significant, mean Z of curves: (B, 3).

    Parameters
    ----------
    away, z : ndarray, shape (B, S)
        Distances of the estimates from the null value and their Z statistics; NaN where there are none.
    critical : float
        Size of Z from which it is significant.

    Examples
    --------
    >>> statistics(np.array([[-1.0, -2.0, 0.5]]), np.array([[-2.0, -3.0, 1.0]]), 1.96).round(3)
    array([[-1.   , -0.667, -1.333]])
    """
    with warnings.catch_warnings():
        # A curve without any estimate has no statistics, which is no accident.
        warnings.simplefilter("ignore", RuntimeWarning)
        middle = np.nanmedian(away, axis=1)
        mean = np.nanmean(z, axis=1)
        up, down = (np.where(np.isnan(z), np.nan, side) for side in (z > critical, z < -critical))
        more, less = np.nanmean(up, axis=1), np.nanmean(down, axis=1)
    share = np.where(more >= less, more, -less)
    return np.stack([middle, share, mean], axis=1)


def extremes(size: FloatArray) -> FloatArray:
    """Return (b + 1) / (m + 1): b of the m permutations are at least as large as the data, the first row.

    A permutation without the statistic counts as one that is.

    Examples
    --------
    >>> extremes(np.array([[2.0], [1.0], [2.0], [np.nan]]))
    array([0.75])
    """
    slack = 1e-9 * np.abs(size[0]) + 1e-12
    reached = ~(size[1:] < size[0] - slack)
    return np.asarray((reached.sum(axis=0) + 1) / size.shape[0], dtype=np.float64)


def band(estimates: FloatArray, level: float) -> tuple[FloatArray, FloatArray]:
    """Return limits between which the sorted curves (B, S) lie, rank by rank: (S,) each.

    Ranks that some permutation does not reach, for want of estimates, have none.
    """
    ordered = np.sort(np.sort(estimates, axis=1), axis=0)
    ordered = np.where(np.isnan(ordered).any(axis=0), np.nan, ordered)
    m = ordered.shape[0]
    # Rounded, for 0.05 of 20 is one and not a little less.
    first = min(int(round((1 - level) / 2 * (m + 1), 9)), m) - 1
    unknown = np.full(ordered.shape[1], np.nan)
    if first < 0:
        return unknown, unknown
    return ordered[first], ordered[m - 1 - first]
