"""Newton steps for a batch of functions."""

from __future__ import annotations

import numpy as np

from hpcstats.core.cox.partial_likelihood import Derivatives
from hpcstats.core.cox.symmetric import solve
from hpcstats.core.risk_sets import BoolArray, FloatArray

_FLAT = 1e-11


def newton_step(
    here: Derivatives, held: BoolArray | None, reach: FloatArray, bend: FloatArray | None = None
) -> tuple[FloatArray, FloatArray]:
    """Return the Newton step (B, p), cut to `reach` (B,) in each direction, and the decrement (B,).

    The curvature is the information plus `bend` (B, p, p) where that is positive definite.
    """
    score, information = here.score, here.information
    fixed: FloatArray | float = 0.0
    if held is not None:
        free = ~held
        both = free[:, :, None] & free[:, None, :]
        score, information = np.where(held, 0.0, score), np.where(both, information, 0.0)
        bend = None if bend is None else np.where(both, bend, 0.0)
        fixed = held[:, :, None] * np.eye(held.shape[1])
    step, sound = solve(information + fixed, score)
    if bend is not None:
        bent, better = solve(information + bend + fixed, score)
        step = np.where((sound & better)[:, None], bent, step)
    cut = ~(sound & (np.abs(step).sum(axis=1) <= reach))
    if cut.any():
        step[cut] = _cut_step(score[cut], information[cut], reach[cut])
    return step, (score * step).sum(axis=1)


def learnt_bend(
    bend: FloatArray, before: Derivatives, after: Derivatives, step: FloatArray, moved: BoolArray
) -> FloatArray:
    """Learn from a step how the curvature differs from the information: the symmetric rank-one update."""
    mean = (before.information + after.information) / 2 + bend
    missing = before.score - after.score - np.einsum("bpq,bq->bp", mean, step)
    along = (missing * step).sum(axis=1)
    size = np.sqrt((missing * missing).sum(axis=1) * (step * step).sum(axis=1))
    learnt = moved & (np.abs(along) > 1e-8 * size)
    scale = np.divide(1.0, along, out=np.zeros_like(along), where=learnt)
    learnt_part: FloatArray = missing[:, :, None] * missing[:, None] * scale[:, None, None]
    return bend + learnt_part


def _cut_step(score: FloatArray, information: FloatArray, reach: FloatArray) -> FloatArray:
    """Return the Newton step in the directions that have slope, none of them longer than `reach`."""
    values, vectors = np.linalg.eigh(information)
    along = np.einsum("bpk,bp->bk", vectors, score)
    curved = values > _FLAT * np.maximum(values[:, -1:], 1.0)
    sloping = curved | (np.abs(along) > _FLAT)
    furthest = np.where(sloping, np.sign(along), 0.0) * reach[:, None]
    with np.errstate(over="ignore"):
        scaled = np.divide(along, values, out=furthest.copy(), where=sloping & (values > 0))
    scaled = np.clip(scaled, -np.abs(furthest), np.abs(furthest))
    step: FloatArray = np.einsum("bpk,bk->bp", vectors, scaled)
    return step
