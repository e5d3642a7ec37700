"""Smallest and largest restricted mean over all times within their intervals, by dynamic programming.

S(t) falls with earlier censorings at every t, so the smallest area has each censoring as early as possible,
the largest as late as possible. Only the events remain. Between two censorings an earlier event gives less
area; to let a censoring pass first lowers all that follows. So for the smallest area an event comes as early
as possible or just after a censoring, for the largest as late as possible or just before one. With what is
left of S as a factor, the best area to come depends only on the place and on who has had the event:

    V(place, taken) = best over who comes now of (1 - d / n) (length to the next place + V(next, taken now)).

Times within a gap lie at the end that is approached: its beginning for the smallest, its end for the largest.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hpcstats.core.risk_sets import FloatArray, IntArray
from hpcstats.core.rounding.compatible_times import Ranges
from hpcstats.core.rounding.waiting import Waiting

SLOTS = 2
Levels = list[dict[int, list[int]]]


@dataclass(frozen=True, slots=True, eq=False)
class Direction:
    """Which of the two extremes is looked for, and what that makes of the places."""

    ranges: Ranges
    smallest: bool

    @property
    def censored(self) -> IntArray:
        """Places of the censorings."""
        return (self.ranges.first if self.smallest else self.ranges.last)[~self.ranges.event]

    def waiting(self) -> Waiting:
        """Return the events with the places at which they may come."""
        rows = np.flatnonzero(self.ranges.event)
        return (Waiting.early if self.smallest else Waiting.late)(self.ranges, rows, self.censored)

    def times(self) -> FloatArray:
        """Return the time of each place."""
        value = self.ranges.infimum if self.smallest else self.ranges.supremum
        return np.array([value(place) for place in range(self.ranges.places)])

    def censored_before(self) -> IntArray:
        """Count the censorings before the events of each place: in a gap the early ones are before."""
        places, ordered = np.arange(self.ranges.places), np.sort(self.censored)
        before = np.searchsorted(ordered, places, side="left")
        including = np.searchsorted(ordered, places, side="right")
        return np.asarray(np.where((places % 2 == 1) & self.smallest, including, before), dtype=np.int64)


def mean_bound(
    ranges: Ranges, horizon: float, *, smallest: bool, limit: int
) -> tuple[float, IntArray] | None:
    """Return the extreme area up to `horizon` and its order (n,); None for more than `limit` choices."""
    direction = Direction(ranges, smallest)
    waiting = direction.waiting()
    times = np.minimum([*direction.times(), horizon], horizon)
    size = int(np.searchsorted(times[:-1], horizon, side="left"))
    levels = _reachable(waiting, size, limit)
    if levels is None:
        return None
    best, path = _area(direction, levels, np.diff(times)[:size])
    return float(times[0]) + best, _order(direction, waiting, path)


def _reachable(waiting: Waiting, size: int, limit: int) -> Levels | None:
    """List, for each place, the sets taken before it and what they may become there."""
    levels: Levels = []
    now, choices = [0], 0
    for place in range(size):
        level = {taken: waiting.choices(taken, place) for taken in now}
        choices += sum(map(len, level.values()))
        if choices > limit:
            return None
        levels.append(level)
        now = list(dict.fromkeys(after for found in level.values() for after in found))
    return levels


def _area(direction: Direction, levels: Levels, lengths: FloatArray) -> tuple[float, list[int]]:
    """Work backwards; return the best area and the sets taken once each place is left."""
    left = direction.ranges.event.size - direction.censored_before()
    choose = min if direction.smallest else max
    beyond: dict[int, float] = {}
    chosen: list[dict[int, int]] = []
    for place in reversed(range(len(levels))):
        values: dict[int, float] = {}
        choice: dict[int, int] = {}
        for taken, found in levels[place].items():
            number = taken.bit_count()
            at_risk = max(1, int(left[place]) - number)
            values[taken], choice[taken] = choose(
                (
                    (1 - (after.bit_count() - number) / at_risk) * (lengths[place] + beyond.get(after, 0.0)),
                    after,
                )
                for after in found
            )
        beyond = values
        chosen.append(choice)
    path, taken = [], 0
    for choice in reversed(chosen):
        taken = choice[taken]
        path.append(taken)
    return beyond.get(0, 0.0), path


def _order(direction: Direction, waiting: Waiting, path: list[int]) -> IntArray:
    """Write the order of the sets in `path`; events that do not come before the horizon come last."""
    ranges, taken = direction.ranges, 0
    where = ranges.last.copy()
    where[~ranges.event] = direction.censored
    for place, after in enumerate(path):
        where[waiting.rows_of(after & ~taken)] = place
        taken = after
    slot = np.where(ranges.event == direction.smallest, 1, 0)
    return np.asarray(where * SLOTS + np.where(where % 2, slot, 0), dtype=np.int64)


def areas(direction: Direction, keys: IntArray, slots: int, horizon: float) -> FloatArray:
    """Return the area up to `horizon` of each order (B, n), its times at the ends that are approached."""
    ranges, n = direction.ranges, keys.shape[1]
    order = np.argsort(2 * keys + ~ranges.event, axis=1, kind="stable")
    places = np.take_along_axis(keys, order, axis=1) // slots
    times = np.minimum(direction.times()[places], horizon)
    kept = np.cumprod(np.where(ranges.event[order], 1 - 1 / (n - np.arange(n)), 1.0), axis=1)
    lengths = np.diff(times, axis=1, append=horizon)
    return np.asarray(times[:, 0] + (kept * lengths).sum(axis=1), dtype=np.float64)
