"""`logrank`: tests whether two or more groups share one hazard."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.special import chdtrc, ndtr

from hpcstats.columns import FloatArray, IntArray, as_numbers
from hpcstats.core import logrank as kernel
from hpcstats.core.risk_sets import place
from hpcstats.errors import DesignError, UnsupportedError, check_option, listing, unknown_option
from hpcstats.groups import Groups, case_weights, needs_kind
from hpcstats.results import Result
from hpcstats.surv import Surv

if TYPE_CHECKING:
    import pandas as pd

METHODS = ("auto", "asymptotic")
ALTERNATIVES = ("two-sided", "greater", "less")
Weighting = str | tuple[str, float, float]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class LogrankResult(Result):
    """Outcome of `logrank`.

    Attributes
    ----------
    statistic : float
        Chi-squared statistic; its signed root is `z` for two groups and for trend.
    df : int
        Degrees of freedom.
    p_value : float
        Asymptotic p-value of the stated alternative.
    observed, expected : ndarray, shape (groups,)
        Weighted events observed and expected.
    variance : ndarray, shape (groups, groups)
        Hypergeometric variance of observed minus expected.
    labels : tuple
        Group labels in order.
    """

    response: Surv
    groups: Groups
    sizes: IntArray
    statistic: float
    df: int
    p_value: float
    z: float
    alternative: str
    observed: FloatArray
    expected: FloatArray
    variance: FloatArray

    summary_fields = (*Result.summary_fields, "statistic", "df", "p_value", "z", "alternative")

    @property
    def labels(self) -> tuple[Any, ...]:
        """Group labels in order."""
        return self.groups.labels

    def title(self) -> str:
        """Return the heading of the text form."""
        return f"Log-rank test: chi-squared = {self.statistic:.5g} on {self.df} df, p = {self.p_value:.4g}"

    def patients(self) -> tuple[str, ...]:
        """Return the identifiers of all who entered."""
        return self.response.patients()

    def to_frame(self) -> pd.DataFrame:
        """Return a row for each group: group, n, observed, expected."""
        import pandas as pd

        return pd.DataFrame(
            {
                "group": list(self.labels),
                "n": self.sizes,
                "observed": self.observed,
                "expected": self.expected,
            }
        )


def logrank(
    response: Surv,
    group: Any,
    *,
    method: str = "auto",
    weights: Weighting = "logrank",
    strata: Any = None,
    alternative: str = "two-sided",
    trend: Sequence[float] | None = None,
    frequencies: Any = None,
) -> LogrankResult:
    r"""Test that two or more groups share one hazard, from the events observed and expected in each.

    The p-value is asymptotic; it is too small for very small or unequal groups. It holds only if
    censoring does not depend on prognosis within groups.

    Parameters
    ----------
    response : Surv
        From `Surv.right`, optionally with delayed entry.
    group : column
        One label a row.
    method : {"auto", "asymptotic"}
        How the p-value is found; "auto" is "asymptotic", and `method` of the result says so.
    weights : str or ("fleming-harrington", rho, gamma)
        "logrank", "gehan" (number at risk), "tarone-ware" (its root), "peto" (prod(1 - d/(n+1))),
        "modified-peto", "prentice" (the Peto weight just before t), or S(t-)^rho (1-S(t-))^gamma.
    strata : column, optional
        Groups are compared within strata, and the differences added up.
    alternative : {"two-sided", "greater", "less"}
        For two groups or a trend: "greater" means more events than expected in the first group (or
        hazard rising with the scores).
    trend : sequence of float, optional
        A score for each group, in the order of the labels: tests a monotone trend on one degree of freedom.
    frequencies : column of whole numbers, optional
        How often each row stands for a patient.

    Returns
    -------
    LogrankResult
        With `statistic`, `df`, `p_value`, `observed`, `expected`.

    Raises
    ------
    DesignError
        For a single group, no events, a one-sided test of more than two groups, or scores of another number.
    DataError, UnsupportedError
        For unusable columns and unknown options.

    Notes
    -----
    .. math:: U_g = \sum_t w_t \left(d_{gt} - d_t \frac{n_{gt}}{n_t}\right), \qquad
        V_{gh} = \sum_t w_t^2 \frac{d_t (n_t - d_t)}{n_t - 1}
        \frac{n_{gt}}{n_t}\left(\delta_{gh} - \frac{n_{ht}}{n_t}\right)

    Chi-squared is U' V^- U; df is the rank of V, so that a group never at risk at an event time
    costs nothing. Equals R's ``survdiff`` (rho = Fleming-Harrington with gamma 0, weights S(t-)).
    Mantel 1966; Peto & Peto 1972 (doi:10.2307/2344317);
    Harrington & Fleming 1982 (doi:10.1093/biomet/69.3.553).

    Examples
    --------
    6-MP against placebo (Freireich et al. 1963): chi-squared 16.79.

    >>> import hpcstats as hs
    >>> six_mp = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
    >>> relapse = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]
    >>> placebo = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]
    >>> y = hs.Surv.right(six_mp + placebo, relapse + [1] * 21, unit="weeks")
    >>> test = hs.logrank(y, ["6-MP"] * 21 + ["placebo"] * 21)
    >>> round(test.statistic, 2), test.df, test.expected.round(2).tolist()
    (16.79, 1, [19.25, 10.75])
    """
    needs_kind(response, ("right",), "logrank", "It needs one right-censored row a patient: Surv.right.")
    weigh, words = _weight_function(weights)
    _check_options(method, alternative)
    groups = Groups.of(group, response)
    layers = Groups.of(strata, response, "strata")
    scores_of_trend = _check_design(response, groups, alternative, trend)
    case = case_weights(frequencies, response, "frequencies", whole=True)
    total = _sum_over_strata(response, groups, layers, case, weigh)
    observed, expected, variance = total.observed[0], total.expected[0], total.variance[0]
    statistic, df, z = _statistic(observed - expected, variance, scores_of_trend)
    reason = (
        "" if df else "at no event time were two groups at risk together with a survivor: the variance is 0"
    )
    return LogrankResult(
        n=int(case.sum()),
        n_events=int(case[response.event].sum()),
        method=_sentence(words, strata is not None, trend is not None, alternative),
        conventions=("Hypergeometric variance.", "At risk at t: entry < t <= exit."),
        status="ok" if df else "not_estimable",
        reason=reason,
        response=response,
        groups=groups,
        sizes=np.bincount(groups.codes, weights=case, minlength=len(groups.labels)).astype(np.int64),
        statistic=statistic,
        df=df,
        p_value=_p_value(statistic, df, z, alternative),
        z=z,
        alternative=alternative,
        observed=observed,
        expected=expected,
        variance=variance,
    )


def _sum_over_strata(
    response: Surv, groups: Groups, layers: Groups, case: FloatArray, weigh: kernel.WeightFunction
) -> kernel.Scores:
    parts = []
    for number in range(len(layers.labels)):
        rows = layers.rows(number)
        entry = None if response.entry is None else response.entry[rows]
        risk = place(response.time[rows], response.event[rows], entry)
        parts.append(kernel.scores(risk, groups.codes[rows], len(groups.labels), case[rows][None], weigh))
    total = parts[0]
    for part in parts[1:]:
        total = total + part
    return total


def _statistic(
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


def _p_value(statistic: float, df: int, z: float, alternative: str) -> float:
    if df == 0:
        return np.nan
    if alternative == "two-sided":
        return float(chdtrc(df, statistic))
    return float(ndtr(-z if alternative == "greater" else z))


def _weight_function(weights: Any) -> tuple[kernel.WeightFunction, str]:
    if isinstance(weights, str) and weights in kernel.WEIGHTS:
        return kernel.WEIGHTS[weights], weights
    if isinstance(weights, tuple) and len(weights) == 3 and weights[0] == "fleming-harrington":
        rho, gamma = (w if isinstance(w, (int, float)) else -1.0 for w in weights[1:])
        if rho >= 0 and gamma >= 0:
            return kernel.fleming_harrington(rho, gamma), f"Fleming-Harrington ({rho:g}, {gamma:g})"
        raise UnsupportedError("rho and gamma of the Fleming-Harrington weights must be numbers, 0 or more.")
    raise unknown_option("weights", weights, [*kernel.WEIGHTS, "('fleming-harrington', rho, gamma)"])


def _check_options(method: str, alternative: str) -> None:
    check_option("method", method, METHODS)
    check_option("alternative", alternative, ALTERNATIVES)


def _check_design(
    response: Surv, groups: Groups, alternative: str, trend: Sequence[float] | None
) -> FloatArray | None:
    if len(groups.labels) < 2:
        raise DesignError(f"group has only one label ({groups.labels[0]!r}). A comparison needs two.")
    if response.n_events == 0:
        raise DesignError(
            "There are no events, so there is nothing to compare. Report the follow-up instead."
        )
    if alternative != "two-sided" and len(groups.labels) > 2 and trend is None:
        raise DesignError(
            f"alternative={alternative!r} needs two groups or a trend, not {listing(groups.labels)}."
        )
    if trend is None:
        return None
    scores = as_numbers(trend, "trend")
    if scores.size != len(groups.labels) or not np.isfinite(scores).all() or np.ptp(scores) == 0:
        raise DesignError(
            f"trend needs one number for each of the groups {listing(groups.labels)}, not all equal."
        )
    return scores


def _sentence(words: str, stratified: bool, trend: bool, alternative: str) -> str:
    kind = "log-rank test" if words == "logrank" else f"{words}-weighted log-rank test"
    parts = ["Stratified " if stratified else "", kind, " for trend" if trend else ""]
    sentence = "".join(parts)
    return f"{sentence[0].upper()}{sentence[1:]}, {alternative}, asymptotic p-value (chi-squared)."
