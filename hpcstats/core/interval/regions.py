"""Where a nonparametric distribution of interval-censored times can have mass: the innermost regions.

The event of row i lies in (l_i, r_i], or is known exactly (l_i = r_i), or lies in (l_i, infinity). Sorted,
the ends form one row of left and right ends; a region runs from a left end to the right end that follows it
directly (Turnbull 1976, doi:10.1111/j.2517-6161.1976.tb01597.x). Row i then covers the regions ``first[i] <=
j <= last[i]``, and mass between regions would only lower the likelihood.

At one time t the order of the ends is: the left end of an exact time, a right end, the left end of an
interval that opens after t. So an exact event at t precedes what is censored at t, as in a product limit.

As each region ends with the right end of some row, whose `last` is this region, the matrix of coverages has
full column rank: the masses of a maximum are unique. Where in a region its mass lies is not.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hpcstats.core.risk_sets import BoolArray, FloatArray, IntArray, distinct_times

EXACT, RIGHT, OPEN = 0, 1, 2
"""Kinds of ends, in their order at one time."""


@dataclass(frozen=True, slots=True)
class Regions:
    """Innermost regions and which of them each row covers.

    An end is numbered ``3 * k + kind`` for the k-th of the distinct finite times, so that numbers sort as
    ends do; the infinite right end comes after all.

    Attributes
    ----------
    times : ndarray, shape (T,)
        Distinct finite ends.
    left_end, right_end : ndarray of int, shape (m,)
        Numbers of the ends of each region.
    first, last : ndarray of int, shape (n,)
        First and last region that each row covers.
    row_left, row_right : ndarray of int, shape (n,)
        Numbers of the ends of each row.
    """

    times: FloatArray
    left_end: IntArray
    right_end: IntArray
    first: IntArray
    last: IntArray
    row_left: IntArray
    row_right: IntArray

    @property
    def size(self) -> int:
        """Number of regions."""
        return self.left_end.size

    @property
    def left(self) -> FloatArray:
        """Left ends as times."""
        return self.times[self.left_end // 3]

    @property
    def right(self) -> FloatArray:
        """Right ends as times, infinite for the last region of data with a right-censored last time."""
        return np.append(self.times, np.inf)[self.right_end // 3]

    @property
    def exact(self) -> BoolArray:
        """Whether a region is a single time."""
        single: BoolArray = self.left_end % 3 == EXACT
        return single


def innermost(lower: FloatArray, upper: FloatArray) -> Regions:
    """Find the innermost regions of ``(lower, upper]``; ends equal up to rounding error are equal."""
    finite = np.isfinite(upper)
    times, position = distinct_times(np.concatenate([lower, upper[finite]]))
    low, high = position[: lower.size], np.full(lower.size, times.size)
    high[finite] = position[lower.size :]
    row_left = 3 * low + np.where(low == high, EXACT, OPEN)
    row_right = 3 * high + RIGHT
    ends = np.unique(np.concatenate([row_left, row_right]))
    opens = ends % 3 != RIGHT
    starts = np.flatnonzero(opens[:-1] & ~opens[1:])
    left_end, right_end = ends[starts], ends[starts + 1]
    return Regions(
        times=times,
        left_end=left_end,
        right_end=right_end,
        first=np.searchsorted(left_end, row_left).astype(np.int64),
        last=np.searchsorted(right_end, row_right, side="right").astype(np.int64) - 1,
        row_left=row_left,
        row_right=row_right,
    )


def ends_of(time: FloatArray, event: BoolArray, lower: FloatArray | None) -> tuple[FloatArray, FloatArray]:
    """Return lower and upper ends of interval data, or of right-censored times, which have no `lower`."""
    if lower is not None:
        return lower, time
    return time, np.where(event, time, np.inf)
