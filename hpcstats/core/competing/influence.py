"""The infinitesimal jackknife of cumulative incidences under case weights.

The derivative of F_k(t) with respect to the weight of patient i is U_i(t) = P_i(t) - F_k(t) Q_i(t) with

    P_i(t) = sum over t_j <= t, i at risk, of [S(t_j-) (e_kij - h_kj) + F_k(t_j) g_j (e_ij - h_j)] / n_j,
    Q_i(t) = sum of g_j (e_ij - h_j) / n_j,       g_j = 1 / (1 - h_j), 0 where everybody fails,

h the weighted hazards, e whether patient i has an event (of cause k) at t_j. The variance is the sum of
(w_i U_i)^2, as R's ``survfit`` has it, and that of w_i U_i^2 where a row stands for w_i patients. Those still
at risk share their sums, so that all times take one pass over the patients. Without delayed entry, and for
whole numbers of patients, it is the variance of Greenwood's type.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hpcstats.core.competing.incidence import Incidence
from hpcstats.core.risk_sets import FloatArray, IntArray, RiskSets


@dataclass(frozen=True, slots=True)
class _Terms:
    """What a time adds to P and Q of somebody at risk, and of somebody failing then beyond that: (T,)."""

    staying_p: FloatArray
    staying_q: FloatArray
    failing_p: FloatArray
    own_p: FloatArray
    failing_q: FloatArray


def infinitesimal_jackknife(
    risk: RiskSets, cause: IntArray, square: FloatArray, incidence: Incidence
) -> FloatArray:
    """Return the variance (K, T), the squared derivative of each row counted `square` (n,) times."""
    causes = incidence.estimate.shape[1]
    return np.stack([_of_cause(risk, cause, square, incidence, number) for number in range(causes)])


def _of_cause(
    risk: RiskSets, cause: IntArray, square: FloatArray, incidence: Incidence, number: int
) -> FloatArray:
    curve = incidence.estimate[0, number]
    terms = _terms(incidence, number)
    p, q = np.cumsum(terms.staying_p), np.cumsum(terms.staying_q)
    first = np.zeros_like(risk.last) if risk.first is None else risk.first
    base_p, base_q = _just_before(p)[first], _just_before(q)[first]
    last = risk.last
    failing, own = risk.event, cause == number + 1
    left_p = p[last] - base_p + np.where(failing, terms.failing_p[last], 0) + own * terms.own_p[last]
    left_q = q[last] - base_q + np.where(failing, terms.failing_q[last], 0)
    size = curve.size

    def gone(values: FloatArray) -> FloatArray:
        total: FloatArray = np.cumsum(np.bincount(last, weights=square * values, minlength=size))
        return total

    def present(values: FloatArray) -> FloatArray:
        entered = np.cumsum(np.bincount(first, weights=square * values, minlength=size + 1)[:size])
        return entered - gone(values)

    common, one = p - curve * q, np.ones(last.size)
    without = gone(left_p**2) - 2 * curve * gone(left_p * left_q) + curve**2 * gone(left_q**2)
    within = present(one) * common**2
    if risk.first is not None:
        within -= 2 * common * (present(base_p) - curve * present(base_q))
        within += present(base_p**2) - 2 * curve * present(base_p * base_q) + curve**2 * present(base_q**2)
    variance: FloatArray = np.maximum(without + within, 0.0)
    return variance


def _terms(incidence: Incidence, number: int) -> _Terms:
    n, d = incidence.counts.total.at_risk[0], incidence.counts.total.events[0]
    own = _ratio(incidence.counts.events[0, number], n)
    inverse = _ratio(np.ones_like(n), n - d)
    before, curve = incidence.before[0], incidence.estimate[0, number]
    hazard = _ratio(d, n)
    share = _ratio(before, n)
    return _Terms(
        staying_p=-share * own - curve * inverse * hazard,
        staying_q=-inverse * hazard,
        failing_p=curve * inverse,
        own_p=share,
        failing_q=inverse,
    )


def _just_before(sums: FloatArray) -> FloatArray:
    """Shift by one, with a place more: nobody who enters after the last time counts."""
    return np.concatenate([np.zeros(1), sums])


def _ratio(top: FloatArray, bottom: FloatArray) -> FloatArray:
    return np.divide(top, bottom, out=np.zeros_like(top), where=bottom > 0)
