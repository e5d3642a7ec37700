"""Limits and p-values of a contrast of two event-free proportions: melded, and by normal approximation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr, ndtri

from hpcstats.columns import FloatArray, IntArray
from hpcstats.compare.fixed_time.contrasts import Contrast
from hpcstats.core.limits.beta_integrals import Betas
from hpcstats.core.limits.beta_product import BetaParameters, beta_quantile, mid_p_quantile, parameters
from hpcstats.core.limits.contrast_scales import SCALES, Scale
from hpcstats.core.limits.melding import chance_of_order, lowest_difference
from hpcstats.core.product_limit import product_limit
from hpcstats.core.risk_sets import Counts

_SAME = 1e-12
"""A one-sided p-value this close to the tail of a limit is not below it."""


@dataclass(frozen=True, slots=True)
class Inference:
    """Limits of the difference on the contrast's scale, and the p-value, an entry a time."""

    low: FloatArray
    high: FloatArray
    p_value: FloatArray


def group_limits(
    counts: Counts, piece: IntArray, level: float, *, mid_p: bool
) -> tuple[FloatArray, FloatArray]:
    """Return two-sided beta product limits of each group on some pieces, (2, times)."""
    betas, tail = _on_pieces(parameters(counts), piece), (1 - level) / 2
    if mid_p:
        return mid_p_quantile(tail, betas), mid_p_quantile(1 - tail, betas)
    return beta_quantile(tail, betas.a_low, betas.b_low), beta_quantile(1 - tail, betas.a_high, betas.b_high)


def melded(
    counts: Counts, piece: IntArray, contrast: Contrast, level: float, alternative: str, *, mid_p: bool
) -> Inference:
    """Meld the confidence distributions of the two groups on some pieces of the time axis."""
    pieces, place = np.unique(piece, return_inverse=True)
    lower, upper = _distributions(_on_pieces(parameters(counts), pieces), mid_p=mid_p)
    scale, asked = contrast.scale, contrast.direction(alternative)
    tail = (1 - level) / 2 if asked == "two-sided" else 1 - level
    # Against "S2 > S1" stand the lower limits of the second group and the upper ones of the first; against
    # "S2 < S1" the groups change places, and so does the sign. Both are done as rows of one problem.
    x, y = _stacked(lower[1], lower[0]), _stacked(upper[0], upper[1])
    p_one = chance_of_order(x, y)
    # A distribution may jump at equal groups: there rounding must not set the limit against the p-value.
    found = lowest_difference(x, y, scale, tail)
    ends, chance = (
        np.split(part, 2) for part in (np.where(p_one >= tail - _SAME, np.minimum(found, 0.0), found), p_one)
    )
    widest = scale.high - scale.low
    low = np.full(pieces.size, -widest) if asked == "less" else ends[0]
    high = np.full(pieces.size, widest) if asked == "greater" else 0.0 - ends[1]
    p_value = {
        "greater": chance[0],
        "less": chance[1],
        "two-sided": np.minimum(2 * np.minimum(*chance), 1.0),
    }[asked]
    return Inference(low[place], high[place], np.minimum(p_value, 1.0)[place])


def _on_pieces(betas: BetaParameters, piece: IntArray) -> BetaParameters:
    return BetaParameters(
        betas.a_low[:, piece], betas.b_low[:, piece], betas.a_high[:, piece], betas.b_high[:, piece]
    )


def _distributions(betas: BetaParameters, *, mid_p: bool) -> tuple[list[Betas], list[Betas]]:
    """Return the lower and the upper confidence distribution of each group, a row a piece."""
    low = [(betas.a_low[g], betas.b_low[g]) for g in (0, 1)]
    high = [(betas.a_high[g], betas.b_high[g]) for g in (0, 1)]
    if not mid_p:
        return (
            [Betas(a[:, None], b[:, None]) for a, b in low],
            [Betas(a[:, None], b[:, None]) for a, b in high],
        )
    mixed = [
        Betas(np.stack([a, c], axis=1), np.stack([b, d], axis=1))
        for (a, b), (c, d) in zip(low, high, strict=True)
    ]
    return mixed, mixed


def _stacked(first: Betas, second: Betas) -> Betas:
    return Betas(np.concatenate([first.a, second.a]), np.concatenate([first.b, second.b]))


def asymptotic(
    counts: Counts,
    position: IntArray,
    contrast: Contrast,
    level: float,
    alternative: str,
    *,
    scale_name: str,
    pooled: bool,
) -> Inference:
    """Compare two proportions by Greenwood's variance on a scale; `position` on the grid, -1 before it.

    With `pooled` the variance of the test is that of the pooled curve, n times it divided by n1 and n2. The
    limits rest on the separate variances, and exist where the scale is that of the contrast.
    """
    survival, greenwood = _at(product_limit(counts), position)
    scale = SCALES[scale_name]
    v = scale.distance(survival[0], survival[1])
    apart = _variance(scale, survival, greenwood).sum(axis=0)
    variance = apart
    if pooled:
        both = Counts(
            *(part.sum(axis=0, keepdims=True) for part in (counts.at_risk, counts.events, counts.exits))
        )
        sizes = counts.exits.sum(axis=1)
        share = sizes.sum() * (1 / sizes).sum()
        variance = share * _variance(scale, *_at(product_limit(both), position))[0]
    with np.errstate(divide="ignore", invalid="ignore"):
        z = np.where(np.isfinite(v) & (variance > 0), v / np.sqrt(variance), np.nan)
    asked = contrast.direction(alternative)
    p_value = {"greater": ndtr(-z), "less": ndtr(z), "two-sided": 2 * ndtr(-np.abs(z))}[asked]
    low, high = _normal_limits(contrast, v, apart, level, asked)
    if scale_name != contrast.scale_name:
        low, high = np.full_like(v, np.nan), np.full_like(v, np.nan)
    return Inference(low, high, p_value)


def _at(curves: tuple[FloatArray, FloatArray], position: IntArray) -> tuple[FloatArray, FloatArray]:
    survival, greenwood = (curve[:, np.maximum(position, 0)] for curve in curves)
    return np.where(position >= 0, survival, 1.0), np.where(position >= 0, greenwood, 0.0)


def _variance(scale: Scale, survival: FloatArray, greenwood: FloatArray) -> FloatArray:
    """Return the variance of h(S) by the delta method, NaN where it has none (S = 0, or 0 times infinity)."""
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = scale.slope(survival) ** 2 * greenwood
    return np.where(np.isfinite(variance), variance, np.nan)


def _normal_limits(
    contrast: Contrast, v: FloatArray, variance: FloatArray, level: float, asked: str
) -> tuple[FloatArray, FloatArray]:
    tail = (1 - level) / 2 if asked == "two-sided" else 1 - level
    margin = -float(ndtri(tail)) * np.sqrt(variance)
    widest = contrast.scale.high - contrast.scale.low
    known = np.isfinite(v) & (variance > 0)
    low = np.full_like(v, -widest) if asked == "less" else np.maximum(v - margin, -widest)
    high = np.full_like(v, widest) if asked == "greater" else np.minimum(v + margin, widest)
    return np.where(known, low, np.nan), np.where(known, high, np.nan)
