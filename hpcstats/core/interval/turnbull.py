r"""The maximum of the likelihood of interval-censored times, under many weight rows at once, with its proof.

Masses p_j of the innermost regions maximise sum of w_i log P_i, P_i the mass that row i covers. With shares
s_i = w_i / sum of w this is the minimum over p >= 0 of

    f(p) = - sum of s_i log P_i + sum of p_j,        df/dp_j = 1 - g_j,    g_j = sum of s_i / P_i over rows at
    j

(the sum of the masses comes out as 1). Karush-Kuhn-Tucker: g_j <= 1 everywhere, g_j = 1 where p_j > 0; so
max g_j - 1 at masses that sum to 1 is a certificate, and n times it bounds what the log-likelihood lacks
(Gentleman & Geyer 1994, doi:10.1093/biomet/81.3.618).

A few steps of Turnbull's self-consistency, p_j <- p_j g_j, lead to the interior; from there a primal-dual
interior-point method with slacks z_j = 1 - g_j takes Newton steps on p_j z_j = mu,

    (H + diag(z / p)) dp = g - 1 + mu / p,        H = sum of s_i / P_i^2 over rows at both regions,

mu after Mehrotra 1992 (doi:10.1137/0802028). One linear solution gives the direction for every mu. Ten to
twenty steps reach rounding error, with whatever data.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hpcstats.core.interval.cover import Cover
from hpcstats.core.interval.joined import Joined
from hpcstats.core.interval.regions import Regions
from hpcstats.core.risk_sets import BoolArray, FloatArray, add_at

CERTIFIED = 1e-8
"""Largest gap of a maximum that is called one."""

MOST_REGIONS = 4_000
"""Regions up to which the curvature, a matrix of their square, is formed."""

_GOAL = 1e-12
_MOST_STEPS = 100
_SELF_CONSISTENT = 5
_SMALLEST = 1e-28
_AT_ONCE = 100_000
"""Elements of the curvatures that are held together: few enough to stay in the cache."""
_LAST_STEPS = 2
_SHORT_OF_ZERO = 0.995
_NEGLIGIBLE = 1e-9
"""Of the smallest weight: masses below are none."""


@dataclass(frozen=True, slots=True)
class Maximum:
    """Masses of the regions that maximise the likelihood under each of B weight rows.

    Attributes
    ----------
    mass : ndarray, shape (B, m)
        Masses, which sum to 1; of regions that the rows with weight do not tell apart the first has it all.
    inside : ndarray of bool, shape (B, m)
        Which regions are innermost for the rows with weight.
    log_likelihood : ndarray, shape (B,)
        Weighted log-likelihood.
    gap : ndarray, shape (B,)
        The largest g_j less 1.
    """

    mass: FloatArray
    inside: BoolArray
    log_likelihood: FloatArray
    gap: FloatArray


def maximise(regions: Regions, weights: FloatArray) -> Maximum:
    """Maximise the likelihood under each row of weights (B, n), in pieces of bounded memory."""
    joined = Joined.of(regions.first, regions.last, regions.size)
    cover, number = Cover.of(joined.group[regions.first], joined.group[regions.last], joined.size)
    counted = add_at(weights, number, cover.first.size)
    length = max(1, _AT_ONCE // cover.size**2)
    parts = [_maximum(cover, counted[start : start + length]) for start in range(0, len(counted), length)]
    names = ("mass", "inside", "log_likelihood", "gap")
    mass, inside, log_likelihood, gap = (
        np.concatenate([getattr(part, name) for part in parts]) for name in names
    )
    split = joined.split(regions.first, regions.last, weights)
    return Maximum(
        mass[:, joined.group] * split.share,
        inside[:, joined.group] & split.inside,
        log_likelihood + split.log_likelihood,
        gap,
    )


def _maximum(cover: Cover, counted: FloatArray) -> Maximum:
    share = counted / counted.sum(axis=1, keepdims=True)
    inside = cover.innermost(counted > 0)
    mass = _climb(cover, share, inside)
    mass /= mass.sum(axis=1, keepdims=True)
    slack = 1 - _gradient(cover, share, mass)[1]
    sharp = _sharpened(cover, share, mass, inside & (mass >= slack))
    better = _gap(cover, share, sharp) <= max(_GOAL, CERTIFIED / 10)
    mass = np.where(better[:, None], sharp, mass)
    probability = np.where(counted > 0, cover.probability(mass), 1.0)
    return Maximum(mass, inside, np.sum(counted * np.log(probability), axis=1), _gap(cover, share, mass))


def _sharpened(cover: Cover, share: FloatArray, mass: FloatArray, support: BoolArray) -> FloatArray:
    """Take regions without mass as 0 and let Newton's method find the masses of the others exactly."""
    mass = mass * support / (mass * support).sum(axis=1, keepdims=True)
    diagonal = np.arange(cover.size)
    for _ in range(_LAST_STEPS):
        ratio, gradient = _gradient(cover, share, mass)
        curvature = _curvature(cover, share, ratio)
        curvature *= support[:, :, None] & support[:, None, :]
        curvature[:, diagonal, diagonal] += ~support
        try:
            change = np.linalg.solve(curvature, ((gradient - 1) * support)[:, :, None])[:, :, 0]
        except np.linalg.LinAlgError:
            # Weights of more than sixteen orders of magnitude: what has been found must do.
            return mass
        mass = np.maximum(mass + change, 0.0)
        mass /= mass.sum(axis=1, keepdims=True)
    # Where both mass and slack are 0 at the maximum rounding alone may leave a mass.
    smallest = np.where(share > 0, share, 1.0).min(axis=1, keepdims=True)
    mass[mass < _NEGLIGIBLE * smallest] = 0.0
    return np.asarray(mass / mass.sum(axis=1, keepdims=True), dtype=np.float64)


def _climb(cover: Cover, share: FloatArray, inside: BoolArray) -> FloatArray:
    """Return masses (B, m); weight rows that have arrived leave the work to the others."""
    mass, slack = _start(cover, share, inside)
    masses, left = mass.copy(), np.arange(len(mass))
    for _ in range(_MOST_STEPS):
        ratio, gradient = _gradient(cover, share, mass)
        gap = mass.sum(axis=1) * gradient.max(axis=1) - 1
        barrier = (mass * slack * inside).sum(axis=1) / inside.sum(axis=1)
        masses[left] = mass
        going = (gap > _GOAL) & (barrier > _SMALLEST)
        if not going.any():
            break
        parts = (share, inside, mass, slack, ratio, gradient, barrier, left)
        share, inside, mass, slack, ratio, gradient, barrier, left = (part[going] for part in parts)
        place = _Place(mass, slack, inside, gradient, barrier)
        mass, slack = _step(place, _curvature(cover, share, ratio))
    return masses


def _start(cover: Cover, share: FloatArray, inside: BoolArray) -> tuple[FloatArray, FloatArray]:
    mass = inside / inside.sum(axis=1, keepdims=True)
    for _ in range(_SELF_CONSISTENT):
        mass *= _gradient(cover, share, mass)[1]
    slack = np.maximum(1 - _gradient(cover, share, mass)[1], 0) + 0.1
    return mass, np.where(inside, slack, 1.0)


def _gradient(cover: Cover, share: FloatArray, mass: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return s / P of each run (B, U), 0 where P is, and g of each region (B, m)."""
    probability = cover.probability(mass)
    ratio = np.divide(share, probability, out=np.zeros_like(share), where=probability > 0)
    return ratio, cover.over_regions(ratio)


def _curvature(cover: Cover, share: FloatArray, ratio: FloatArray) -> FloatArray:
    """Return H from the ratios s / P."""
    return cover.over_pairs(ratio * np.divide(ratio, share, out=np.zeros_like(share), where=share > 0))


def _gap(cover: Cover, share: FloatArray, mass: FloatArray) -> FloatArray:
    """Return the largest g less 1; infinite where a row with weight has no probability."""
    ratio, gradient = _gradient(cover, share, mass)
    impossible = ((share > 0) & (ratio <= 0)).any(axis=1)
    return np.where(impossible, np.inf, gradient.max(axis=1) - 1)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a weight row stands: masses, slacks, the regions it uses, g, and the mean of mass times slack."""

    mass: FloatArray
    slack: FloatArray
    inside: BoolArray
    gradient: FloatArray
    barrier: FloatArray

    def length(self, values: FloatArray, direction: FloatArray) -> FloatArray:
        """Return how far a direction may be followed until a value is 0 (B, 1), infinite if never."""
        falling = self.inside & (direction < 0)
        reach = np.divide(-values, direction, out=np.full_like(values, np.inf), where=falling)
        return np.asarray(reach.min(axis=1, keepdims=True), dtype=np.float64)


def _step(place: _Place, curvature: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Take one step from masses and slacks, with the curvature H of all regions (B, m, m)."""
    inside, diagonal = place.inside, np.arange(place.mass.shape[1])
    mass, slack = np.where(inside, place.mass, 1.0), place.slack
    curvature *= inside[:, :, None] & inside[:, None, :]
    curvature[:, diagonal, diagonal] += slack / mass
    wanted = np.stack([place.gradient - 1, 1 / mass], axis=-1) * inside[:, :, None]
    straight, inward = np.moveaxis(np.linalg.solve(curvature, wanted), -1, 0)
    back = -slack * (1 + straight / mass)
    reach = [np.minimum(1, place.length(*pair)) for pair in ((mass, straight), (slack, back))]
    product = (mass + reach[0] * straight) * (slack + reach[1] * back) * inside
    left = product.sum(axis=1) / inside.sum(axis=1) / place.barrier
    target = (np.clip(left**3, 1e-8, 1) * place.barrier)[:, None]
    change = straight + target * inward
    turn = (target - mass * slack - slack * change) / mass
    reach = [np.minimum(1, _SHORT_OF_ZERO * place.length(*pair)) for pair in ((mass, change), (slack, turn))]
    return (mass + reach[0] * change) * inside, np.where(inside, slack + reach[1] * turn, 1.0)
