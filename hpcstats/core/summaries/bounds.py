"""Least and greatest values of sorted real numbers under linear rules, by (mixed) linear programming.

The numbers x_1 <= ... <= x_n are real; rules limit single ones and weighted sums of them. Known values need a
matching with distinct places: a variable of 0 or 1 for each known value and place.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from hpcstats.core.risk_sets import FloatArray

_INFEASIBLE = 2


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LinearRules:
    """What sorted real numbers must obey.

    Attributes
    ----------
    lowest, highest : ndarray, shape (n,)
        Finite limits of each number.
    weights : ndarray, shape (rules, n)
        Weights of limited sums.
    low, high : ndarray, shape (rules,)
        Their limits; infinite where there is none.
    known : sequence of (float, float)
        Limits of known values, each the value of a place of its own.
    """

    lowest: FloatArray
    highest: FloatArray
    weights: FloatArray
    low: FloatArray
    high: FloatArray
    known: Sequence[tuple[float, float]] = ()


def extremes(rules: LinearRules, objectives: FloatArray) -> tuple[FloatArray, FloatArray] | None:
    """Return the least and the greatest value of each weighted sum of the numbers; None if none obey.

    Raises
    ------
    ArithmeticError
        If the solver ends without an answer.
    """
    n, known = rules.lowest.size, len(rules.known)
    bounds = Bounds(
        np.concatenate([rules.lowest, np.zeros(n * known)]),
        np.concatenate([rules.highest, np.ones(n * known)]),
    )
    if np.any(rules.lowest > rules.highest):
        return None
    whole = np.concatenate([np.zeros(n), np.ones(n * known)])
    made = _constraints(rules)
    found = np.empty((2, len(objectives)))
    for number, objective in enumerate(objectives):
        for row, sign in enumerate((1.0, -1.0)):
            cost = np.concatenate([sign * objective, np.zeros(n * known)])
            answer = _solved(cost, constraints=made, bounds=bounds, integrality=whole)
            if answer.status == _INFEASIBLE:
                return None
            if answer.status != 0:
                raise ArithmeticError(str(answer.message))
            found[row, number] = sign * answer.fun
    return found[0], found[1]


def _solved(cost: FloatArray, **problem: Any) -> Any:
    """Solve; where the simplified problem is numerically stuck, solve it as it stands."""
    answer = milp(cost, **problem)
    if answer.status not in (0, _INFEASIBLE):
        answer = milp(cost, **problem, options={"presolve": False})
    return answer


def _constraints(rules: LinearRules) -> list[LinearConstraint]:
    n, known = rules.lowest.size, len(rules.known)
    rest = np.zeros((len(rules.weights), n * known))
    ascending = np.hstack([np.diff(np.eye(n), axis=0), np.zeros((n - 1, n * known))])
    made = [LinearConstraint(np.hstack([rules.weights, rest]), rules.low, rules.high)] if len(rest) else []
    if n > 1:
        made.append(LinearConstraint(ascending, 0.0, np.inf))
    if known:
        made += _matching(rules)
    return made


def _matching(rules: LinearRules) -> list[LinearConstraint]:
    """Each known value has one place, no place has two, and the number at the place is within its limits."""
    n, known = rules.lowest.size, len(rules.known)
    values, choices = np.zeros((known, n)), np.eye(known * n)
    once = np.hstack([values, np.repeat(np.eye(known), n, axis=1)])
    apart = np.hstack([np.zeros((n, n)), np.tile(np.eye(n), known)])
    each = np.tile(np.eye(n), (known, 1))
    least = np.repeat([low for low, _ in rules.known], n)
    most = np.repeat([high for _, high in rules.known], n)
    lowest, highest = np.tile(rules.lowest, known), np.tile(rules.highest, known)
    above = np.hstack([each, -choices * np.maximum(least - lowest, 0)[:, None]])
    below = np.hstack([each, choices * np.maximum(highest - most, 0)[:, None]])
    return [
        LinearConstraint(once, 1.0, 1.0),
        LinearConstraint(apart, 0.0, 1.0),
        LinearConstraint(above, lowest, np.inf),
        LinearConstraint(below, -np.inf, highest),
    ]
