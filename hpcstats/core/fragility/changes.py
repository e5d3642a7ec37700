"""The log-rank statistic as a function of few changes to the data: whose status, or whose group, is another.

Neither kind of change moves anybody in time, so that the numbers at risk in the pooled sample stay. With s_i
the sign of a change and s_t = d_t (n_t - d_t) / (n_t - 1), U the observed less expected events of the second
group of share q_t = m_t / n_t at t, and V its hypergeometric variance,

    status:      U changes by s_i (g_i - q),   V by a_t (D n - 2 d D - D^2),  a = q (1 - q) / (n - 1),
                 D the sum of s_i over the changes at t;
    assignment:  U changes by s_i c_i,         V by sum_t s_t (D_t / n - (2 m D_t + D_t^2) / n^2),
                 c_i the log-rank score, D_t the sum of s_i over the changes at risk at t.

Both are a linear form for U, and a linear less a quadratic form for V.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hpcstats.core.risk_sets import BoolArray, FloatArray, IntArray, RiskSets, count


@dataclass(frozen=True, slots=True)
class Changes:
    """What each of c possible changes does.

    Attributes
    ----------
    score, variance : float
        U and V of the data.
    steps : ndarray, shape (c,)
        By how much each change moves U.
    linear : ndarray, shape (c,)
        Linear part of what it does to V.
    quadratic : ndarray, shape (c, c)
        V falls by the sum of this over all pairs of changes made, each with itself included.
    """

    score: float
    variance: float
    steps: FloatArray
    linear: FloatArray
    quadratic: FloatArray

    def take(self, order: IntArray) -> Changes:
        """Put the changes in another order, or leave some out."""
        return Changes(
            self.score,
            self.variance,
            self.steps[order],
            self.linear[order],
            self.quadratic[np.ix_(order, order)],
        )

    def statistics(self, sets: IntArray) -> tuple[FloatArray, FloatArray]:
        """Return U and V, (B,) each, after the changes in each row of `sets` (B, k)."""
        score = self.score + self.steps[sets].sum(axis=1)
        spent = self.quadratic[sets[:, :, None], sets[:, None, :]].sum(axis=(1, 2))
        return score, self.variance + self.linear[sets].sum(axis=1) - spent


def of_status(risk: RiskSets, second: BoolArray) -> Changes:
    """Return what it does if a patient's event were a censoring, or the censoring an event."""
    grid = _Grid.of(risk, second)
    sign = np.where(risk.event, -1.0, 1.0)
    place, share = risk.last, grid.share[risk.last]
    width = np.divide(1.0, grid.at_risk - 1, out=np.zeros_like(grid.at_risk), where=grid.at_risk > 1)
    weight = (grid.share * (1 - grid.share) * width)[place]
    same = place[:, None] == place[None, :]
    return Changes(
        score=grid.score,
        variance=grid.variance,
        steps=sign * (second - share),
        linear=weight * sign * (grid.at_risk - 2 * grid.events)[place],
        quadratic=np.where(same, weight[:, None] * sign[:, None] * sign[None, :], 0.0),
    )


def of_assignment(risk: RiskSets, second: BoolArray) -> Changes:
    """Return what it does if a patient had been in the other group."""
    grid = _Grid.of(risk, second)
    sign = np.where(second, -1.0, 1.0)
    when = np.arange(grid.at_risk.size)
    present = when <= risk.last[:, None]
    if risk.first is not None:
        present &= when >= risk.first[:, None]
    hazard = np.divide(grid.events, grid.at_risk, out=np.zeros_like(grid.at_risk), where=grid.at_risk > 0)
    score: FloatArray = risk.event - present @ hazard
    inverse = np.divide(1.0, grid.at_risk, out=np.zeros_like(grid.at_risk), where=grid.at_risk > 0)
    moved = sign[:, None] * present
    weighted = moved * (grid.spread * inverse**2)
    return Changes(
        score=grid.score,
        variance=grid.variance,
        steps=sign * score,
        linear=moved @ (grid.spread * inverse * (1 - 2 * grid.share)),
        quadratic=weighted @ moved.T,
    )


@dataclass(frozen=True, slots=True)
class _Grid:
    """Numbers at risk, events, share of the second group and spread at each time, (T,); U and V."""

    at_risk: FloatArray
    events: FloatArray
    share: FloatArray
    spread: FloatArray
    score: float
    variance: float

    @classmethod
    def of(cls, risk: RiskSets, second: BoolArray) -> _Grid:
        counts = count(risk, np.stack([np.ones(second.size), second.astype(np.float64)]))
        (n, m), (d, d_second) = counts.at_risk, counts.events
        share = np.divide(m, n, out=np.zeros_like(n), where=n > 0)
        spread = np.divide(d * (n - d), n - 1, out=np.zeros_like(n), where=n > 1)
        score = float((d_second - d * share).sum())
        return cls(n, d, share, spread, score, float((spread * share * (1 - share)).sum()))
