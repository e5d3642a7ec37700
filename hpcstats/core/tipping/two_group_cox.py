"""The Cox model of two groups in many data sets at once: one coefficient, in closed risk tables.

With n_1 of n at risk and d_1 of d events in the second group, r = exp(beta), and for tied events Efron's
fractions f = 0, 1/d, ..., (d - 1)/d (doi:10.1080/01621459.1977.10480613),

    p = r (n_1 - f d_1) / (n_0 - f d_0 + r (n_1 - f d_1)),
    U = sum d_1 - sum p,   I = sum p (1 - p),   I' = sum p (1 - p)(1 - 2 p).

Firth's estimate (doi:10.1111/j.0006-341X.2001.00114.x) solves U + I' / (2 I) = 0: the mode of the posterior
under Jeffreys' prior, proportional to exp(log likelihood) sqrt(I).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hpcstats.core.risk_sets import BoolArray, FloatArray, IntArray
from hpcstats.core.tipping.two_group_tables import TwoGroupTables

ESTIMATED, NO_INFORMATION, NO_MAXIMUM, NOT_ARRIVED = range(4)
"""Outcomes: an estimate; nobody to compare at an event time; a monotone likelihood; too many steps."""

_STEPS = 60
_REACH = 2.0
_ARRIVED = 1e-10
_WIDEST, _POINTS = 40.0, 4001
_NEGLIGIBLE = 40.0
"""Logarithm of a density, below its maximum, that counts as none."""


@dataclass(frozen=True, slots=True)
class TwoGroupCox:
    """Log hazard ratios of the second group, variances (inverse information) and outcomes, (B,) each."""

    coefficient: FloatArray
    variance: FloatArray
    outcome: IntArray


@dataclass(frozen=True, slots=True)
class _Steps:
    """Risks of both groups at each step and its data set, (S,); events of the second group (B,)."""

    first: FloatArray
    second: FloatArray
    owner: IntArray
    events_second: FloatArray

    @classmethod
    def of(cls, tables: TwoGroupTables) -> _Steps:
        row, place = np.nonzero(tables.informative)
        n, d = tables.at_risk[row, place], tables.events[row, place]
        n_second, d_second = tables.at_risk_second[row, place], tables.events_second[row, place]
        tied = d.astype(np.int64)
        step = np.repeat(np.arange(row.size), tied)
        level = np.arange(step.size) - np.repeat(np.cumsum(tied) - tied, tied)
        gone = level / d[step]
        events = np.bincount(row, weights=d_second, minlength=tables.events.shape[0]).astype(np.float64)
        first = (n - n_second)[step] - gone * (d - d_second)[step]
        return cls(first, n_second[step] - gone * d_second[step], row[step], events)

    def derivatives(self, beta: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
        """Return the score, the information and its first two derivatives, (B,) each."""
        odds = np.log(self.second) - np.log(self.first) + beta[self.owner]
        share = 0.5 * (1 + np.tanh(0.5 * odds))
        spread = share * (1 - share)
        size = beta.size
        expected, information, slope, bend = (
            np.bincount(self.owner, weights=values, minlength=size).astype(np.float64)
            for values in (share, spread, spread * (1 - 2 * share), spread * (1 - 6 * spread))
        )
        return self.events_second - expected, information, slope, bend


def fit(tables: TwoGroupTables, *, firth: bool) -> TwoGroupCox:
    """Fit every data set by maximum partial likelihood, or with Firth's penalty."""
    steps = _Steps.of(tables)
    size = steps.events_second.size
    total = np.bincount(steps.owner, minlength=size).astype(np.float64)
    informed = total > 0
    exists = informed if firth else (steps.events_second > 0) & (steps.events_second < total)
    beta, going, arrived = np.zeros(size), exists.copy(), np.zeros(size, dtype=np.bool_)
    information = np.zeros(size)
    for _ in range(_STEPS):
        score, information, slope, bend = steps.derivatives(beta)
        move = _move(score, information, slope, bend, firth, going)
        beta += move
        arrived |= going & (np.abs(move) < _ARRIVED)
        going &= ~arrived
        if not going.any():
            break
    information = steps.derivatives(beta)[1]
    outcome = np.where(arrived, ESTIMATED, NOT_ARRIVED)
    outcome[~exists] = NO_MAXIMUM
    outcome[~informed] = NO_INFORMATION
    found = outcome == ESTIMATED
    inverse = np.divide(1.0, information, out=np.full(size, np.nan), where=found & (information > 0))
    return TwoGroupCox(np.where(found, beta, np.nan), inverse, outcome.astype(np.int64))


def posterior_quantiles(table: TwoGroupTables, probabilities: FloatArray) -> FloatArray:
    """Return quantiles of the coefficient's posterior under Jeffreys' prior, for one data set.

    The density is integrated on a grid and its distribution inverted there by straight lines. Without
    information every quantile is 0.
    """
    steps = _Steps.of(table)
    if not steps.owner.size:
        return np.zeros(probabilities.shape)
    odds = np.log(steps.second) - np.log(steps.first)

    def log_density(beta: FloatArray) -> FloatArray:
        shifted = beta[:, None] + odds
        share = 0.5 * (1 + np.tanh(0.5 * shifted))
        likelihood = steps.events_second[0] * beta - np.logaddexp(0.0, shifted).sum(axis=1)
        with np.errstate(divide="ignore"):
            information = np.log((share * (1 - share)).sum(axis=1))
        return np.asarray(likelihood + information / 2, dtype=np.float64)

    wide = np.linspace(-_WIDEST, _WIDEST, _POINTS)
    height = log_density(wide)
    inside = wide[height > height.max() - _NEGLIGIBLE]
    grid = np.linspace(inside[0] - 2 * _WIDEST / _POINTS, inside[-1] + 2 * _WIDEST / _POINTS, _POINTS)
    density = np.exp(log_density(grid) - height.max())
    mass = np.concatenate([[0.0], np.cumsum((density[1:] + density[:-1]) / 2)])
    return np.interp(probabilities, mass / mass[-1], grid)


def _move(
    score: FloatArray,
    information: FloatArray,
    slope: FloatArray,
    bend: FloatArray,
    firth: bool,
    going: BoolArray,
) -> FloatArray:
    """Return Newton's step, cut to the reach; by the plain information where the other is not positive."""
    curvature = information
    if firth:
        ratio = np.divide(slope, information, out=np.zeros_like(slope), where=information > 0)
        further = np.divide(bend, information, out=np.zeros_like(bend), where=information > 0)
        score = score + ratio / 2
        penalised = information - (further - ratio**2) / 2
        curvature = np.where(penalised > 0, penalised, information)
    step = np.divide(score, curvature, out=np.zeros_like(score), where=going & (curvature > 0))
    return np.clip(step, -_REACH, _REACH)
