"""Critical values of simultaneous confidence bands: how far a Gaussian process strays on an interval.

With a = n g / (1 + n g), g the Greenwood sum, the standardised curve sqrt(n) (S^ - S) / (S (1 + n g)) behaves
as a Brownian bridge B at time a. A band over the times with a_L <= a <= a_U needs the value that

* Hall & Wellner 1980 (doi:10.1093/biomet/67.1.133): sup |B(a)|,
* equal precision, Nair 1984 (Technometrics 26:265): sup |B(a)| / sqrt(a (1 - a)),

exceeds with probability 1 - level. Both probabilities are computed to about 1e-10, the second to 1e-6 where
a_U is within a thousandth of a_L:

* the bridge between its values at a_L and a_U by reflection at +-h, integrated over them;
* B / sqrt(a (1 - a)) is, in s = log(a / (1 - a)) / 2, a stationary Ornstein-Uhlenbeck process; the chance
  that it stays within +-c is a sum over the eigenvalues of its generator with the values at +-c kept 0.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
from numpy.polynomial import legendre
from scipy.linalg import eigh
from scipy.optimize import brentq
from scipy.special import ndtr

from hpcstats.core.risk_sets import FloatArray

_FAR = 9.0
"""Standard deviations beyond which a normal distribution holds nothing (1e-18)."""
_SIZE = 48
"""Functions in the basis for the eigenvalues."""
_NODES, _WEIGHTS = legendre.leggauss(64)
_NARROWEST = 1e-4
"""Narrower bands would need more than ten million patients; images of the start would be without number."""
_NAIR_FROM = float(np.sqrt(1 + np.sqrt(2)))
"""From here on Nair's tail falls as c grows, whatever the range; at level 0.7 it is never smaller."""


def hall_wellner(low: float, high: float, level: float) -> float:
    """Return h with P(|B(a)| <= h for all a in [low, high]) = level, 0 where the bridge is 0."""
    if high <= 0 or low >= 1:
        return 0.0
    return _solve(lambda h: bridge_stays(h, low, high), level)


def equal_precision(low: float, high: float, level: float) -> float:
    """Return c with P(|B(a)| <= c sqrt(a (1 - a)) for all a in [low, high]) = level, 0 < low."""
    length = (log_odds(high) - log_odds(low)) / 2
    return _solve(lambda c: standardised_stays(c, length), level)


def equal_precision_nair(low: float, high: float, level: float) -> float:
    """Return Nair's approximation to `equal_precision`, a formula for high levels and wide ranges.

    It solves 4 phi(c) / c + phi(c) (c - 1/c) log(a_U (1 - a_L) / (a_L (1 - a_U))) = 1 - level, which has a
    solution for every level from 0.7 on.
    """
    length = log_odds(high) - log_odds(low)

    def stays(c: float) -> float:
        density = np.exp(-c * c / 2) / np.sqrt(2 * np.pi)
        return float(1 - density * (4 / c + (c - 1 / c) * length))

    return _solve(stays, level, smallest=_NAIR_FROM)


def log_odds(share: float) -> float:
    """Return log(a / (1 - a))."""
    return float(np.log(share) - np.log1p(-share))


def _solve(stays: Callable[[float], float], level: float, smallest: float = 0.0) -> float:
    """Find where a probability that rises with its argument reaches `level`."""
    low, high = max(1.0, smallest), max(1.0, smallest)
    while low > smallest and stays(low) > level:
        low /= 2
        if low < _NARROWEST:
            raise ValueError(f"The process leaves {_NARROWEST:g} with a probability below {1 - level:g}.")
    while stays(high) < level:
        high *= 2
    if stays(low) >= level:
        return low
    return float(brentq(lambda c: stays(c) - level, low, high, xtol=1e-12, rtol=1e-14))


def bridge_stays(h: float, low: float, high: float) -> float:
    """Return the probability that a Brownian bridge on [0, 1] stays within +-h over [low, high].

    From B(low) = x the bridge runs to 0 at 1. The images 4kh + x and (4k + 2)h - x of its start make the
    paths that touch +-h cancel; what is left of each at `high` is a normal distribution cut to [-h, h].
    """
    spread = np.sqrt((high - low) * (1 - high) / (1 - low)) if low < 1 else 0.0
    x, density = _starts(h, np.sqrt(low * (1 - low)), np.sqrt(high - low))
    stays = np.zeros_like(x)
    reach = int(np.ceil(_FAR / (4 * h))) + 1
    for k in range(-reach, reach + 1):
        for sign, image in ((1, 4 * k * h + x), (-1, (4 * k + 2) * h - x)):
            inside = _mass(h, image * (1 - high) / (1 - low), spread)
            stays += sign * np.exp((x**2 - image**2) / (2 * (1 - low))) * inside
    return float(np.sum(density * stays))


def _starts(h: float, spread: float, layer: float) -> tuple[FloatArray, FloatArray]:
    """Return nodes and weights to integrate over a normal start in [-h, h], by symmetry in [0, h].

    Panels follow the width of the start and, near h, of the `layer` in which leaving is likely.
    """
    if spread == 0:
        return np.zeros(1), np.ones(1)
    steps = np.array([0.5, 1, 2, 4, 8])
    edges = np.unique(np.clip(np.concatenate([[0, h], spread * steps, h - layer * steps]), 0, h))
    half, middle = np.diff(edges)[:, None] / 2, (edges[1:] + edges[:-1])[:, None] / 2
    x = (middle + half * _NODES).ravel()
    weight = (half * _WEIGHTS).ravel()
    return x, 2 * weight * np.exp(-((x / spread) ** 2) / 2) / (spread * np.sqrt(2 * np.pi))


def _mass(h: float, centre: FloatArray, spread: float) -> FloatArray:
    """Return the part within +-h of a normal distribution, or of a point."""
    if spread == 0:
        return np.where(np.abs(centre) <= h, 1.0, 0.0)
    return np.asarray(ndtr((h - centre) / spread) - ndtr((-h - centre) / spread), dtype=np.float64)


def standardised_stays(c: float, length: float) -> float:
    """Return the chance that a stationary process with correlation exp(-s) stays within +-c for `length`.

    With g = f sqrt(phi), the eigenvalues of x f' - f'' are those of -g'' + (x^2 / 4 - 1 / 2) g, g(+-c) = 0.
    """
    if length <= 0:
        return float(1 - 2 * ndtr(-c))
    y, weight, basis = _basis()
    x, weight = c * y, c * weight
    mass = (basis * weight) @ basis.T
    shifted = np.eye(_SIZE) / c + (basis * (weight * (x**2 / 4 + 0.5))) @ basis.T
    # Eigenvalues mu are found as 1 / (mu + 1): the smallest, which matters most, is nearly 0 for a wide band.
    inverse, functions = eigh(mass, shifted)
    shares = functions.T @ (basis @ (weight * np.exp(-(x**2) / 4))) / (2 * np.pi) ** 0.25
    return float(np.sum(np.exp(-length * (1 / inverse - 1)) * shares**2 / inverse))


@cache
def _basis() -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return nodes and weights on [-1, 1], and even polynomials that vanish at both ends: (size, nodes).

    Their derivatives are orthonormal, which keeps the eigenvalue problem well conditioned.
    """
    y, weight = legendre.leggauss(2 * _SIZE + 40)
    polynomials = legendre.legvander(y, 2 * _SIZE).T
    degree = np.arange(0, 2 * _SIZE, 2)
    scale = np.sqrt(2 * (2 * degree + 3))[:, None]
    return y, weight, np.asarray((polynomials[degree + 2] - polynomials[degree]) / scale, dtype=np.float64)
