"""Cumulative incidence of competing events from weighted counts.

Aalen & Johansen 1978 (Scand J Stat 5:141): with n_j at risk and d_kj events of cause k at t_j, d_j of all
causes, S(t) = prod over t_j <= t of (1 - d_j / n_j) and

    F_k(t) = sum over t_j <= t of S(t_j-) d_kj / n_j,        S + sum of F_k = 1.

Tied events of several causes share one risk set, so that nothing is put into an order that is not known.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hpcstats.core.risk_sets import Counts, FloatArray, IntArray, RiskSets, add_at, count


@dataclass(frozen=True, slots=True)
class CauseCounts:
    """Weighted numbers at the grid points.

    Attributes
    ----------
    total : Counts
        At risk, events of any cause and exits, (B, T) each.
    events : ndarray, shape (B, K, T)
        Events of each cause.
    """

    total: Counts
    events: FloatArray


@dataclass(frozen=True, slots=True)
class Incidence:
    """Cumulative incidences with what they rest on.

    Attributes
    ----------
    counts : CauseCounts
        The numbers at the grid points.
    survival, before : ndarray, shape (B, T)
        Proportion free of any event at, and just before, each grid point.
    estimate : ndarray, shape (B, K, T)
        Cumulative incidence of each cause.
    """

    counts: CauseCounts
    survival: FloatArray
    before: FloatArray
    estimate: FloatArray


def count_causes(risk: RiskSets, cause: IntArray, causes: int, weights: FloatArray) -> CauseCounts:
    """Count under each row of `weights` (B, n); `cause` is 0 for censored, else 1 to `causes`."""
    total, size = count(risk, weights), risk.times.size
    events = np.empty((weights.shape[0], causes, size))
    for number in range(causes):
        events[:, number] = add_at(np.where(cause == number + 1, weights, 0.0), risk.last, size)
    return CauseCounts(total, events)


def cumulative_incidence(counts: CauseCounts) -> Incidence:
    """Return the cumulative incidences at each grid point."""
    n, d = counts.total.at_risk, counts.total.events
    staying: FloatArray = np.ones_like(n)
    np.divide(n - d, n, out=staying, where=n > 0)
    survival = np.cumprod(staying, axis=-1, out=staying)
    before = np.concatenate([np.ones_like(survival[:, :1]), survival[:, :-1]], axis=1)
    share = np.divide(before, n, out=np.zeros_like(n), where=n > 0)
    estimate = counts.events * share[:, None]
    np.cumsum(estimate, axis=-1, out=estimate)
    # Rounding alone can lift a sum of shares above one.
    np.minimum(estimate, 1.0, out=estimate)
    return Incidence(counts, survival, before, estimate)
