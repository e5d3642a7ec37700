"""Maximum likelihood of a mean and a variance between studies, with profile-likelihood limits of both.

The profile likelihood of the mean is the largest likelihood over tau at each mean; its signed root

    r(m) = sign(m - m^) sqrt(2 (L(m^) - L(m)))

is about standard normal at the true mean. The limits are the roots of r = -q and r = q. The means r^-1(z) of
standard normal z have a confidence distribution whose quantiles are the limits of every level.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from hpcstats.core.meta.families import Counts
from hpcstats.core.meta.random_effects import LARGEST, Likelihood, best_means, likelihood
from hpcstats.core.meta.search import Curve, highest, root
from hpcstats.core.risk_sets import FloatArray

_STEPS = 60
_PRECISION = 1e-12
_FURTHEST = 60.0


@dataclass(frozen=True, slots=True, eq=False)
class RandomEffects:
    """A maximum of the likelihood.

    Attributes
    ----------
    mean, std_error : float
        The mean on the scale of the predictor, and its standard error by the observed information.
    tau, tau2_std_error : float
        Standard deviation between studies, and the standard error of its square (NaN at 0).
    value : float
        Log-likelihood there.
    bounded : bool
        False if the likelihood rises with tau for ever.
    """

    mean: float
    std_error: float
    tau: float
    tau2_std_error: float
    value: float
    bounded: bool


def random_effects(counts: Counts) -> RandomEffects:
    """Fit at least two studies with some events and, of proportions, some patients without."""
    if counts.apart:
        return RandomEffects(np.nan, np.nan, np.inf, np.nan, np.nan, bounded=False)
    peak = highest(_over_means(counts), 1.0, LARGEST)
    mean, found = best_means(counts, np.array([peak.tau]), counts.common)
    std_error, tau_error = _std_errors(found, peak.tau)
    return RandomEffects(
        mean=float(mean[0]),
        std_error=std_error,
        tau=peak.tau,
        tau2_std_error=2 * peak.tau * tau_error,
        value=float(found.value[0]),
        bounded=peak.bounded,
    )


def _std_errors(found: Likelihood, tau: float) -> tuple[float, float]:
    """Return the standard errors of the mean and of tau; at tau = 0 that of the mean alone."""
    a, b, c = (float(-part[0]) for part in (found.mean_curvature, found.cross, found.spread_curvature))
    if tau == 0:
        return float(1 / np.sqrt(a)), np.nan
    determinant = a * c - b * b
    if not (a > 0 and determinant > 0):
        return np.nan, np.nan
    return float(np.sqrt(c / determinant)), float(np.sqrt(a / determinant))


def _over_means(counts: Counts) -> Curve:
    """Give the profile likelihood of tau with its slope in tau^2."""

    def curve(tau: FloatArray) -> tuple[FloatArray, FloatArray]:
        _, found = best_means(counts, tau, counts.common)
        return found.value, found.by_variance

    return curve


def profile_of_mean(counts: Counts, mean: float, scale: float) -> tuple[float, float]:
    """Return the largest log-likelihood over tau at a mean, and its slope in the mean."""

    def curve(tau: FloatArray) -> tuple[FloatArray, FloatArray]:
        found = likelihood(counts, np.full(tau.size, mean), tau)
        return found.value, found.by_variance

    peak = highest(curve, scale, LARGEST)
    # Where tau is at its best, the slope of the profile is that of the likelihood (envelope theorem).
    at_peak = likelihood(counts, np.array([mean]), np.array([peak.tau]))
    return peak.value, float(at_peak.by_mean[0])


def mean_limits(counts: Counts, fit: RandomEffects, q: float) -> tuple[float, float]:
    """Return the means at which the signed root is -q and q; infinite where it never is."""
    sides = [_limit(counts, fit, q, sign) for sign in (-1.0, 1.0)]
    return sides[0], sides[1]


def signed_root(counts: Counts, fit: RandomEffects, mean: float) -> tuple[float, float]:
    """Return r and its derivative at a mean other than the estimate."""
    value, slope = profile_of_mean(counts, mean, max(fit.tau, abs(mean - fit.mean) / 2, 0.1))
    r = float(np.sign(mean - fit.mean) * np.sqrt(max(2 * (fit.value - value), 1e-300)))
    return r, -slope / r


def _limit(counts: Counts, fit: RandomEffects, q: float, sign: float) -> float:
    """Solve r = q on one side by Newton's method, kept inside the bracket found so far."""
    step = fit.std_error if np.isfinite(fit.std_error) else 1.0
    near, far, mean = fit.mean, np.nan, fit.mean + sign * q * step
    for _ in range(_STEPS):
        r, slope = signed_root(counts, fit, mean)
        miss = sign * r - q
        if abs(miss) <= _PRECISION * q:
            return mean
        if miss < 0:
            near = mean
        else:
            far = mean
        new = mean - sign * miss / slope if slope > 0 else np.nan
        end = near + 2 * (near - fit.mean) + sign if np.isnan(far) else far
        inside = min(near, end) < new < max(near, end)
        mean = new if inside else (end if np.isnan(far) else (near + far) / 2)
        if abs(mean) > _FURTHEST:
            return float(sign * np.inf)
    return mean


def tau2_limits(counts: Counts, fit: RandomEffects, q: float) -> tuple[float, float]:
    """Return the values of tau^2 whose profile likelihood is q^2 / 2 below the maximum.

    The lower one is 0, the upper one infinite, where there is none in the range that is looked at.
    """
    curve = _over_means(counts)

    def short_of(tau: float) -> float:
        return 2 * (fit.value - float(curve(np.array([tau]))[0][0])) - q * q

    low = root(short_of, 0.0, fit.tau) if fit.tau > 0 and short_of(0.0) > 0 else 0.0
    return low**2, _upper(short_of, fit.tau) ** 2


def _upper(short_of: Callable[[float], float], tau: float) -> float:
    near, far = tau, min(2 * tau + 0.5, LARGEST)
    while short_of(far) <= 0:
        if far >= LARGEST:
            return np.inf
        near, far = far, min(2 * far, LARGEST)
    return root(short_of, near, far)
