"""What the outcome says of a missing covariate under a Cox model, for many chains of imputations at once.

A row under observation from e to t with linear predictor eta has the likelihood, up to a factor without eta,

    exp(d eta - H exp(eta)),      H = H0(t) - H0(e),

d the event and H0 Breslow's cumulative baseline hazard. It is at most exp(-d) / H^d, so that a value drawn
from its distribution given the other covariates is accepted with probability H^d exp(d eta - H exp(eta) + d):
the rejection step of Bartlett et al. (2015, doi:10.1177/0962280214521348).
"""

from __future__ import annotations

import numpy as np

from hpcstats.core.risk_sets import BoolArray, FloatArray, RiskSets, count

_STEEPEST = 300.0
_RIDGE = 1e-5


def cumulative_baseline(risk: RiskSets, linear: FloatArray) -> FloatArray:
    """Return each row's H (B, n) by Breslow's rule at linear predictors (B, n); at 0 it is Nelson-Aalen's."""
    at_risk = count(risk, np.exp(np.clip(linear, -_STEEPEST, _STEEPEST))).at_risk
    events = np.bincount(risk.last[risk.event], minlength=risk.times.size)
    steps = np.divide(events, at_risk, out=np.zeros_like(at_risk), where=(events > 0) & (at_risk > 0))
    cumulative = np.cumsum(steps, axis=1)
    own: FloatArray = cumulative[:, risk.last]
    if risk.first is not None:
        before = np.where(risk.first > 0, cumulative[:, np.maximum(risk.first - 1, 0)], 0.0)
        own = own - before
    return own


def log_outcome(event: BoolArray, hazard: FloatArray, linear: FloatArray) -> FloatArray:
    """Return the log-likelihood of rows, d eta - H exp(eta), in any shapes that fit together."""
    linear = np.clip(linear, -_STEEPEST, _STEEPEST)
    return np.asarray(np.where(event, linear, 0.0) - hazard * np.exp(linear), dtype=np.float64)


def log_acceptance(event: BoolArray, hazard: FloatArray, linear: FloatArray) -> FloatArray:
    """Return the log probability with which a proposed value is accepted; never above 0."""
    with np.errstate(divide="ignore"):
        bound = np.where(event & (hazard > 0), -1 - np.log(hazard), 0.0)
    return np.asarray(log_outcome(event, hazard, linear) - bound, dtype=np.float64)


def posterior_of_mean(
    design: FloatArray, values: FloatArray, normal: FloatArray, chi_squared: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Draw coefficients (B, q) and standard deviations (B,) of normal regressions under the usual flat prior.

    Parameters
    ----------
    design, values : ndarray, shapes (B, n, q) and (B, n)
        Predictors with intercept, and what is regressed.
    normal : ndarray, shape (B, q)
        Standard normal numbers.
    chi_squared : ndarray, shape (B,)
        Chi-squared numbers on n - q degrees of freedom.
    """
    transposed = design.transpose(0, 2, 1)
    cross = transposed @ design
    diagonal = np.einsum("bii->bi", cross)
    diagonal += _RIDGE * diagonal.copy()
    mean = np.linalg.solve(cross, transposed @ values[..., None])[..., 0]
    left = values - np.einsum("bnq,bq->bn", design, mean)
    deviation = np.sqrt((left**2).sum(axis=1) / chi_squared)
    spread = np.asarray(np.linalg.inv(cross), dtype=np.float64)
    return mean + deviation[:, None] * spread_of(spread, normal), deviation


def spread_of(covariance: FloatArray, normal: FloatArray) -> FloatArray:
    """Turn standard normal numbers (B, d) into normal ones with this covariance (B, d, d)."""
    return np.asarray(np.einsum("bij,bj->bi", np.linalg.cholesky(covariance), normal), dtype=np.float64)
