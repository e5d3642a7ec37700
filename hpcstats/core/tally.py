"""Counting who is at risk and who fails by one sort: right-censored subjects without weights or entry.

The general road, `risk_sets.place` and `count`, keeps each subject's place on the grid of times, as
resampling needs it. Where only the counts are wanted, one sort of one number a subject gives them with a
fraction of the time and memory.
"""

from __future__ import annotations

import numpy as np

from hpcstats.core.risk_sets import SAME_TIME, BoolArray, Counts, FloatArray, IntArray


def tally(exit_: FloatArray, event: BoolArray) -> tuple[FloatArray, Counts]:
    """Return the distinct exit times (T,) and the counts there, (1, T), as `place` and `count` would.

    The bits of a number >= 0, read as an integer, are in the order of the numbers. Moved up by one they leave
    room for the status, so that times and events come out of one sort together.
    """
    key = (exit_ + 0.0).view(np.uint64)
    key <<= np.uint64(1)
    key |= ~event
    key.sort()
    failed = (key & np.uint64(1)) == 0
    key >>= np.uint64(1)
    ordered = key.view(np.float64)
    start = first_of_each_time(ordered)
    if start.size == ordered.size:
        times, events, exits = ordered, failed.astype(np.float64), np.broadcast_to(1.0, ordered.size)
    else:
        times, events = ordered[start], np.add.reduceat(failed, start, dtype=np.float64)
        exits = np.diff(start, append=ordered.size).astype(np.float64)
    at_risk = np.subtract(ordered.size, start, dtype=np.float64)
    return times, Counts(at_risk=at_risk[None], events=events[None], exits=exits[None])


def first_of_each_time(ordered: FloatArray) -> IntArray:
    """Return where each distinct time of an ascending array begins, times equal up to rounding being one."""
    gap = np.diff(ordered)
    if (gap > 0).all():
        apart = gap > SAME_TIME * max(1.0, float(np.abs(ordered).mean()))
        if apart.all():
            return np.arange(ordered.size)
    start = np.flatnonzero(gap > 0) + 1
    scale = (abs(ordered[0]) + np.abs(ordered[start]).sum()) / (start.size + 1)
    apart = gap[start - 1] > SAME_TIME * max(1.0, float(scale))
    return np.concatenate([[0], start if apart.all() else start[apart]])
