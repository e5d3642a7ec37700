"""Smallest and largest Kaplan-Meier curve over all times within their intervals, at every time, exactly.

Tied events leave the same curve as events one after another, and events precede censorings of the same time,
so S(t) depends only on who comes before whom and before t. With n at risk, a censoring before an event gives
the factor 1 - 1/(n - 1), after it the larger 1 - 1/n. Hence, with t fixed and whatever the others do:

* an earlier censoring never raises S(t);
* an event moved later, but not beyond t, never raises S(t); one moved from after t to t lowers it;
* an event moved from anywhere up to t to after t raises it.

So the smallest S(t) has each censoring as early as possible and each event as late as possible up to t (or,
where it must come later, later). The largest has each censoring as late as possible, each event after t where
it can be, and as early as possible where it cannot. Each choice is best for all choices of the others, so the
two arrangements are extreme over all data: no search.
"""

from __future__ import annotations

import numpy as np

from hpcstats.core.risk_sets import FloatArray, IntArray
from hpcstats.core.rounding.compatible_times import Ranges

SLOTS = 3
_EARLY, _MIDDLE, _LATE = 0, 1, 2
_CHUNK = 1_000_000


def lowest(ranges: Ranges, places: IntArray) -> IntArray:
    """Return the order (Q, n) with the smallest curve at a time of each place."""
    at = places[:, None]
    before = np.minimum(ranges.last, at)
    where = np.where(ranges.event, np.where(ranges.first <= at, before, ranges.first), ranges.first)
    slot = np.where(ranges.event, _MIDDLE, _EARLY)
    return np.asarray(where * SLOTS + np.where(where % 2, slot, 0), dtype=np.int64)


def highest(ranges: Ranges, places: IntArray) -> IntArray:
    """Return the order (Q, n) with the largest curve at a time of each place."""
    at = places[:, None]
    # In a gap an event may come after the time asked in the same gap; at a point it must come later.
    can_wait = np.where(at % 2, ranges.last >= at, ranges.last > at)
    where = np.where(ranges.event & ~can_wait, ranges.first, ranges.last)
    slot = np.where(ranges.event, np.where(can_wait & (where == at), _LATE, _EARLY), _MIDDLE)
    return np.asarray(where * SLOTS + np.where(where % 2, slot, 0), dtype=np.int64)


def survival(ranges: Ranges, keys: IntArray, places: IntArray) -> FloatArray:
    """Return S just after the middle slot of each place, of the order in each row of `keys` (Q, n)."""
    if not places.size:
        return np.zeros(0)
    n, cut = ranges.event.size, places * SLOTS + np.where(places % 2, _MIDDLE, 0)
    order = np.argsort(2 * keys + ~ranges.event, axis=1, kind="stable")
    counted = ranges.event[order] & (np.take_along_axis(keys, order, axis=1) <= cut[:, None])
    kept = np.where(counted, 1 - 1 / (n - np.arange(n)), 1.0)
    return np.asarray(kept.prod(axis=1), dtype=np.float64)


def bounds(ranges: Ranges, places: IntArray) -> tuple[FloatArray, FloatArray]:
    """Return the smallest and the largest S at a time of each place, (Q,) each."""
    rows = max(1, _CHUNK // max(1, ranges.event.size))
    low, high = np.ones(places.size), np.ones(places.size)
    for start in range(0, places.size, rows):
        piece = slice(start, start + rows)
        asked = places[piece]
        low[piece] = survival(ranges, lowest(ranges, asked), asked)
        high[piece] = survival(ranges, highest(ranges, asked), asked)
    return low, high
