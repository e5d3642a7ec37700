"""The exact permutation distribution of a sum of fixed scores over one group, within strata.

The patients are cut in two halves. All sums of k scores of one half and of m - k of the other are listed in
order; how many pairs reach a threshold is then found by bisection, so that 2^n relabellings cost some
n 2^(n/2) steps and nothing is binned (Horowitz and Sahni 1974, doi:10.1145/321812.321823; for permutation
tests Pagano and Tritchler 1983, doi:10.1080/01621459.1983.10477990). A whole stratum lies in one half; only
the largest is cut.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce

import numpy as np

from hpcstats.core.permutation.streamed_sums import Half, reaching
from hpcstats.core.permutation.subset_sums import (
    Numbers,
    Sums,
    by_number_chosen,
    distinct,
    expected_sizes,
    negated,
    pairs_reaching,
    product,
)
from hpcstats.core.risk_sets import FloatArray, IntArray

LISTED = 5_000_000
"""Sums of a half that are listed; more are formed in windows."""

Pair = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Part:
    """One stratum: the scores of its patients, and how many of them form the group."""

    scores: IntArray
    chosen: int

    @property
    def arrangements(self) -> int:
        """In how many ways the group can be formed."""
        return math.comb(self.scores.size, self.chosen)

    @property
    def expected(self) -> Fraction:
        """The mean of the sum over all arrangements."""
        return Fraction(sum(self.scores.tolist()) * self.chosen, self.scores.size)

    @property
    def symmetric(self) -> bool:
        """Whether the sums of a group and of those left lie equally far from the mean."""
        return 2 * self.chosen == self.scores.size or self.chosen in {0, self.scores.size}


@dataclass(frozen=True, slots=True)
class Tails:
    """Probabilities over all arrangements: at or above a height, above it, at or below a depth, below it."""

    at_least: float
    above: float
    at_most: float
    below: float


@dataclass(frozen=True, slots=True)
class Plan:
    """Which stratum is cut, its two halves, and the strata that lie wholly to the left and right."""

    cut: int
    left: Numbers
    right: Numbers
    left_whole: tuple[int, ...]
    right_whole: tuple[int, ...]
    steps: float
    """The most sums that are formed in any list."""


def plan(parts: Sequence[Part]) -> Plan:
    """Cut the largest stratum and deal the others out so that both halves have lists of like length."""
    numbers = [distinct(part.scores) for part in parts]
    whole = [expected_sizes(n, part.chosen)[part.chosen] for n, part in zip(numbers, parts, strict=True)]
    cut = int(np.argmax(whole))
    load = np.zeros(2)
    sides: tuple[list[int], list[int]] = ([], [])
    for place in sorted((p for p in range(len(parts)) if p != cut), key=lambda p: -whole[p]):
        side = int(np.argmin(load))
        load[side] += math.log(whole[place])
        sides[side].append(place)
    values, often = numbers[cut]
    members: tuple[list[int], list[int]] = ([], [])
    for place in np.argsort(-often, kind="stable").tolist():
        side = int(np.argmin(load))
        load[side] += math.log(1 + often[place])
        members[side].append(place)
    left, right = ((values[sorted(chosen)], often[sorted(chosen)]) for chosen in members)
    lists = [
        expected_sizes(half, parts[cut].chosen).sum() * math.prod(whole[p] for p in side)
        for half, side in zip((left, right), sides, strict=True)
    ]
    inside = [expected_sizes(numbers[p], parts[p].chosen).sum() for p in (*sides[0], *sides[1])]
    return Plan(cut, left, right, tuple(sides[0]), tuple(sides[1]), float(max(*lists, *inside, 0.0)))


def tails(parts: Sequence[Part], layout: Plan, high: Fraction, low: Fraction, slack: int) -> Tails:
    """Return how often the sum reaches `high` and `low`; sums within `slack` of them equal them."""
    heights = (math.ceil(high - slack), math.floor(high + slack) + 1)
    depths = (math.floor(low + slack), math.ceil(low - slack) - 1)
    mirrored = all(part.symmetric for part in parts)
    ways = np.zeros(4)
    counts = _streamed if layout.steps > LISTED else _listed
    for above, below in counts(parts, layout, heights, depths, mirrored):
        ways += np.concatenate([above, below])
    total = math.prod(part.arrangements for part in parts)
    return Tails(*(float(Fraction(int(number), total)) for number in ways))


def _listed(
    parts: Sequence[Part], layout: Plan, heights: Pair, depths: Pair, mirrored: bool
) -> Iterator[tuple[FloatArray, FloatArray]]:
    """Count through full lists of the two halves, for each number chosen on the left."""
    whole, halves = _halves(parts, layout)
    left, right = (by_number_chosen(numbers, *span) for numbers, span in halves)
    for k in range(halves[0][1][0], halves[0][1][1] + 1):
        mine = product(whole[0], left[k])
        theirs = product(whole[1], right[parts[layout.cut].chosen - k])
        above = pairs_reaching(mine, theirs, heights)
        yield (
            above,
            above if mirrored else pairs_reaching(negated(mine), negated(theirs), [-d for d in depths]),
        )


def _streamed(
    parts: Sequence[Part], layout: Plan, heights: Pair, depths: Pair, mirrored: bool
) -> Iterator[tuple[FloatArray, FloatArray]]:
    """Count through windows of the two halves, which are never listed."""
    whole, halves = _halves(parts, layout)
    chosen = parts[layout.cut].chosen
    quarters = [_quarters(numbers, chosen, full) for (numbers, _), full in zip(halves, whole, strict=True)]
    for k in range(halves[0][1][0], halves[0][1][1] + 1):
        left, right = (
            Half.of(first[: number + 1], second[number::-1])
            for (first, second), number in zip(quarters, (k, chosen - k), strict=True)
        )
        above = reaching(left, right, heights)
        yield above, above if mirrored else reaching(left.negated(), right.negated(), [-d for d in depths])


def _quarters(numbers: Numbers, chosen: int, whole: Sums) -> tuple[list[Sums], list[Sums]]:
    """Deal a half out to two quarters; whole strata go with the first."""
    first, second = (
        by_number_chosen((numbers[0][start::2], numbers[1][start::2]), 0, chosen) for start in (0, 1)
    )
    return [product(whole, sums) for sums in first], second


def _halves(parts: Sequence[Part], layout: Plan) -> tuple[list[Sums], list[tuple[Numbers, tuple[int, int]]]]:
    """Return the sums of the whole strata of each half, and its numbers with how many can be chosen."""
    chosen = parts[layout.cut].chosen
    sizes = [int(half[1].sum()) for half in (layout.left, layout.right)]
    spans = [(max(chosen - other, 0), min(chosen, own)) for own, other in (sizes, sizes[::-1])]
    whole = [_whole([parts[p] for p in side]) for side in (layout.left_whole, layout.right_whole)]
    return whole, list(zip((layout.left, layout.right), spans, strict=True))


def _whole(parts: Sequence[Part]) -> Sums:
    lists = [by_number_chosen(distinct(part.scores), part.chosen, part.chosen)[part.chosen] for part in parts]
    return reduce(product, lists, Sums(np.zeros(1, dtype=np.int64)))
