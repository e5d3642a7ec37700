"""Events that wait for their place: which may come now, which must, and in what order they are taken.

Places are visited in ascending order. At each place some of the released events of a group are taken. What is
optimised sees only at which places a group has events, not whose, so it is enough to take, among those
released, the one that must come soonest: if another was taken and this one later, the two can change places.
A set of events already taken is a whole number with a bit for each event, in the order of `last`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hpcstats.core.risk_sets import IntArray
from hpcstats.core.rounding.compatible_times import Ranges


@dataclass(frozen=True, slots=True, eq=False)
class Waiting:
    """Events of one group by the place where they are released and the place where they are due.

    Attributes
    ----------
    rows : ndarray of int
        Rows of the events, in the order in which they are due.
    released : list of int
        Bits of the events that may come at each place or before it.
    least, most : list of int
        Bits that must have come once the place is left; the most that may come there (see `of`).
    """

    rows: IntArray
    released: list[int]
    least: list[int]
    most: list[int]

    @classmethod
    def early(cls, ranges: Ranges, rows: IntArray, tokens: IntArray) -> Waiting:
        """Wait only for a censoring: events come when they are released, or just after a censoring.

        `tokens` are the places of the censorings worth waiting for, which come before events in gaps and
        after them at points.
        """
        after = sorted({int(place) + (1 - int(place) % 2) for place in tokens})
        chances = [*after, ranges.places]
        made = cls._released(ranges, rows)
        new = [now & ~before for before, now in zip([0, *made.released], made.released, strict=False)]
        soon = iter(chances)
        chance = next(soon)
        waiting = set(after)
        for place in range(ranges.places):
            while chance <= place:
                chance = next(soon)
            made.least.append(_due_before(ranges, made.rows, chance))
            made.most.append(len(rows) if place in waiting else new[place].bit_count())
        return made

    @classmethod
    def late(cls, ranges: Ranges, rows: IntArray, tokens: IntArray) -> Waiting:
        """Come as late as possible, or at the place of a censoring, before it."""
        chances = {int(place) for place in tokens}
        made = cls._released(ranges, rows)
        for place in range(ranges.places):
            made.least.append(_due_before(ranges, made.rows, place + 1))
            made.most.append(len(rows) if place in chances else 0)
        return made

    @classmethod
    def _released(cls, ranges: Ranges, rows: IntArray) -> Waiting:
        ordered = rows[np.lexsort((ranges.first[rows], ranges.last[rows]))]
        places: list[int] = [0] * ranges.places
        for bit, row in enumerate(ordered.tolist()):
            places[int(ranges.first[row])] |= 1 << bit
        for place in range(1, ranges.places):
            places[place] |= places[place - 1]
        return cls(ordered, places, [], [])

    def choices(self, taken: int, place: int) -> list[int]:
        """Return the sets that may have been taken once the place is left, smallest first."""
        waiting = self.released[place] & ~taken
        must = (waiting & self.least[place]).bit_count()
        most = max(must, min(self.most[place], waiting.bit_count()))
        found = [taken] if must == 0 else []
        for number in range(1, most + 1):
            soonest = waiting & -waiting
            taken |= soonest
            waiting ^= soonest
            if number >= must:
                found.append(taken)
        return found

    def rows_of(self, taken: int) -> list[int]:
        """Return the rows of a set of events."""
        return [int(row) for bit, row in enumerate(self.rows) if taken >> bit & 1]


def _due_before(ranges: Ranges, ordered: IntArray, place: int) -> int:
    """Return the bits of the events whose last place comes before `place`: the first bits."""
    return (1 << int(np.searchsorted(ranges.last[ordered], place, side="left"))) - 1
