"""Distributions of one coefficient: a density on a grid, or weighted points; and the intervals they give."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from scipy.optimize import brentq, minimize_scalar
from scipy.special import sici

from hpcstats.core.risk_sets import FloatArray

_TAILS = 41


class Marginal(Protocol):
    """A distribution of one coefficient."""

    @property
    def mean(self) -> float:
        """Posterior mean."""
        ...

    @property
    def std_dev(self) -> float:
        """Posterior standard deviation."""
        ...

    @property
    def effective_nodes(self) -> float:
        """Number of equally heavy nodes that would carry as much."""
        ...

    def below(self, value: float, /) -> float:
        """Return the probability of a smaller value."""
        ...

    def quantile(self, probability: float, /) -> float:
        """Return the value with a probability below it."""
        ...


@dataclass(frozen=True, slots=True)
class GridMarginal:
    """A density known on an even grid of t, the coefficient being mode + unit sinh(t).

    A smooth function g that vanishes at both ends, known with step h, is h sum g_k (1/2 + Si(pi (t - t_k) /
    h) / pi) when integrated up to t.

    Attributes
    ----------
    mode, unit : float
        Centre and unit of the coefficient.
    grid, mass : ndarray, shape (M,)
        The grid, and the density with respect to t, normalised.
    log_total : float
        Log of what it was normalised by.
    """

    mode: float
    unit: float
    grid: FloatArray
    mass: FloatArray
    log_total: float

    @property
    def step(self) -> float:
        """Step of the grid."""
        return float(self.grid[1] - self.grid[0])

    @property
    def values(self) -> FloatArray:
        """The coefficients at the grid."""
        return self.mode + self.unit * np.sinh(self.grid)

    @property
    def mean(self) -> float:
        """Posterior mean."""
        return float(self.step * (self.mass @ self.values))

    @property
    def std_dev(self) -> float:
        """Posterior standard deviation."""
        distance = self.values - self.mean
        return float(np.sqrt(self.step * (self.mass @ (distance * distance))))

    @property
    def effective_nodes(self) -> float:
        """Number of equally heavy grid points that would carry as much."""
        return float(self.mass.sum() ** 2 / (self.mass @ self.mass))

    def below(self, value: float, /) -> float:
        """Return the probability of a smaller value."""
        return self._up_to(float(np.arcsinh((value - self.mode) / self.unit)))

    def quantile(self, probability: float, /) -> float:
        """Return the value with a probability below it."""
        low, high = float(self.grid[0]), float(self.grid[-1])
        found = brentq(lambda t: self._up_to(t) - probability, low, high, xtol=1e-13)
        return self.mode + self.unit * float(np.sinh(found))

    def _up_to(self, t: float) -> float:
        if t <= self.grid[0]:
            return 0.0
        if t >= self.grid[-1]:
            return 1.0
        integral, _ = sici(np.pi * (t - self.grid) / self.step)
        return float(np.clip(self.step * (self.mass @ (0.5 + integral / np.pi)), 0.0, 1.0))


@dataclass(frozen=True, slots=True)
class WeightedMarginal:
    """Points in ascending order with weights that add to 1."""

    values: FloatArray
    weights: FloatArray

    @classmethod
    def of(cls, values: FloatArray, weights: FloatArray) -> WeightedMarginal:
        """Sort the points."""
        order = np.argsort(values, kind="stable")
        return cls(values[order], weights[order])

    @property
    def mean(self) -> float:
        """Posterior mean."""
        return float(self.weights @ self.values)

    @property
    def std_dev(self) -> float:
        """Posterior standard deviation."""
        distance = self.values - self.mean
        return float(np.sqrt(self.weights @ (distance * distance)))

    @property
    def effective_nodes(self) -> float:
        """Number of equally heavy points that would carry as much."""
        return float(1 / (self.weights @ self.weights))

    def below(self, value: float, /) -> float:
        """Return the probability of a smaller value."""
        return float(np.interp(value, self.values, self._middles()))

    def quantile(self, probability: float, /) -> float:
        """Return the value with a probability below it."""
        return float(np.interp(probability, self._middles(), self.values))

    def _middles(self) -> FloatArray:
        total = np.cumsum(self.weights)
        middles: FloatArray = (total - self.weights / 2) / total[-1]
        return middles


def shortest_interval(marginal: Marginal, level: float) -> tuple[float, float]:
    """Return the shortest interval that holds `level`: with one summit, that of highest density."""

    def width(tail: float) -> float:
        return marginal.quantile(tail + level) - marginal.quantile(tail)

    tails = np.linspace(0, 1 - level, _TAILS)
    tails[0], tails[-1] = 1e-9, 1 - level - 1e-9
    best = int(np.argmin([width(float(tail)) for tail in tails]))
    near = tails[max(best - 1, 0)], tails[min(best + 1, _TAILS - 1)]
    found = float(minimize_scalar(width, bounds=near, method="bounded", options={"xatol": 1e-8}).x)
    return marginal.quantile(found), marginal.quantile(found + level)
