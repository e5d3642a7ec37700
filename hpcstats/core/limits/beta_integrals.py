"""P(h(X) - h(Y) <= v) of two independent betas X and Y, h a scale of `contrast_scales`.

The chance is an integral over Y, taken by Gauss and Legendre's rule on the logit axis, where the integrand is
smooth with one peak, in nodes that are dense around the peak and reach into its tails. ``a = 0`` is the
distribution at 0, ``b = 0`` the one at 1. All arrays are flat, one entry a pair of betas.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import betainc, betaincc, betainccinv, betaincinv, betaln, expit, logit

from hpcstats.core.limits.contrast_scales import Scale
from hpcstats.core.risk_sets import BoolArray, FloatArray, IntArray

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(72)
_EVEN = np.linspace(0.0, 1.0, 32)
_NEGLIGIBLE = 1e-14
_ALMOST_ONE = 1e-16
_LEAST = 1e-300
_FAINT = 42.0
"""exp(-42) of the largest value adds nothing to an integral."""
_WIDEST = 700.0
_MOST_ZOOMS = 12


@dataclass(frozen=True, slots=True)
class Betas:
    """Betas by their parameters; ``a = 0`` is the distribution at 0, ``b = 0`` the one at 1."""

    a: FloatArray
    b: FloatArray

    @property
    def is_point(self) -> BoolArray:
        """Which are a single point."""
        return (self.a <= 0) | (self.b <= 0)

    @property
    def point(self) -> FloatArray:
        """Where those that are a single point have it."""
        return np.where(self.a > 0, 1.0, 0.0)

    def where(self, chosen: BoolArray | slice) -> Betas:
        """Keep some."""
        return Betas(self.a[chosen], self.b[chosen])

    def proper(self) -> tuple[FloatArray, FloatArray]:
        """Return the parameters, those of the uniform distribution instead of a single point's."""
        return np.where(self.is_point, 1.0, self.a), np.where(self.is_point, 1.0, self.b)

    def quantile(self, probability: float) -> FloatArray:
        """Return the quantile of each."""
        return np.where(self.is_point, self.point, betaincinv(*self.proper(), probability))


@dataclass(frozen=True, slots=True)
class Pair:
    """Proper betas X and Y, and the ends outside which they may be neglected.

    Attributes
    ----------
    x, y : Betas
        The two distributions, neither a single point.
    x_ends, y_ends : tuple of ndarray
        P(X <= low) and P(Y <= low), P(Y >= high) are negligible, and P(X <= high) is 1.
    """

    x: Betas
    y: Betas
    x_ends: tuple[FloatArray, FloatArray]
    y_ends: tuple[FloatArray, FloatArray]

    @classmethod
    def of(cls, x: Betas, y: Betas) -> Pair:
        """Join two sets of betas entry by entry, for chances with a small absolute error."""
        y_high = betainccinv(y.a, y.b, _NEGLIGIBLE)
        return cls(
            x, y, (_almost_none(x), _almost_all(x)), (_almost_none(y), np.asarray(y_high, dtype=np.float64))
        )

    @classmethod
    def whole(cls, x: Betas, y: Betas) -> Pair:
        """Join two sets of betas entry by entry, for P(X <= Y) with a small relative error."""
        least = np.full_like(x.a, _LEAST)
        return cls(x, y, (least, _almost_all(x)), (least, np.ones_like(y.a)))

    def chance(self, scale: Scale, v: FloatArray) -> FloatArray:
        """Return P(h(X) - h(Y) <= v)."""
        v = np.minimum(np.maximum(v, -_WIDEST), _WIDEST)
        low = np.maximum(self.y_ends[0], scale.shifted(self.x_ends[0], -v))
        high = np.minimum(self.y_ends[1], scale.shifted(self.x_ends[1], -v))
        above = np.asarray(betaincc(self.y.a, self.y.b, np.maximum(low, high)), dtype=np.float64)
        some = high > low
        if some.all():
            return above + _integral(self.x, self.y, scale, v, (low, high))
        if some.any():
            ends = low[some], high[some]
            above[some] += _integral(self.x.where(some), self.y.where(some), scale, v[some], ends)
        return above


def _almost_none(x: Betas) -> FloatArray:
    return np.asarray(betaincinv(x.a, x.b, _NEGLIGIBLE), dtype=np.float64)


def _almost_all(x: Betas) -> FloatArray:
    return np.asarray(betainccinv(x.a, x.b, _ALMOST_ONE), dtype=np.float64)


def chance_with_points(x: Betas, y: Betas, scale: Scale, v: FloatArray) -> FloatArray:
    """Return P(h(X) - h(Y) <= v) where X, Y or both are single points.

    Two points between which the difference does not exist count as satisfying it.
    """
    both = ~(scale.distance(y.point, x.point) > v)
    proper_y = betaincc(*y.proper(), scale.shifted(x.point, -v))
    proper_x = betainc(*x.proper(), scale.shifted(y.point, v))
    chosen = np.where(x.is_point, proper_y, proper_x)
    return np.where(x.is_point & y.is_point, both, chosen).astype(np.float64)


def _integral(
    x: Betas, y: Betas, scale: Scale, v: FloatArray, ends: tuple[FloatArray, FloatArray]
) -> FloatArray:
    """Integrate P(X <= k(y)), h(k(y)) = h(y) + v, over the values of Y between the `ends`.

    Where h(y) + v leaves the scale the axis is stretched so that it ends there: no kink falls inside.
    """
    start, end = scale.shifted(np.zeros_like(v), -v), scale.shifted(np.ones_like(v), -v)
    width = (end - start)[:, None]
    first, last = (_on_axis((edge - start) / (end - start)) for edge in ends)
    xa, xb, a, b, v, low, rest_of_end = (
        values[:, None] for values in (x.a, x.b, y.a - 1, y.b - 1, v, start, 1 - end)
    )
    constant = np.log(width) - betaln(a + 1, b + 1)

    def log_integrand(axis: FloatArray) -> FloatArray:
        share, rest = expit(axis), expit(-axis)
        place, other = low + width * share, rest_of_end + width * rest
        reached = betainc(xa, xb, scale.shifted(place, v))
        with np.errstate(divide="ignore", invalid="ignore"):
            density = np.where(a == 0, 0.0, a * np.log(place)) + np.where(b == 0, 0.0, b * np.log(other))
            return np.asarray(constant + density + np.log(share * rest * reached), dtype=np.float64)

    return _summed(log_integrand, first[:, None], last[:, None])


def _on_axis(share: FloatArray) -> FloatArray:
    axis = logit(np.minimum(np.maximum(share, 0.0), 1.0))
    return np.minimum(np.maximum(axis, -_WIDEST), _WIDEST)


def _summed(integrand: Callable[[FloatArray], FloatArray], low: FloatArray, high: FloatArray) -> FloatArray:
    """Find the part between two ends where an integrand counts, and its peak, and integrate it there.

    `integrand` gives its logarithm. In u, axis = peak + width sinh(u), normal and exponential tails fall
    faster than any exponential.
    """
    for _ in range(_MOST_ZOOMS):
        axis = low + (high - low) * _EVEN
        values = integrand(axis)
        top = values.max(axis=1, keepdims=True)
        visible = values > top - _FAINT
        first = np.maximum(visible.argmax(axis=1) - 1, 0)
        last = np.minimum(_EVEN.size - visible[:, ::-1].argmax(axis=1), _EVEN.size - 1)
        peak, core = _at(axis, values.argmax(axis=1)), (values > top - 2).sum(axis=1, keepdims=True)
        width = (high - low) * core / (4 * _EVEN.size)
        low, high = _at(axis, first), _at(axis, last)
        if (core > 2).all():
            break
    ends = np.arcsinh((low - peak) / width), np.arcsinh((high - peak) / width)
    half = (ends[1] - ends[0]) / 2
    u = ends[0] + half * (1 + _NODES)
    terms = np.exp(integrand(peak + width * np.sinh(u))) * np.cosh(u)
    return np.asarray((half * width)[:, 0] * (terms @ _WEIGHTS), dtype=np.float64)


def _at(axis: FloatArray, position: IntArray) -> FloatArray:
    return axis[np.arange(position.size), position][:, None]
