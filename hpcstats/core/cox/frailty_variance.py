"""The variance of the frailties that maximises their integrated likelihood, and its profile limits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from scipy.optimize import brentq, minimize_scalar

from hpcstats.core.cox.frailty import FrailtyModel, FrailtyPoint

_GRID = tuple(10.0**power for power in np.arange(-4, 2.01, 0.5))
_LARGEST = 1e4
_NO_RISE = 1e-7
_FINE = 1e-9


@dataclass(slots=True)
class VarianceSearch:
    """The integrated likelihood as a function of theta, each point started from its neighbour.

    Attributes
    ----------
    model : FrailtyModel
        The clusters and their likelihood.
    null : float
        Log partial likelihood without frailties (theta = 0).
    last : FrailtyPoint, optional
        Where the search stood last.
    """

    model: FrailtyModel
    null: float
    last: FrailtyPoint | None = field(default=None)

    def at(self, theta: float) -> FrailtyPoint:
        """Return the penalised maximum at theta."""
        self.last = self.model.at(theta, self.last)
        return self.last

    def maximum(self) -> FrailtyPoint | None:
        """Return the point of the largest integrated likelihood; None where that is theta = 0.

        A grid over theta finds the summit, so that one of several is not overlooked; Brent's method climbs
        it.
        """
        grid = list(_GRID)
        heights = [self.at(theta).integrated for theta in grid]
        while int(np.argmax(heights)) == len(grid) - 1 and grid[-1] < _LARGEST:
            grid.append(grid[-1] * np.sqrt(10))
            heights.append(self.at(grid[-1]).integrated)
        top = int(np.argmax(heights))
        if heights[top] <= self.null + _NO_RISE:
            return None
        self.last = None
        low, high = grid[max(top - 1, 0)] / (10 if top == 0 else 1), grid[min(top + 1, len(grid) - 1)]
        best = minimize_scalar(
            lambda level: -self.at(float(np.exp(level))).integrated,
            bounds=(np.log(low), np.log(high)),
            method="bounded",
            options={"xatol": _FINE},
        )
        return self.at(float(np.exp(best.x)))

    def limits(self, top: FrailtyPoint | None, drop: float) -> tuple[float, float]:
        """Return the values of theta at which the integrated likelihood lies `drop` below its maximum."""
        height, centre = (self.null, _GRID[0]) if top is None else (top.integrated, top.theta)
        target = height - drop
        self.last = top

        def gap(level: float) -> float:
            return self.at(float(np.exp(level))).integrated - target

        low = 0.0
        if self.null < target:
            low = _root(gap, np.log(centre), -np.log(2))
        self.last = top
        return low, _root(gap, np.log(centre), np.log(2))


def _root(gap: Callable[[float], float], start: float, stride: float) -> float:
    """Walk from `start`, where the gap is positive, until it is not; return theta between, or infinity."""
    near, far = start, start + stride
    while gap(far) > 0:
        near, far = far, far + stride
        if far > np.log(_LARGEST):
            return float(np.inf)
    return float(np.exp(brentq(gap, near, far, xtol=_FINE)))
