"""Climbing a parametric likelihood to its maximum, from several places, with a certificate.

Newton's method on exact gradients. Where the curvature is not that of a maximum its eigenvalues are turned
round, steps are bounded, and halved until the likelihood rises. The certificate is the Newton decrement
g' (-H)^-1 g, twice what a further step would add to the log-likelihood, with -H positive definite.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from hpcstats.core.risk_sets import BoolArray, FloatArray

DECREMENT = 1e-12
"""A maximum is certified when the decrement is smaller."""
FLAT = 1e-7
"""An eigenvalue of the information of standardised data smaller than this says that nothing is known."""

_REACH = 2.0
_ROUNDS = 150
_HALVINGS = 30
_IDLE = 3
"""Rounds without a noticeable rise after which a climb ends."""


class Climbable(Protocol):
    """A log-likelihood as a function of a vector of coefficients."""

    @property
    def walls(self) -> FloatArray:
        """How far out each coefficient may be sought."""
        ...

    def with_slope(self, values: FloatArray) -> tuple[float, FloatArray]:
        """Return the log-likelihood and its gradient."""
        ...

    def curvature(self, values: FloatArray, *, rough: bool = False) -> FloatArray:
        """Return the second derivatives."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Summit:
    """Where a climb ended.

    Attributes
    ----------
    position : ndarray, shape (p,)
        Coefficients.
    value : float
        Log-likelihood.
    gradient, information : ndarray, shapes (p,) and (p, p)
        First and minus second derivatives there.
    decrement : float
        The certificate, over the coefficients that are not held.
    certified : bool
        Whether it is a maximum.
    beyond : ndarray of bool, shape (p,)
        Coefficients that ran beyond where they may be sought.
    """

    position: FloatArray
    value: float
    gradient: FloatArray
    information: FloatArray
    decrement: float
    certified: bool

    beyond: BoolArray

    @property
    def runaway(self) -> FloatArray | None:
        """The direction in which the likelihood is flat or rises for ever; None if there is none."""
        if self.beyond.any():
            return np.where(self.beyond, np.sign(self.position), 0.0)
        values, vectors = np.linalg.eigh(self.information)
        return None if values[0] > FLAT else vectors[:, 0]


def climb(
    likelihood: Climbable, start: FloatArray, held: BoolArray | None = None, *, rounds: int = _ROUNDS
) -> Summit | None:
    """Climb from one place, some coefficients held; None where the likelihood does not exist there."""
    free = np.ones(start.size, dtype=bool) if held is None else ~held
    position = start.astype(np.float64)
    value, gradient = likelihood.with_slope(position)
    if not np.isfinite(value):
        return None
    walls, idle = np.where(free, likelihood.walls, np.inf), 0
    for _ in range(rounds):
        information = -likelihood.curvature(position, rough=True)
        if not np.isfinite(information).all():
            return None
        step, decrement, sound = _step(gradient[free], information[np.ix_(free, free)])
        if (sound and decrement < DECREMENT**2) or (np.abs(position) > walls).any() or idle >= _IDLE:
            break
        moved = _line(likelihood, position, value, step, free, decrement)
        if moved is None:
            break
        idle = idle + 1 if moved[1] - value < 1e-11 * (1 + abs(value)) else 0
        position, value, gradient = moved
    information = -likelihood.curvature(position)
    _, decrement, sound = _step(gradient[free], information[np.ix_(free, free)])
    beyond = np.abs(position) > walls
    certified = sound and decrement < DECREMENT and not beyond.any()
    return Summit(position, value, gradient, information, decrement, certified, beyond)


def highest(likelihood: Climbable, starts: Iterable[FloatArray]) -> tuple[Summit | None, float]:
    """Climb from each place; return the highest certified summit, and how far anything else rose above it.

    Where nothing is certified, the highest place reached is returned.
    """
    found = [summit for summit in (climb(likelihood, start) for start in starts) if summit is not None]
    if not found:
        return None, 0.0
    top = max(found, key=lambda summit: summit.value)
    sound = [summit for summit in found if summit.certified and summit.runaway is None]
    if not sound:
        return top, 0.0
    best = max(sound, key=lambda summit: summit.value)
    return best, top.value - best.value


def _step(gradient: FloatArray, information: FloatArray) -> tuple[FloatArray, float, bool]:
    """Return the step, the decrement, and whether the curvature is that of a maximum."""
    if not gradient.size:
        return gradient, 0.0, True
    values, vectors = np.linalg.eigh(information)
    sound = bool(values[0] > 0)
    curve = np.maximum(np.abs(values), 1e-10 * max(float(np.abs(values).max()), 1e-10))
    step = vectors @ ((vectors.T @ gradient) / curve)
    decrement = float(gradient @ step)
    longest = np.abs(step).max()
    return step * min(1.0, _REACH / max(longest, 1e-300)), decrement, sound


def _line(
    likelihood: Climbable,
    position: FloatArray,
    value: float,
    step: FloatArray,
    free: BoolArray,
    decrement: float,
) -> tuple[FloatArray, float, FloatArray] | None:
    """Halve the step until the likelihood rises; None where it does not any more."""
    length = 1.0
    for _ in range(_HALVINGS):
        tried = position.copy()
        tried[free] += length * step
        there, gradient = likelihood.with_slope(tried)
        # Next to the top the rise is lost in rounding: then a smaller slope decides.
        slack = 1e-13 * (1 + abs(value)) if decrement < 1e-6 else 0.0
        if there > value - slack and np.isfinite(gradient).all():
            return tried, there, gradient
        length /= 2
    return None
