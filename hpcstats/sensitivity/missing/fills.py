"""All values a missing binary covariate could have, as rows of case weights: enumerated or searched.

A patient whose value is missing stands twice among the rows, once with each level, and a fill is a row of
weights that counts one of the two: all fills are one batch of fits. Patients who stand in the same risk sets
with the same covariates and the same ending can change places, so that a fill is a count for each such class.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import islice, product
from typing import Any

import numpy as np

from hpcstats.columns import FloatArray, IntArray
from hpcstats.core.risk_sets import place
from hpcstats.sensitivity.refitting.cox_refits import CoxRefits

_PIECE = 2_000
_BEST_STARTS = 2
_RANDOM_STARTS = 3


@dataclass(slots=True, kw_only=True, eq=False)
class Fills:
    """The classes of interchangeable patients, and the fits of their fills.

    Attributes
    ----------
    refits : CoxRefits
        Rows of all patients with the first level, then those with a gap once more with the second.
    gaps : ndarray of int
        Positions of the patients with a gap.
    kind : ndarray of int
        Class of each of them.
    coefficient : int
        Position of the coefficient.
    decide : callable
        Takes the level of each patient with a gap and fits by itself what the batch left open: the
        coefficient, infinite where the likelihood rises for ever, NaN where there is none.
    n_fits, n_unknown : int
        Fits made, and those without an estimate.
    """

    refits: CoxRefits
    gaps: IntArray
    kind: IntArray
    coefficient: int
    decide: Callable[[IntArray], float]
    n_fits: int = 0
    n_unknown: int = 0
    _seen: dict[tuple[int, ...], float] = field(default_factory=dict)

    @property
    def sizes(self) -> IntArray:
        """Patients in each class."""
        return np.bincount(self.kind).astype(np.int64)

    @property
    def number(self) -> float:
        """Distinct fills; infinite where they are more than a float can hold."""
        try:
            return float(math.prod(size + 1 for size in self.sizes.tolist()))
        except OverflowError:
            return math.inf

    def codes(self, counts: tuple[int, ...]) -> IntArray:
        """Turn a count for each class into the level of each patient with a gap."""
        codes = np.zeros(self.gaps.size, dtype=np.int64)
        for kind, count in enumerate(counts):
            codes[np.flatnonzero(self.kind == kind)[:count]] = 1
        return codes

    def estimates(self, fills: list[tuple[int, ...]]) -> FloatArray:
        """Return the coefficient under each fill: infinite where it rises for ever, NaN where it is none."""
        new = list(dict.fromkeys(fill for fill in fills if fill not in self._seen))
        for first in range(0, len(new), _PIECE):
            piece = new[first : first + _PIECE]
            codes = np.stack([self.codes(fill) for fill in piece])
            weights = np.ones((len(piece), self.refits.exit.size))
            weights[:, self.gaps] = 1 - codes
            weights[:, weights.shape[1] - self.gaps.size :] = codes
            values = self.refits.evaluate(weights, whole=True).values[:, self.coefficient].copy()
            for row in np.flatnonzero(np.isnan(values)).tolist():
                values[row] = self.decide(codes[row])
            self._seen |= dict(zip(piece, values.tolist(), strict=True))
            self.n_unknown += int(np.isnan(values).sum())
        self.n_fits += len(new)
        return np.array([self._seen[fill] for fill in fills])

    def enumerate_all(self) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Return the fills of the lowest and the highest estimate among all."""
        every = product(*(range(size + 1) for size in self.sizes.tolist()))
        best: list[tuple[int, ...] | None] = [None, None]
        ends = [np.inf, -np.inf]
        while piece := list(islice(every, _PIECE)):
            values = self.estimates(piece)
            self._seen.clear()
            for side, sign in enumerate((1, -1)):
                found = np.where(np.isnan(values), np.inf, sign * values)
                k = int(found.argmin())
                if best[side] is None or found[k] < sign * ends[side]:
                    best[side], ends[side] = piece[k], sign * float(found[k])
        assert best[0] is not None
        assert best[1] is not None
        return best[0], best[1]

    def search(self, sign: int, order: IntArray, rng: np.random.Generator) -> tuple[int, ...]:
        """Climb to the lowest (`sign` 1) or highest (-1) estimate from several starts.

        Starts give one level to the first k classes of `order` and the other to the rest, for every k, and
        random counts. A step changes the count of a class by one, or those of two classes against each other.
        """
        starts = self._starts(order)
        values = self._rated(sign, starts)
        best = [starts[k] for k in np.argsort(values, kind="stable")[:_BEST_STARTS].tolist()]
        best += [tuple(rng.integers(0, self.sizes + 1).tolist()) for _ in range(_RANDOM_STARTS)]
        tops = [self._climbed(sign, start) for start in best]
        return tops[int(self._rated(sign, tops).argmin())]

    def _starts(self, order: IntArray) -> list[tuple[int, ...]]:
        sizes, found = self.sizes, []
        for ranked in (order, order[::-1]):
            counts = np.zeros(sizes.size, dtype=np.int64)
            found.append(tuple(counts.tolist()))
            for kind in ranked.tolist():
                counts[kind] = sizes[kind]
                found.append(tuple(counts.tolist()))
        return found

    def _rated(self, sign: int, fills: list[tuple[int, ...]]) -> FloatArray:
        values = self.estimates(fills)
        return np.where(np.isnan(values), np.inf, sign * values)

    def _climbed(self, sign: int, start: tuple[int, ...]) -> tuple[int, ...]:
        here, value = start, float(self._rated(sign, [start])[0])
        while True:
            for near in (_single_steps(here, self.sizes), _exchanges(here, self.sizes)):
                values = self._rated(sign, near) if near else np.array([np.inf])
                k = int(values.argmin())
                if values[k] < value - 1e-9:
                    here, value = near[k], float(values[k])
                    break
            else:
                return here


def _single_steps(here: tuple[int, ...], sizes: IntArray) -> list[tuple[int, ...]]:
    found = []
    for kind, size in enumerate(sizes.tolist()):
        counts = [count for count in (here[kind] - 1, here[kind] + 1) if 0 <= count <= size]
        found += [(*here[:kind], count, *here[kind + 1 :]) for count in counts]
    return found


def _exchanges(here: tuple[int, ...], sizes: IntArray) -> list[tuple[int, ...]]:
    down = [kind for kind, count in enumerate(here) if count > 0]
    up = [kind for kind, count in enumerate(here) if count < int(sizes[kind])]
    found = []
    for one in down:
        for other in up:
            if one != other:
                counts = list(here)
                counts[one] -= 1
                counts[other] += 1
                found.append(tuple(counts))
    return found


def classes(refits: CoxRefits, gaps: IntArray) -> IntArray:
    """Number the classes of interchangeable patients with a gap, those alike in all that a Cox model sees."""
    risk = place(refits.exit, refits.event, refits.entry)
    upto = np.cumsum(np.bincount(risk.last[refits.event], minlength=risk.times.size) > 0)
    columns: list[Any] = [refits.event[gaps], upto[risk.last[gaps]]]
    if risk.first is not None:
        columns.append(np.where(risk.first > 0, upto[np.maximum(risk.first - 1, 0)], 0)[gaps])
    second = refits.exit.size - gaps.size + np.arange(gaps.size)
    key = np.column_stack([*columns, refits.covariates[gaps], refits.covariates[second]])
    _, kind = np.unique(key, axis=0, return_inverse=True)
    return kind.reshape(-1).astype(np.int64)
