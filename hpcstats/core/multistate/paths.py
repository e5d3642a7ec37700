"""The Aalen-Johansen estimator: state probabilities as products of I + dA, and their covariance.

With p(0) the probabilities at the start, p(t) = p(0) prod_{u <= t} (I + dA(u)) (Aalen & Johansen 1978).
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from hpcstats.core.multistate.stays import Moves, Stays
from hpcstats.core.risk_sets import FloatArray, IntArray


def paths(start: FloatArray, steps: FloatArray) -> FloatArray:
    """Return the state probabilities (B, T, S) after each step, from those at the start (B, S)."""
    found = np.empty(steps.shape[:3])
    state = start[:, None, :]
    for k in range(steps.shape[1]):
        state = state @ steps[:, k]
        found[:, k] = state[:, 0]
    return found


def covariance(
    start: FloatArray, probabilities: FloatArray, moves: Moves, steps: FloatArray, kind: str
) -> FloatArray:
    """Return the covariance (T, S, S) of state probabilities with a given start, of one weight row.

    V(t) = (I + dA)' V(t-) (I + dA) + sum_g p_g(t-)^2 C_g(t), with C_g the covariance of row g of dA:
    multinomial given those at risk ("greenwood"), or of Poisson increments ("aalen"). Andersen, Borgan, Gill
    & Keiding 1993, section IV.4.
    """
    size, states = probabilities.shape[1:]
    found = np.empty((size, states, states))
    variance = np.zeros((states, states))
    before = start[0]
    for k in range(size):
        step = steps[0, k]
        variance = step.T @ variance @ step
        for g in np.flatnonzero(moves.moves[0, k].any(axis=-1) & (before > 0)):
            variance = variance + before[g] ** 2 * _row_covariance(
                moves.moves[0, k, g], moves.at_risk[0, k, g], int(g), kind
            )
        found[k] = variance
        before = probabilities[0, k]
    return found


def _row_covariance(moves: FloatArray, at_risk: float, here: int, kind: str) -> FloatArray:
    """Return the covariance of the moves out of one state and of staying there."""
    hazard = moves / at_risk
    out = np.diag(hazard) if kind == "aalen" else np.diag(hazard) - np.outer(hazard, hazard)
    # Who stays is who does not move: the row of dA adds up to zero.
    whole: FloatArray = out / at_risk
    whole[here] = -whole.sum(axis=0)
    whole[:, here] = -whole.sum(axis=1)
    return whole


def influences(
    start: FloatArray,
    start_influence: FloatArray,
    probabilities: FloatArray,
    moves: Moves,
    stays: Stays,
    patient: IntArray,
) -> Iterator[FloatArray]:
    """Yield, at each grid point, the infinitesimal jackknife influence of each patient, (P, S).

    The influence on dA_g is (dN_g - Y_g dA_g) of the patient divided by all at risk; through the chain rule
    U(t) = U(t-) (I + dA) + p(t-) dU_A(t). Weights are those of `moves`, of one weight row.
    """
    influence, before = start_influence, start[0]
    present = np.zeros_like(start_influence)
    entering, leaving = _rows_by_time(stays.first, stays), _rows_by_time(stays.last, stays)
    steps = moves.steps
    for k in range(stays.times.size):
        np.add.at(present, (patient[entering[k]], stays.here[entering[k]]), 1.0)
        influence = influence @ steps[0, k]
        gone = leaving[k]
        for g in np.flatnonzero(moves.moves[0, k].any(axis=-1)):
            own = gone[(stays.here[gone] == g) & (stays.there[gone] >= 0)]
            change = -np.outer(present[:, g], moves.moves[0, k, g] / moves.at_risk[0, k, g])
            np.add.at(change, (patient[own], stays.there[own]), 1.0)
            change[:, g] -= change.sum(axis=1)
            influence = influence + before[g] * change / moves.at_risk[0, k, g]
        yield influence
        np.add.at(present, (patient[gone], stays.here[gone]), -1.0)
        before = probabilities[0, k]


def _rows_by_time(position: IntArray, stays: Stays) -> list[IntArray]:
    """Return the rows at each grid point."""
    order = np.argsort(position, kind="stable")
    ends = np.searchsorted(position[order], np.arange(stays.times.size + 1))
    return [order[low:high] for low, high in pairwise(ends.tolist())]
