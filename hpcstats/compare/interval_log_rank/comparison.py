"""`interval_logrank`: whether groups share one distribution of times of which only intervals are known."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from hpcstats.columns import FloatArray, as_numbers
from hpcstats.compare.interval_log_rank.p_value import METHODS, Statistic, Way, answer
from hpcstats.compare.interval_log_rank.result import IntervalLogrankResult
from hpcstats.compare.permutation.distribution import permutation_distribution
from hpcstats.core.interval import interval_scores as kernel
from hpcstats.core.interval.regions import ends_of, innermost
from hpcstats.core.interval.turnbull import MOST_REGIONS, maximise
from hpcstats.errors import DesignError, UnsupportedError, check_option, listing
from hpcstats.groups import ALTERNATIVES, Groups, needs_kind
from hpcstats.randomness import generator_of, number_of_resamples
from hpcstats.surv import Surv

VARIANCES = {
    "permutation": "Variance over all relabellings.",
    "information": "Variance by the observed information, the heights of the pooled curve being nuisance.",
}
_NAMES = {
    "sun": "Log-rank test of interval-censored times (scores of Sun)",
    "finkelstein": "Log-rank test of interval-censored times (scores of Finkelstein)",
    "wilcoxon": "Wilcoxon-type test of interval-censored times (proportional odds scores)",
}


def interval_logrank(
    response: Surv,
    group: Any,
    *,
    scores: str = "sun",
    method: str = "auto",
    variance: str = "permutation",
    alternative: str = "two-sided",
    trend: Sequence[float] | None = None,
    n_resamples: int = 100_000,
    seed: Any = None,
) -> IntervalLogrankResult:
    r"""Whether two or more groups share one distribution, when of each event only an interval is known.

    Use it instead of `logrank` where times are rounded or found at visits; of right-censored times the scores
    "sun" give the log-rank test. A permutation p-value needs patients of all groups to have been looked at
    alike: groups with different visits differ in their intervals even if the times are the same. The
    information variance bears that, but rests on many patients a height of the curve.

    Parameters
    ----------
    response : Surv
        From `Surv.interval`, or from `Surv.right` without delayed entry.
    group : column
        One label a row.
    scores : {"sun", "finkelstein", "wilcoxon"}
        What is compared: hazards, with the discrete hazards ("sun") or the logarithm of the curve
        ("finkelstein") as cumulative hazard, or early differences ("wilcoxon", proportional odds).
    method : {"auto", "asymptotic", "exact", "monte-carlo"}
        How the p-value is found. "auto": exact where the relabellings can be counted in about a second, else
        Monte Carlo, for up to 300 patients; otherwise asymptotic.
    variance : {"permutation", "information"}
        Variance behind `statistic` and the asymptotic p-value: over all relabellings, or that of the score
        test.
    alternative : {"two-sided", "greater", "less"}
        For two groups or a trend: "greater" means earlier events in the first group (or with rising scores).
    trend : sequence of float, optional
        A number for each group, in the order of the labels: tests a monotone trend on one degree of freedom.
    n_resamples : int
        Random relabellings of "monte-carlo".
    seed : int, SeedSequence, Generator or None
        Where they begin; the result says which.

    Returns
    -------
    IntervalLogrankResult
        With `statistic`, `df`, `z`, `p_value`, `p_value_asymptotic`, `scores`, `score_sums`.

    Raises
    ------
    DesignError
        For a single group, no events, a one-sided test of more than two groups, or a trend of another length.
    DataError, UnsupportedError
        For unusable columns, unknown options, delayed entry, and an exact p-value that would take too long.

    Notes
    -----
    With the pooled estimate S of `turnbull`, and S(l), S(r) its values at the ends of the interval of patient
    i,

    .. math:: c_i = \frac{S(l) \log \tilde S(l) - S(r) \log \tilde S(r)}{S(l) - S(r)}, \qquad
        -\log \tilde S(t) = \sum_{R_j \le t} \frac{p_j}{S_{j-1}} \; \text{("sun")}, \; \tilde S = S \;
        \text{("finkelstein")},

    and S(l) + S(r) - 1 for "wilcoxon". These are the efficient scores of proportional odds of discrete
    hazards, of proportional hazards, and of proportional odds. R's ``ictest`` calls them logrank1, logrank2
    and wmw, and the variances method pclt and scoretest. Heights of the curve without mass between them are
    no nuisance parameters. Finkelstein 1986
    (doi:10.2307/2530698); Sun 1996 (Statistics in Medicine 15:1387); Fay & Shaw 2010
    (doi:10.18637/jss.v036.i02).

    Examples
    --------
    Eight patients whose times are known to the year.

    >>> import hpcstats as hs
    >>> y = hs.Surv.interval([0, 0, 1, 2, 3, 4, 5, 6], [1, 2, 2, 4, 4, 6, None, None])
    >>> test = hs.interval_logrank(y, ["a", "a", "a", "b", "a", "b", "b", "b"])
    >>> test.p_value_method, test.n_arrangements, round(test.p_value, 4)
    ('exact', 70, 0.0571)
    >>> test.score_sums.round(3).tolist()
    [2.273, -2.273]
    """
    needs_kind(response, ("interval", "right"), "interval_logrank", "It needs Surv.interval(lower, upper).")
    _check(scores, method, variance, alternative)
    number_of_resamples(n_resamples)
    generator_of(seed)
    groups = Groups.compared(group, response)
    contrast = _design(response, groups, alternative, trend)
    return _compared(
        response,
        groups,
        scores,
        variance,
        contrast,
        Way(method=method, alternative=alternative, n_resamples=int(n_resamples), seed=seed),
    )


def _compared(
    response: Surv, groups: Groups, kind: str, variance: str, trend: FloatArray | None, way: Way
) -> IntervalLogrankResult:
    heights, number = _pooled(response), len(groups.labels)
    score = kernel.scores(heights, kind)
    distribution = permutation_distribution(score, groups.codes, groups=number, trend=trend)
    spread = distribution.covariance()
    if variance == "information":
        spread = kernel.information(heights, kind, groups.codes, number)
    test = Statistic.of(distribution.sums(), spread, trend)
    found = answer(distribution, way, test)
    sides = _sides(groups, way.alternative, trend)
    return IntervalLogrankResult(
        n=len(response),
        n_events=response.n_events,
        method=f"{_NAMES[kind]}{sides}, {found.sentence}.",
        conventions=(VARIANCES[variance], "The event lies in (lower, upper].", *found.conventions),
        status="ok" if test.df else "not_estimable",
        reason="" if test.df else "the scores of all patients are equal: there is no variance",
        response=response,
        groups=groups,
        sizes=groups.sizes,
        statistic=test.value,
        df=test.df,
        p_value=found.p_value,
        p_value_method=found.method,
        p_value_asymptotic=test.p_value(way.alternative),
        p_value_std_error=found.std_error,
        n_arrangements=found.n_arrangements,
        n_resamples=found.n_resamples,
        seed=found.seed,
        z=test.z,
        alternative=way.alternative,
        scores=score,
        score_sums=distribution.sums(),
        variance=spread,
    )


def _pooled(response: Surv) -> kernel.Heights:
    if response.entry is not None:
        raise UnsupportedError("interval_logrank is not defined for delayed entry. Use logrank.")
    regions = innermost(*ends_of(response.time, response.event, response.lower))
    if regions.size > MOST_REGIONS:
        raise UnsupportedError(
            f"The intervals have {regions.size:,} innermost regions; at most {MOST_REGIONS:,} are estimated."
        )
    return kernel.Heights.of(regions, maximise(regions, np.ones((1, len(response)))).mass[0])


def _check(kind: Any, method: Any, variance: Any, alternative: Any) -> None:
    check_option("scores", kind, kernel.SCORES)
    check_option("method", method, METHODS)
    check_option("variance", variance, tuple(VARIANCES))
    check_option("alternative", alternative, ALTERNATIVES)


def _design(
    response: Surv, groups: Groups, alternative: str, trend: Sequence[float] | None
) -> FloatArray | None:
    """Refuse what cannot be compared; return the numbers of the trend."""
    if len(groups.labels) < 2:
        raise DesignError(f"group has only one label ({groups.labels[0]!r}). A comparison needs two.")
    if not response.n_events:
        raise DesignError(
            "No upper end is finite: there is nothing to compare. Report the follow-up instead."
        )
    if alternative != "two-sided" and len(groups.labels) > 2 and trend is None:
        raise DesignError(
            f"alternative={alternative!r} needs two groups or a trend, not {listing(groups.labels)}."
        )
    if trend is None:
        return None
    numbers = as_numbers(trend, "trend")
    if numbers.size != len(groups.labels) or not np.isfinite(numbers).all() or np.ptp(numbers) == 0:
        raise DesignError(
            f"trend needs one number for each of the groups {listing(groups.labels)}, not all equal."
        )
    return numbers


def _sides(groups: Groups, alternative: str, trend: FloatArray | None) -> str:
    """Say which alternative, and of a one-sided one what is earlier."""
    shown = "" if trend is None else " for trend"
    if alternative == "two-sided":
        return f"{shown}, two-sided"
    earlier = {"greater": "earlier", "less": "later"}[alternative]
    what = f"events {earlier} in {groups.labels[0]}" if trend is None else f"events {earlier} as scores rise"
    return f"{shown}, one-sided ({alternative}: {what})"
