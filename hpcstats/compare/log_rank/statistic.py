"""The log-rank statistic with its asymptotic p-value."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import chdtrc, ndtr

from hpcstats.columns import FloatArray
from hpcstats.compare.log_rank.checks import Options
from hpcstats.compare.log_rank.comparison import Comparison
from hpcstats.core import logrank as kernel


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistic:
    """Chi-squared, its degrees of freedom and signed root (NaN without a sign), and what they rest on."""

    value: float
    df: int
    z: float
    observed: FloatArray
    expected: FloatArray
    variance: FloatArray

    def p_value(self, alternative: str) -> float:
        """Return the asymptotic p-value; NaN without a degree of freedom."""
        if self.df == 0:
            return np.nan
        if alternative == "two-sided":
            return float(chdtrc(self.df, self.value))
        return float(ndtr(-self.z if alternative == "greater" else self.z))


def statistic_of(comparison: Comparison, options: Options) -> Statistic:
    """Return the statistic over the variance asked for."""
    total = _sum_over_strata(comparison)
    observed, expected, variance = total.observed[0], total.expected[0], total.variance[0]
    difference = observed - expected
    if options.variance == "permutation":
        scores = comparison.written_out().distribution(options.rule, exactly=False)
        difference, variance = scores.sums(), scores.covariance()
    value, df, z = _chi_squared(difference, variance, comparison.trend)
    return Statistic(value=value, df=df, z=z, observed=observed, expected=expected, variance=variance)


def _sum_over_strata(comparison: Comparison) -> kernel.Scores:
    codes, groups = comparison.groups.codes, len(comparison.groups.labels)
    parts = [
        kernel.scores(risk, codes[rows], groups, comparison.case[rows][None], comparison.weigh)
        for rows, risk in zip(comparison.strata, comparison.risks, strict=True)
    ]
    total = parts[0]
    for part in parts[1:]:
        total = total + part
    return total


def _chi_squared(
    difference: FloatArray, variance: FloatArray, trend: FloatArray | None
) -> tuple[float, int, float]:
    """Return chi-squared, df and the signed root (NaN where it has no sign)."""
    if trend is None and difference.size > 2:
        value, rank = kernel.quadratic_form(difference[None], variance[None])
        return (float(value[0]), int(rank[0]), np.nan) if rank[0] else (np.nan, 0, np.nan)
    direction = np.eye(difference.size)[0] if trend is None else (trend - trend.mean()) / np.ptp(trend)
    spread = float(direction @ variance @ direction)
    if spread <= 1e-12 * max(float(np.abs(variance).max()), 1e-300) or spread <= 0:
        return np.nan, 0, np.nan
    z = float(direction @ difference / np.sqrt(spread))
    return z**2, 1, z
