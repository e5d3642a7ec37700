"""Limits of S(t) by the constrained likelihood ratio of Thomas and Grunkemeier.

The likelihood of hazards h_j at the event times t_j <= t is prod h_j^d_j (1 - h_j)^(n_j - d_j). Under the
constraint prod (1 - h_j) = p it is largest at h_j = d_j / (n_j + a), and twice the log ratio of the free to
the constrained maximum is

    R(a) = 2 sum n_j log(1 + a / n_j) - (n_j - d_j) log(1 + a / (n_j - d_j)),

0 at a = 0 and rising without end on both sides, towards a = -min(n_j - d_j) and towards infinity. The limits
are p at the two roots of R(a) = z^2. Thomas & Grunkemeier 1975 (doi:10.1080/01621459.1975.10480315).

Before the first event the likelihood is p to the power of the number still under observation, so that the
lower limit is exp(-z^2 / 2n). Where everybody at risk has failed, S is 0 and only the upper limit is a root.
"""

from __future__ import annotations

import numpy as np

from hpcstats.core.limits.pieces import Limits
from hpcstats.core.risk_sets import Counts, FloatArray, IntArray

_CELLS = 20_000
"""Numbers in one intermediate matrix: small enough to stay in a processor's cache."""
_NOBODY = 1e18
"""At risk where a column does not belong to a row: its terms cancel exactly."""
_STEPS = 100
_CLOSE = 1e-14


def likelihood_limits(times: FloatArray, counts: Counts, z: float) -> Limits:
    """Return the limits on the whole axis from the counts (1, T) of one curve without delayed entry.

    The cost grows with the square of the number of event times.
    """
    at_risk, events = counts.at_risk[0], counts.events[0]
    happened = events > 0
    low, high = _at_events(at_risk[happened], events[happened], z)
    seen = np.concatenate([[0], np.cumsum(happened)])
    at = np.concatenate([at_risk[:1], at_risk])
    after = np.concatenate([at_risk, [0.0]])
    certain = np.ones_like(at)
    return Limits(
        start=np.concatenate([[0.0], times]),
        low=_carried(low, seen, without_events(at, z)),
        high=_carried(high, seen, certain),
        low_after=_carried(low, seen, without_events(after, z)),
        high_after=_carried(high, seen, certain),
        from_start=True,
    )


def without_events(at_risk: FloatArray, z: float) -> FloatArray:
    """Return the lower limit before the first event: exp(-z^2 / 2n), 0 where nobody is at risk."""
    exponent = np.full_like(at_risk, np.inf)
    np.divide(max(z, 0.0) ** 2 / 2, at_risk, out=exponent, where=at_risk > 0)
    return np.exp(-exponent)


def _carried(values: FloatArray, seen: IntArray, before: FloatArray) -> FloatArray:
    """Hold the value of the last event time; `before` holds until there is one."""
    if not values.size:
        return before
    return np.where(seen > 0, values[np.maximum(seen, 1) - 1], before)


def _at_events(at_risk: FloatArray, events: FloatArray, z: float) -> tuple[FloatArray, FloatArray]:
    """Return the limits at each event time; a negative `z` (a level below one half) exchanges the sides."""
    low, high = np.zeros(at_risk.size), np.zeros(at_risk.size)
    rows = max(1, _CELLS // max(at_risk.size, 1))
    for first in range(0, at_risk.size, rows):
        last = min(first + rows, at_risk.size)
        counted = np.arange(last) <= np.arange(first, last)[:, None]
        n = np.where(counted, at_risk[:last], _NOBODY)
        staying = np.where(counted, (at_risk - events)[:last], _NOBODY)
        low[first:last] = _limit(n, staying, abs(z), -1 if z >= 0 else 1)
        high[first:last] = _limit(n, staying, abs(z), 1 if z >= 0 else -1)
    return low, high


def _limit(n: FloatArray, staying: FloatArray, z: float, side: int) -> FloatArray:
    """Return p, for each row of event times, at the root of R(a) = z^2 with a < 0 or (`side` 1) a > 0."""
    limit = np.zeros(n.shape[0])
    exists = np.ones(n.shape[0], dtype=bool) if side > 0 else staying.min(axis=1) > 0
    if exists.any():
        n, staying = n[exists], staying[exists]
        a = _root(n, staying, z, side)[:, None]
        limit[exists] = np.prod((staying + a) / (n + a), axis=1)
    return limit


def _root(n: FloatArray, staying: FloatArray, z: float, side: int) -> FloatArray:
    """Solve R(a) = z^2 by Newton's method inside a bracket.

    In u, with a = -min(n - d) (1 - exp(-u)) below and a = min(n) (exp(u) - 1) above, the square root of R
    runs from 0 to infinity and is nearly straight.
    """
    scale = side * (n if side > 0 else staying).min(axis=1)
    first = z / np.sqrt(np.sum((n - staying) / (n * np.maximum(staying, 0.5)), axis=1)) / np.abs(scale)
    u = side * np.log1p(side * np.minimum(first, first if side > 0 else 0.9))
    low, high = np.zeros_like(u), np.full_like(u, np.inf)
    for _ in range(_STEPS):
        a = side * scale * np.expm1(side * u)
        value, slope = _ratio(n, staying, a[:, None])
        miss = np.sqrt(value) - z
        low, high = np.where(miss < 0, u, low), np.where(miss > 0, u, high)
        slope *= scale * np.exp(side * u) / (2 * np.sqrt(np.maximum(value, np.finfo(np.float64).tiny)))
        step = np.divide(miss, slope, out=np.zeros_like(miss), where=slope > 0)
        new = u - step
        middle = np.where(np.isfinite(high), (low + np.where(np.isfinite(high), high, 0)) / 2, 2 * u)
        new = np.where((new >= low) & (new <= high), new, middle)
        done = bool(np.all(np.abs(new - u) <= _CLOSE * (1 + u)))
        u = new
        if done:
            break
    return np.asarray(side * scale * np.expm1(side * u), dtype=np.float64)


def _ratio(n: FloatArray, staying: FloatArray, a: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return R and its derivative in a, for each row."""
    some = staying > 0
    remainder = np.where(some, staying, 1.0)
    stayed = np.where(some, staying * np.log1p(a / remainder), 0.0)
    value = 2 * np.sum(n * np.log1p(a / n) - stayed, axis=1)
    share = np.divide(a, staying + a, out=np.ones_like(n), where=some)
    return np.maximum(value, 0.0), 2 * np.sum((n - staying) / (n + a) * share, axis=1)
