"""The pooled estimate, its standard error, and what differs between studies, on one scale.

With w = 1 / (v + tau^2) and W = sum w the estimate is sum w y / W. Its variance is 1 / W (Wald), or, after
Hartung and Knapp 2001 (doi:10.1002/sim.1009) and Sidik and Jonkman 2002 (doi:10.1002/sim.1262), q / W with
q = sum w (y - estimate)^2 / (k - 1) and the t distribution of k - 1 degrees of freedom.

I^2 = tau^2 / (tau^2 + s) and H^2 = 1 + tau^2 / s, where s = (k - 1) / (W - sum w^2 / W), w = 1 / v, is the
typical variance within studies (Higgins and Thompson 2002, doi:10.1002/sim.1186). The limits of tau^2 are the
roots of Q(tau^2) = chi-squared quantiles (Viechtbauer 2007, doi:10.1002/sim.2514).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import chdtrc, chdtri, ndtri, stdtrit

from hpcstats.core.meta.heterogeneity import tau2_where_q_is, weighted_q
from hpcstats.core.risk_sets import FloatArray


@dataclass(frozen=True, slots=True)
class Pooled:
    """An estimate on the scale of the studies.

    Attributes
    ----------
    estimate, std_error : float
        Weighted mean and its standard error.
    weights : ndarray, shape (k,)
        Shares of the studies, adding to 1.
    df : float
        Degrees of freedom of its distribution; infinite for the normal.
    """

    estimate: float
    std_error: float
    weights: FloatArray
    df: float

    def limits(self, level: float, between: float = 0.0) -> tuple[float, float]:
        """Return limits of the mean, or, with tau^2 as `between`, those of a new study."""
        margin = quantile(level, self.df) * float(np.sqrt(self.std_error**2 + between))
        return self.estimate - margin, self.estimate + margin


def quantile(level: float, df: float) -> float:
    """Return the two-sided quantile of the t distribution, or of the normal one."""
    upper = (1 + level) / 2
    return float(ndtri(upper) if np.isinf(df) else stdtrit(df, upper))


def pooled(y: FloatArray, v: FloatArray, tau2: float, limits: str) -> Pooled:
    """Return the weighted mean; `limits` wald, wald-t, hartung-knapp or hartung-knapp-truncated."""
    w = 1 / (v + tau2)
    total = float(w.sum())
    estimate, variance, df = float(np.sum(w * y)) / total, 1 / total, np.inf
    if limits != "wald":
        df = y.size - 1.0
    if limits.startswith("hartung-knapp"):
        inflation = weighted_q(y, w) / df
        variance *= max(inflation, 1.0) if limits.endswith("truncated") else inflation
    return Pooled(estimate, float(np.sqrt(variance)), w / total, df)


def typical_variance(v: FloatArray) -> float:
    """Return Higgins and Thompson's typical variance within studies."""
    w = 1 / v
    return float((v.size - 1) / (w.sum() - np.sum(w**2) / w.sum()))


def inconsistency(tau2: FloatArray, v: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return I^2 and H^2 at given values of tau^2."""
    typical = typical_variance(v)
    with np.errstate(invalid="ignore"):
        share = np.where(np.isinf(tau2), 1.0, tau2 / (tau2 + typical))
    return share, 1 + tau2 / typical


def q_test(y: FloatArray, v: FloatArray) -> tuple[float, int, float]:
    """Return Cochran's Q, its degrees of freedom and its p-value."""
    q, df = weighted_q(y, 1 / v), y.size - 1
    return q, df, float(chdtrc(df, q))


def q_profile(y: FloatArray, v: FloatArray, level: float) -> tuple[float, float]:
    """Return the limits of tau^2 that profile Q."""
    df, tail = y.size - 1.0, (1 - level) / 2
    return (
        tau2_where_q_is(y, v, float(chdtri(df, tail))),
        tau2_where_q_is(y, v, float(chdtri(df, 1 - tail))),
    )
