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
_LONGEST = 8.0
_HALVINGS = 30


@dataclass(frozen=True, slots=True)
class Maximum:
    """Where the climb ended, (B, p), the derivatives there, and whether it converged, (B,)."""

    position: FloatArray
    derivatives: Derivatives
    converged: BoolArray


def maximise(
    objective: Objective, start: FloatArray, *, held: BoolArray | None = None, iterations: int = 80
) -> Maximum:
    """Climb from `start` (B, p); coordinates `held` (B, p) stay where they are.

    Convergence is judged by the Newton decrement U' I^- U, at most 1e-20 (or, once no step can raise the
    value any more, rounding error). Directions in which the information has vanished are left alone,
    so that a function without a finite maximum is climbed to within rounding of its supremum.
    """
    held = np.zeros(start.shape, dtype=bool) if held is None else held
    position, here = start.copy(), objective(start)
    converged = np.zeros(start.shape[0], dtype=bool)
    for _ in range(iterations):
        step, decrement = newton_step(here, held)
        converged |= decrement <= _DECREMENT
        if converged.all():
            break
        step[converged] = 0.0
        position, here, stuck = _climb(objective, position, here, step, ~converged)
        converged |= stuck & (decrement <= 1e-9)
        if (stuck | converged).all():
            break
    return Maximum(position, here, converged)


def newton_step(here: Derivatives, held: BoolArray) -> tuple[FloatArray, FloatArray]:
    """Return the Newton step (B, p), shortened where it is long, and the decrement (B,)."""
    score = np.where(held, 0.0, here.score)
    free = ~held
    information = np.where(free[:, :, None] & free[:, None, :], here.information, 0.0)
    values, vectors = np.linalg.eigh(information)
    kept = values > _FLAT * np.maximum(values[:, -1:], 1.0)
    along = np.einsum("bpk,bp->bk", vectors, score)
    scaled = np.divide(along, values, out=np.zeros_like(along), where=kept)
    step = np.einsum("bpk,bk->bp", vectors, scaled)
    longest = np.abs(step).max(axis=1, keepdims=True, initial=0.0)
    shortened = step * np.minimum(1.0, _LONGEST / np.maximum(longest, _LONGEST))
    return shortened, (along * scaled).sum(axis=1)


def _climb(
    objective: Objective, position: FloatArray, here: Derivatives, step: FloatArray, moving: BoolArray
) -> tuple[FloatArray, Derivatives, BoolArray]:
    """Take the step, halved until no replicate gets worse; `stuck` marks those that could not move."""
    length = np.where(moving, 1.0, 0.0)
    for _ in range(_HALVINGS):
        there = objective(position + length[:, None] * step)
        slack = 1e-13 * (1 + np.abs(here.value))
        worse = ~(there.value >= here.value - slack) & (length > 0)
        if not worse.any():
            break
        length[worse] /= 2
    else:
        length[worse] = 0.0
        there = objective(position + length[:, None] * step)
    return position + length[:, None] * step, there, moving & (length == 0.0)
