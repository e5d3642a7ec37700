"""Does the partial likelihood have a finite maximum? Decided exactly, by linear programming.

log L is concave. It rises (or stays) for ever along g if and only if at every event time every event
has the largest g'x among those at risk: g'(x_i - x_j) >= 0 for all events i and all j at risk with
them. If one of these is positive the likelihood is monotone along g, and no finite maximum exists.
The same holds for Breslow's and Efron's rule; under the exact rule events are compared with those at risk
without the event. (Bryson & Johnson 1981, Technometrics
23:381; Jacobsen 1989, Scandinavian Journal of Statistics 16:335.)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.optimize import linprog

from hpcstats.core.cox.partial_likelihood import PartialLikelihood
from hpcstats.core.cox.strata import Stratum
from hpcstats.core.risk_sets import BoolArray, FloatArray

_POSITIVE = 1e-6
_EQUAL = 1e-9
_ROUNDS = 200
_PIECE = 2_000_000
"""Event times times rows that are searched at once."""


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
    differences = _distinct([needed_differences(stratum) for stratum in likelihood.strata], p)
    direction, differences = _rising(likelihood, differences)
    if not direction.any():
        return Recession.none(p)
    if any(stratum.first is not None for stratum in likelihood.strata):
        # The corners of the risk sets, seen from many sides: so the direction found lies inside the cone.
        sides = np.random.default_rng(0).normal(size=(4 * p, p))
        differences = _distinct([differences, *_furthest(likelihood, [*sides, *-sides])], p)
        _, differences = _rising(likelihood, differences)
    direction = _most_positive(differences)
    if not direction.any():
        return Recession.none(p)
    reach = np.array([[_reach(differences, sign * unit) for unit in np.eye(p)] for sign in (1.0, -1.0)])
    return Recession(direction, reach[0] > _POSITIVE, reach[1] > _POSITIVE)


def needed_differences(stratum: Stratum) -> FloatArray:
    """Return x_i - x_j for events i and those j at risk with them that are needed to imply all others.

    Without delayed entry the risk sets are nested, so that each event time needs only those who leave before
    the next one, and the events of the next. With delayed entry it is those furthest along each covariate;
    the others are looked for where they are missed (`_rising`).
    """
    if stratum.first is not None:
        units = np.eye(stratum.covariates.shape[1])
        return np.concatenate([furthest_differences(stratum, side) for side in [*units, *-units]])
    x, exact = stratum.covariates, stratum.exact is not None
    present = np.flatnonzero(stratum.weights[:, 0] > 0)[::-1]
    last, event = stratum.last[present], stratum.event[present]
    times = np.unique(last[event])
    starts = np.append(np.searchsorted(last, times), last.size)
    parts = []
    following = present[:0]
    for begin, end in zip(starts[-2::-1], starts[:0:-1], strict=True):
        leaving = present[begin:end]
        tied = event[begin:end] & (last[begin:end] == last[begin])
        dying, others = leaving[tied], np.concatenate([leaving[~tied], following])
        if exact:
            parts.append((x[dying][:, None] - x[others]).reshape(-1, x.shape[1]))
            following = dying
        else:
            parts.append(x[dying[0]] - x[others])
            parts.append(x[dying[1:]] - x[dying[0]])
            parts.append(x[dying[0]] - x[dying[1:]])
            following = dying[:1]
    return np.concatenate(parts) if parts else np.zeros((0, x.shape[1]))


def furthest_differences(stratum: Stratum, side: FloatArray) -> FloatArray:
    """Return x_i - x_j for each event i and the one j at risk with it that lies furthest along `side`."""
    x, linear = stratum.covariates, stratum.covariates @ side
    present = stratum.weights[:, 0] > 0
    dying = np.flatnonzero(stratum.event & present)
    times, place = np.unique(stratum.last[dying], return_inverse=True)
    found, met = np.empty(times.size, dtype=np.int64), np.empty(times.size, dtype=bool)
    length = max(1, _PIECE // linear.size)
    for start in range(0, times.size, length):
        time = times[start : start + length, None]
        inside = time <= stratum.last
        if stratum.first is not None:
            inside &= stratum.first <= time
        if stratum.exact is not None:
            inside &= ~(stratum.event & (stratum.last == time))
        inside &= present
        found[start : start + length] = np.where(inside, linear, -np.inf).argmax(axis=1)
        met[start : start + length] = inside.any(axis=1)
    return np.asarray((x[dying] - x[found[place]])[met[place]], dtype=np.float64)


def _rising(likelihood: PartialLikelihood, differences: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Find a direction along which no difference is negative and one positive; add those that forbid it."""
    p = likelihood.parameters
    nested = all(stratum.first is None for stratum in likelihood.strata)
    for _ in range(_ROUNDS):
        direction = _some_positive(differences)
        if nested:
            break
        sides = [direction] if direction.any() else _unseen(differences, p)
        met = _distinct(_furthest(likelihood, sides), p)
        values = met @ direction
        new = met[values < -_EQUAL] if direction.any() else met
        grown = _distinct([differences, new], p)
        if grown.shape[0] == differences.shape[0]:
            break
        differences = grown
    return direction, differences


def _furthest(likelihood: PartialLikelihood, sides: Sequence[FloatArray]) -> list[FloatArray]:
    return [furthest_differences(stratum, side) for stratum in likelihood.strata for side in sides]


def _unseen(differences: FloatArray, p: int) -> list[FloatArray]:
    """Return directions, and their opposites, in which no difference reaches."""
    if not differences.size:
        return [*np.eye(p), *-np.eye(p)]
    _, values, rows = np.linalg.svd(differences)
    flat = rows[int((values > 1e-10 * values[0]).sum()) :]
    return [*flat, *-flat]


def _distinct(parts: Sequence[FloatArray], p: int) -> FloatArray:
    """Return the distinct differences that are not zero."""
    found = np.concatenate([np.zeros((0, p)), *parts])
    found = found[np.abs(found).max(axis=1, initial=0.0) > _EQUAL * np.abs(found).max(initial=0.0)]
    return np.unique(found, axis=0)


def _some_positive(differences: FloatArray) -> FloatArray:
    """Maximise the sum of the differences along a direction that makes none of them negative."""
    p = differences.shape[1]
    if not differences.size:
        return np.zeros(p)
    scaled = differences / np.abs(differences).max(axis=1, keepdims=True)
    solution = linprog(
        -scaled.sum(axis=0),
        A_ub=-scaled,
        b_ub=np.zeros(len(scaled)),
        bounds=[(-1.0, 1.0)] * p,
        method="highs",
    )
    if solution.status != 0 or solution.fun is None or -solution.fun <= _POSITIVE:
        return np.zeros(p)
    return np.asarray(solution.x, dtype=np.float64)


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
