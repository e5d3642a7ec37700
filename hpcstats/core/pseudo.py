"""What each patient contributes to a Kaplan-Meier estimate, or to the area under it.

With d_u of n_u failing at u, the derivative of S(t) in the case weight of patient i, who leaves at x_i, is
-S(t) (event_i [x_i <= t] / (n - d)(x_i) - sum over u <= min(t, x_i) of d_u / (n_u (n_u - d_u))),
and 0 where S(t) = 0. The derivative of the area is its integral.
Without patient i, one is missing in the risk sets up to x_i and none later: S without i is the product of
1 - d_u / (n_u - 1) over u < x_i, of 1 - (d - event_i) / (n - 1) at x_i, and of the factors of S after x_i.
No patients times patients matrix is formed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hpcstats.core.product_limit import greenwood_terms, product_limit
from hpcstats.core.risk_sets import FloatArray, RiskSets, count
from hpcstats.core.step_function import last_at_or_before


@dataclass(frozen=True, slots=True)
class Curve:
    """One step curve from height 1, with its area: read at any number of times."""

    times: FloatArray
    heights: FloatArray

    def height(self, at: FloatArray) -> FloatArray:
        """Return the heights at the times asked."""
        return self._before()[last_at_or_before(self.times, at) + 1]

    def area(self, horizons: FloatArray) -> FloatArray:
        """Return the areas from 0 to the horizons."""
        knots, heights = np.concatenate([[0.0], self.times]), self._before()
        complete = np.concatenate([[0.0], np.cumsum(heights[:-1] * np.diff(knots))])
        piece = last_at_or_before(self.times, horizons) + 1
        return np.asarray(complete[piece] + heights[piece] * (horizons - knots[piece]), dtype=np.float64)

    def _before(self) -> FloatArray:
        return np.concatenate([[1.0], self.heights])


@dataclass(frozen=True, slots=True)
class Estimate:
    """The Kaplan-Meier curve of patients without delayed entry, and the counts behind it, all (T,)."""

    risk: RiskSets
    at_risk: FloatArray
    events: FloatArray
    greenwood_terms: FloatArray
    curve: Curve

    @classmethod
    def of(cls, risk: RiskSets) -> Estimate:
        """Estimate the curve."""
        counts = count(risk, np.ones((1, risk.event.size)))
        curve = Curve(risk.times, product_limit(counts)[0][0])
        return cls(risk, counts.at_risk[0], counts.events[0], greenwood_terms(counts)[0], curve)

    @property
    def inverse_left(self) -> FloatArray:
        """1 / (n - d), 0 where nobody is left."""
        left = self.at_risk - self.events
        return np.divide(1.0, left, out=np.zeros_like(left), where=left > 0)


def height_influence(estimate: Estimate, at: FloatArray) -> FloatArray:
    """Return the derivatives of S at the times asked in the case weight of each patient: (n, A)."""
    risk, height = estimate.risk, estimate.curve.height(at)
    greenwood = np.concatenate([[0.0], np.cumsum(estimate.greenwood_terms)])
    position = last_at_or_before(risk.times, at)
    alive = height > 0
    exposed = np.where(alive, greenwood[np.minimum(position, risk.last[:, None]) + 1], 0.0)
    failed = risk.event[:, None] & (risk.last[:, None] <= position) & alive
    own = np.where(failed, estimate.inverse_left[risk.last, None], 0.0)
    return np.asarray(height * (exposed - own), dtype=np.float64)


def area_influence(estimate: Estimate, horizons: FloatArray) -> FloatArray:
    """Return the derivatives of the areas up to the horizons in the case weight of each patient: (n, A)."""
    risk, curve = estimate.risk, estimate.curve
    beyond = curve.area(horizons) - curve.area(np.minimum(risk.times[:, None], horizons))
    # Where everybody at risk fails no area is left beyond, and the infinite term has no part in the sum.
    terms = np.where(estimate.at_risk > estimate.events, estimate.greenwood_terms, 0.0)
    exposed = np.cumsum(terms[:, None] * beyond, axis=0)[risk.last]
    failed = (estimate.inverse_left[:, None] * beyond)[risk.last]
    return exposed - np.where(risk.event[:, None], failed, 0.0)


def height_without(estimate: Estimate, at: FloatArray) -> FloatArray:
    """Return S at the times asked without each patient: (n, A)."""
    risk, last = estimate.risk, estimate.risk.last
    fewer, after = _fewer(estimate), _after_leaving(estimate)
    later = last_at_or_before(risk.times, at) >= last[:, None]
    return np.where(later, after[:, None] * _share(estimate, estimate.curve.height(at)), fewer.height(at))


def area_without(estimate: Estimate, horizons: FloatArray) -> FloatArray:
    """Return the areas up to the horizons without each patient: (n, A)."""
    risk, curve = estimate.risk, estimate.curve
    leaving = risk.times[risk.last][:, None]
    until = np.minimum(leaving, horizons)
    emptied = (curve.heights[risk.last] == 0)[:, None]
    whole = curve.area(horizons) - curve.area(until)
    beyond = np.where(emptied, horizons - until, _share(estimate, whole))
    return _fewer(estimate).area(until) + _after_leaving(estimate)[:, None] * beyond


def _fewer(estimate: Estimate) -> Curve:
    """Return the curve with one less at risk throughout; of no meaning from where nobody else is left."""
    others = np.maximum(estimate.at_risk - 1, 1)
    return Curve(estimate.risk.times, np.cumprod(1 - np.minimum(estimate.events / others, 1.0)))


def _after_leaving(estimate: Estimate) -> FloatArray:
    """Return S just after each patient's time without the patient: (n,)."""
    risk, last = estimate.risk, estimate.risk.last
    others = estimate.at_risk[last] - 1
    failing = np.divide(estimate.events[last] - risk.event, others, out=np.zeros(last.size), where=others > 0)
    before = np.concatenate([[1.0], _fewer(estimate).heights])[last]
    return np.asarray(before * (1 - failing), dtype=np.float64)


def _share(estimate: Estimate, values: FloatArray) -> FloatArray:
    """Divide by S just after each patient's time; 1 where it is 0, that is where nobody is left: (n, A)."""
    own = estimate.curve.heights[estimate.risk.last][:, None]
    spread = np.broadcast_to(values, (own.size, values.shape[-1]))
    return np.divide(spread, own, out=np.ones(spread.shape), where=own > 0)
