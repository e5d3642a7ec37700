"""Reading a right-continuous step curve: at a time, at a height, and the area under it."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from hpcstats.core.risk_sets import SAME_TIME, BoolArray, Counts, FloatArray, IntArray

_NEAR = 1e-9


def last_at_or_before(times: FloatArray, at: FloatArray) -> IntArray:
    """Return the position of the last grid time <= each time, -1 before the first."""
    return np.searchsorted(times, at + _slack(at), side="right") - 1


def weight_up_to(times: FloatArray, weights: FloatArray, at: FloatArray, *, including: bool) -> FloatArray:
    """Add the weights of all times before each time asked, `including` those equal to it."""
    order = np.argsort(times, kind="stable")
    running = np.concatenate([[0.0], np.cumsum(weights[order])])
    if including:
        return running[np.searchsorted(times[order], at + _slack(at), side="right")]
    return running[np.searchsorted(times[order], at - _slack(at), side="left")]


def same_as(times: FloatArray, at: FloatArray) -> BoolArray:
    """Say which times are equal but for rounding error."""
    return np.abs(times - at) <= _slack(at)


def _slack(at: FloatArray) -> FloatArray:
    return np.asarray(SAME_TIME * np.maximum(np.abs(at), 1e-8), dtype=np.float64)


def value_at(times: FloatArray, values: FloatArray, at: FloatArray, before: float) -> FloatArray:
    """Evaluate the step function `values` (..., T) at the times `at`."""
    position = last_at_or_before(times, at)
    return np.where(position >= 0, values[..., np.maximum(position, 0)], before)


def crossing(times: FloatArray, values: FloatArray, height: float, side: int = 0) -> float:
    """Return where a falling curve first reaches `height`, NaN where it never does.

    A curve that runs exactly at `height` gives the midpoint between the beginning of that flat and the
    next drop (or, for the last flat, the last time).

    Parameters
    ----------
    times, values : ndarray, shape (T,)
        The curve; NaN values never reach anything.
    height : float
        The height looked for.
    side : int
        On which side of `height` the values within rounding error of it truly are: 0 exactly at it,
        1 above, -1 below.
    """
    with np.errstate(invalid="ignore"):
        near = np.abs(values - height) <= _NEAR
        below = values < height - _NEAR
    reached = np.flatnonzero(below if side > 0 else near | below)
    if not reached.size:
        return float("nan")
    start = int(reached[0])
    if side != 0 or not near[start]:
        return float(times[start])
    drops = np.flatnonzero(below)
    end = int(drops[0]) if drops.size else times.size - 1
    return float(times[start] + times[end]) / 2


def curve_quantile(times: FloatArray, counts: Counts, survival: FloatArray, probability: float) -> float:
    """Return the quantile of one Kaplan-Meier curve, (1, T), flats at its height decided by whole numbers."""
    return crossing(times, survival[0], 1 - probability, exact_side(counts, survival, probability))


def exact_side(counts: Counts, survival: FloatArray, probability: float) -> int:
    """Decide by whole numbers on which side of 1 - `probability` a Kaplan-Meier curve passes near it.

    `counts` and `survival` are those of one curve, shape (1, T). Returns 0 when no point is within rounding
    error, or when the counts are not whole numbers (sampling weights), so that tolerance decides.
    `probability` means the simple fraction nearest to it: 0.7 is 7/10.
    """
    near = np.flatnonzero(np.abs(survival[0] - (1 - probability)) <= _NEAR)
    d, n = counts.events[0], counts.at_risk[0]
    if not near.size or (d % 1).any() or (n % 1).any():
        return 0
    steps = np.flatnonzero((d > 0) & (np.arange(d.size) <= near[0]))
    top = _product([int(n[k] - d[k]) for k in steps])
    bottom = _product([int(n[k]) for k in steps])
    wanted = 1 - _meant(float(probability))
    difference = top * wanted.denominator - bottom * wanted.numerator
    return (difference > 0) - (difference < 0)


def _meant(probability: float) -> Fraction:
    """Return the simple fraction that a float stands for: 1/3, or 3/10 for 0.30000000000000004."""
    simple = Fraction(probability).limit_denominator(1_000_000)
    return simple if abs(float(simple) - probability) < 1e-12 else Fraction(probability)


def _product(factors: list[int]) -> int:
    while len(factors) > 1:
        factors = [a * b for a, b in zip(factors[::2], [*factors[1::2], 1], strict=False)]
    return factors[0] if factors else 1


def restricted_area(
    times: FloatArray, survival: FloatArray, greenwood_terms: FloatArray, horizon: float
) -> tuple[FloatArray, FloatArray]:
    """Return the area under S up to `horizon` and its variance, both (B,).

    With A_k the area from t_k to the horizon, the variance is sum over t_k <= horizon of
    A_k^2 d_k / (n_k (n_k - d_k)), without the factor n/(n-1).
    """
    inside = times < horizon
    grid = np.concatenate([[0.0], times[inside], [horizon]])
    heights = np.concatenate([np.ones((*survival.shape[:-1], 1)), survival[..., inside]], axis=-1)
    pieces = heights * np.diff(grid)
    beyond = np.cumsum(pieces[..., ::-1], axis=-1)[..., ::-1][..., 1:]
    terms = greenwood_terms[..., inside]
    with np.errstate(invalid="ignore"):
        squares = np.where(beyond > 0, beyond**2 * terms, 0.0)
    return pieces.sum(axis=-1), squares.sum(axis=-1)
