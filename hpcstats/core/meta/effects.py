"""Proportions and rates of single studies on the scales they are pooled on, and the way back.

With x events among n patients, or in t units of person-time:

    raw            x / n                                  variance p (1 - p) / n
    logit          log(x / (n - x))                       1 / x + 1 / (n - x)
    arcsine        asin sqrt(x / n)                       1 / 4n
    freeman-tukey  (asin sqrt(x / (n+1)) + asin sqrt((x+1) / (n+1))) / 2   1 / (4n + 2)
    log            log(x / t)                             1 / x
    square-root    sqrt(x / t)                            1 / 4t

A half is added to events and non-events (to events, of rates) of a study that has none of one kind, and
of no other study; arcsine, Freeman-Tukey and square root need none. Freeman and Tukey 1950
(doi:10.1214/aoms/1177729756); the way back at the harmonic mean of the sizes is Miller's 1978
(doi:10.1080/00031305.1978.10479283).
"""

from __future__ import annotations

import numpy as np
from scipy.special import betaincinv, expit, gammaincinv

from hpcstats.core.risk_sets import BoolArray, FloatArray

PROPORTION_SCALES = ("logit", "raw", "arcsine", "freeman-tukey")
RATE_SCALES = ("log", "square-root")


def proportion_effects(
    scale: str, events: FloatArray, n: FloatArray
) -> tuple[FloatArray, FloatArray, BoolArray]:
    """Return estimates and variances on a scale, and which studies were given the halves."""
    if scale == "arcsine":
        return np.arcsin(np.sqrt(events / n)), 1 / (4 * n), np.zeros(n.size, dtype=bool)
    if scale == "freeman-tukey":
        return freeman_tukey(events, n), 1 / (4 * n + 2), np.zeros(n.size, dtype=bool)
    bare = (events == 0) | (events == n)
    x, size = events + 0.5 * bare, n + bare
    if scale == "raw":
        return x / size, x / size * (1 - x / size) / size, bare
    return np.log(x / (size - x)), 1 / x + 1 / (size - x), bare


def rate_effects(
    scale: str, events: FloatArray, time: FloatArray
) -> tuple[FloatArray, FloatArray, BoolArray]:
    """Return estimates and variances on a scale, and which studies were given the half."""
    if scale == "square-root":
        return np.sqrt(events / time), 1 / (4 * time), np.zeros(time.size, dtype=bool)
    bare = events == 0
    x = events + 0.5 * bare
    return np.log(x / time), 1 / x, bare


def freeman_tukey(events: FloatArray, n: FloatArray) -> FloatArray:
    """Return the mean of the two arcsines."""
    both = np.arcsin(np.sqrt(events / (n + 1))) + np.arcsin(np.sqrt((events + 1) / (n + 1)))
    return np.asarray(both / 2, dtype=np.float64)


def from_scale(scale: str, value: FloatArray, sizes: FloatArray) -> FloatArray:
    """Return proportions or rates for values on a scale; `sizes` are those of the studies pooled."""
    if scale == "logit":
        return np.asarray(expit(value), dtype=np.float64)
    if scale == "log":
        return np.exp(value)
    if scale == "raw":
        return np.clip(value, 0.0, 1.0)
    if scale == "arcsine":
        return np.asarray(np.sin(np.clip(value, 0.0, np.pi / 2)) ** 2, dtype=np.float64)
    if scale == "square-root":
        return np.maximum(value, 0.0) ** 2
    return _from_freeman_tukey(value, np.array(sizes.size / np.sum(1 / sizes)))


def _from_freeman_tukey(value: FloatArray, n: FloatArray) -> FloatArray:
    lowest, largest = freeman_tukey(np.zeros(()), n), freeman_tukey(n, n)
    sine, cosine = np.sin(2 * value), np.cos(2 * value)
    with np.errstate(divide="ignore", invalid="ignore"):
        inner = 1 - (sine + (sine - 1 / sine) / n) ** 2
    found = (1 - np.sign(cosine) * np.sqrt(np.maximum(inner, 0.0))) / 2
    return np.where(value <= lowest, 0.0, np.where(value >= largest, 1.0, found))


def binomial_limits(events: FloatArray, n: FloatArray, level: float) -> tuple[FloatArray, FloatArray]:
    """Return the exact limits of Clopper and Pearson for each study (doi:10.1093/biomet/26.4.404)."""
    tail = (1 - level) / 2
    low = np.where(events > 0, betaincinv(np.maximum(events, 1), n - events + 1, tail), 0.0)
    high = np.where(events < n, betaincinv(events + 1, np.maximum(n - events, 1), 1 - tail), 1.0)
    return low, high


def poisson_limits(events: FloatArray, time: FloatArray, level: float) -> tuple[FloatArray, FloatArray]:
    """Return the exact limits of a Poisson rate for each study (Garwood 1936, doi:10.2307/2333958)."""
    tail = (1 - level) / 2
    low = np.where(events > 0, gammaincinv(np.maximum(events, 1), tail), 0.0)
    return low / time, gammaincinv(events + 1, 1 - tail) / time
