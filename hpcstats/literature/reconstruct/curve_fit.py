"""Where the censored left: the places that let the rebuilt curve agree with the published one.

The algorithm of Guyot et al. spreads the censored evenly. Few patients then give visible errors: with one too
many at risk every step is too low. But a step of height S_k / S_{k-1} = 1 - d/n read exactly tells n. So each
interval is filled anew: over its points, with the number at risk as the state, dynamic programming looks for
censorings with which no point of the curve is missed by more than it can be read, and among these for the
most even ones.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from hpcstats.columns import FloatArray, IntArray
from hpcstats.literature.reconstruct.curve_steps import (
    Rebuilt,
    even_interval,
    even_last_interval,
    interval_starts,
)

_CLASSES = 12
"""Ways kept for each number at risk, by how they miss the last point."""

_BEYOND = 100.0
_WITHIN = 0.05
_UNEVEN = 1e-3
"""Weights of what a point misses beyond its precision (or an event too many or too few), of a miss within it,
and of uneven censoring."""


def fitted(
    time: FloatArray,
    survival: FloatArray,
    table: FloatArray,
    numbers: IntArray,
    total: int | None,
    precision: float,
) -> Rebuilt:
    """Rebuild events and censorings, these where the curve puts them.

    With neither a risk table nor a total of events nothing tells of censoring: there is none.
    """
    found = Rebuilt.begin(time, survival, int(numbers[0]))
    first = interval_starts(time, table)
    censored = []
    for start, following, wanted in zip(first[:-1], first[1:], numbers[1:].tolist(), strict=True):
        censored.append(even_interval(found, start, following, wanted))
        _fit_interval(found, start, following, wanted, precision)
    even_last_interval(found, first, censored, total)
    if len(first) > 1 or total is not None:
        _fit_last_interval(found, first[-1], total, precision)
    return found


@dataclass(slots=True, eq=False)
class Paths:
    """The best ways to each number at risk just before a point, a few for each number.

    Several ways to one number are kept when their curves miss the last point differently: what is missed now
    is carried on. Arrays have a row for each way, whose number at risk is `number`.

    Attributes
    ----------
    number, events : ndarray of int, shape (W,)
        At risk, and events so far.
    cost, estimate : ndarray, shape (W,)
        Cost so far, and the rebuilt curve.
    """

    number: IntArray
    events: IntArray
    cost: FloatArray
    estimate: FloatArray

    def fail(self, level: float, precision: float) -> tuple[Paths, IntArray]:
        """Take the events of a point at height `level`; return the ways and how they miss it, in classes."""
        ratio = np.divide(level, self.estimate, out=np.ones_like(self.estimate), where=self.estimate > 0)
        deaths = np.round(self.number * (1 - np.minimum(1.0, ratio))).astype(np.int64)
        kept = self.estimate * (1 - deaths / np.maximum(self.number, 1))
        signed = (kept - level) / precision
        miss = np.abs(signed)
        cost = self.cost + _BEYOND * np.maximum(0.0, miss - 1) + _WITHIN * np.minimum(miss, 1) ** 2
        classes = np.floor((np.clip(signed, -1, 1) + 1) / 2 * (_CLASSES - 1e-9)).astype(np.int64)
        return Paths(self.number - deaths, self.events + deaths, cost, kept), classes

    def censor(self, classes: IntArray, expected: float, least: int) -> tuple[Paths, IntArray]:
        """Let some be censored, about `expected`; return the best ways on and the way each came from."""
        number = np.arange(least, int(self.number.max()) + 1)
        ways: list[IntArray] = []
        costs: list[FloatArray] = []
        for kind in np.unique(classes):
            own = np.flatnonzero(classes == kind)
            censored = self.number[own, None] - number
            uneven = _UNEVEN * (censored - expected) ** 2 / (1 + expected)
            cost = np.where(censored >= 0, self.cost[own, None] + uneven, np.inf)
            best = np.argmin(cost, axis=0)
            ways.append(own[best])
            costs.append(cost[best, np.arange(number.size)])
        reached = np.isfinite(np.stack(costs))
        came_from = np.stack(ways)[reached]
        after = np.broadcast_to(number, reached.shape)[reached]
        found = Paths(after, self.events[came_from], np.stack(costs)[reached], self.estimate[came_from])
        return found, came_from


def _fit_interval(found: Rebuilt, start: int, following: int, wanted: int, precision: float) -> None:
    """Place the censored of one interval anew, so that `wanted` are at risk at the next if possible."""
    levels = _forward(found, start, following, wanted, precision)
    paths = levels[-1][0]
    # Fewer at risk than wanted cannot be helped: then as many as there can be.
    number = wanted if (paths.number == wanted).any() else int(paths.number.max())
    possible = np.where(paths.number == number, paths.cost, np.inf)
    _back(found, start, following, int(np.argmin(possible)), levels)


def _fit_last_interval(found: Rebuilt, start: int, total: int | None, precision: float) -> None:
    """Place the censored of the last interval anew, with the total of events where it is known."""
    last = found.time.size - 1
    levels = _forward(found, start, last, 0, precision)
    ended, _ = levels[-1][0].fail(found.survival[last], precision)
    earlier = int(found.events[:start].sum())
    wrong = np.zeros(ended.cost.size) if total is None else np.abs(earlier + ended.events - total)
    _back(found, start, last, int(np.argmin(ended.cost + _BEYOND * wrong)), levels)
    found.censored[last] = 0
    found.step(last, last)


Level = tuple[Paths, IntArray]
"""The ways to a point, and the way to the point before that each came from."""


def _forward(found: Rebuilt, start: int, end: int, least: int, precision: float) -> list[Level]:
    """Go from point `start` to `end`, keeping all levels."""
    before = found.estimate[start - 1] if start else 1.0
    size, none = found.at_risk[start : start + 1].copy(), np.zeros(1, dtype=np.int64)
    paths = Paths(size, none, np.zeros(1), np.array([before]))
    number = found.censored[start:end].sum()
    duration = float(found.time[end] - found.time[start]) or 1.0
    least = min(least, int(found.at_risk[start]) - int(found.events[start:end].sum()))
    levels: list[Level] = [(paths, none)]
    for k in range(start, end):
        share = (found.time[k + 1] - found.time[k]) / duration
        failed, classes = paths.fail(found.survival[k], precision)
        fewest = min(least, int(failed.number.max()))
        paths, came_from = failed.censor(classes, float(number * share), fewest)
        levels.append((paths, came_from))
    return levels


def _back(found: Rebuilt, start: int, end: int, way: int, levels: list[Level]) -> None:
    """Write the censorings on the way that ends at point `end`, and the steps they make."""
    numbers = []
    for paths, came_from in reversed(levels):
        numbers.append((int(paths.number[way]), int(paths.events[way])))
        way = int(came_from[way])
    numbers.reverse()
    for k, ((old, had), (new, have)) in enumerate(pairwise(numbers), start=start):
        found.censored[k] = old - (have - had) - new
    found.step(start, end - 1)
