r"""Smallest and largest quantile over all times within their intervals, exactly, by R's rule.

A quantile is (Q- + Q+) / 2: Q- the first time with S <= 1 - p, Q+ the first with S < 1 - p (where the curve
ends exactly at 1 - p, its last time). Write low and high for the extreme curves.

Smallest. Q- is at least a, where low first reaches 1 - p, and Q+ at least b, where low first falls below it.
If low stays exactly at 1 - p from a on, then S(t) = 1 - p with t < b needs every event that can have happened
by then to have happened: Q+ waits for the first event that can only come later, at e (if there is none, for
the last time). So the smallest quantile is the smaller of b and (a + e) / 2.

Largest. Q- is at most A, where high first reaches 1 - p. If high stays there until B, then S = 1 - p beyond A
needs every event that must have happened by A to precede every censoring it can precede. The latest such
arrangement has its last event at A', and the largest quantile is the larger of A and (A' + B) / 2.
"""

from __future__ import annotations

import numpy as np

from hpcstats.core.risk_sets import BoolArray, FloatArray, IntArray
from hpcstats.core.rounding.compatible_times import Ranges
from hpcstats.core.rounding.curve import SLOTS, bounds, highest, lowest

_SAME = 1e-9

Extreme = tuple[float, IntArray]
"""A bound and the order (n,) that attains or approaches it."""


def quantile_bounds(ranges: Ranges, probability: float) -> tuple[Extreme, Extreme]:
    """Return the smallest and the largest quantile; infinite where a curve need not reach it."""
    every = np.arange(ranges.places)
    low, high = bounds(ranges, every)
    return _smallest(ranges, low, 1 - probability), _largest(ranges, high, 1 - probability)


def _first(reached: BoolArray) -> int | None:
    found = np.flatnonzero(reached)
    return int(found[0]) if found.size else None


def _smallest(ranges: Ranges, low: FloatArray, height: float) -> Extreme:
    reaches, falls = _first(low <= height + _SAME), _first(low < height - _SAME)
    if reaches is None:
        return float("inf"), lowest(ranges, np.array([ranges.places - 1]))[0]
    later = ranges.first[ranges.event & (ranges.first > reaches)]
    end = ranges.infimum(int(later.min() if later.size else ranges.first.max()))
    flat = (ranges.infimum(reaches) + end) / 2
    if falls == reaches or (falls is not None and ranges.infimum(falls) <= flat):
        assert falls is not None
        return ranges.infimum(falls), lowest(ranges, np.array([falls]))[0]
    return flat, lowest(ranges, np.array([reaches]))[0]


def _largest(ranges: Ranges, high: FloatArray, height: float) -> Extreme:
    reaches, falls = _first(high <= height + _SAME), _first(high < height - _SAME)
    if reaches is None:
        return float("inf"), highest(ranges, np.array([ranges.places - 1]))[0]
    top = ranges.infimum(reaches)
    alone = highest(ranges, np.array([max(reaches - 1, 0)]))[0]
    if falls == reaches:
        return top, alone
    end = ranges.supremum(int(ranges.last.max())) if falls is None else ranges.infimum(falls)
    keys, latest = _late_but_before_censorings(ranges, reaches)
    flat = (latest + end) / 2
    return (flat, keys) if flat > top else (top, alone)


def _late_but_before_censorings(ranges: Ranges, place: int) -> tuple[IntArray, float]:
    """Move the events that must come by `place` as late as no censoring that may follow them forbids."""
    keys = highest(ranges, np.array([place]))[0]
    must = np.flatnonzero(ranges.event & (ranges.last <= place))
    censored = np.sort(keys[~ranges.event])
    latest = -np.inf
    for row in must:
        follows = np.searchsorted(censored, keys[row], side="left")
        where = int(ranges.last[row])
        if follows < censored.size:
            where = min(where, int(censored[follows]) // SLOTS)
        keys[row] = where * SLOTS
        latest = max(latest, ranges.supremum(where))
    return keys, latest
