"""Profile likelihood of a linear function of the coefficients of a parametric model.

For g = a'theta, PL(c) is the maximum of the log-likelihood where g = c. The limits solve r(c) = z with
r(c) = sqrt(2 (L - PL(c))); a side on which r never reaches z is open. r is nearly linear in c, so that
Newton's method on r (r' = -PL' / r, by the envelope theorem) within a bracket needs a few steps.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hpcstats.core.parametric.climb import Summit, climb
from hpcstats.core.parametric.likelihood import Likelihood
from hpcstats.core.risk_sets import FloatArray

_ROUNDS = 40
_CLIMB = 40
_PRECISION = 1e-9
_FURTHEST = 200.0
"""How many standard errors out a limit is sought; beyond, the side is open."""


@dataclass(frozen=True, slots=True, eq=False)
class Turned:
    """A likelihood in coefficients of which the first is a'theta; the others are those of theta.

    Attributes
    ----------
    likelihood : Likelihood
        The likelihood of theta.
    turn : ndarray, shape (p, p)
        theta = turn @ (a'theta, other coefficients).
    """

    likelihood: Likelihood
    turn: FloatArray

    @classmethod
    def to(cls, likelihood: Likelihood, functional: FloatArray) -> Turned:
        """Make a'theta the first coefficient."""
        p = functional.size
        pivot = int(np.argmax(np.abs(functional)))
        others = [k for k in range(p) if k != pivot]
        turn = np.zeros((p, p))
        turn[others, np.arange(1, p)] = 1.0
        turn[pivot, 0] = 1 / functional[pivot]
        turn[pivot, 1:] = -functional[others] / functional[pivot]
        return cls(likelihood, turn)

    @property
    def wall(self) -> float:
        """How far out the first coefficient may be sought."""
        pivot = int(np.flatnonzero(self.turn[:, 0])[0])
        return float(self.likelihood.walls[pivot] / abs(self.turn[pivot, 0]))

    @property
    def walls(self) -> FloatArray:
        """The first coefficient is held; the others keep their walls."""
        pivot = int(np.flatnonzero(self.turn[:, 0])[0])
        return np.concatenate([[np.inf], np.delete(self.likelihood.walls, pivot)])

    def position(self, theta: FloatArray) -> FloatArray:
        """Return the coefficients that theta is in."""
        return np.linalg.solve(self.turn, theta).astype(np.float64)

    def with_slope(self, values: FloatArray) -> tuple[float, FloatArray]:
        """Return the log-likelihood and its gradient."""
        value, gradient = self.likelihood.with_slope(self.turn @ values)
        if not np.isfinite(value):
            return value, gradient
        return value, self.turn.T @ gradient

    def curvature(self, values: FloatArray, *, rough: bool = False) -> FloatArray:
        """Return the second derivatives."""
        return self.turn.T @ self.likelihood.curvature(self.turn @ values, rough=rough) @ self.turn


def profile_limit(
    likelihood: Likelihood, summit: Summit, functional: FloatArray, z: float, side: float
) -> float:
    """Return the lower (`side` -1) or upper (1) limit of a'theta; infinite on an open side."""
    turned = Turned.to(likelihood, functional)
    position = turned.position(summit.position)
    centre = float(position[0])
    error = float(np.sqrt(functional @ np.linalg.solve(summit.information, functional)))
    near, far, value, stride = centre, np.nan, centre + side * z * error, z * error
    for _ in range(_ROUNDS):
        top = _held(turned, position, value)
        if top is None:
            # The likelihood does not exist here: too far.
            far = value
            value = (near + far) / 2
            continue
        root = float(np.sqrt(max(2 * (summit.value - top.value), 0.0)))
        if abs(root - z) <= _PRECISION * max(z, 1e-3):
            return value
        if root < z:
            stride = 2 * max(abs(value - near), stride)
            near, position = value, top.position
        else:
            far = value
        if root < z and (abs(value - centre) > _FURTHEST * error or abs(value) > turned.wall):
            return side * np.inf
        slope = -side * float(top.gradient[0]) / max(root, 1e-300)
        new = _inside(value + side * (z - root) / slope if slope > 0 else np.nan, near, far, side, stride)
        if abs(new - value) <= 1e-12 * (1 + abs(value)):
            # The bracket has closed: at the root, or at the end of where the likelihood exists.
            return new
        value = new
    return side * np.inf


def profile_drop(likelihood: Likelihood, summit: Summit, functional: FloatArray, value: float) -> float:
    """Return twice the fall of the log-likelihood where a'theta is held at a value."""
    turned = Turned.to(likelihood, functional)
    position = turned.position(summit.position)
    steps = np.linspace(position[0], value, 6)[1:]
    top = None
    for step in steps:
        top = _held(turned, position, float(step))
        if top is not None:
            position = top.position
    return np.nan if top is None else max(2 * (summit.value - top.value), 0.0)


def _held(turned: Turned, position: FloatArray, value: float) -> Summit | None:
    start = position.copy()
    start[0] = value
    held = np.zeros(start.size, dtype=bool)
    held[0] = True
    return climb(turned, start, held, rounds=_CLIMB)


def _inside(proposed: float, near: float, far: float, side: float, stride: float) -> float:
    """Keep a proposed limit inside the bracket; where it is open, it may grow by a stride."""
    limit = near + side * stride if np.isnan(far) else far
    if np.isfinite(proposed) and side * (proposed - near) > 0 and side * (limit - proposed) > 0:
        return proposed
    return limit if np.isnan(far) else (near + far) / 2
