"""Limits of a curve over the whole time axis, as pieces that include their beginning.

Piece k holds at ``start[k]`` and from there until ``start[k + 1]``; the last piece has no end. Some methods
give one value at an observed time itself and another just after it: ``low_after`` and ``high_after`` then
hold on the open piece behind ``start[k]``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hpcstats.core.risk_sets import SAME_TIME, FloatArray
from hpcstats.core.step_function import last_at_or_before, same_as


@dataclass(frozen=True, slots=True)
class Limits:
    """Lower and upper limits on P pieces, arrays of shape (P,); ``start[0]`` is 0.

    Attributes
    ----------
    start : ndarray
        Beginning of each piece, ascending.
    low, high : ndarray
        Limits at the beginning of the piece and, unless `low_after` and `high_after` differ, on all of it.
    low_after, high_after : ndarray or None
        Limits strictly after the beginning of the piece.
    low_error, high_error : ndarray or None
        Monte-Carlo standard errors of the limits.
    everywhere : bool
        Whether the limits hold at every time, also before the first and after the last observation.
    from_start : bool
        Whether they say something from 0 on, before the first event too, where others are the point 1.
    """

    start: FloatArray
    low: FloatArray
    high: FloatArray
    low_after: FloatArray | None = None
    high_after: FloatArray | None = None
    low_error: FloatArray | None = None
    high_error: FloatArray | None = None
    everywhere: bool = False
    from_start: bool = False

    def at(self, times: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return the limits at given times from 0 on."""
        piece = np.maximum(last_at_or_before(self.start, times), 0)
        low, high = self.low[piece], self.high[piece]
        if self.low_after is None or self.high_after is None:
            return low, high
        beginning = same_as(self.start[piece], times)
        return (
            np.where(beginning, low, self.low_after[piece]),
            np.where(beginning, high, self.high_after[piece]),
        )

    def on_times(self, times: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return the limits at the grid times: no search where the pieces begin there."""
        if self.start.size == times.size + 1:
            return self.low[1:], self.high[1:]
        return self.at(times)

    def inverted(self, height: float) -> tuple[float, float]:
        """Return the times between which a falling curve may pass `height`.

        The lower one is where the lower limit first reaches `height`, the upper one where the upper limit
        first lies below it, infinite where it never does; a limit that does so just after a time, from then
        on. For limits that are defined on every piece.
        """
        low = self.low if self.low_after is None else np.minimum(self.low, self.low_after)
        high = self.high if self.high_after is None else np.minimum(self.high, self.high_after)
        reached, below = np.flatnonzero(low <= height), np.flatnonzero(high < height)
        return (
            float(self.start[reached[0]]) if reached.size else float("inf"),
            float(self.start[below[0]]) if below.size else float("inf"),
        )


def on_grid(times: FloatArray, low: FloatArray, high: FloatArray, before: tuple[float, float]) -> Limits:
    """Make limits that change at the grid times only, with the limits `before` the first of them."""
    return Limits(
        start=np.concatenate([[0.0], times]),
        low=np.concatenate([before[:1], low]),
        high=np.concatenate([before[1:], high]),
    )


def on_grouped_times(times: FloatArray, limits: Limits, width: float) -> Limits:
    """Make limits for times that are only known to lie in the `width` before each grid time.

    `limits` are those that change at the grid times. Within the width before a time the event may or may not
    have happened: the lower limit is the one from that time on, the upper limit the one before it.
    """
    previous, before = np.concatenate([[0.0], times[:-1]]), times - width
    adjoining = np.abs(before - previous) <= SAME_TIME * times
    start = np.empty(2 * times.size + 1)
    start[0], start[1::2], start[2::2] = 0.0, np.where(adjoining, previous, before), times
    piece = np.arange(start.size)
    kept = np.concatenate([np.column_stack([~adjoining, np.ones_like(adjoining)]).ravel(), [True]])
    lower, upper = ((piece + 1) // 2)[kept], (piece // 2)[kept]
    return Limits(
        start=start[kept],
        low=limits.low[lower],
        high=limits.high[upper],
        low_error=None if limits.low_error is None else limits.low_error[lower],
        high_error=None if limits.high_error is None else limits.high_error[upper],
        everywhere=limits.everywhere,
    )


def overlapping(times: FloatArray, width: float) -> FloatArray:
    """Return the grid times that are closer than `width` to the time before them, or to 0."""
    gap = np.diff(times, prepend=0.0)
    return times[gap < width - SAME_TIME * np.maximum(times, width)]
