r"""Smallest and largest hazard ratio of two groups over all times within their intervals, exactly.

The maximum b of the partial likelihood is where the score U(b) = d_1 - sum over events of r is 0, with

    r = n_1 e^b / (n_0 + n_1 e^b)

and n_0, n_1 at risk (in Efron's rule: tied events leave by equal parts). U falls in b, and d_1 is the same
for all data. So the largest estimate is the largest b for which some data have U(b) >= 0: minimise the sum of
r at a fixed b, move to the estimate of the order found, and so on until U(b) = 0 is the best.

r rises with n_1 and falls with n_0. So the sum is smallest with censorings of group 1 as early, of group 0
as late as possible; with events of group 1 as early as possible or just after a censoring of group 1; with
events of group 0 as late as possible or just before a censoring of group 0; and, in a gap, with events of
group 1 before those of group 0 (ties lie between the two orders). What remains is a dynamic programme over
places and sets of events taken. The smallest estimate is the largest one with the groups exchanged.

An order whose likelihood does not fall in a direction, because it rises for ever or is flat, counts as
infinite in that direction.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from scipy.optimize import brentq

from hpcstats.core.risk_sets import BoolArray, IntArray
from hpcstats.core.rounding.compatible_times import Ranges
from hpcstats.core.rounding.waiting import Waiting

SLOTS = 4
INFINITE = 25.0
"""Log hazard ratio beyond which an estimate counts as infinite."""

_FLAT = 1e-10
_C1, _E1, _E0, _C0 = 0, 1, 2, 3
State = tuple[int, int]
Piece = tuple[int, int, int, int, bool]
Reached = dict[State, tuple[float, State]]


@dataclass(slots=True)
class Orders:
    """The orders of two groups that can have the largest hazard ratio of the second."""

    ranges: Ranges
    second: BoolArray
    waiting: tuple[Waiting, Waiting]
    censored: tuple[IntArray, IntArray]
    shares: dict[Piece, float] = field(default_factory=dict)

    @classmethod
    def of(cls, ranges: Ranges, second: BoolArray) -> Orders:
        """Lay out events and censorings; `second` marks the group in the numerator."""
        event = ranges.event
        late = ranges.last[~event & ~second]
        early = ranges.first[~event & second]
        waiting = (
            Waiting.late(ranges, np.flatnonzero(event & ~second), late),
            Waiting.early(ranges, np.flatnonzero(event & second), early),
        )
        return cls(ranges, second, waiting, (np.sort(late), np.sort(early)))

    def best(self, log_ratio: float, limit: int) -> tuple[float, list[State]] | None:
        """Return the smallest sum of shares and what is taken once each place is left."""
        self.shares.clear()
        ratio = float(np.exp(log_ratio))
        levels: list[Reached] = []
        now: Reached = {(0, 0): (0.0, (0, 0))}
        choices = 0
        for place in range(self.ranges.places):
            now = self._step(now, place, ratio)
            levels.append(now)
            choices += len(now)
            if choices > limit:
                return None
        [(state, (cost, _))] = now.items()
        path = []
        for level in reversed(levels):
            path.append(state)
            state = level[state][1]
        return cost, path[::-1]

    def _uncensored(self, place: int) -> tuple[int, int]:
        """Count the patients of each group who are not censored before the events of a place."""
        gone0 = int(np.searchsorted(self.censored[0], place, side="left"))
        gone1 = int(np.searchsorted(self.censored[1], place, side="right" if place % 2 else "left"))
        return int((~self.second).sum()) - gone0, int(self.second.sum()) - gone1

    def _step(self, before: Reached, place: int, ratio: float) -> Reached:
        left0, left1 = self._uncensored(place)
        gap = place % 2 == 1
        found: Reached = {}
        for state, (cost, _) in before.items():
            n0, n1 = left0 - state[0].bit_count(), left1 - state[1].bit_count()
            for one in self.waiting[1].choices(state[1], place):
                d1 = one.bit_count() - state[1].bit_count()
                for zero in self.waiting[0].choices(state[0], place):
                    d0 = zero.bit_count() - state[0].bit_count()
                    total = cost + self._share(n0, n1, d0, d1, ratio, gap=gap)
                    known = found.get((zero, one))
                    if known is None or total < known[0]:
                        found[zero, one] = (total, state)
        return found

    def _share(self, n0: int, n1: int, d0: int, d1: int, ratio: float, *, gap: bool) -> float:
        """Add r over events of group 1, then of group 0 (in a gap), or tied (at a point)."""
        if not d0 + d1:
            return 0.0
        piece = (n0, n1, d0, d1, gap)
        if piece not in self.shares:
            self.shares[piece] = sum(_shares(*piece, ratio))
        return self.shares[piece]

    def pieces(self, path: list[State]) -> Iterator[Piece]:
        """Give at risk and events of both groups at each place where an event comes."""
        taken = (0, 0)
        for place, after in enumerate(path):
            (old0, old1), (new0, new1) = (tuple(map(int.bit_count, state)) for state in (taken, after))
            if after != taken:
                left0, left1 = self._uncensored(place)
                yield left0 - old0, left1 - old1, new0 - old0, new1 - old1, place % 2 == 1
            taken = after

    def keys(self, path: list[State]) -> IntArray:
        """Write the order of the sets in `path`."""
        ranges, second = self.ranges, self.second
        where = np.where(second, ranges.first, ranges.last)
        taken = (0, 0)
        for place, after in enumerate(path):
            for waiting, new, old in zip(self.waiting, after, taken, strict=True):
                where[waiting.rows_of(new & ~old)] = place
            taken = after
        slot = np.where(ranges.event, np.where(second, _E1, _E0), np.where(second, _C1, _C0))
        return np.asarray(where * SLOTS + np.where(where % 2, slot, 0), dtype=np.int64)


def _shares(n0: int, n1: int, d0: int, d1: int, gap: bool, ratio: float) -> list[float]:
    """Return r of each event: in a gap of group 1, then of group 0; at a point tied, by Efron's rule."""
    d = d0 + d1
    if gap:
        left = [(float(n0), float(n1 - j)) for j in range(d1)]
        left += [(float(n0 - j), float(n1 - d1)) for j in range(d0)]
    else:
        left = [(n0 - j * d0 / d, n1 - j * d1 / d) for j in range(d)]
    return [b * ratio / (a + b * ratio) for a, b in left]


def largest_log_ratio(ranges: Ranges, second: BoolArray, *, limit: int) -> tuple[float, IntArray] | None:
    """Return the largest log hazard ratio and its order (n,); None for more than `limit` choices."""
    orders = Orders.of(ranges, second)
    events = int((ranges.event & second).sum())
    extreme = orders.best(INFINITE, limit)
    if extreme is None:
        return None
    if events - extreme[0] > -1e-9:
        return float("inf"), orders.keys(extreme[1])
    log_ratio = -INFINITE
    while True:
        found = orders.best(log_ratio, limit)
        if found is None:
            return None
        cost, path = found
        if events - cost <= _FLAT:
            return (log_ratio if log_ratio > -INFINITE else -np.inf), orders.keys(path)
        log_ratio = _root(orders, path, events, log_ratio)


def _root(orders: Orders, path: list[State], events: int, low: float) -> float:
    """Return where the score of one order, positive at `low`, is 0."""
    pieces = list(orders.pieces(path))

    def score(log_ratio: float) -> float:
        ratio = float(np.exp(log_ratio))
        return events - sum(sum(share for share in _shares(*piece, ratio)) for piece in pieces)

    return float(brentq(score, low, INFINITE, xtol=1e-13, rtol=1e-14))
