"""Why a log-rank statistic has no variance, and whether relabellings still have something to say."""

from __future__ import annotations

from dataclasses import replace

from hpcstats.compare.log_rank.checks import Options
from hpcstats.compare.log_rank.comparison import Comparison
from hpcstats.compare.log_rank.statistic import statistic_of
from hpcstats.core import logrank as kernel

_BY_NAME = ("exact", "monte-carlo")


def permutes_still(comparison: Comparison, options: Options) -> bool:
    """Whether a statistic without hypergeometric variance has a permutation distribution that is asked for.

    With the scores of the log-rank test O - E is then 0 by itself, so "auto" makes no p-value of it.
    """
    if options.variance == "permutation" or options.method not in {"auto", *_BY_NAME}:
        return False
    if options.method == "auto" and options.rule == "martingale":
        return False
    return statistic_of(comparison, replace(options, variance="permutation")).df > 0


def why_no_statistic(comparison: Comparison, options: Options) -> str:
    """Say what makes the variance 0."""
    if options.variance == "permutation":
        return "no relabelling changes the sums of the scores: the variance over all of them is 0"
    unweighted = replace(comparison, weigh=kernel.unit)
    if statistic_of(unweighted, options).df:
        return (
            "the weights are 0 at every event time at which groups were at risk together with a survivor: "
            "the weighted variance is 0"
        )
    groups = "two groups" if comparison.trend is None else "groups with different scores"
    return f"at no event time were {groups} at risk together with a survivor: the variance is 0"
