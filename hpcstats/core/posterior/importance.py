"""Posterior of many coefficients by importance quadrature on shifted lattices.

Points of Richtmyer's lattice, frac(k sqrt(prime_d) + shift), are taken to a multivariate t distribution
around the mode and weighted by the posterior over it. Independent random shifts tell the error (Owen 2013,
Monte Carlo theory, methods and examples, ch. 16 and 17).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import gammaincinv, gammaln, logsumexp, ndtri

from hpcstats.core.posterior.log_posterior import Density, Heights
from hpcstats.core.posterior.marginal import WeightedMarginal
from hpcstats.core.risk_sets import FloatArray

POINTS = 4096
"""Points of each shifted lattice."""
SHIFTS = 8
"""Shifts, and with them independent answers."""

_FREEDOM = 6.0
_WIDER = 1.2


@dataclass(frozen=True, slots=True)
class Importance:
    """The answer.

    Attributes
    ----------
    marginals : list of WeightedMarginal
        One for each coefficient.
    log_total : float
        Log of the integral of the posterior.
    error : float
        Standard error of `log_total` over the shifts.
    effective : float
        Effective number of points, (sum w)^2 / sum w^2.
    """

    marginals: list[WeightedMarginal]
    log_total: float
    error: float
    effective: float


def importance(density: Density, mode: FloatArray, covariance: FloatArray, shifts: FloatArray) -> Importance:
    """Integrate the posterior; `shifts` (R, p + 1) are uniform random numbers."""
    heights = Heights.of(density)
    root = np.asarray(np.linalg.cholesky(_WIDER**2 * covariance), dtype=np.float64)
    logs, places = [], []
    for shift in shifts:
        points, log_density = _proposal(_lattice(shift), mode, root)
        logs.append(heights(points) - log_density)
        places.append(points)
    ratios = np.stack(logs)
    each = logsumexp(ratios, axis=1) - np.log(ratios.shape[1])
    weights = np.exp(ratios.reshape(-1) - logsumexp(ratios))
    positions = np.concatenate(places)
    spread = np.exp(each - each.max())
    return Importance(
        marginals=[WeightedMarginal.of(column, weights) for column in positions.T],
        log_total=float(logsumexp(each) - np.log(each.size)),
        error=float(spread.std(ddof=1) / np.sqrt(each.size) / spread.mean()),
        effective=float(1 / (weights @ weights)),
    )


def _lattice(shift: FloatArray) -> FloatArray:
    """Return the points (N, d) of one shifted lattice, inside the unit cube."""
    steps = np.sqrt(_primes(shift.size)) % 1.0
    points = (np.outer(np.arange(1, POINTS + 1), steps) + shift) % 1.0
    return np.clip(points, 1e-12, 1 - 1e-12)


def _primes(number: int) -> FloatArray:
    found: list[int] = []
    candidate = 2
    while len(found) < number:
        if all(candidate % prime for prime in found):
            found.append(candidate)
        candidate += 1
    return np.array(found, dtype=np.float64)


def _proposal(points: FloatArray, mode: FloatArray, root: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Take uniform points (N, p + 1) to a multivariate t distribution: points (N, p), log density (N,)."""
    p = mode.size
    z = ndtri(points[:, :p])
    stretch = np.sqrt(_FREEDOM / (2 * gammaincinv(_FREEDOM / 2, points[:, p])))
    z = z * stretch[:, None]
    constant = gammaln((_FREEDOM + p) / 2) - gammaln(_FREEDOM / 2) - 0.5 * p * np.log(_FREEDOM * np.pi)
    constant -= np.log(np.diagonal(root)).sum()
    log_density = constant - (_FREEDOM + p) / 2 * np.log1p((z * z).sum(axis=1) / _FREEDOM)
    return mode + z @ root.T, log_density
