"""The fewest changes that carry the log-rank statistic over a threshold: exact search over all sets.

The threshold abs(U) = z sqrt(V) is a curve. Over the variances that k changes can lead to, a straight line
lies below it (the chord, for sets that are to pass it) or above it (a tangent, for those that are to fall to
it), so that whoever arrives has passed the line. What a change adds towards the line hangs on no other
change, but for the quadratic part of V, which is bounded. Sets grow one change at a time, those that add most
first, and a set that cannot pass the line with the changes left is not followed: of all sets of k changes
only those near the threshold are formed, and none that arrives is missed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from hpcstats.core.fragility.changes import Changes
from hpcstats.core.risk_sets import BoolArray, FloatArray, IntArray

MOST = 400_000_000
"""Sets, those formed on the way included, that are looked at for one number of changes: some ten seconds."""

KEPT = 100_000
"""Sets that are kept of those that arrive, the most decisive ones; the others are counted."""

_CELLS = 400_000
_ROOM = 4
"""So many times as many sets wait to be sorted out: some 100 MB."""

_SLACK = 1e-9


@dataclass(frozen=True, slots=True)
class Target:
    """What is to be reached.

    Attributes
    ----------
    quantile : float
        Threshold z of abs(U) / sqrt(V).
    inside : bool
        Whether the statistic is to fall to the threshold or below; else to pass it.
    sign : int
        Side of U: of the data where it is to fall, wanted where it is to pass.
    """

    quantile: float
    inside: bool
    sign: int

    def reached(self, score: FloatArray, variance: FloatArray) -> BoolArray:
        """Tell which statistics are there; one without variance is nowhere."""
        known = variance > _SLACK
        limit = self.quantile * np.sqrt(np.where(known, variance, 0.0))
        if self.inside:
            return np.asarray(known & (np.abs(score) <= limit), dtype=np.bool_)
        return np.asarray(known & (self.sign * score > limit), dtype=np.bool_)

    def decisive(self, score: FloatArray, variance: FloatArray) -> FloatArray:
        """Return how far the statistic is beyond the threshold, the larger the further."""
        statistic = np.abs(score) / np.sqrt(variance)
        return -statistic if self.inside else statistic


@dataclass(frozen=True, slots=True)
class _Line:
    """What those arriving have passed: merit = way (sign U - slope V) is at least `least`.

    Attributes
    ----------
    gains : ndarray, shape (c,)
        What each change adds to the merit at most, whatever the others are.
    """

    way: float
    sign: int
    slope: float
    least: float
    gains: FloatArray

    @classmethod
    def of(cls, changes: Changes, target: Target, number: int) -> _Line:
        own = np.diagonal(changes.quadratic)
        apart = changes.quadratic - np.diag(own)
        alone = changes.linear - own
        above, below = (_largest(np.maximum(part, 0.0), number - 1) for part in (apart, -apart))
        low = max(0.0, changes.variance + float(np.sort(alone - above)[:number].sum()))
        high = max(low, changes.variance + float(np.sort(alone + below)[-number:].sum()), _SLACK)
        z, way = target.quantile, -1.0 if target.inside else 1.0
        if target.inside:
            middle = np.sqrt((low + high) / 2)
            slope, start = z / (2 * middle), z * middle / 2
        else:
            slope = z / (np.sqrt(low) + np.sqrt(high))
            start = z * np.sqrt(low) - slope * low
        # Each pair is counted from both its changes: one of them may be in the set already.
        pairs = 2 * slope * (below if target.inside else above)
        gains = way * (target.sign * changes.steps - slope * alone) + pairs
        return cls(way, target.sign, float(slope), float(way * start) - _SLACK, gains)

    def merit(self, score: FloatArray, variance: FloatArray) -> FloatArray:
        return self.way * (self.sign * score - self.slope * variance)


def _largest(values: FloatArray, number: int) -> FloatArray:
    """Add up the largest `number` of each row."""
    if number <= 0:
        return np.zeros(values.shape[0])
    return np.asarray(np.sort(values, axis=1)[:, -number:].sum(axis=1), dtype=np.float64)


@dataclass(frozen=True, slots=True)
class _Partial:
    """Sets of j changes, rows of positions, with U, V and what each further change would do to V, (B, c)."""

    sets: IntArray
    score: FloatArray
    variance: FloatArray
    outlook: FloatArray


class _TooManyError(Exception):
    """More sets than are looked at."""


def sets_of(changes: Changes, target: Target, number: int) -> tuple[IntArray, int] | None:
    """Return the sets of so many changes that reach the target, and how many there are.

    The sets are positions (B, number), each row ascending, the most decisive `KEPT` of them. None when more
    sets would have to be looked at than `MOST`.
    """
    line = _Line.of(changes, target, number)
    order = np.argsort(-line.gains, kind="stable")
    search = _Search(changes.take(order), target, line, line.gains[order])
    kept, total, waiting = [np.zeros((0, number), dtype=np.int64)], 0, 0
    try:
        for sets in search.grow(search.nothing(), number):
            kept.append(sets)
            total, waiting = total + sets.shape[0], waiting + sets.shape[0]
            if waiting > _ROOM * KEPT:
                kept, waiting = [_most_decisive(kept, search.changes, target)], 0
    except _TooManyError:
        return None
    return np.sort(order[_most_decisive(kept, search.changes, target)], axis=1), total


def _most_decisive(parts: list[IntArray], changes: Changes, target: Target) -> IntArray:
    sets = np.concatenate(parts)
    if sets.shape[0] <= KEPT:
        return sets
    beyond = target.decisive(*changes.statistics(sets))
    return sets[np.sort(np.argpartition(-beyond, KEPT - 1)[:KEPT])]


class _Search:
    def __init__(self, changes: Changes, target: Target, line: _Line, gains: FloatArray) -> None:
        self.changes, self.target, self.line = changes, target, line
        self.gains = np.concatenate([[0.0], np.cumsum(gains)])
        self.looked_at = 0

    def nothing(self) -> _Partial:
        changes = self.changes
        return _Partial(
            np.zeros((1, 0), dtype=np.int64),
            np.array([changes.score]),
            np.array([changes.variance]),
            changes.linear[None] - np.diagonal(changes.quadratic),
        )

    def grow(self, partial: _Partial, left: int) -> Iterator[IntArray]:
        """Add `left` further changes to each set and yield the sets that arrive."""
        size = self.changes.steps.size
        length = max(1, _CELLS // max(size, 1))
        for begin in range(0, partial.score.size, length):
            rows = slice(begin, begin + length)
            last = partial.sets[rows, -1] if partial.sets.shape[1] else np.full(1, -1)
            # Positions before the first that may follow any of these sets are not computed.
            first = int(last.min()) + 1
            score = partial.score[rows, None] + self.changes.steps[first:]
            variance = partial.variance[rows, None] + partial.outlook[rows, first:]
            later = np.arange(first, size) > last[:, None]
            self.looked_at += int(later.sum())
            if self.looked_at > MOST:
                raise _TooManyError
            if left == 1:
                row, place = np.nonzero(later & self.target.reached(score, variance))
            else:
                row, place = np.nonzero(later & self._possible(score, variance, first, left - 1))
            if not row.size:
                continue
            sets = np.concatenate([partial.sets[rows][row], place[:, None] + first], axis=1)
            if left == 1:
                yield sets
                continue
            outlook = partial.outlook[rows][row] - 2 * self.changes.quadratic[place + first]
            yield from self.grow(_Partial(sets, score[row, place], variance[row, place], outlook), left - 1)

    def _possible(self, score: FloatArray, variance: FloatArray, first: int, left: int) -> BoolArray:
        """Tell which sets (B, c) can arrive with `left` more of the changes after the one just added."""
        size = self.changes.steps.size
        place = np.arange(first, size)
        end = np.minimum(place + 1 + left, size)
        best = self.gains[end] - self.gains[place + 1]
        near = self.line.merit(score, variance) + best >= self.line.least
        return np.asarray(near & (place + left < size), dtype=np.bool_)
