"""Newton's method with step halving for a batch of concave functions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from hpcstats.core.partial_likelihood import Derivatives
from hpcstats.core.risk_sets import BoolArray, FloatArray

Objective = Callable[[FloatArray], Derivatives]

_DECREMENT = 1e-20
_FLAT = 1e-11
_FIRST_REACH = 4.0
_HALVINGS = 40


@dataclass(frozen=True, slots=True)
class Maximum:
    """Where the climb ended, (B, p), the derivatives there, and whether it converged, (B,)."""

    position: FloatArray
    derivatives: Derivatives
    converged: BoolArray


def maximise(
    objective: Objective, start: FloatArray, *, held: BoolArray | None = None, iterations: int = 100
) -> Maximum:
    """Climb from `start` (B, p); coordinates `held` (B, p) stay where they are.

    Convergence is judged by the Newton decrement U' I^- U: at most 1e-20, or, once it has sunk below the
    rounding error of the value, no longer falling. A step is cut to a reach that doubles whenever it was too
    short, so that a slope without curvature is climbed as well; directions without slope and curvature are
    left alone, so that a function without a finite maximum is climbed to within rounding of its supremum.
    """
    held = np.zeros(start.shape, dtype=bool) if held is None else held
    position, here = start.copy(), objective(start)
    converged = np.zeros(start.shape[0], dtype=bool)
    before = np.full(start.shape[0], np.inf)
    reach = np.full(start.shape[0], _FIRST_REACH)
    for _ in range(iterations):
        step, decrement = newton_step(here, held, reach)
        converged |= (decrement <= _DECREMENT) | ((decrement <= here.rounding) & (decrement > before / 10))
        before = decrement
        if converged.all():
            break
        position, here, length = _climb(objective, position, here, step, ~converged)
        stuck = ~converged & (length == 0)
        converged |= stuck & (decrement <= 1e-9)
        if (stuck | converged).all():
            break
        reach = np.where(length == 1, 2 * reach, np.maximum(reach * np.maximum(length, 0.25), _FIRST_REACH))
    return Maximum(position, here, converged)


def newton_step(here: Derivatives, held: BoolArray, reach: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the Newton step (B, p), cut to `reach` (B,) in each direction, and the decrement (B,)."""
    score = np.where(held, 0.0, here.score)
    free = ~held
    information = np.where(free[:, :, None] & free[:, None, :], here.information, 0.0)
    values, vectors = np.linalg.eigh(information)
    along = np.einsum("bpk,bp->bk", vectors, score)
    curved = values > _FLAT * np.maximum(values[:, -1:], 1.0)
    sloping = curved | (np.abs(along) > _FLAT)
    furthest = np.where(sloping, np.sign(along), 0.0) * reach[:, None]
    with np.errstate(over="ignore"):
        scaled = np.divide(along, values, out=furthest.copy(), where=sloping & (values > 0))
    scaled = np.clip(scaled, -np.abs(furthest), np.abs(furthest))
    return np.einsum("bpk,bk->bp", vectors, scaled), (along * scaled).sum(axis=1)


def _climb(
    objective: Objective, position: FloatArray, here: Derivatives, step: FloatArray, moving: BoolArray
) -> tuple[FloatArray, Derivatives, FloatArray]:
    """Take the step, halved until no replicate gets worse; a length of 0 marks those that could not move."""
    length = np.where(moving, 1.0, 0.0)
    for _ in range(_HALVINGS):
        there = objective(position + length[:, None] * step)
        slack = 1e-13 * (1 + np.abs(here.value)) + here.rounding
        worse = ~(there.value >= here.value - slack) & (length > 0)
        if not worse.any():
            break
        length[worse] /= 2
    else:
        length[worse] = 0.0
        there = objective(position + length[:, None] * step)
    return position + length[:, None] * step, there, length
