r"""Variances of cumulative incidences.

Both have the form, with D_j = F_k(t) - F_k(t_j),

    var F_k(t) = sum over t_j <= t of  a_j - 2 e_j D_j + c_j D_j^2.

*Greenwood's type* (Dinse & Larson 1986, doi:10.1093/biomet/73.2.379; Marubini & Valsecchi 1995), the variance
of multinomial counts given the numbers at risk, equal to the infinitesimal jackknife of one row a patient:

    a = S(t_j-)^2 d_k (n - d_k) / n^3,   e = S(t_j-) d_k / n^2,   c = d / (n (n - d)).

*Aalen's type* (Aalen 1978, doi:10.1214/aos/1176344247; R's ``cmprsk::cuminc``) takes cause k and all others
as two independent counting processes, with r = S(t_j-) / S(t_j) and v(d) = d (n - d) / (n^2 (n - 1)),
1 / n^2 for a single event:

    a = S(t_j-)^2 v(d_k),   e = S(t_j-) r v(d_k),   c = r^2 (v(d_k) + v(d - d_k)).

Where everybody at risk fails F_k never grows again: D_j is 0, and c and e are set to 0.
"""

from __future__ import annotations

import numpy as np

from hpcstats.core.competing.incidence import Incidence
from hpcstats.core.risk_sets import FloatArray


def greenwood(incidence: Incidence) -> FloatArray:
    """Return the variance of Greenwood's type, (B, K, T)."""
    n, d = incidence.counts.total.at_risk, incidence.counts.total.events
    spread = _ratio(d, n * (n - d))
    variance = np.empty_like(incidence.estimate)
    for cause in range(variance.shape[1]):
        own = incidence.counts.events[:, cause]
        step = incidence.before * _ratio(own, n**2)
        squares = incidence.before * step * _ratio(n - own, n)
        variance[:, cause] = _assembled(incidence.estimate[:, cause], squares, step, spread)
    return variance


def aalen(incidence: Incidence) -> FloatArray:
    """Return the variance of Aalen's type, (B, K, T)."""
    n, d = incidence.counts.total.at_risk, incidence.counts.total.events
    before, ratio = incidence.before, _ratio(incidence.before, incidence.survival)
    variance = np.empty_like(incidence.estimate)
    for cause in range(variance.shape[1]):
        own = incidence.counts.events[:, cause]
        mine, others = _without_replacement(own, n), _without_replacement(d - own, n)
        variance[:, cause] = _assembled(
            incidence.estimate[:, cause], before**2 * mine, before * ratio * mine, ratio**2 * (mine + others)
        )
    return variance


def _without_replacement(events: FloatArray, at_risk: FloatArray) -> FloatArray:
    single = _ratio(events, at_risk**2)
    return np.where(events > 1, single * _ratio(at_risk - events, at_risk - 1), single)


def _assembled(curve: FloatArray, a: FloatArray, e: FloatArray, c: FloatArray) -> FloatArray:
    """Return the sums of a - 2 e D + c D^2 up to each time, (B, T).

    They are built up from the increments of the curve: no difference of large sums is taken.
    """
    step = np.diff(curve, axis=-1, prepend=0.0)
    until_c = _just_before(np.cumsum(c, axis=-1))
    linear = _just_before(np.cumsum(step * until_c, axis=-1))
    square = np.cumsum(step * (2 * linear + step * until_c), axis=-1)
    mixed = np.cumsum(step * _just_before(np.cumsum(e, axis=-1)), axis=-1)
    return np.maximum(np.cumsum(a, axis=-1) - 2 * mixed + square, 0.0)


def _just_before(sums: FloatArray) -> FloatArray:
    return np.concatenate([np.zeros_like(sums[..., :1]), sums[..., :-1]], axis=-1)


def _ratio(top: FloatArray, bottom: FloatArray) -> FloatArray:
    return np.divide(top, bottom, out=np.zeros_like(top), where=bottom > 0)
