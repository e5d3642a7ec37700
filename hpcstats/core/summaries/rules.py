"""The rules that sorted whole numbers obey, and how their running sums are laid out in a table."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hpcstats.core.risk_sets import BoolArray, IntArray

Numbers = NDArray[Any]
"""Numbers of data sets: 64-bit integers where all of them fit, else floating point."""

LARGEST_EXACT = 2**62


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rules:
    """What a sorted vector of whole numbers must obey.

    Attributes
    ----------
    size : int
        The numbers run from 0 to ``size - 1``.
    lowest, highest : ndarray of int, shape (n,)
        Least and greatest number at each place; both non-decreasing.
    pairs : mapping of int to ndarray of bool, shape (size, size)
        Zero-based place i to which numbers (columns) may stand there after which (rows) at place i - 1.
    machine : ndarray of int, shape (states, size)
        The state after reading a number in a state; -1 where the vector fails. The first state is 0.
    accepting : ndarray of bool, shape (states,)
        The states in which a vector may end.
    sums : (int, int) or None
        Limits of the sum.
    spread : (int, int) or None
        Limits of ``n * sum(x^2) - sum(x)^2``.
    """

    size: int
    lowest: IntArray
    highest: IntArray
    pairs: Mapping[int, BoolArray]
    machine: IntArray
    accepting: BoolArray
    sums: tuple[int, int] | None = None
    spread: tuple[int, int] | None = None

    @property
    def n(self) -> int:
        """Number of places."""
        return int(self.lowest.size)

    def reach(self, place: int) -> tuple[IntArray, IntArray]:
        """Return, for each number at the place before, the first that may follow and one past the last."""
        if place not in self.pairs:
            return np.arange(self.size), np.full(self.size, self.size)
        allowed = self.pairs[place]
        some = allowed.any(axis=1)
        first = np.where(some, allowed.argmax(axis=1), 0)
        return first, np.where(some, self.size - allowed[:, ::-1].argmax(axis=1), 0)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Loads:
    """The running sum and sum of squares as places in an array.

    Attributes
    ----------
    centre : int
        The number from which deviations are taken.
    start : int
        Where the running sum of deviations begins.
    accepted : ndarray of bool, shape (sums, squares)
        Where they may end.
    counts_sum, counts_squares : bool
        Whether the sum, and the squares, matter.
    """

    centre: int
    start: int
    accepted: BoolArray
    counts_sum: bool
    counts_squares: bool

    def step(self, number: int) -> tuple[int, int]:
        """Return by how much a number moves both."""
        away = number - self.centre
        return away if self.counts_sum else 0, away * away if self.counts_squares else 0


@dataclass(frozen=True, slots=True)
class _Layout:
    """Centre, limits and reach of the running sums."""

    centre: int
    low: int
    high: int
    fall: int
    squares: int

    @property
    def size(self) -> int:
        return (self.fall + max(self.high, 0) + 1) * (self.squares + 1)


def _layout(rules: Rules) -> _Layout:
    """Lay out the running sums: as they are without limits of the spread, else about a centre.

    About a centre near the mean the sum of squares only grows and ends small, which keeps the array small.
    In ascending order the sum of deviations first falls, at most to half of what the sum of absolute
    deviations (at most the root of n times the squares) exceeds the end, then rises.
    """
    low, high = rules.sums or (int(rules.lowest.sum()), int(rules.highest.sum()))
    if rules.spread is None:
        return _Layout(0, low, high if rules.sums else 0, 0, 0)
    n = rules.n
    centre = (low + high) // (2 * n)
    low, high = low - n * centre, high - n * centre
    squares = (rules.spread[1] + max(low * low, high * high)) // n
    fall = max(0, (math.isqrt(n * squares) + 1 - low) // 2 + 1)
    return _Layout(centre, low, high, fall, squares)


def cells(rules: Rules) -> int:
    """Return how many numbers one place of the table holds."""
    return int(rules.accepting.size) * _layout(rules).size * (rules.size + 1)


def loads_of(rules: Rules) -> Loads:
    """Lay out the running sums of the table."""
    layout = _layout(rules)
    sums = np.arange(-layout.fall, max(layout.high, 0) + 1)[:, None]
    accepted = np.ones((sums.size, layout.squares + 1), dtype=bool)
    if rules.sums is not None or rules.spread is not None:
        accepted &= (sums >= layout.low) & (sums <= layout.high)
    if rules.spread is not None:
        squares = np.arange(layout.squares + 1)[None, :]
        spread = rules.n * squares - sums * sums
        accepted &= (spread >= rules.spread[0]) & (spread <= rules.spread[1])
        # A sum of whole numbers and the sum of their squares are both even or both odd.
        accepted &= (squares - sums) % 2 == 0
    return Loads(
        centre=layout.centre,
        start=layout.fall,
        accepted=accepted,
        counts_sum=rules.sums is not None or rules.spread is not None,
        counts_squares=rules.spread is not None,
    )


def number_type(rules: Rules) -> type[np.int64] | type[np.float64]:
    """Return the type that holds the number of all multisets of this size."""
    most = math.comb(rules.n + rules.size - 1, rules.n)
    return np.int64 if most < LARGEST_EXACT else np.float64
