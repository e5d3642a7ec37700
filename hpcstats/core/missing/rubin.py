r"""Rubin's rules: one answer from many completed data sets, for all coefficients at once.

With estimates Q_1..Q_m and variances U_1..U_m, W the mean of U and B the variance of Q,

    T = W + (1 + 1/m) B,    r = (1 + 1/m) B / W,    l = (1 + 1/m) B / T,

degrees of freedom of Student's t by Barnard & Rubin (1999, doi:10.1093/biomet/86.4.948), with c those of the
analysis of complete data,

    1 / df = l^2 / (m - 1) + (c + 3) / (c (c + 1) (1 - l)),

and the fraction of missing information (r + 2 / (df + 3)) / (1 + r). Monte Carlo errors are those of the
jackknife over imputations; that of the estimate is the root of B / m.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from scipy.special import stdtr, stdtrit

from hpcstats.core.risk_sets import FloatArray


@dataclass(frozen=True, slots=True)
class Pooled:
    """Pooled answers, arrays whose last axis are the coefficients.

    Attributes
    ----------
    estimate, std_error, low, high, p_value : ndarray
        Mean, root of T, limits and two-sided p-value by Student's t.
    df : ndarray
        Its degrees of freedom.
    within, between : ndarray
        W and B.
    increase, missing_information : ndarray
        Relative increase r of the variance, and the fraction of missing information.
    """

    estimate: FloatArray
    std_error: FloatArray
    low: FloatArray
    high: FloatArray
    p_value: FloatArray
    df: FloatArray
    within: FloatArray
    between: FloatArray
    increase: FloatArray
    missing_information: FloatArray


def pool(estimates: FloatArray, variances: FloatArray, complete_df: float, level: float) -> Pooled:
    """Pool m estimates with their variances, shapes (m, p); two or more imputations."""
    m = estimates.shape[0]
    between = estimates.var(axis=0, ddof=1)
    return _rules(estimates.mean(axis=0), variances.mean(axis=0), between, m, complete_df, level)


def monte_carlo_errors(
    estimates: FloatArray, variances: FloatArray, complete_df: float, level: float
) -> Pooled:
    """Return the jackknife standard error of every pooled answer; three or more imputations."""
    m = estimates.shape[0]
    mean, within = estimates.mean(axis=0), variances.mean(axis=0)
    apart = estimates - mean
    squares = (apart**2).sum(axis=0)
    left = (squares - m / (m - 1) * apart**2) / (m - 2)
    without = _rules(
        (m * mean - estimates) / (m - 1),
        (m * within - variances) / (m - 1),
        np.maximum(left, 0.0),
        m - 1,
        complete_df,
        level,
    )
    errors = (
        np.sqrt((m - 1) / m * ((values - values.mean(axis=0)) ** 2).sum(axis=0))
        for values in (getattr(without, field.name) for field in fields(Pooled))
    )
    return Pooled(*errors)


def degrees_of_freedom(share: FloatArray, m: int, complete_df: float) -> FloatArray:
    """Return Barnard and Rubin's degrees of freedom, `share` being l, the part due to missing values.

    Examples
    --------
    Of a large sample Rubin's own, here with an increase of variance r = 0.1, l = r / (1 + r):

    >>> float(degrees_of_freedom(np.array(0.1 / 1.1), 5, np.inf).round(6))
    484.0
    """
    # Written so that it holds for an infinite sample, too.
    rate = share**2 / (m - 1) + (1 + 3 / complete_df) / ((complete_df + 1) * (1 - share))
    return np.asarray(1 / rate, dtype=np.float64)


def _rules(
    mean: FloatArray, within: FloatArray, between: FloatArray, m: int, complete_df: float, level: float
) -> Pooled:
    extra = (1 + 1 / m) * between
    total = within + extra
    share, increase = extra / total, extra / within
    freedom = degrees_of_freedom(share, m, complete_df)
    error = np.sqrt(total)
    margin = stdtrit(freedom, 0.5 + level / 2) * error
    return Pooled(
        estimate=mean,
        std_error=error,
        low=mean - margin,
        high=mean + margin,
        p_value=2 * stdtr(freedom, -np.abs(mean) / error),
        df=freedom,
        within=within,
        between=between,
        increase=increase,
        missing_information=(increase + 2 / (freedom + 3)) / (1 + increase),
    )
