"""Where each patient's time may lie: places on one axis of ends of intervals and the gaps between them.

The distinct ends e_0 < e_1 < ... of all intervals cut the time axis into places: place 2k is the point e_k,
place 2k + 1 the open gap between e_k and the next end (after the last end: everything later). A patient's
interval is a run of places, so that an order of patients is a key for each: its place times `slots`, plus a
slot from 0 that says who comes first within a gap. Equal keys are tied times. At points the slot is 0.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hpcstats.core.risk_sets import SAME_TIME, BoolArray, FloatArray, IntArray, distinct_times

NEAR = 0.01
"""Share of a gap, from the end that is approached, within which witnesses are placed."""


@dataclass(frozen=True, slots=True, eq=False)
class Ranges:
    """Patients with the first and the last place each may have.

    Attributes
    ----------
    ends : ndarray, shape (K,)
        Distinct ends of the intervals, ascending.
    first, last : ndarray of int, shape (n,)
        Places, ``first <= last``.
    event : ndarray of bool, shape (n,)
        Whether the time is that of an event.
    """

    ends: FloatArray
    first: IntArray
    last: IntArray
    event: BoolArray

    @property
    def places(self) -> int:
        """Number of places, the gap after the last end included."""
        return 2 * self.ends.size

    def infimum(self, place: int) -> float:
        """Return the smallest time of a place, attained at points and approached in gaps."""
        return float(self.ends[place // 2])

    def supremum(self, place: int) -> float:
        """Return the largest time of a place, attained at points and approached in gaps."""
        after = (place + 1) // 2
        return float(self.ends[after]) if after < self.ends.size else float("inf")

    def place_of(self, time: float) -> int:
        """Return the place of a time; what comes before the first end is -1."""
        slack = SAME_TIME * max(abs(time), 1e-8)
        at = int(np.searchsorted(self.ends, time + slack, side="right")) - 1
        return -1 if at < 0 else 2 * at + int(time > self.ends[at] + slack)

    def take(self, rows: IntArray) -> Ranges:
        """Keep some patients on the same axis."""
        return Ranges(self.ends, self.first[rows], self.last[rows], self.event[rows])


def ranges_of(
    lower: FloatArray, upper: FloatArray, event: BoolArray, *, left: bool | BoolArray, right: bool
) -> Ranges:
    """Place intervals on the axis of their ends; `left` and `right` say which ends belong to them.

    Equal ends are an exact time whatever the ends are said to be.
    """
    size, finite = lower.size, np.isfinite(upper)
    ends, position = distinct_times(np.concatenate([lower, upper[finite]]))
    low = position[:size]
    high = np.full(size, ends.size)
    high[finite] = position[size:]
    exact = low == high
    first = 2 * low + np.where(exact | left, 0, 1)
    last = np.where(finite, 2 * high - np.where(exact | right, 0, 1), 2 * ends.size - 1)
    return Ranges(ends, first.astype(np.int64), last.astype(np.int64), event)


def times_of(ranges: Ranges, keys: IntArray, slots: int, *, late: bool = False) -> FloatArray:
    """Return times in the order of the keys (n,), each within its place.

    In a gap they stand near its beginning, `late` near its end.
    """
    place = keys // slots
    times = ranges.ends[place // 2].astype(np.float64)
    for gap in np.unique(place[place % 2 == 1]):
        rows = np.flatnonzero(place == gap)
        distinct, order = np.unique(keys[rows], return_inverse=True)
        start, end = ranges.infimum(int(gap)), ranges.supremum(int(gap))
        if np.isinf(end):
            end = start + max(1.0, float(ranges.ends[-1] - ranges.ends[0]))
            share = NEAR * (1 + order) / (distinct.size + 1)
        else:
            share = NEAR * (1 + order) / (distinct.size + 1) + (1 - NEAR) * late
        times[rows] = start + (end - start) * share
    return times
