"""The replicates of a batch on their way up, and which of them have arrived."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hpcstats.core.cox.newton_step import learnt_bend
from hpcstats.core.cox.objective import CONVERGED, MONOTONE, STOPPED, UNINFORMED, Objective
from hpcstats.core.cox.partial_likelihood import Derivatives
from hpcstats.core.cox.symmetric import inverse
from hpcstats.core.risk_sets import BoolArray, FloatArray, IntArray

DECREMENT = 1e-20
FIRST_REACH = 4.0
_SHORTEST = 2.0**-40
_SMALL = 1e-9
_ASKED = (2, 3, 4, 5, 6, 8, 10, 13, 17, 22, 30, 40, 60)
"""Iterations after which the slow are asked whether they rise for ever."""


@dataclass(slots=True)
class Climb:
    """The replicates in one batch; `index` is their place in the whole, `going` which are still under way."""

    objective: Objective
    index: IntArray
    going: BoolArray
    held: BoolArray | None
    position: FloatArray
    here: Derivatives
    before: FloatArray
    reach: FloatArray
    length: FloatArray
    bend: FloatArray | None

    @classmethod
    def begin(
        cls, objective: Objective, start: FloatArray, held: BoolArray | None, known: Derivatives | None
    ) -> Climb:
        """Stand at the start."""
        batch = start.shape[0]
        return cls(
            objective=objective,
            index=np.arange(batch),
            going=np.ones(batch, dtype=bool),
            held=held,
            position=start,
            here=objective.evaluate(start) if known is None else known,
            before=np.full(batch, np.inf),
            reach=np.full(batch, FIRST_REACH),
            length=np.ones(batch),
            bend=np.zeros((batch, *(2 * start.shape[1:]))) if objective.bent else None,
        )

    def drop(self, rows: IntArray) -> None:
        """Keep only `rows`."""
        self.objective = self.objective.take(rows)
        self.index, self.going, self.position = self.index[rows], self.going[rows], self.position[rows]
        self.here = self.here.take(rows)
        self.held = None if self.held is None else self.held[rows]
        self.before, self.reach, self.length = self.before[rows], self.reach[rows], self.length[rows]
        self.bend = None if self.bend is None else self.bend[rows]

    def advance(self, step: FloatArray, decrement: FloatArray) -> None:
        """Take the step where it does not lead down; halve it elsewhere."""
        whole = self.length == 1
        at = self.position + step * np.where(self.going, self.length, 0.0)[:, None]
        there = self.objective.evaluate(at)
        slack = 1e-13 * (1 + np.abs(self.here.value)) + self.here.rounding
        better = there.value >= self.here.value - slack
        if self.bend is not None:
            self.bend = learnt_bend(self.bend, self.here, there, at - self.position, better)
        if better.all():
            self.position, self.here, self.before = at, there, decrement
        else:
            self.position = np.where(better[:, None], at, self.position)
            self.here = self.here.merged(there, better)
            self.before = np.where(better, decrement, self.before)
        shrunk = np.maximum(self.reach * np.maximum(self.length, 0.25), FIRST_REACH)
        self.reach = np.where(better, np.where(whole, 2 * self.reach, shrunk), self.reach)
        self.length = np.where(better, 1.0, self.length / 2)


def outcome_of(climb: Climb, step: FloatArray, decrement: FloatArray, iteration: int | None) -> IntArray:
    """Return the outcome of each replicate, -1 while it is under way."""
    slow = decrement > climb.before / 10
    arrived = (decrement <= DECREMENT) | ((decrement <= climb.here.rounding) & slow)
    stuck = climb.length < _SHORTEST
    arrived |= stuck & (decrement <= _SMALL)
    outcome = np.where(arrived, CONVERGED, np.where(stuck, STOPPED, -1))
    if iteration is None:
        return outcome
    if iteration == 0:
        outcome[~informed(climb.here)] = UNINFORMED
        return outcome
    if arrived.any():
        outcome[arrived & ~exists(climb, decrement)] = STOPPED
    if iteration in _ASKED:
        asked = np.flatnonzero(climb.going & slow & (outcome < 0))
        if asked.size:
            rising = climb.objective.take(asked).rises(step[asked])
            outcome[asked[rising]] = MONOTONE
    return outcome


def informed(here: Derivatives) -> BoolArray:
    """Tell where every direction has information."""
    return inverse(here.information)[2]


def exists(climb: Climb, decrement: FloatArray) -> BoolArray:
    """Tell where the decrement proves a maximum.

    The log-likelihood is self-concordant in the sense of Bach (2010, doi:10.1214/09-EJS521): with R the
    largest distance between covariates, a decrement of at most the smallest eigenvalue of the information
    over (2 R)^2 proves a finite maximum nearby. One over the trace of the inverse is at most that eigenvalue.
    """
    found, _, sound = inverse(climb.here.information)
    trace = np.trace(found, axis1=1, axis2=2)
    proven: BoolArray = sound & (decrement * (2 * climb.objective.diameter) ** 2 * trace <= 1)
    return proven
