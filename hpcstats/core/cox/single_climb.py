"""Newton's method for one function that behaves well, in plain numbers: arrays of one are slow.

The rules are those of `core.cox.newton`. Whatever needs more than full steps is left to it.
"""

from __future__ import annotations

from math import prod

import numpy as np

from hpcstats.core.cox.climb import DECREMENT, FIRST_REACH
from hpcstats.core.cox.objective import CONVERGED, Maximum, Objective
from hpcstats.core.cox.partial_likelihood import Derivatives
from hpcstats.core.risk_sets import FloatArray

_SOUND = 1e-9
_TINY = 1e-200
_STEPS = 15


def climb_alone(objective: Objective, start: FloatArray, here: Derivatives, proven: bool) -> Maximum | None:
    """Climb from `start` (1, p), where the derivatives are `here`; None if that takes more than full steps.

    With `proven` only a maximum counts whose existence the decrement proves (`core.climb.exists`).
    """
    position, reach = start, FIRST_REACH
    for _ in range(_STEPS):
        score = here.score[0].tolist()
        solved = _solve(here.information[0].tolist(), score)
        if solved is None:
            return None
        step, pivots = solved
        decrement = sum(s * t for s, t in zip(score, step, strict=True))
        if decrement <= DECREMENT:
            if proven and not _exists(objective, here, decrement, pivots):
                return None
            return Maximum(position, here, np.full(1, CONVERGED))
        if sum(map(abs, step)) > reach:
            return None
        position = position + np.array(step)
        before, here = here, objective.evaluate(position)
        low = float(before.value[0])
        if not here.value[0] >= low - 1e-13 * (1 + abs(low)) - before.rounding[0]:
            return None
        reach *= 2
    return None


def _exists(objective: Objective, here: Derivatives, decrement: float, pivots: list[float]) -> bool:
    """Tell whether the decrement proves a maximum; an eigenvalue is at least det / trace^(p - 1)."""
    trace = float(np.trace(here.information[0]))
    smallest = prod(pivot / trace for pivot in pivots) * trace
    return bool(decrement * (2 * objective.diameter) ** 2 <= smallest)


def _solve(matrix: list[list[float]], right: list[float]) -> tuple[list[float], list[float]] | None:
    """Solve by L D L', and return the pivots; None unless the matrix is soundly positive definite."""
    factors: list[list[float]] = []
    pivots: list[float] = []
    forward: list[float] = []
    for j, entries in enumerate(matrix):
        row: list[float] = []
        scaled: list[float] = []
        left, value = entries[j], right[j]
        for k in range(j):
            entry = entries[k] - sum(factors[k][m] * scaled[m] for m in range(k))
            scaled.append(entry)
            row.append(entry / pivots[k])
            left -= entry * row[k]
            value -= row[k] * forward[k]
        if not left > max(_SOUND * entries[j], _TINY):
            return None
        pivots.append(left)
        factors.append(row)
        forward.append(value)
    solution = [value / pivot for value, pivot in zip(forward, pivots, strict=True)]
    for j in reversed(range(len(solution))):
        for k in range(j):
            solution[k] -= factors[j][k] * solution[j]
    return solution, pivots
