"""Uniform data sets of a given spread without a table of squares: tilted draws, kept at random.

With the weight exp(-rate (x - c)^2) of each number, a data set is drawn with probability proportional to
exp(-rate Q), Q its sum of squares about c. Kept if its spread is as wanted, and then with probability
exp(rate (Q - Q*)), Q* the end of the wanted range at which this is 1, it is uniform. The rate is set so that
the spread of the draws lies about where it is wanted.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from hpcstats.core.risk_sets import BoolArray, FloatArray, IntArray
from hpcstats.core.summaries.compatible_sets import CountingTable, counting_table
from hpcstats.core.summaries.rules import Rules
from hpcstats.core.summaries.walk import by_chance

_PILOT = 400
_HALVINGS = 10
_STEEPEST = 4.0
_SMALLEST = 1e-200


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Tilted:
    """A table from which data sets of about the wanted spread are drawn.

    Attributes
    ----------
    table : CountingTable
        The weighted table.
    rate, centre : float
        Rate and centre of the weights.
    spread : (int, int)
        Limits of ``n * sum(x^2) - sum(x)^2``.
    """

    table: CountingTable
    rate: float
    centre: float
    spread: tuple[int, int]

    def draw(self, generator: np.random.Generator, size: int) -> IntArray:
        """Draw data sets, whatever their spread."""
        return by_chance(self.table, generator.random((size, self.table.rules.n)))

    def keep(self, rows: IntArray, generator: np.random.Generator) -> tuple[BoolArray, float]:
        """Choose those to keep; return also the sum of what each stands for, times the table's total."""
        squares = np.sum((rows - self.centre) ** 2, axis=1)
        agrees = has_spread(rows, self.spread)
        chance = np.exp(np.minimum(self.rate * (squares - self._end()), 0.0))
        kept = agrees & (generator.random(len(rows)) < chance)
        return kept, float(np.sum(np.exp(self.rate * squares[agrees])))

    def _end(self) -> float:
        """Return the sum of squares at which a data set of the wanted spread is kept for certain."""
        n = self.table.rules.n
        low, high = self.table.rules.sums or (0, n * (self.table.rules.size - 1))
        away = [abs(total - n * self.centre) for total in (low, high)]
        if self.rate > 0:
            return (self.spread[1] + max(away) ** 2) / n
        crossed = low <= n * self.centre <= high
        return (self.spread[0] + (0.0 if crossed else min(away) ** 2)) / n


def has_spread(rows: IntArray, spread: tuple[int, int]) -> BoolArray:
    """Tell which sorted rows have a spread within the limits."""
    found = rows.shape[1] * np.sum(rows * rows, axis=1) - np.sum(rows, axis=1) ** 2
    return np.asarray((found >= spread[0]) & (found <= spread[1]))


def tilted(rules: Rules, spread: tuple[int, int], generator: np.random.Generator) -> Tilted:
    """Find the rate at which the draws have about the wanted spread."""
    n = rules.n
    low, high = rules.sums or (0, n * (rules.size - 1))
    centre = (low + high) / (2 * n)
    wanted = (spread[0] + spread[1]) / 2

    def at(rate: float) -> Tilted:
        weights: FloatArray = np.exp(-rate * (np.arange(rules.size) - centre) ** 2)
        return Tilted(table=counting_table(rules, weights), rate=rate, centre=centre, spread=spread)

    def excess(rate: float) -> float:
        one = at(rate)
        if not _SMALLEST < one.table.total < 1 / _SMALLEST:
            return math.nan
        rows = one.draw(generator, _PILOT)
        found = n * np.sum(rows * rows, axis=1) - np.sum(rows, axis=1) ** 2
        return float(np.mean(found)) - wanted

    first = excess(0.0)
    # Within the wanted range a data set is kept with a chance of at least exp(-STEEPEST).
    steepest = _STEEPEST * n / (spread[1] - spread[0] + max(low - n * centre, high - n * centre) ** 2 + n)
    near, far = 0.0, math.copysign(min(n * n / (8 * max(wanted, 1.0)), steepest), first)
    while abs(far) < steepest and excess(far) * first > 0:
        near, far = far, math.copysign(min(2 * abs(far), steepest), first)
    for _ in range(_HALVINGS):
        middle = (near + far) / 2
        near, far = (middle, far) if excess(middle) * first > 0 else (near, middle)
    return at(near)
