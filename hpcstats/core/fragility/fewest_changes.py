"""The fewest changes that carry the log-rank statistic over a threshold: exact search over all sets.

Sets grow one change at a time, in the order of what a change moves. A set that cannot arrive with the changes
left, because even the largest steps and the most favourable variances do not suffice, is not followed, so
that of all sets of k changes only those near the threshold are formed; none that arrives is missed.
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
"""Sets that are kept of those that arrive; the others are counted."""

_CELLS = 400_000
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

    def possible(self, furthest: FloatArray, low: FloatArray, high: FloatArray) -> BoolArray:
        """Tell where it can be reached: `furthest` the best sign * U, variances from `low` to `high`."""
        if self.inside:
            limit = self.quantile * np.sqrt(np.maximum(high, 0.0)) + _SLACK
            return np.asarray(furthest <= limit, dtype=np.bool_)
        limit = self.quantile * np.sqrt(np.maximum(low, 0.0)) - _SLACK
        return np.asarray(furthest > limit, dtype=np.bool_)


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

    The sets are positions (B, number), each row ascending, at most `KEPT` of them; those of large steps come
    first. None when more sets would have to be looked at than `MOST`.
    """
    towards = -target.sign if target.inside else target.sign
    order = np.argsort(-towards * changes.steps, kind="stable")
    search = _Search(changes.take(order), target, towards)
    kept, total = [np.zeros((0, number), dtype=np.int64)], 0
    try:
        for sets in search.grow(search.nothing(), number):
            kept.append(sets[: max(0, KEPT - total)])
            total += sets.shape[0]
    except _TooManyError:
        return None
    return np.sort(order[np.concatenate(kept)], axis=1), total


class _Search:
    def __init__(self, changes: Changes, target: Target, towards: int) -> None:
        self.changes, self.target = changes, target
        self.gains = np.concatenate([[0.0], np.cumsum(towards * changes.steps)])
        self.towards = towards
        self.own = np.diagonal(changes.quadratic)
        self.swing = 2 * float(np.abs(changes.quadratic).max(initial=0.0))
        self.looked_at = 0

    def nothing(self) -> _Partial:
        changes = self.changes
        return _Partial(
            np.zeros((1, 0), dtype=np.int64),
            np.array([changes.score]),
            np.array([changes.variance]),
            changes.linear[None] - self.own,
        )

    def grow(self, partial: _Partial, left: int) -> Iterator[IntArray]:
        """Add `left` further changes to each set and yield the sets that arrive."""
        size = self.changes.steps.size
        length = max(1, _CELLS // max(size, 1))
        for begin in range(0, partial.score.size, length):
            rows = slice(begin, begin + length)
            score = partial.score[rows, None] + self.changes.steps
            variance = partial.variance[rows, None] + partial.outlook[rows]
            last = partial.sets[rows, -1] if partial.sets.shape[1] else np.full(score.shape[0], -1)
            later = np.arange(size) > last[:, None]
            self.looked_at += int(later.sum())
            if self.looked_at > MOST:
                raise _TooManyError
            if left == 1:
                row, place = np.nonzero(later & self.target.reached(score, variance))
            else:
                going = later & self._possible(score, variance, partial.outlook[rows], left - 1)
                row, place = np.nonzero(going)
            if not row.size:
                continue
            sets = np.concatenate([partial.sets[rows][row], place[:, None]], axis=1)
            if left == 1:
                yield sets
                continue
            outlook = partial.outlook[rows][row] - 2 * self.changes.quadratic[place]
            yield from self.grow(_Partial(sets, score[row, place], variance[row, place], outlook), left - 1)

    def _possible(self, score: FloatArray, variance: FloatArray, outlook: FloatArray, left: int) -> BoolArray:
        """Tell which sets (B, c) can arrive with `left` more of the changes after the one just added."""
        size = self.changes.steps.size
        place = np.arange(size)
        end = np.minimum(place + 1 + left, size)
        enough = place + left < size
        best = self.gains[end] - self.gains[place + 1]
        furthest = self.target.sign * score + (best if not self.target.inside else -best)
        # What the changes still to come do to each other's effect on V, and the one just added to theirs.
        swing = self.swing * left**2
        ordered = np.sort(outlook, axis=1)
        more = ordered[:, -left:].sum(axis=1)[:, None] + swing
        fewer = ordered[:, :left].sum(axis=1)[:, None] - swing
        return enough & self.target.possible(furthest, variance + fewer, variance + more)
