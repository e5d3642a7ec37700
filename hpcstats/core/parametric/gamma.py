"""The gamma and the generalised gamma family.

Gamma: shape a = exp(alpha), time over exp(location): f = z^a e^-z / (Gamma(a) t), z = t exp(-location).

Generalised gamma in Prentice's form: log T = mu + sigma W with w = (log t - mu) / sigma, k = 1 / Q^2,

    f(t) = |Q| k^k / (sigma t Gamma(k)) exp(k (Q w - exp(Q w))),

S = upper incomplete gamma ratio of k and k exp(Q w) for Q > 0, lower for Q < 0. Q = 1 is Weibull, Q = 0
log-normal, Q = sigma gamma, Q = -1 inverse Weibull. Prentice 1974 (doi:10.1093/biomet/61.3.539).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import digamma, gammaln

from hpcstats.core.parametric.hazards import EARLIEST, FAR, NEAR, OFFSETS, Hazards, slope_in, stacked
from hpcstats.core.parametric.incomplete_gamma import log_gamma_rest, minus_log_lower, minus_log_upper
from hpcstats.core.risk_sets import FloatArray

_STEP = 1e-3
_NEAREST = 1e-5
"""|Q| below which the family is read between its neighbours on both sides of log-normal."""


@dataclass(frozen=True, slots=True)
class Gamma:
    """The gamma family; predictors are the location (log of the time unit) and the log shape."""

    predictors: int = 2
    from_zero: bool = True
    walls: tuple[float, ...] = (FAR, NEAR)

    def at(self, times: FloatArray, predictors: FloatArray) -> Hazards:
        """Evaluate at m times, each with its own predictors (2, m)."""
        location, log_shape = predictors
        log_time = np.log(np.maximum(times, EARLIEST))
        log_z, shape = log_time - location, np.exp(log_shape)
        z = np.exp(log_z)
        cumulative = minus_log_upper(shape, z)
        log_density = shape * log_z - z - gammaln(shape) - log_time
        log_hazard = log_density + cumulative
        rate = np.exp(log_hazard + log_time)
        moved = [minus_log_upper(np.exp(log_shape + place * _STEP), z) for place in OFFSETS]
        in_shape = slope_in(moved, _STEP)
        return Hazards(
            log_hazard,
            cumulative,
            stacked(z - shape - rate, shape * (log_z - digamma(shape)) + in_shape),
            stacked(-rate, in_shape),
        )

    def starts(self, typical: float) -> Sequence[Sequence[float]]:
        """Return predictors to begin a search from."""
        return [[np.log(typical) - log_shape, log_shape] for log_shape in (0.0, 1.0, -1.0)]


@dataclass(frozen=True, slots=True)
class GeneralisedGamma:
    """Prentice's generalised gamma family; predictors are mu, log sigma and Q."""

    predictors: int = 3
    from_zero: bool = True
    walls: tuple[float, ...] = (FAR, NEAR, NEAR)

    def at(self, times: FloatArray, predictors: FloatArray) -> Hazards:
        """Evaluate at m times, each with its own predictors (3, m)."""
        location, log_scale, q = predictors
        log_time = np.log(np.maximum(times, EARLIEST))
        scale = np.exp(log_scale)
        w = (log_time - location) / scale
        density, cumulative = _standard(w, q)
        log_hazard = density + cumulative - log_scale - log_time
        standard = np.exp(density + cumulative)
        bend = _density_slope(w, q) + standard
        moved = [_standard(w, q + place * _STEP) for place in OFFSETS]
        in_density = slope_in([pair[0] for pair in moved], _STEP)
        in_cumulative = slope_in([pair[1] for pair in moved], _STEP)
        return Hazards(
            log_hazard,
            cumulative,
            stacked(-bend / scale, -bend * w - 1, in_density + in_cumulative),
            stacked(-standard / scale, -standard * w, in_cumulative),
        )

    def starts(self, typical: float) -> Sequence[Sequence[float]]:
        """Return predictors to begin a search from."""
        place = np.log(typical)
        return [[place, 0.0, q] for q in (0.5, 1.0, -1.0, -2.5, 2.5)]


def _density_slope(w: FloatArray, q: FloatArray) -> FloatArray:
    """Return the derivative in w of the standard log density, (1 - e^{Qw}) / Q."""
    x = q * w
    small = np.abs(x) < 1e-8
    return -w * np.where(small, 1 + x / 2, np.expm1(x) / np.where(small, 1.0, x))


def _standard(w: FloatArray, q: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return log density and cumulative hazard of W."""
    near = np.abs(q) < _NEAREST
    if not near.any():
        return _away_from_zero(w, q)
    share = np.clip(0.5 + q / (2 * _NEAREST), 0.0, 1.0)
    above = _away_from_zero(w, np.where(near, _NEAREST, q))
    below = _away_from_zero(w, np.where(near, -_NEAREST, q))
    density, cumulative = (
        np.where(near, share * up + (1 - share) * down, up) for up, down in zip(above, below, strict=True)
    )
    return density, cumulative


def _away_from_zero(w: FloatArray, q: FloatArray) -> tuple[FloatArray, FloatArray]:
    shape, x = q**-2, q * w
    z = shape * np.exp(x)
    small = np.abs(x) < 1e-2
    series = 0.5 + x / 6 * (1 + x / 4 * (1 + x / 5 * (1 + x / 6)))
    curve = np.where(small, series, (np.expm1(x) - x) / np.where(small, 1.0, x) ** 2)
    # log|Q| + k log k - k - log Gamma(k) without its large terms.
    density = -0.5 * np.log(2 * np.pi) - log_gamma_rest(shape) - w * w * curve
    up = q > 0
    cumulative = np.empty_like(z)
    cumulative[up] = minus_log_upper(shape[up], z[up])
    cumulative[~up] = minus_log_lower(shape[~up], z[~up])
    return density, cumulative
