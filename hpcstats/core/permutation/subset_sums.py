"""All sums of k of n whole numbers, for every k at once, equal sums merged and counted.

Equal numbers are taken together (j of r equal ones can be chosen in r-over-j ways), so that ties shorten the
lists. A list holds the distinct sums in ascending order and in how many ways each arises.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hpcstats.core.risk_sets import FloatArray, IntArray

Numbers = tuple[IntArray, IntArray]
"""Distinct numbers and how often each occurs."""


_COUNTLESS = 1e100


@dataclass(frozen=True, slots=True)
class Sums:
    """Distinct sums, ascending, and the number of ways to each (None: one way)."""

    values: IntArray
    ways: FloatArray | None = None

    @property
    def size(self) -> int:
        """How many distinct sums there are."""
        return int(self.values.size)

    def many(self) -> FloatArray:
        """Return the ways as numbers also where each is one."""
        return np.ones(self.size) if self.ways is None else self.ways


def distinct(values: IntArray) -> Numbers:
    """Return the distinct numbers and how often each occurs."""
    numbers, often = np.unique(values, return_counts=True)
    return numbers, often.astype(np.int64)


def by_number_chosen(numbers: Numbers, fewest: int, most: int) -> list[Sums]:
    """Return the sums of k numbers for k = 0 to `most`; those below `fewest` may be empty."""
    nothing = Sums(np.zeros(0, dtype=np.int64))
    found = [Sums(np.zeros(1, dtype=np.int64))]
    left = int(numbers[1].sum())
    for value, often in zip(numbers[0].tolist(), numbers[1].tolist(), strict=True):
        left -= often
        top = min(len(found) - 1 + often, most)
        # Whatever cannot reach `fewest` with all that is left is never asked for.
        found = [_union(found, k, value, often) if k >= fewest - left else nothing for k in range(top + 1)]
    return found + [nothing] * (most + 1 - len(found))


def _union(found: Sequence[Sums], k: int, value: int, often: int) -> Sums:
    parts, ways = [], []
    for chosen in range(min(often, k) + 1):
        if k - chosen < len(found) and found[k - chosen].size:
            before = found[k - chosen]
            parts.append(before.values + chosen * value)
            one = before.ways is None and (chosen in {0, often})
            ways.append(None if one else before.many() * math.comb(often, chosen))
    if not parts:
        return Sums(np.zeros(0, dtype=np.int64))
    if len(parts) == 1:
        return Sums(parts[0], ways[0])
    if all(part is None for part in ways):
        return merged(np.concatenate(parts), None)
    filled = [np.ones(p.size) if w is None else w for p, w in zip(parts, ways, strict=True)]
    return merged(np.concatenate(parts), np.concatenate(filled))


def merged(values: IntArray, ways: FloatArray | None) -> Sums:
    """Sort sums and merge equal ones."""
    if not values.size:
        return Sums(values)
    if ways is None:
        values = np.sort(values)
        first = np.flatnonzero(np.concatenate([[True], values[1:] != values[:-1]]))
        if first.size == values.size:
            return Sums(values)
        return Sums(values[first], np.diff(np.append(first, values.size)).astype(np.float64))
    order = np.argsort(values)
    values, ways = values[order], ways[order]
    first = np.flatnonzero(np.concatenate([[True], values[1:] != values[:-1]]))
    return Sums(values[first], np.add.reduceat(ways, first))


def product(left: Sums, right: Sums) -> Sums:
    """Return the sums of one of each."""
    if left.size == 1 and left.ways is None and not left.values[0]:
        return right
    values = (left.values[:, None] + right.values[None, :]).ravel()
    if left.ways is None and right.ways is None:
        return merged(values, None)
    return merged(values, np.outer(left.many(), right.many()).ravel())


def expected_sizes(numbers: Numbers, most: int) -> FloatArray:
    """Return how many sums of k = 0 to `most` numbers there are at most (without an enumeration)."""
    sizes = np.ones(1)
    for often in numbers[1].tolist():
        sizes = np.minimum(np.convolve(sizes, np.ones(min(often, most) + 1))[: most + 1], _COUNTLESS)
    values, often = numbers
    reach = float((np.abs(values).astype(np.float64) * often).sum())
    step = float(np.gcd.reduce(values)) if values.size else 0.0
    sizes = np.minimum(sizes, reach / step + 1 if step else 1.0)
    return np.concatenate([sizes, np.zeros(most + 1 - sizes.size)])


def negated(sums: Sums) -> Sums:
    """Return every sum with the other sign."""
    return Sums(-sums.values[::-1], None if sums.ways is None else sums.ways[::-1])


def pairs_reaching(left: Sums, right: Sums, heights: Sequence[int]) -> FloatArray:
    """Count, in ways, the sums of one of each that are a height or more, for each height."""
    plain = left.ways is None and right.ways is None
    from_here = np.zeros(0) if plain else np.append(np.cumsum(right.many()[::-1])[::-1], 0.0)
    found = np.zeros(len(heights))
    for place, height in enumerate(heights):
        first = np.searchsorted(right.values, height - left.values)
        found[place] = (right.size - first).sum() if plain else left.many() @ from_here[first]
    return found
