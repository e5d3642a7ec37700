"""Melding: from a confidence distribution of each of two probabilities to limits and p-values of a contrast.

With independent X and Y, each an equal mixture of betas, a limit is the lowest v at which
P(h(X) - h(Y) <= v) reaches a given tail, h a scale of `contrast_scales`. A pair of values between which the
difference does not exist (both infinite alike) counts as compatible with every v.
Fay, Proschan & Brittain 2015 (doi:10.1111/biom.12231).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.special import ndtri

from hpcstats.core.limits.beta_integrals import Betas, Pair, chance_with_points
from hpcstats.core.limits.contrast_scales import SCALES, Scale
from hpcstats.core.risk_sets import FloatArray

_FURTHEST = 700.0
_NEAR = 1e-12
_MOST_STEPS = 60
_ROWS = 2000
"""Rows done at once: about 64 MB at four pairs a row."""


def chance_of_order(x: Betas, y: Betas) -> FloatArray:
    """Return P(X <= Y) for each row of mixtures (R, C) and (R, D): the p-value against X lying above Y."""
    none = np.zeros(x.a.shape[0])
    return _chance(x, y, SCALES["logit"], Pair.whole)(none)


def lowest_difference(x: Betas, y: Betas, scale: Scale, tail: float) -> FloatArray:
    """Return for each row of mixtures the lowest v with P(h(X) - h(Y) <= v) >= `tail`; it may be infinite."""
    parts = [slice(start, start + _ROWS) for start in range(0, x.a.shape[0], _ROWS)]
    return np.concatenate([_lowest(x.where(rows), y.where(rows), scale, tail) for rows in parts])


def _lowest(x: Betas, y: Betas, scale: Scale, tail: float) -> FloatArray:
    chance = _chance(x, y, scale, Pair.of)
    # At v = `low` the event needs X below its tail/2 or Y above its 1 - tail/2 quantile; at v = `high` it
    # follows from X below its sqrt(tail) and Y above its 1 - sqrt(tail) quantile.
    root = float(np.sqrt(tail))
    low = scale.distance(y.quantile(1 - tail / 2).max(axis=1), x.quantile(tail / 2).min(axis=1))
    high = scale.distance(y.quantile(1 - root).min(axis=1), x.quantile(root).max(axis=1))
    low, high = np.where(np.isnan(low), -np.inf, low), np.where(np.isnan(high), np.inf, high)
    open_ = np.isinf(low) & (chance(low) >= tail) if np.isinf(low).any() else np.zeros(low.size, dtype=bool)
    finite = [np.minimum(np.maximum(end, -_FURTHEST), _FURTHEST) for end in (low, high)]
    # On the scale of normal quantiles the chance is nearly linear in v.
    wanted = ndtri(tail)
    found = rising_root(lambda v: ndtri(chance(v)) - wanted, finite[0], finite[1])
    found = np.where(np.abs(found) >= _FURTHEST, np.copysign(np.inf, found), found)
    return np.where(open_, low, found)


def _chance(
    x: Betas, y: Betas, scale: Scale, join: Callable[[Betas, Betas], Pair]
) -> Callable[[FloatArray], FloatArray]:
    """Return the function that gives P(h(X) - h(Y) <= v) of each row of mixtures."""
    rows, (flat_x, flat_y) = x.a.shape[0], _pairs(x, y)
    points = flat_x.is_point | flat_y.is_point
    pair = join(flat_x.where(~points), flat_y.where(~points))
    point_x, point_y = flat_x.where(points), flat_y.where(points)
    some, repeats = bool(points.any()), points.size // rows

    def chance(v: FloatArray) -> FloatArray:
        repeated = np.repeat(v, repeats)
        if not some:
            found = pair.chance(scale, repeated)
        else:
            found = np.empty(points.size)
            found[~points] = pair.chance(scale, repeated[~points])
            found[points] = chance_with_points(point_x, point_y, scale, repeated[points])
        return np.asarray(found.reshape(rows, repeats).sum(axis=1) / repeats, dtype=np.float64)

    return chance


def _pairs(x: Betas, y: Betas) -> tuple[Betas, Betas]:
    """Set every component of X against every component of Y, flat."""
    shape = (*x.a.shape, y.a.shape[1])

    def flat(values: FloatArray) -> FloatArray:
        return np.broadcast_to(values, shape).ravel()

    return (
        Betas(flat(x.a[:, :, None]), flat(x.b[:, :, None])),
        Betas(flat(y.a[:, None, :]), flat(y.b[:, None, :])),
    )


def rising_root(
    function: Callable[[FloatArray], FloatArray], low: FloatArray, high: FloatArray
) -> FloatArray:
    """Return where rising functions cross 0 between `low` and `high`, by Ridders' method, all rows together.

    Where a function jumps over 0 this is the place of the jump, where it starts above 0 `low`, and where it
    stays below 0 `high`.
    """
    below, above = function(low), function(high)
    high, above = np.where(below >= 0, low, high), np.where(below >= 0, below, above)
    found, least = high, np.abs(above)
    for _ in range(_MOST_STEPS):
        if ((least <= _NEAR) | (high - low <= _NEAR * np.maximum(1.0, np.abs(high)))).all():
            break
        middle = low + (high - low) / 2
        centre = function(middle)
        with np.errstate(invalid="ignore", divide="ignore"):
            step = (middle - low) * centre / np.sqrt(centre**2 - below * above)
        tried = np.where(np.isfinite(step), np.minimum(np.maximum(middle - step, low), high), middle)
        for place, height in ((middle, centre), (tried, function(tried))):
            inside = (place > low) & (place < high)
            falls, rises = inside & (height < 0), inside & (height >= 0)
            low, below = np.where(falls, place, low), np.where(falls, height, below)
            high, above = np.where(rises, place, high), np.where(rises, height, above)
            closer = np.abs(height) < least
            found, least = np.where(closer, place, found), np.where(closer, np.abs(height), least)
    return np.where(least <= _NEAR, found, high)
