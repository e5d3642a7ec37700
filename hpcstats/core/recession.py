"""Does the partial likelihood have a finite maximum? Decided exactly, by linear programming.

log L is concave. It rises (or stays) for ever along g if and only if at every event time every event
has the largest g'x among those at risk: g'(x_i - x_j) >= 0 for all events i and all j at risk with
them. If one of these is positive the likelihood is monotone along g, and no finite maximum exists.
The same holds for Breslow's and Efron's rule. (Bryson & Johnson 1981, Technometrics
23:381; Jacobsen 1989, Scandinavian Journal of Statistics 16:335.)
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.optimize import linprog

from hpcstats.core.partial_likelihood import PartialLikelihood
from hpcstats.core.risk_sets import BoolArray, FloatArray
from hpcstats.core.strata import Stratum

_POSITIVE = 1e-6


@dataclass(frozen=True, slots=True)
class Recession:
    """Directions in which the likelihood never falls.

    Attributes
    ----------
    direction : ndarray, shape (p,)
        A direction that makes as many differences as possible positive (each at least 1);
        zero when the maximum is finite.
    rises, falls : ndarray of bool, shape (p,)
        Whether the coefficient goes to plus, to minus infinity along some such direction.
    """

    direction: FloatArray
    rises: BoolArray
    falls: BoolArray

    @classmethod
    def none(cls, parameters: int) -> Recession:
        """Build the answer for a likelihood with a finite maximum."""
        nowhere = np.zeros(parameters, dtype=bool)
        return cls(np.zeros(parameters), nowhere, nowhere)

    @property
    def monotone(self) -> bool:
        """Whether no finite maximum exists."""
        return bool(self.direction.any())


def recession(likelihood: PartialLikelihood) -> Recession:
    """Find the recession directions of a prepared likelihood (its first weight row decides who counts)."""
    p = likelihood.parameters
    differences = np.concatenate([np.zeros((0, p)), *map(event_differences, likelihood.strata)])
    differences = np.unique(differences[np.abs(differences).max(axis=1, initial=0.0) > 0], axis=0)
    if not differences.size:
        return Recession.none(p)
    direction = _most_positive(differences)
    if not direction.any():
        return Recession.none(p)
    reach = np.array([[_reach(differences, sign * unit) for unit in np.eye(p)] for sign in (1.0, -1.0)])
    return Recession(direction, reach[0] > _POSITIVE, reach[1] > _POSITIVE)


def event_differences(stratum: Stratum) -> FloatArray:
    """Return x_i - x_j for events i and those j at risk with them that are needed to imply all others.

    Without delayed entry the risk sets are nested, so that each event time needs only those who leave
    before the next one, and one event of the next; with delayed entry all pairs are returned.
    """
    counts = stratum.weights[0] > 0
    parts = []
    for k in range(stratum.times.size):
        dying = np.flatnonzero(counts & stratum.event & (stratum.last == k))
        if not dying.size:
            continue
        if stratum.first is None:
            later = np.flatnonzero(counts & stratum.event & (stratum.last > k))
            following = stratum.last[later].min() if later.size else stratum.times.size
            other = np.flatnonzero(counts & (stratum.last >= k) & (stratum.last < following))
            other = np.concatenate([other, later[stratum.last[later] == following][:1]])
        else:
            other = np.flatnonzero(counts & (stratum.first <= k) & (stratum.last >= k))
        lead = stratum.covariates[dying[0]]
        parts.append(lead - stratum.covariates[other])
        parts.append(stratum.covariates[dying[1:]] - lead)
    return np.concatenate(parts) if parts else np.zeros((0, stratum.covariates.shape[1]))


def _most_positive(differences: FloatArray) -> FloatArray:
    """Maximise the sum of s with 0 <= s <= 1 and s <= Z g: as many differences positive as can be.

    The sum is at least 1 if any can be, else 0: half lies safely between.
    """
    rows, p = differences.shape
    scaled = differences / np.abs(differences).max(axis=1, keepdims=True)
    objective = np.concatenate([np.zeros(p), -np.ones(rows)])
    constraint = sparse.hstack([sparse.csr_array(-scaled), sparse.eye_array(rows)])
    bounds = [(None, None)] * p + [(0.0, 1.0)] * rows
    solution = linprog(  # type: ignore[call-overload]  # sparse constraints are accepted, the stubs lack them
        objective, A_ub=constraint, b_ub=np.zeros(rows), bounds=bounds, method="highs"
    )
    if solution.status != 0 or -solution.fun < 0.5:
        return np.zeros(p)
    direction: FloatArray = solution.x[:p]
    smallest = np.abs(differences).max(axis=1).min()
    kept = np.where(np.abs(direction) > _POSITIVE * np.abs(direction).max(), direction, 0.0)
    return np.asarray(kept / min(float(smallest), 1.0), dtype=np.float64)


def _reach(differences: FloatArray, objective: FloatArray) -> float:
    """Return how far a coefficient can go within the cone of recession, cut at 1."""
    p = differences.shape[1]
    solution = linprog(
        -objective,
        A_ub=-differences,
        b_ub=np.zeros(differences.shape[0]),
        bounds=[(-1.0, 1.0)] * p,
        method="highs",
    )
    return -float(solution.fun) if solution.status == 0 and solution.fun is not None else 0.0
