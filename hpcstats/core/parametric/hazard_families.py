"""Families on the scale of the hazard: Gompertz, and Royston and Parmar's splines.

Gompertz: hazard exp(location) exp(a t). For a < 0 some never have the event: S(inf) = exp(exp(location) / a).

Spline: log H(t) = location + gamma_1 x + sum_j gamma_j v_j(x), x = log t, restricted cubic splines with inner
knots k_j between the outermost k_0 and k_1,

    v_j(x) = (x - k_j)^3_+ - l_j (x - k_0)^3_+ - (1 - l_j) (x - k_1)^3_+,  l_j = (k_1 - k_j) / (k_1 - k_0),

so that log H is linear outside the outermost knots; without inner knots it is Weibull. Royston & Parmar 2002
(doi:10.1002/sim.1203).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hpcstats.core.parametric.hazards import EARLIEST, FAR, Hazards, stacked
from hpcstats.core.risk_sets import FloatArray


@dataclass(frozen=True, slots=True)
class Gompertz:
    """The Gompertz family; predictors are the log hazard at time 0 and its slope a."""

    predictors: int = 2
    from_zero: bool = True
    walls: tuple[float, ...] = (FAR, FAR)

    def at(self, times: FloatArray, predictors: FloatArray) -> Hazards:
        """Evaluate at m times, each with its own predictors (2, m)."""
        location, slope = predictors
        x = slope * times
        small = np.abs(x) < 1e-3
        safe = np.where(small, 1.0, x)
        mean = np.where(small, 1 + x / 2 * (1 + x / 3 * (1 + x / 4)), np.expm1(x) / safe)
        tilt = np.where(small, 0.5 + x / 3 + x * x / 8 + x**3 / 30, (np.exp(x) - np.expm1(x) / safe) / safe)
        start = np.exp(location)
        cumulative = start * times * mean
        return Hazards(
            location + x,
            cumulative,
            stacked(np.ones_like(times), times),
            stacked(cumulative, start * times * times * tilt),
        )

    def starts(self, typical: float) -> Sequence[Sequence[float]]:
        """Return predictors to begin a search from."""
        return [[-np.log(typical), slope / typical] for slope in (0.0, -0.5, 0.5)]


@dataclass(frozen=True, slots=True)
class Spline:
    """Royston and Parmar's spline family; predictors are the location and the coefficients gamma.

    Attributes
    ----------
    knots : tuple of float
        All knots of log time, ascending, the outermost included.
    """

    knots: tuple[float, ...]
    from_zero: bool = True

    @property
    def predictors(self) -> int:
        """How many predictors a row has."""
        return len(self.knots)

    @property
    def walls(self) -> tuple[float, ...]:
        """How far out each predictor may be sought."""
        return (10 * FAR,) * len(self.knots)

    def at(self, times: FloatArray, predictors: FloatArray) -> Hazards:
        """Evaluate at m times, each with its own predictors (K, m)."""
        x = np.log(np.maximum(times, EARLIEST))
        values, slopes = spline_basis(x, self.knots)
        height = predictors[0] + (predictors[1:] * values).sum(axis=0)
        rise = (predictors[1:] * slopes).sum(axis=0)
        cumulative = np.exp(height)
        # Where the curve falls it is no cumulative hazard: the density does not exist.
        log_hazard = height - x + np.where(rise > 0, np.log(np.where(rise > 0, rise, 1.0)), -np.inf)
        in_height = np.concatenate([np.ones((1, x.size)), values])
        in_rise = np.concatenate([np.zeros((1, x.size)), slopes])
        return Hazards(
            log_hazard,
            cumulative,
            in_height + in_rise / np.where(rise > 0, rise, 1.0),
            cumulative * in_height,
        )

    def starts(self, typical: float) -> Sequence[Sequence[float]]:
        """Return predictors to begin a search from."""
        rest = [0.0] * (self.predictors - 2)
        return [[-shape * np.log(typical), shape, *rest] for shape in (1.0, 0.6, 1.8)]


def spline_basis(x: FloatArray, knots: Sequence[float]) -> tuple[FloatArray, FloatArray]:
    """Return the basis functions (x itself first) and their slopes, each (functions, m)."""
    first, last = knots[0], knots[-1]
    values, slopes = [x], [np.ones_like(x)]

    def cube(knot: float) -> tuple[FloatArray, FloatArray]:
        above = np.maximum(x - knot, 0.0)
        return above**3, 3 * above**2

    low, high = cube(first), cube(last)
    for knot in knots[1:-1]:
        share = (last - knot) / (last - first)
        middle = cube(knot)
        values.append(middle[0] - share * low[0] - (1 - share) * high[0])
        slopes.append(middle[1] - share * low[1] - (1 - share) * high[1])
    return np.stack(values), np.stack(slopes)
