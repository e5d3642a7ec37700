"""Counting pairs of sums from two halves whose lists would not fit into memory.

Each half is given as two quarters. The sums of a half that lie in a window are formed from the lists of its
quarters when they are wanted, and forgotten: windows are halved until both sides fit. Every
sum is formed once, so that time grows as 2^(n/2) and memory as 2^(n/4) (Schroeppel and Shamir 1981,
doi:10.1137/0210033).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from hpcstats.core.permutation.subset_sums import Sums, negated, pairs_reaching
from hpcstats.core.risk_sets import FloatArray, IntArray

_LISTED = 2_000_000
"""Sums formed at once on each side: some 100 MB with their ways."""


@dataclass(frozen=True, slots=True)
class Half:
    """All sums of one quarter and another: pairs of lists, of which every sum of two counts."""

    pairs: Sequence[tuple[Sums, Sums]]

    @classmethod
    def of(cls, firsts: Sequence[Sums], seconds: Sequence[Sums]) -> Half:
        """Pair lists one by one; where one is empty there is no sum."""
        paired = zip(firsts, seconds, strict=True)
        return cls([(first, second) for first, second in paired if first.size and second.size])

    @property
    def bounds(self) -> tuple[int, int]:
        """The smallest sum and one more than the largest."""
        lows = [int(a.values[0] + b.values[0]) for a, b in self.pairs]
        highs = [int(a.values[-1] + b.values[-1]) for a, b in self.pairs]
        return min(lows), max(highs) + 1

    def size(self, low: int, high: int) -> int:
        """Return how many sums lie in [low, high)."""
        return int(sum((stop - start).sum() for _, _, start, stop in self._ranges(low, high)))

    def window(self, low: int, high: int) -> tuple[IntArray, FloatArray | None]:
        """Return the sums in [low, high), in no order, and the ways to each."""
        values, ways, plain = [np.zeros(0, dtype=np.int64)], [np.zeros(0)], True
        for first, second, start, stop in self._ranges(low, high):
            length = stop - start
            place = np.arange(int(length.sum())) + np.repeat(start - np.cumsum(length) + length, length)
            values.append(np.repeat(first.values, length) + second.values[place])
            ways.append(np.repeat(first.many(), length) * second.many()[place])
            plain &= first.ways is None and second.ways is None
        return np.concatenate(values), None if plain else np.concatenate(ways)

    def ways_from(self, low: int) -> float:
        """Return in how many ways a sum of `low` or more arises."""
        total = 0.0
        for first, second in self.pairs:
            left = np.append(np.cumsum(second.many()[::-1])[::-1], 0.0)
            total += float(first.many() @ left[np.searchsorted(second.values, low - first.values)])
        return total

    def _ranges(self, low: int, high: int) -> Iterator[tuple[Sums, Sums, IntArray, IntArray]]:
        for first, second in self.pairs:
            start = np.searchsorted(second.values, low - first.values)
            yield first, second, start, np.searchsorted(second.values, high - first.values)

    def negated(self) -> Half:
        """Return the same half, every sum with the other sign."""
        return Half([(negated(first), negated(second)) for first, second in self.pairs])


def reaching(left: Half, right: Half, heights: Sequence[int]) -> FloatArray:
    """Count the ways to reach each height or more with a sum of both halves; heights ascend."""
    found = np.zeros(len(heights))
    windows = [left.bounds]
    while windows:
        low, high = windows.pop()
        # What a sum of the window needs of the other half: all of this and beyond, or a closer look.
        needed = (heights[0] - high + 1, heights[-1] - low)
        mine, theirs = left.size(low, high), right.size(*needed)
        if mine and high - low > 1 and max(mine, theirs) > _LISTED:
            middle = (low + high) // 2
            windows += [(low, middle), (middle, high)]
        elif mine:
            sums = _in_order(*left.window(low, high))
            found += pairs_reaching(sums, _in_order(*right.window(*needed)), heights)
            found += right.ways_from(needed[1]) * float(sums.many().sum())
    return found


def _in_order(values: IntArray, ways: FloatArray | None) -> Sums:
    if ways is None:
        return Sums(np.sort(values))
    order = np.argsort(values)
    return Sums(values[order], ways[order])
