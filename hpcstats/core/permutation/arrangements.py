"""Every way to deal patients out to groups of fixed sizes, as sums of their scores and numbers of ways.

Patients with equal scores are dealt together: r of them go j_1, ..., j_G to the groups in
r! / (j_1! ... j_G!) ways. What is summed is a short vector a patient and group, so that group sums (for a
quadratic form) and one contrast (for a trend) are the same enumeration.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from hpcstats.core.permutation.subset_sums import distinct
from hpcstats.core.risk_sets import FloatArray, IntArray

_ODD = np.int64(6364136223846793005)
"""Multiplier of the mix: odd, with bits well spread (Knuth's for a congruential generator)."""


@dataclass(frozen=True, slots=True)
class Stratum:
    """Scores of one stratum and the sizes of its groups."""

    scores: IntArray
    sizes: tuple[int, ...]

    @property
    def arrangements(self) -> int:
        """In how many ways the groups can be formed."""
        free, ways = sum(self.sizes), 1
        for size in self.sizes:
            ways *= math.comb(free, size)
            free -= size
        return ways


def arrangements(strata: Sequence[Stratum]) -> int:
    """Return the number of arrangements of all strata."""
    return math.prod(stratum.arrangements for stratum in strata)


def expected_states(strata: Sequence[Stratum], enough: float) -> float:
    """Return at most how many sums are formed, ties taken together; infinite if more than `enough`."""
    states = 1.0
    for stratum in strata:
        groups = len(stratum.sizes)
        found = {(0,) * groups: 1.0}
        for often in distinct(stratum.scores)[1].tolist():
            grown: dict[tuple[int, ...], float] = {}
            if states * max(math.comb(often + groups - 1, often), sum(found.values())) > enough * often:
                return math.inf
            for taken, number in found.items():
                for chosen in compositions(often, groups):
                    total = tuple(a + b for a, b in zip(taken, chosen, strict=True))
                    if all(a <= b for a, b in zip(total, stratum.sizes, strict=True)):
                        grown[total] = grown.get(total, 0.0) + number
            found = grown
        states *= sum(found.values())
    return states if states <= enough else math.inf


@cache
def compositions(total: int, groups: int) -> tuple[tuple[int, ...], ...]:
    """Return all ways to write `total` as a sum of `groups` numbers."""
    if groups == 1:
        return ((total,),)
    return tuple(
        (first, *rest) for first in range(total + 1) for rest in compositions(total - first, groups - 1)
    )


def enumerate_sums(strata: Sequence[Stratum], directions: IntArray) -> tuple[IntArray, FloatArray]:
    """Return the sums (S, q) of score times direction (groups, q), and the number of ways to each (S,)."""
    sums, ways = np.zeros((1, directions.shape[1]), dtype=np.int64), np.ones(1)
    for stratum in strata:
        taken = np.zeros((sums.shape[0], len(stratum.sizes)), dtype=np.int64)
        for value, often in zip(*(part.tolist() for part in distinct(stratum.scores)), strict=True):
            sums, ways, taken = _deal(sums, ways, taken, value, often, directions, np.array(stratum.sizes))
    return sums, ways


def _deal(
    sums: IntArray,
    ways: FloatArray,
    taken: IntArray,
    value: int,
    often: int,
    directions: IntArray,
    sizes: IntArray,
) -> tuple[IntArray, FloatArray, IntArray]:
    """Deal out the patients of one score and merge what has become equal."""
    parts = []
    for chosen in compositions(often, sizes.size):
        kept = np.flatnonzero((taken + chosen <= sizes).all(axis=1))
        number = math.factorial(often) // math.prod(math.factorial(part) for part in chosen)
        step = value * (np.array(chosen) @ directions)
        parts.append((sums[kept] + step, ways[kept] * number, taken[kept] + chosen))
    joined = [np.concatenate([part[place] for part in parts]) for place in range(3)]
    return _merged(joined[0], joined[1], joined[2])


def _merged(sums: IntArray, ways: FloatArray, taken: IntArray) -> tuple[IntArray, FloatArray, IntArray]:
    """Merge equal rows, found as neighbours in the order of a mix of their columns.

    Equal rows have equal mixes. Should two rows that differ have the same, they are not merged, and the
    answer stands.
    """
    rows = np.concatenate([sums, taken], axis=1)
    mix = np.zeros(rows.shape[0], dtype=np.int64)
    for column in rows.T:
        mix = mix * _ODD + column
    order = np.argsort(mix, kind="stable")
    rows, ways = rows[order], ways[order]
    new = np.concatenate([[True], (rows[1:] != rows[:-1]).any(axis=1)])
    if new.all():
        return rows[:, : sums.shape[1]], ways, rows[:, sums.shape[1] :]
    first = np.flatnonzero(new)
    kept = rows[first]
    width = sums.shape[1]
    return kept[:, :width], np.add.reduceat(ways, first), kept[:, width:]
