"""What a fitted parametric model says of times, quantiles and means, with slopes in the coefficients.

Quantiles solve H(t) = -log(1 - p). Means are integrals of the survival, by Gauss's rule in log t between the
times at which H takes fixed values, so that the nodes lie where the curve falls, whatever its shape.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hpcstats.core.parametric.hazards import Family
from hpcstats.core.parametric.laws import LocationScale, Normal
from hpcstats.core.risk_sets import FloatArray

_EARLY = (1e-14, 1e-11, 1e-8, 1e-6, 1e-4, 1e-3, 0.01, 0.05, 0.15, 0.4, 0.8, 1.3, 2.0, 3.0, 5.0, 8.0, 13.0)
_LATE = (20.0, 30.0, 42.0, 60.0, 90.0, 135.0, 200.0, 300.0, 450.0, 680.0)
_ORDER = 16
_NEGLIGIBLE = 1e-9
_ROUNDS = 200
_FURTHEST = 690.0
_EULER = 0.5772156649015329


@dataclass(frozen=True, slots=True, eq=False)
class Subject:
    """One set of predictors of a fitted model.

    Attributes
    ----------
    family : Family
        The family.
    designs : tuple of ndarray
        The subject's row of each predictor's design, (p_k,).
    theta : ndarray, shape (p,)
        All coefficients.
    """

    family: Family
    designs: tuple[FloatArray, ...]
    theta: FloatArray

    @property
    def predictors(self) -> FloatArray:
        """The predictors (K,)."""
        ends = np.cumsum([row.size for row in self.designs])
        blocks = np.split(self.theta, ends[:-1])
        return np.array([float(row @ block) for row, block in zip(self.designs, blocks, strict=True)])

    def at(self, times: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return log hazard and cumulative hazard (m,), and the slopes of the latter in theta (m, p)."""
        wide = np.broadcast_to(self.predictors[:, None], (len(self.designs), times.size))
        with np.errstate(all="ignore"):
            found = self.family.at(times, wide)
            slopes = [np.outer(s, row) for s, row in zip(found.cumulative_slopes, self.designs, strict=True)]
        at_zero = (times <= 0) & self.family.from_zero
        cumulative = np.where(at_zero, 0.0, found.cumulative)
        return found.log_hazard, cumulative, np.where(at_zero[:, None], 0.0, np.hstack(slopes))

    def quantile(self, cumulative: FloatArray) -> FloatArray:
        """Return the times at which the cumulative hazard is reached; infinite where it never is."""
        if not np.isfinite(self.theta).all():
            never = np.isinf(self.theta).any() and not np.isnan(self.theta).any()
            return np.full(cumulative.size, np.inf if never else np.nan)
        if isinstance(self.family, LocationScale):
            wide = np.broadcast_to(self.predictors[:, None], (len(self.designs), cumulative.size))
            return self.family.quantile(cumulative, wide)
        return np.exp(self._solved(np.log(cumulative)))

    def _solved(self, wanted: FloatArray) -> FloatArray:
        """Solve log H = wanted for log t by Newton's method in a bracket."""
        low, high = np.full(wanted.size, -_FURTHEST), np.full(wanted.size, _FURTHEST)
        reached = self._log_hazards(high)[0] >= wanted
        u, done = np.zeros(wanted.size), np.zeros(wanted.size, dtype=bool)
        for _ in range(_ROUNDS):
            value, slope = self._log_hazards(u)
            miss = value - wanted
            low, high = np.where(miss < 0, u, low), np.where(miss < 0, high, u)
            with np.errstate(all="ignore"):
                new = u - miss / slope
            inside = np.isfinite(new) & (new >= low) & (new <= high)
            new = np.where(done, u, np.where(inside, new, (low + high) / 2))
            done |= np.abs(new - u) <= 1e-14 * (1 + np.abs(u))
            u = new
            if (done | ~reached).all():
                break
        return np.where(reached, u, np.inf)

    def _log_hazards(self, u: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return log H and its slope in log t."""
        log_hazard, cumulative, _ = self.at(np.exp(u))
        with np.errstate(all="ignore"):
            value = np.log(cumulative)
            return np.where(np.isnan(value), np.inf, value), np.exp(log_hazard + u - value)

    def mean(self, horizon: float) -> tuple[float, FloatArray]:
        """Return the mean of the time cut at the horizon, and its slopes; infinite where the mean is.

        A family on the whole line has no horizon here: its mean is linear in location and scale.
        """
        if not self.family.from_zero:
            return self._mean_on_the_line()
        if np.isnan(self.theta).any():
            return np.nan, np.full(self.theta.size, np.nan)
        levels = np.array([*_EARLY, *_LATE])
        times = self.quantile(levels)
        nodes = np.unique(np.append(times[times < horizon], min(horizon, times[-1])))
        if np.isinf(nodes[-1]):
            return np.inf, np.full(self.theta.size, np.nan)
        value, slopes = self._integral(nodes)
        if np.isinf(horizon):
            left = float(nodes[-1] * np.exp(-self.at(nodes[-1:])[1][0]))
            if not left <= _NEGLIGIBLE * value:
                return np.inf, np.full(self.theta.size, np.nan)
        return value, slopes

    def _integral(self, nodes: FloatArray) -> tuple[float, FloatArray]:
        """Integrate the survival, and its slopes, from 0 to the last node; it is 1 before the first."""
        points, weights = np.polynomial.legendre.leggauss(_ORDER)
        edges = np.log(nodes)
        half = np.diff(edges)[:, None] / 2
        u = (edges[:-1, None] + half + half * points).ravel()
        width = (half * weights).ravel() * np.exp(u)
        _, cumulative, slopes = self.at(np.exp(u))
        share = width * np.exp(-cumulative)
        return float(nodes[0] + share.sum()), -(share @ np.where(np.isfinite(slopes), slopes, 0.0))

    def _mean_on_the_line(self) -> tuple[float, FloatArray]:
        family = self.family
        assert isinstance(family, LocationScale)
        symmetric = isinstance(family.law, Normal) or bool(
            np.isclose(family.law.inverse(np.log([2.0]))[0], 0)
        )
        offset = 0.0 if symmetric else -_EULER
        scale = float(family.scale(self.predictors[:, None])[0])
        slopes = np.concatenate([self.designs[0], offset * scale * self.designs[1]])
        return float(self.predictors[0] + offset * scale), slopes
