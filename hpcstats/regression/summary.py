"""Limits, tests and the frame of a Cox fit: worked out when they are asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import fdtrc, ndtr, stdtr, stdtrit

from hpcstats.columns import BoolArray, FloatArray
from hpcstats.core.limits.pointwise import normal_quantile
from hpcstats.regression.chi_squared import ChiSquaredTest

if TYPE_CHECKING:
    import pandas as pd

    from hpcstats.regression.estimates import CoxEstimates


def limits_of(fit: CoxEstimates) -> FloatArray:
    """Return the limits (2, p) of the kind asked for, and profile limits where nothing else exists."""
    infinite = np.isnan(fit.coef)
    freedom, level = fit.degrees_of_freedom, fit.level
    quantile = normal_quantile(level) if freedom is None else float(stdtrit(freedom, 0.5 + level / 2))
    margin = quantile * fit.std_error
    wald = np.stack([fit.coef - margin, fit.coef + margin])
    if fit.interval == "wald" and not infinite.any():
        return wald
    wanted = np.ones_like(infinite) if fit.interval == "profile" else infinite
    return np.where(wanted, profile_limits_of(fit, level, wanted), wald)


def profile_limits_of(fit: CoxEstimates, level: float, wanted: BoolArray) -> FloatArray:
    """Return profile limits (2, p) of the coefficients `wanted`."""
    errors = np.sqrt(np.diag(fit.naive_covariance)) * fit.search.scale
    return fit.search.limits(errors, level, wanted) / fit.search.scale


def limit_reasons_of(fit: CoxEstimates) -> tuple[str, ...]:
    """Say for each coefficient why a limit is open; empty where both exist."""
    found = []
    for j, term in enumerate(fit.terms):
        sides = [side for side, limit in (("lower", fit.low[j]), ("upper", fit.high[j])) if np.isinf(limit)]
        if not sides:
            found.append("")
            continue
        why = (
            "the likelihood never falls there"
            if fit.reasons[j]
            else "the profile likelihood does not fall far enough within the range of numbers"
        )
        found.append(f"{' and '.join(sides)} limit of {term} open: {why}")
    return tuple(found)


def statistics_of(fit: CoxEstimates) -> tuple[FloatArray, FloatArray]:
    """Return statistic and p-value of each coefficient.

    Wald's, but of a penalised fit with profile limits the signed root of the likelihood ratio.
    """
    if fit.penalty is not None and fit.interval == "profile":
        fallen = fit.search.maximum - fit.search.without(np.eye(len(fit.terms), dtype=bool))
        statistic = np.sign(fit.coef) * np.sqrt(np.maximum(2 * fallen, 0.0))
    else:
        statistic = fit.coef / fit.std_error
    if fit.degrees_of_freedom is not None:
        return statistic, 2 * np.asarray(stdtr(fit.degrees_of_freedom, -np.abs(statistic)))
    return statistic, 2 * np.asarray(ndtr(-np.abs(statistic)))


def frame_of(fit: CoxEstimates) -> pd.DataFrame:
    """Return a row for each coefficient."""
    import pandas as pd

    statistic, p_value = statistics_of(fit)
    with np.errstate(over="ignore"):
        low, high = np.exp(fit.low), np.exp(fit.high)
    return pd.DataFrame(
        {
            "term": list(fit.terms),
            "coef": fit.coef,
            "std_error": fit.std_error,
            "hazard_ratio": np.exp(fit.coef),
            "low": low,
            "high": high,
            "statistic": statistic,
            "p_value": p_value,
        }
    )


def wald_of(fit: CoxEstimates) -> ChiSquaredTest:
    """Test all coefficients; with few clusters the statistic over its rank is an F."""
    widths, freedom = fit.search.scale, fit.degrees_of_freedom
    coef, spread = fit.coef * widths, fit.covariance * np.outer(widths, widths)
    if not np.isfinite(spread).all():
        return ChiSquaredTest(np.nan, coef.size, np.nan)
    rank = int(np.linalg.matrix_rank(spread, hermitian=True))
    statistic = float(coef @ np.linalg.pinv(spread, hermitian=True) @ coef)
    if freedom is None or not rank:
        return ChiSquaredTest.of(statistic, rank)
    return ChiSquaredTest(statistic, rank, float(fdtrc(rank, freedom, statistic / rank)))


def score_of(fit: CoxEstimates) -> ChiSquaredTest:
    """Test all coefficients by the slope at 0."""
    score, information = fit.search.null.score[0], fit.search.null.information[0]
    return ChiSquaredTest.of(float(score @ np.linalg.solve(information, score)), score.size)


def term_tests_of(fit: CoxEstimates) -> pd.DataFrame:
    """Return likelihood-ratio tests that leave out one factor each."""
    import pandas as pd

    factors = fit.design.factors
    held = np.zeros((len(factors), len(fit.terms)), dtype=bool)
    for row, factor in enumerate(factors):
        held[row, fit.design.columns(factor)] = True
    without = fit.search.without(held)
    tests = [
        ChiSquaredTest.of(2 * (fit.search.maximum - value), len(factor.terms))
        for factor, value in zip(factors, without, strict=True)
    ]
    return pd.DataFrame(
        [(f.name, t.statistic, t.df, t.p_value) for f, t in zip(factors, tests, strict=True)],
        columns=["factor", "statistic", "df", "p_value"],
    )
