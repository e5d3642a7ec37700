"""What a Turnbull estimate says of S(t) at every time: all values that mass inside its regions allows.

With T distinct finite ends t_0 < t_1 < ... the time axis has 2T + 1 places: before t_0, at t_0, after t_0
(and before t_1), at t_1, and so on. Mass of a region may have come from its left end on and has certainly
come by its right end; so S lies between 1 - (mass that may have come) and 1 - (mass that has certainly come).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hpcstats.core.interval.regions import OPEN, RIGHT, Regions
from hpcstats.core.interval.turnbull import Maximum, maximise
from hpcstats.core.risk_sets import BoolArray, FloatArray, IntArray
from hpcstats.core.step_function import last_at_or_before, same_as

_NEAR = 1e-9
"""Heights closer than this are one height."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """Smallest and largest S(t) at every place, arrays of shape (B, 2T + 1).

    Attributes
    ----------
    times : ndarray, shape (T,)
        Distinct finite ends.
    low, high : ndarray
        The bounds; they are equal where S(t) is known.
    """

    times: FloatArray
    low: FloatArray
    high: FloatArray

    def at(self, times: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return the bounds at given times, both (B, A)."""
        place = places(self.times, times)
        return self.low[:, place], self.high[:, place]

    def quantiles(self, probability: float) -> tuple[FloatArray, FloatArray]:
        """Return between which times a quantile lies, both (B,); infinite where S may never fall so low.

        Every time at which S may be 1 - probability is one of the quantile.
        """
        height = 1 - probability
        return self.crossing(self.low, height + _NEAR), self.crossing(self.high, height - _NEAR)

    def crossing(self, values: FloatArray, height: float) -> FloatArray:
        """Return the first time at or after which falling values (B, 2T + 1) are at most `height`."""
        reached = values <= height
        first = np.where(reached.any(axis=1), np.argmax(reached, axis=1), values.shape[1])
        begins = np.concatenate([[0.0], np.repeat(self.times, 2), [np.inf]])
        return np.asarray(begins[first], dtype=np.float64)


def places(times: FloatArray, at: FloatArray) -> IntArray:
    """Return the place of each time of `at` on the axis of distinct `times`."""
    before = last_at_or_before(times, at)
    exactly = (before >= 0) & same_as(times[np.maximum(before, 0)], at)
    return np.asarray(2 * before + 2 - exactly, dtype=np.int64)


def bounds(regions: Regions, weights: FloatArray) -> Bounds:
    """Estimate under each row of weights (B, n) and return what the estimates say of S."""
    return bounds_of(regions, weights > 0, maximise(regions, weights))


def bounds_of(regions: Regions, present: BoolArray, found: Maximum) -> Bounds:
    """Spread masses that were found over the regions of the rows that are present (B, n).

    The rows of a replicate alone have fewer ends, and so wider regions than those of all rows.
    """
    row, left, right = _own_regions(regions, present)
    mass = found.mass[found.inside]
    size = 2 * regions.times.size + 1
    begins = row * size + 1 + 2 * (left // 3) + (left % 3 == OPEN)
    # What ends at infinity has certainly come nowhere.
    ends, kept = row * size + 1 + 2 * (right // 3), right // 3 < regions.times.size
    shape = (present.shape[0], size)
    possible = np.bincount(begins, mass, shape[0] * size).reshape(shape).astype(np.float64)
    certain = np.bincount(ends[kept], mass[kept], shape[0] * size).reshape(shape).astype(np.float64)
    return Bounds(regions.times, _left_over(possible), _left_over(certain))


def _left_over(mass: FloatArray) -> FloatArray:
    """Return what is left of 1 after the masses so far, 0 where that is rounding."""
    left: FloatArray = 1 - np.cumsum(mass, axis=1)
    left[np.abs(left) < 1e-14] = 0.0
    return left


def _own_regions(regions: Regions, present: BoolArray) -> tuple[IntArray, IntArray, IntArray]:
    """Return the innermost regions of the rows present: weight row, left end, right end, in order."""
    ends = np.unique(np.concatenate([regions.row_left, regions.row_right]))
    shown: BoolArray = np.zeros((present.shape[0], ends.size), dtype=bool)
    for numbers in (regions.row_left, regions.row_right):
        column = np.searchsorted(ends, numbers)
        order = np.argsort(column, kind="stable")
        kinds, starts = np.unique(column[order], return_index=True)
        shown[:, kinds] |= np.logical_or.reduceat(present[:, order], starts, axis=1)
    position = np.where(shown, np.arange(ends.size), ends.size)
    following = np.minimum.accumulate(position[:, ::-1], axis=1)[:, ::-1]
    after = np.concatenate([following[:, 1:], np.full((len(shown), 1), ends.size)], axis=1)
    closes = np.append(ends % 3 == RIGHT, False)
    row, column = np.nonzero(shown & (ends % 3 != RIGHT) & closes[after])
    return row, ends[column], ends[after[row, column]]
