"""Search for extreme orders where there are too many to try all: patient by patient, from many starts.

From each start every patient in turn goes to the best of all places open to him, until nobody gains; this
finds a best order in the neighbourhood of the start, not necessarily the best of all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np

from hpcstats.core.risk_sets import FloatArray, IntArray
from hpcstats.core.rounding.compatible_times import Ranges

SLOTS = 5
"""Places within a gap that a search tells apart."""

_GAIN = 1e-10

Statistic = Callable[[IntArray], FloatArray]
"""Orders (B, n) to values (B,)."""


def candidates(ranges: Ranges) -> list[IntArray]:
    """Return the keys each patient may have: points, and all slots of gaps."""
    return [
        np.concatenate(
            [
                place * SLOTS + np.arange(SLOTS if place % 2 else 1)
                for place in range(int(first), int(last) + 1)
            ]
        ).astype(np.int64)
        for first, last in zip(ranges.first, ranges.last, strict=True)
    ]


def random_order(keys: list[IntArray], generator: np.random.Generator) -> IntArray:
    """Draw a key for each patient."""
    return np.array([generator.choice(own) for own in keys], dtype=np.int64)


def climb(statistic: Statistic, keys: list[IntArray], start: IntArray, sign: float) -> tuple[float, IntArray]:
    """Move one patient after the other to where ``sign * statistic`` is largest, until nobody gains."""
    now = start.copy()
    best = float(sign * statistic(now[None])[0])
    moving = [row for row, own in enumerate(keys) if own.size > 1]
    idle = 0
    while moving and idle < len(moving) and np.isfinite(best):
        for row in moving:
            tried = np.repeat(now[None], keys[row].size, axis=0)
            tried[:, row] = keys[row]
            values = sign * statistic(tried)
            found = int(np.argmax(values))
            if values[found] > best + _GAIN * max(1.0, abs(best)):
                best, now, idle = float(values[found]), tried[found], 0
            else:
                idle += 1
            if idle >= len(moving) or not np.isfinite(best):
                break
    return sign * best, now


def search(
    statistic: Statistic, keys: list[IntArray], starts: Iterable[IntArray], sign: float
) -> tuple[float, IntArray]:
    """Climb from each start and keep the best."""
    found = [climb(statistic, keys, start, sign) for start in starts]
    return max(found, key=lambda one: sign * one[0])
