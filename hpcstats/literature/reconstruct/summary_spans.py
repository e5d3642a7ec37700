"""Limits of places, sum and spread in multiples of the grid, and what each says of the others."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from hpcstats.literature.reconstruct.constraints_draft import Draft, Edge


@dataclass(slots=True)
class Spans:
    """Limits in multiples of the grid: of each place, of the sum, of the spread."""

    low: list[int | None]
    high: list[int | None]
    sums: tuple[int, int] | None
    spread: tuple[int, int] | None

    @classmethod
    def of(cls, draft: Draft, unit: Fraction) -> Spans:
        """Read the limits of single places."""
        low: list[int | None] = [None] * draft.n
        high: list[int | None] = [None] * draft.n
        for rank, edge in draft.above:
            low[rank - 1] = _larger(low[rank - 1], least_multiple(edge, unit))
        for rank, edge in draft.below:
            high[rank - 1] = _smaller(high[rank - 1], greatest_multiple(edge, unit))
        return cls(low, high, _common(draft.sums, unit), _common(draft.spreads, unit * unit))

    def tighten(self) -> None:
        """Let every limit speak for its neighbours, and the sum and the spread for the ends."""
        self._spread_out()
        n = len(self.low)
        if self.sums is not None:
            below, above = self.low[:-1], self.high[1:]
            if None not in below:
                self.high[-1] = _smaller(self.high[-1], self.sums[1] - sum(one or 0 for one in below))
            if None not in above:
                self.low[0] = _larger(self.low[0], self.sums[0] - sum(one or 0 for one in above))
            if self.spread is not None:
                # No value lies further from the mean than the root of (n - 1) times the spread, over n.
                away = math.isqrt(max(0, (n - 1) * self.spread[1])) + 1
                self.high[-1] = _smaller(self.high[-1], (self.sums[1] + away) // n)
                self.low[0] = _larger(self.low[0], -((away - self.sums[0]) // n))
        elif self.spread is not None:
            # The range is at most the root of twice the sum of squared deviations.
            width = math.isqrt(max(0, 2 * self.spread[1] // n)) + 1
            least, most = self.low[-1], self.high[0]
            self.high[-1] = _smaller(self.high[-1], None if most is None else most + width)
            self.low[0] = _larger(self.low[0], None if least is None else least - width)
        self._spread_out()

    def _spread_out(self) -> None:
        for place in range(1, len(self.low)):
            self.low[place] = _larger(self.low[place], self.low[place - 1])
        for place in reversed(range(len(self.high) - 1)):
            self.high[place] = _smaller(self.high[place], self.high[place + 1])

    @property
    def limited(self) -> bool:
        """Whether the values have both ends."""
        return self.low[0] is not None and self.high[-1] is not None

    @property
    def consistent(self) -> bool:
        """Whether the sum and the spread have limits in the right order."""
        return all(pair is None or pair[0] <= pair[1] for pair in (self.sums, self.spread))

    @property
    def ends(self) -> tuple[int, int]:
        """First and last multiple; of limited values."""
        first, last = self.low[0], self.high[-1]
        assert first is not None
        assert last is not None
        return first, last

    def far_ends(self, draft: Draft, unit: Fraction) -> tuple[int, int]:
        """Set the missing ends so far out that no demand can tell the difference."""
        n, named = draft.n, [math.ceil(abs(value) / unit) + 1 for value in draft.thresholds]
        width = 1 if self.spread is None else math.isqrt(max(0, 2 * self.spread[1] // n)) + 1
        if self.sums is not None and not named:
            # Nothing but the mean and the spread: values about the mean can do whatever can be done.
            return self.sums[0] // n - width, self.sums[1] // n + 1 + width
        reach = max(named, default=1) + width
        if self.sums is not None:
            reach += max(map(abs, self.sums)) + n * reach
        first, last = self.low[0], self.high[-1]
        return -reach if first is None else first, reach if last is None else last


def least_multiple(edge: Edge, unit: Fraction) -> int:
    """Return the first multiple of the unit above an edge."""
    return math.floor(edge.value / unit) + 1 if edge.strict else math.ceil(edge.value / unit)


def greatest_multiple(edge: Edge, unit: Fraction) -> int:
    """Return the last multiple of the unit below an edge."""
    return math.ceil(edge.value / unit) - 1 if edge.strict else math.floor(edge.value / unit)


def _common(limits: Iterable[tuple[Fraction, Fraction]], unit: Fraction) -> tuple[int, int] | None:
    pairs = list(limits)
    if not pairs:
        return None
    lowest, highest = max(low for low, _ in pairs), min(high for _, high in pairs)
    return math.ceil(lowest / unit), math.floor(highest / unit)


def _larger(one: int | None, other: int | None) -> int | None:
    return other if one is None else one if other is None else max(one, other)


def _smaller(one: int | None, other: int | None) -> int | None:
    return other if one is None else one if other is None else min(one, other)
