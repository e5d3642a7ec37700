"""Profile-likelihood limits: where the maximised likelihood has fallen by a given amount.

For coefficient j, PL(b) is the maximum over all other coefficients with beta_j = b. The limits solve
r(b) = z with r(b) = sqrt(2 (L - PL(b))), L the maximum (or supremum). All coefficients and both sides are
sought at once, a replicate of the batch for each; r is nearly linear in b, so Newton's method on r
(r' = -U_j / r, by the envelope theorem) within a bracket needs a few steps.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from hpcstats.core.cox.newton import Objective, maximise
from hpcstats.core.risk_sets import BoolArray, FloatArray, IntArray

_ROUNDS = 60
_PRECISION = 1e-11


@dataclass(slots=True)
class _Search:
    """One root for each row: coefficient `term` on the side `sign` of the estimate."""

    term: IntArray
    sign: FloatArray
    position: FloatArray
    near: FloatArray
    far: FloatArray
    done: BoolArray = field(init=False)
    stride: FloatArray = field(init=False)
    miss: FloatArray = field(init=False)

    def __post_init__(self) -> None:
        self.miss = np.full(self.term.size, np.inf)
        self.stride = np.full(self.term.size, 1e-3)
        self.done = np.zeros(self.term.size, dtype=bool)

    @property
    def rows(self) -> IntArray:
        return np.arange(self.term.size)


def profile_limits(
    objective: Objective,
    estimate: FloatArray,
    maximum: float,
    std_error: FloatArray,
    z: float,
    open_sides: BoolArray,
) -> FloatArray:
    """Return lower and upper limits, shape (2, p); infinite on open sides or where no root is found.

    Parameters
    ----------
    objective : Objective
        The log-likelihood, penalised or not, for any number of coefficient rows.
    estimate : ndarray, shape (p,)
        Where to start from: the maximum, or a point far out where there is none.
    maximum : float
        Maximum (or supremum) of the log-likelihood.
    std_error : ndarray, shape (p,)
        First guess of the distance in units of z.
    z : float
        Normal quantile of the level.
    open_sides : ndarray of bool, shape (2, p)
        Sides (lower, upper) on which the likelihood never falls.
    """
    p = estimate.size
    limits = np.where([[True], [False]], -np.inf, np.inf) * np.ones((2, p))
    side, term = np.nonzero(~open_sides)
    if not term.size:
        return limits
    sign = np.where(side == 0, -1.0, 1.0)
    first = estimate[term] + sign * z * std_error[term]
    search = _Search(
        term,
        sign,
        np.tile(estimate, (term.size, 1)),
        near=estimate[term].copy(),
        far=np.full(term.size, np.nan),
    )
    limits[side, term] = _solve(objective, search, first, maximum, z)
    return limits


def _solve(objective: Objective, search: _Search, first: FloatArray, maximum: float, z: float) -> FloatArray:
    rows, term, sign = search.rows, search.term, search.sign
    held = np.zeros(search.position.shape, dtype=bool)
    held[rows, term] = True
    value = first
    for _ in range(_ROUNDS):
        search.position[rows, term] = value
        top = maximise(objective, search.position, held=held)
        search.position = top.position
        root = np.sqrt(np.maximum(2 * (maximum - top.derivatives.value), 0.0))
        search.done |= np.abs(root - z) <= _PRECISION * z
        if search.done.all():
            break
        slope = -sign * top.derivatives.score[rows, term] / np.maximum(root, 1e-300)
        value = np.where(search.done, value, _next(search, value, root, slope, z))
        search.done |= np.abs(value - search.position[rows, term]) <= 1e-13 * (1 + np.abs(value))
    return np.where(search.done, value, sign * np.inf)


def _next(search: _Search, value: FloatArray, root: FloatArray, slope: FloatArray, z: float) -> FloatArray:
    """Take a Newton step on r(b) = z, kept inside the bracket found so far.

    The bracket grows while it is open; it is halved where the last step brought r no closer to z than half.
    """
    short = root < z
    search.stride = np.where(short, 2 * np.maximum(np.abs(value - search.near), search.stride), search.stride)
    search.near = np.where(short, value, search.near)
    search.far = np.where(short, search.far, value)
    unbounded = np.isnan(search.far)
    miss = np.abs(root - z)
    slow = miss > search.miss / 2
    search.miss = np.where(slow, np.inf, miss)
    with np.errstate(divide="ignore", invalid="ignore"):
        proposed = value + search.sign * (z - root) / slope
    limit = np.where(unbounded, search.near + 4 * search.sign * search.stride, search.far)
    inside = np.isfinite(proposed) & (search.sign * (proposed - search.near) > 0)
    inside &= (search.sign * (limit - proposed) > 0) & ~slow
    further = search.near + search.sign * search.stride
    return np.where(inside, proposed, np.where(unbounded, further, (search.near + search.far) / 2))
