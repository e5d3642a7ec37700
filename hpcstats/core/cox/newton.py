"""Newton's method with step halving for a batch of concave functions.

All replicates move at once, each at its own pace: one evaluation serves the full step of some and the halved
step of others. Replicates that have arrived are dropped from the batch.
"""

from __future__ import annotations

import numpy as np

from hpcstats.core.cox.climb import Climb, outcome_of
from hpcstats.core.cox.newton_step import newton_step
from hpcstats.core.cox.objective import CONVERGED, MONOTONE, STOPPED, UNINFORMED, Maximum, Objective
from hpcstats.core.cox.partial_likelihood import Derivatives
from hpcstats.core.cox.single_climb import climb_alone
from hpcstats.core.risk_sets import BoolArray, FloatArray, IntArray

__all__ = ["CONVERGED", "MONOTONE", "STOPPED", "UNINFORMED", "Maximum", "Objective", "maximise"]

_CROWDED = 0.7
"""Share of a batch still under way below which the others are dropped from it."""


def maximise(
    objective: Objective,
    start: FloatArray,
    *,
    held: BoolArray | None = None,
    iterations: int = 100,
    give_up: bool = False,
    known: Derivatives | None = None,
) -> Maximum:
    """Climb from `start` (B, p); coordinates `held` (B, p) stay where they are.

    Convergence is judged by the Newton decrement U' I^- U: at most 1e-20, or, once it has sunk below the
    rounding error of the value, no longer falling. A step is cut to a reach that doubles whenever it was too
    short, so that a slope without curvature is climbed as well; directions without slope and curvature are
    left alone, so that a function without a finite maximum is climbed to within rounding of its supremum.

    With `give_up` such functions are left as soon as they are known to rise for ever (MONOTONE), those
    without information in some direction at the start at once (UNINFORMED), and a maximum counts only where
    the decrement proves that it exists. `known` are the derivatives at the start, where they are.
    """
    batch, size = start.shape[0], objective.at_once
    if batch == 1 and held is None and not objective.bent:
        alone = climb_alone(objective, start, objective.evaluate(start) if known is None else known, give_up)
        if alone is not None:
            return alone
    if batch <= size:
        return _climbed(objective, start, held, iterations, give_up, known)
    parts = []
    for first in range(0, batch, size):
        rows = np.arange(first, min(first + size, batch))
        kept = None if held is None else held[rows]
        parts.append(_climbed(objective.take(rows), start[rows], kept, iterations, give_up, None))
    return Maximum(
        np.concatenate([part.position for part in parts]),
        Derivatives.joined([part.derivatives for part in parts]),
        np.concatenate([part.status for part in parts]),
    )


def _climbed(
    objective: Objective,
    start: FloatArray,
    held: BoolArray | None,
    iterations: int,
    give_up: bool,
    known: Derivatives | None,
) -> Maximum:
    climb = Climb.begin(objective, start, held, known)
    status = np.full(start.shape[0], STOPPED)
    left: list[tuple[IntArray, FloatArray, Derivatives]] = []
    for iteration in range(iterations):
        step, decrement = newton_step(climb.here, climb.held, climb.reach, climb.bend)
        outcome = outcome_of(climb, step, decrement, iteration if give_up else None)
        ended = climb.going & (outcome >= 0)
        if ended.any():
            status[climb.index[ended]] = outcome[ended]
            climb.going = climb.going & ~ended
            rows = np.flatnonzero(climb.going)
            if not rows.size:
                break
            if rows.size < _CROWDED * climb.going.size:
                gone = np.flatnonzero(~climb.going)
                left.append((climb.index[gone], climb.position[gone], climb.here.take(gone)))
                climb.drop(rows)
                step, decrement = step[rows], decrement[rows]
        climb.advance(step, decrement)
    if not left:
        return Maximum(climb.position, climb.here, status)
    left.append((climb.index, climb.position, climb.here))
    order = np.argsort(np.concatenate([index for index, _, _ in left]))
    return Maximum(
        np.concatenate([position for _, position, _ in left])[order],
        Derivatives.joined([here for _, _, here in left]).take(order),
        status,
    )
