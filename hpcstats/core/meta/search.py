"""The largest value of a smooth function of one variance tau^2 >= 0, to full precision.

The function, given by its value and its slope in tau^2 at points tau, is looked at on a grid first, so that
of several peaks the highest is found; then the root of its slope is bracketed and solved.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq

from hpcstats.core.risk_sets import FloatArray

Curve = Callable[[FloatArray], tuple[FloatArray, FloatArray]]
"""Takes points tau (B,) and returns values and slopes in tau^2, each (B,)."""

_FIRST = np.concatenate([[0.0], np.geomspace(1e-3, 2.0, 23)])
_FURTHER = np.array([1.5, 2.0, 3.0])
_FINER = 8
_ZOOMS = 12
_DOUBLINGS = 6
_FLAT = 1e-13


@dataclass(frozen=True, slots=True)
class Peak:
    """Where a function is largest; `bounded` is False where it rises to the end of the search."""

    tau: float
    value: float
    bounded: bool = True


def highest(curve: Curve, scale: float, most: float = np.inf) -> Peak:
    """Return the peak over 0 <= tau <= `most`; `scale` is the size of the tau to be expected."""
    grid = np.minimum(_FIRST * scale, most)
    value, slope = curve(grid)
    for _ in range(_DOUBLINGS):
        if slope[-1] <= 0 and value.argmax() < grid.size - 1:
            return _refined(curve, grid, value, slope)
        if grid[-1] >= most:
            break
        further = np.minimum(grid[-1] * _FURTHER, most)
        more = curve(further)
        grid = np.concatenate([grid, further])
        value, slope = np.concatenate([value, more[0]]), np.concatenate([slope, more[1]])
    best = int(value.argmax())
    # Far out a bounded function may fall or rise by no more than its rounding.
    if value[best] - value[-1] <= _FLAT * (1 + abs(value[best])):
        return Peak(float(grid[best]), float(value[best]), bounded=False)
    return _refined(curve, grid, value, slope)


def _refined(curve: Curve, grid: FloatArray, value: FloatArray, slope: FloatArray) -> Peak:
    """Narrow the grid around its highest point until the slope changes its sign beside it, then solve."""
    best = int(value.argmax())
    for _ in range(_ZOOMS):
        best = int(value.argmax())
        left, right = max(best - 1, 0), min(best + 1, grid.size - 1)
        if slope[best] == 0 or (grid[best] == 0 and slope[best] < 0):
            break
        if slope[best] > 0 >= slope[right]:
            return _solved(curve, grid[best], grid[right])
        if slope[left] > 0 > slope[best]:
            return _solved(curve, grid[left], grid[best])
        grid = np.linspace(grid[left], grid[right], _FINER + 1)
        value, slope = curve(grid)
    return Peak(float(grid[best]), float(value[best]))


def _solved(curve: Curve, low: float, high: float) -> Peak:
    """Solve slope = 0 where it falls through 0 between `low` and `high`."""
    tau = root(lambda x: float(curve(np.array([x]))[1][0]), low, high)
    return Peak(tau, float(curve(np.array([tau]))[0][0]))


def root(function: Callable[[float], float], low: float, high: float) -> float:
    """Return where a continuous function of opposite signs at both ends is 0 (Brent's method)."""
    return float(brentq(function, low, high, xtol=1e-300, rtol=1e-14, maxiter=200))
