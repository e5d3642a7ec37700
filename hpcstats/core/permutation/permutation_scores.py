"""Log-rank scores: one fixed number a patient, whose sum over a group is its observed minus expected.

With weights w_k at the event times t_k, d_k events among n_k at risk,
c_i = w(x_i) [event] - sum of w_k h_k over the event times in (entry_i, x_i].
The rules differ at ties alone: h_k = d_k / n_k (the null martingale residual), Hothorn and Lausen's
d_k / (n_k - m_k + 1) with m_k who leave at t_k, or the mean over all orders of the tied events.

Scores are rational for the weights 1 and n_k: `exact` keeps them as fractions, so that equal sums are equal.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hpcstats.core.logrank import WeightFunction, gehan, unit
from hpcstats.core.risk_sets import FloatArray, IntArray, RiskSets, count

RULES = ("martingale", "hothorn-lausen", "average-scores")

_LONGEST = 80
"""Event times up to which fractions are formed; more have no common denominator of 62 bits anyway."""
_LARGEST = 2**61
_Numbers = NDArray[Any]


def scores(risk: RiskSets, weigh: WeightFunction, rule: str) -> FloatArray:
    """Return the scores (n,) of one stratum."""
    counts = count(risk, np.ones((1, risk.last.size)))
    grid = np.flatnonzero((counts.events[0] > 0) & (counts.at_risk[0] > 0))
    numbers = (counts.at_risk[0, grid], counts.events[0, grid], counts.exits[0, grid])
    return _per_row(risk, grid, weigh(counts)[0, grid], *_hazards(*numbers, rule)).astype(np.float64)


def exact(risk: RiskSets, weigh: WeightFunction, rule: str) -> list[Fraction] | None:
    """Return the same scores as fractions; None where the weights are not rational or the times too many."""
    if weigh not in {unit, gehan}:
        return None
    counts = count(risk, np.ones((1, risk.last.size)))
    grid = np.flatnonzero((counts.events[0] > 0) & (counts.at_risk[0] > 0))
    if grid.size > _LONGEST:
        return None
    n, d, m = (_fractions(part[0, grid]) for part in (counts.at_risk, counts.events, counts.exits))
    weight = n if weigh is gehan else _fractions(np.ones(grid.size))
    return [Fraction(value) for value in _per_row(risk, grid, weight, *_hazards(n, d, m, rule))]


def _fractions(values: FloatArray) -> _Numbers:
    filled = np.empty(values.size, dtype=object)
    filled[:] = [Fraction(int(value)) for value in values]
    return filled


def _hazards(n: _Numbers, d: _Numbers, m: _Numbers, rule: str) -> tuple[_Numbers, _Numbers]:
    """Return h_k and what is taken from those with the event at t_k, as floats or as fractions."""
    if rule == "martingale":
        return d / n, d / n
    if rule == "hothorn-lausen":
        return d / (n - m + 1), d / (n - m + 1)
    passed, taken = n * 0, n * 0
    for level in range(int(max(d, default=0))):
        step = np.where(d > level, 1 / np.where(d > level, n - level, 1), 0 * n)
        passed, taken = passed + step, taken + step * (d - level) / d
    return passed, taken


def _per_row(risk: RiskSets, grid: IntArray, weight: _Numbers, hazard: _Numbers, taken: _Numbers) -> _Numbers:
    zero = 0 * weight[:1] if weight.size else np.zeros(1)
    running = np.concatenate([zero, np.cumsum(weight * hazard)])
    left = np.searchsorted(grid, risk.last, side="right")
    total = -running[left]
    if risk.first is not None:
        total = total + running[np.searchsorted(grid, risk.first, side="left")]
    failing = np.flatnonzero(risk.event & (left > 0))
    place = left[failing] - 1
    total[failing] += weight[place] * (1 + hazard[place] - taken[place])
    return total


@dataclass(frozen=True, slots=True)
class Lattice:
    """Scores as whole numbers of a unit, so that sums are exact.

    Attributes
    ----------
    values : ndarray of int, shape (n,)
        The whole numbers.
    unit : float
        What one of them is worth.
    slack : int
        Sums that differ by no more are equal: 0 where the scores are exact.
    """

    values: IntArray
    unit: float
    slack: int


def whole_numbers(values: Sequence[Fraction]) -> Lattice | None:
    """Return fractions in units of their common denominator; None where sums would not fit."""
    common = math.lcm(*(value.denominator for value in values))
    scaled = [int(value * common) for value in values]
    if sum(abs(value) for value in scaled) >= _LARGEST:
        return None
    return Lattice(np.array(scaled, dtype=np.int64), 1 / common, 0)


def rounded(values: FloatArray) -> Lattice:
    """Return numbers rounded to 12 digits of the largest; sums closer than 1e-9 of it are equal.

    That is more than rounding can do, and less than sums that differ usually do.
    """
    largest = float(np.abs(values).max(initial=0.0))
    if largest == 0:
        return Lattice(np.zeros(values.size, dtype=np.int64), 1.0, 0)
    return Lattice(np.rint(values * (1e12 / largest)).astype(np.int64), largest / 1e12, 1000)
