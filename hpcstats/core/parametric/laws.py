"""Location-scale families: log T (or T itself) = location + scale W, with a standard law of W.

extreme value  H(w) = exp(w)         Weibull, exponential (scale 1), Rayleigh (scale 1/2); T itself: "extreme"
normal         H(w) = -log Phi(-w)   log-normal; T itself: Gaussian
logistic       H(w) = log(1 + e^w)   log-logistic; T itself: logistic

R's `survreg` writes them so. With w = (y - location) / scale the cumulative hazard is H(w), and the log
hazard log h(w) - log scale, less log t where y = log t.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from scipy.special import expit, log_ndtr, ndtri_exp

from hpcstats.core.parametric.hazards import EARLIEST, FAR, NEAR, Hazards, stacked
from hpcstats.core.risk_sets import FloatArray

_LOG_ROOT_TWO_PI = 0.5 * np.log(2 * np.pi)


class Law(Protocol):
    """A standard law of W on the whole line."""

    def hazards(self, w: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return the log hazard, the cumulative hazard, and the slope of the log hazard."""
        ...

    def inverse(self, cumulative: FloatArray) -> FloatArray:
        """Return w at a cumulative hazard."""
        ...


class ExtremeValue:
    """The law of the logarithm of a standard exponential time."""

    def hazards(self, w: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return the log hazard, the cumulative hazard, and the slope of the log hazard."""
        return w, np.exp(w), np.ones_like(w)

    def inverse(self, cumulative: FloatArray) -> FloatArray:
        """Return w at a cumulative hazard."""
        return np.log(cumulative)


class Normal:
    """The standard normal law."""

    def hazards(self, w: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return the log hazard, the cumulative hazard, and the slope of the log hazard."""
        cumulative = -np.asarray(log_ndtr(-w), dtype=np.float64)
        log_hazard = cumulative - 0.5 * w * w - _LOG_ROOT_TWO_PI
        # Far out the two large terms cancel; there the hazard is w + 1/w - 2/w^3 + ...
        far = w > 1e5
        log_hazard = np.where(far, np.log(np.where(far, w, 1.0)), log_hazard)
        return log_hazard, cumulative, np.where(far, 0.0, np.exp(log_hazard) - w)

    def inverse(self, cumulative: FloatArray) -> FloatArray:
        """Return w at a cumulative hazard."""
        return -np.asarray(ndtri_exp(-cumulative), dtype=np.float64)


class Logistic:
    """The standard logistic law."""

    def hazards(self, w: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return the log hazard, the cumulative hazard, and the slope of the log hazard."""
        cumulative = np.logaddexp(0.0, w)
        return w - cumulative, cumulative, np.asarray(expit(-w), dtype=np.float64)

    def inverse(self, cumulative: FloatArray) -> FloatArray:
        """Return w at a cumulative hazard."""
        far = cumulative > 30
        return np.where(far, cumulative, np.log(np.expm1(np.where(far, 1.0, cumulative))))


@dataclass(frozen=True, slots=True)
class LocationScale:
    """A location-scale family; predictors are the location and, unless it is fixed, the log scale.

    Attributes
    ----------
    law : Law
        The law of W.
    fixed_scale : float or None
        The scale where it is known.
    from_zero : bool
        Whether it is the logarithm of time that has the law.
    """

    law: Law
    fixed_scale: float | None = None
    from_zero: bool = True

    @property
    def predictors(self) -> int:
        """How many predictors a row has."""
        return 1 if self.fixed_scale is not None else 2

    @property
    def walls(self) -> tuple[float, ...]:
        """How far out each predictor may be sought."""
        return (FAR, NEAR)[: self.predictors]

    def scale(self, predictors: FloatArray) -> FloatArray:
        """Return the scale of each row."""
        if self.fixed_scale is not None:
            return np.full_like(predictors[0], self.fixed_scale)
        scale: FloatArray = np.exp(predictors[1])
        return scale

    def at(self, times: FloatArray, predictors: FloatArray) -> Hazards:
        """Evaluate at m times, each with its own predictors (K, m)."""
        scale = self.scale(predictors)
        position = np.log(np.maximum(times, EARLIEST)) if self.from_zero else times
        w = (position - predictors[0]) / scale
        log_hazard, cumulative, bend = self.law.hazards(w)
        standard = np.exp(log_hazard)
        shift = np.log(scale) + (position if self.from_zero else 0.0)
        in_log, in_cumulative = [-bend / scale], [-standard / scale]
        if self.fixed_scale is None:
            in_log.append(-bend * w - 1)
            in_cumulative.append(-standard * w)
        return Hazards(log_hazard - shift, cumulative, stacked(*in_log), stacked(*in_cumulative))

    def quantile(self, cumulative: FloatArray, predictors: FloatArray) -> FloatArray:
        """Return the time at which the cumulative hazard is reached."""
        y: FloatArray = predictors[0] + self.scale(predictors) * self.law.inverse(cumulative)
        with np.errstate(over="ignore"):
            return np.exp(y) if self.from_zero else y

    def starts(self, typical: float) -> Sequence[Sequence[float]]:
        """Return predictors to begin a search from."""
        if self.from_zero:
            places, logs = [np.log(typical)], [-0.3, 0.7]
        else:
            places, logs = [typical / 2], [np.log(typical), np.log(typical) - 1]
        if self.fixed_scale is not None:
            return [[place] for place in places]
        return [[place, log] for place in places for log in logs]
