"""Pointwise limits for a survival curve and a cumulative hazard by normal approximation.

With g = Greenwood sum, z the normal quantile and s = sqrt(g):
plain  S +- z s S; log  S exp(+-z s); log-log  S^exp(+-z s / log S);
logit  expit(logit S +- z s / (1 - S)); arcsin  sin^2(asin sqrt S +- z s sqrt(S/(1-S)) / 2).
At S = 1 the limits are 1 (arcsin: undefined), at S = 0 all are undefined.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.special import expit, logit, ndtri

from hpcstats.core.risk_sets import FloatArray

Limits = tuple[FloatArray, FloatArray]


def normal_quantile(level: float) -> float:
    """Return z such that plus or minus z holds `level` of a standard normal distribution."""
    return float(ndtri(0.5 + level / 2))


def plain(survival: FloatArray, margin: FloatArray) -> Limits:
    """Limits on the scale of S, clipped to [0, 1]."""
    return np.clip(survival - margin * survival, 0, 1), np.clip(survival + margin * survival, 0, 1)


def log(survival: FloatArray, margin: FloatArray) -> Limits:
    """Limits on the scale of log S, clipped to [0, 1]."""
    return survival * np.exp(-margin), np.clip(survival * np.exp(margin), 0, 1)


def log_log(survival: FloatArray, margin: FloatArray) -> Limits:
    """Limits on the scale of log(-log S)."""
    with np.errstate(divide="ignore", invalid="ignore"):
        log_s = np.log(survival)
        step = margin / log_s
        low, high = np.exp(log_s * np.exp(-step)), np.exp(log_s * np.exp(step))
    return _at_one(survival, low), _at_one(survival, high)


def logit_scale(survival: FloatArray, margin: FloatArray) -> Limits:
    """Limits on the scale of logit S."""
    with np.errstate(divide="ignore", invalid="ignore"):
        centre, step = logit(survival), margin / (1 - survival)
        low, high = expit(centre - step), expit(centre + step)
    return _at_one(survival, low), _at_one(survival, high)


def arcsin(survival: FloatArray, margin: FloatArray) -> Limits:
    """Limits on the scale of asin sqrt S, clipped to [0, pi/2] before going back."""
    with np.errstate(divide="ignore", invalid="ignore"):
        centre = np.arcsin(np.sqrt(survival))
        step = 0.5 * margin * np.sqrt(survival / (1 - survival))
        low = np.sin(np.maximum(centre - step, 0)) ** 2
        high = np.sin(np.minimum(centre + step, np.pi / 2)) ** 2
    return low, high


TRANSFORMS: dict[str, Callable[[FloatArray, FloatArray], Limits]] = {
    "plain": plain,
    "log": log,
    "log-log": log_log,
    "logit": logit_scale,
    "arcsin": arcsin,
}


def survival_limits(survival: FloatArray, greenwood: FloatArray, z: float, transform: str) -> Limits:
    """Return lower and upper limits of S; undefined where S = 0."""
    alive = survival > 0
    s = np.where(alive, survival, 0.5)
    margin = z * np.sqrt(np.where(alive, greenwood, 0.0))
    low, high = TRANSFORMS[transform](s, margin)
    return np.where(alive, low, np.nan), np.where(alive, high, np.nan)


def hazard_limits(hazard: FloatArray, variance: FloatArray, z: float, transform: str) -> Limits:
    """Return limits of a cumulative hazard: ``plain`` A +- z s (not below 0) or ``log`` A exp(+-z s / A)."""
    error = np.sqrt(variance)
    if transform == "plain":
        return np.maximum(hazard - z * error, 0), hazard + z * error
    ratio = np.divide(z * error, hazard, out=np.zeros_like(hazard), where=hazard > 0)
    return hazard * np.exp(-ratio), hazard * np.exp(ratio)


def _at_one(survival: FloatArray, limit: FloatArray) -> FloatArray:
    return np.where(survival == 1, 1.0, limit)
