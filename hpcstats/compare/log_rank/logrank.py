"""`logrank`: tests whether two or more groups share one hazard."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from hpcstats.compare.log_rank.checks import (
    VARIANCES,
    Weighting,
    checked_design,
    checked_options,
    weight_function,
)
from hpcstats.compare.log_rank.comparison import Comparison
from hpcstats.compare.log_rank.methods import answer, no_answer
from hpcstats.compare.log_rank.reasons import permutes_still, why_no_statistic
from hpcstats.compare.log_rank.result import LogrankResult
from hpcstats.compare.log_rank.statistic import statistic_of
from hpcstats.groups import Groups, case_weights, needs_kind
from hpcstats.surv import Surv

__all__ = ["LogrankResult", "logrank"]


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
    variance: str = "hypergeometric",
    definition: str = "score",
    mid_p: bool = False,
    n_resamples: int = 100_000,
    seed: Any = None,
) -> LogrankResult:
    r"""Whether two or more groups share one hazard, from the events observed and expected in each.

    For small groups the p-value is that of all relabellings of the patients; the asymptotic one is too small
    for very small or unequal groups. A permutation p-value takes the pairs (time, event) as exchangeable:
    where follow-up differed between groups it warns, and "imputation-permutation" is the test. Every
    p-value needs censoring that does not depend on prognosis within groups.

    Parameters
    ----------
    response : Surv
        From `Surv.right`, optionally with delayed entry.
    group : column
        One label a row.
    method : {"auto", "asymptotic", "exact", "monte-carlo", "imputation-permutation"}
        How the p-value is found. "auto": exact where the relabellings can be counted in about a second, else
        Monte Carlo, for up to 300 patients without delayed entry; otherwise asymptotic. `method` of the
        result says which, and why.
    weights : str or ("fleming-harrington", rho, gamma)
        "logrank", "gehan" (number at risk), "tarone-ware" (its root), "peto" (prod(1 - d/(n+1))),
        "modified-peto", "prentice" (the Peto weight just before t), "prentice-wilcoxon" (prod(n/(n+d))),
        "andersen" (the Peto weight just before t, times n/(n+1)), or S(t-)^rho (1-S(t-))^gamma.
    strata : column, optional
        Groups are compared within strata, and the differences added up.
    alternative : {"two-sided", "greater", "less"}
        For two groups or a trend: "greater" means more events than expected in the first group (or
        hazard rising with the scores).
    trend : sequence of float, optional
        A score for each group, in the order of the labels: tests a monotone trend on one degree of freedom.
    frequencies : column of whole numbers, optional
        How often each row stands for a patient.
    variance : {"hypergeometric", "permutation"}
        Variance behind `statistic` and the asymptotic p-value: given the margins at each event time, as R's
        ``survdiff``, or over all relabellings, as R's ``coin``.
    definition : str
        Which relabellings are as extreme as the data: "score" (``|O - E|`` as large; "mid-ranks"), "doubled"
        (twice the smaller one-sided p-value; "central"), "hypergeometric" (``|O - E|`` over the
        standard deviation of each relabelling, 0 where there is none), "hothorn-lausen",
        "average-scores" (other scores at ties). Of an asymptotic p-value the first three are the same.
    mid_p : bool
        Count relabellings exactly as extreme as the data half. Not guaranteed to hold its level.
    n_resamples : int
        Random relabellings of a Monte-Carlo p-value.
    seed : int, SeedSequence or Generator, optional
        Where they come from. None draws fresh entropy, which `seed` of the result states; with "auto" None
        is 0, so that repeated calls agree.

    Returns
    -------
    LogrankResult
        With `statistic`, `df`, `p_value`, `observed`, `expected`, `p_value_asymptotic`, `n_arrangements`.

    Warns
    -----
    NonIdentifiableWarning
        When labels are permuted although the groups were noticeably not followed alike.

    Raises
    ------
    DesignError
        For a single group, no events, a one-sided test of more than two groups, or scores of another number.
    DataError, UnsupportedError
        For unusable columns, unknown options, and an exact p-value that would take more than some minutes.

    Notes
    -----
    .. math:: U_g = \sum_t w_t \left(d_{gt} - d_t \frac{n_{gt}}{n_t}\right), \qquad
        V_{gh} = \sum_t w_t^2 \frac{d_t (n_t - d_t)}{n_t - 1}
        \frac{n_{gt}}{n_t}\left(\delta_{gh} - \frac{n_{ht}}{n_t}\right)

    Chi-squared is U' V^- U; df is the rank of V, so that a group never at risk at an event time
    costs nothing. Where V is 0 the statistic is NaN and `reason` says why; a permutation p-value that was
    asked for by name, or rests on other scores, is given where relabellings differ (`status` is "boundary").
    Equals R's ``survdiff`` (rho = Fleming-Harrington with gamma 0, weights S(t-)).
    Patient i has the score

    .. math:: c_i = w(x_i) \delta_i - \sum_{t \le x_i} w_t \frac{d_t}{n_t}

    and U_g is the sum of the scores of group g, so that a relabelling needs no new risk sets. All sums
    over two groups are counted from ordered lists of the sums of two halves: nothing is binned, and equal
    sums are recognised exactly. With delayed entry the sum begins at entry, and labels are exchangeable
    only if entry does not depend on the group either.
    Mantel 1966; Peto & Peto 1972 (doi:10.2307/2344317);
    Harrington & Fleming 1982 (doi:10.1093/biomet/69.3.553); Heimann & Neuhaus 1998 (Biometrics 54:168);
    Hothorn & Lausen 2003 (doi:10.1016/S0167-9473(02)00225-6).

    Examples
    --------
    6-MP against placebo (Freireich et al. 1963): chi-squared 16.79.

    >>> import hpcstats as hs
    >>> six_mp = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
    >>> relapse = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]
    >>> placebo = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]
    >>> y = hs.Surv.right(six_mp + placebo, relapse + [1] * 21, unit="weeks")
    >>> group = ["6-MP"] * 21 + ["placebo"] * 21
    >>> test = hs.logrank(y, group, method="asymptotic")
    >>> round(test.statistic, 2), test.df, test.expected.round(2).tolist()
    (16.79, 1, [19.25, 10.75])

    The exact p-value, over all 538,257,874,440 relabellings (Heimann and Neuhaus; R's coin): 2.612e-05.

    >>> test = hs.logrank(y, group, method="exact")
    >>> f"{test.p_value:.4g}", f"{test.n_arrangements:,}"
    ('2.612e-05', '538,257,874,440')
    """
    needs_kind(response, ("right",), "logrank", "It needs one right-censored row a patient: Surv.right.")
    weigh, words = weight_function(weights)
    options = checked_options(method, alternative, variance, definition, mid_p, n_resamples, seed)
    groups = Groups.of(group, response)
    case = case_weights(frequencies, response, "frequencies", whole=True)
    layers = Groups.of(strata, response, "strata")
    scores = checked_design(response, groups, case, options, trend)
    comparison = Comparison.of(response, groups, layers, case, weigh, scores)
    test = statistic_of(comparison, options)
    known = test.df > 0 or permutes_still(comparison, options)
    found = answer(comparison, options, test.p_value(alternative)) if known else no_answer(options)
    return LogrankResult(
        n=int(case.sum()),
        n_events=int(case[response.event].sum()),
        method=_sentence(words, strata is not None, _sides(comparison, alternative), found.sentence),
        conventions=(VARIANCES[variance], "At risk at t: entry < t <= exit.", *found.conventions),
        warnings=found.warnings,
        status="ok" if test.df else "boundary" if known else "not_estimable",
        reason="" if test.df else why_no_statistic(comparison, options),
        response=response,
        groups=groups,
        sizes=np.bincount(groups.codes, weights=case, minlength=len(groups.labels)).astype(np.int64),
        statistic=test.value,
        df=test.df,
        p_value=found.p_value,
        p_value_method=found.method,
        p_value_asymptotic=test.p_value(alternative),
        p_value_std_error=found.std_error,
        definition=options.definition,
        mid_p=options.mid_p and found.method in {"exact", "monte-carlo"},
        n_arrangements=found.n_arrangements,
        n_resamples=found.n_resamples,
        seed=found.seed,
        z=test.z,
        alternative=alternative,
        observed=test.observed,
        expected=test.expected,
        variance=test.variance,
    )


def _sides(comparison: Comparison, alternative: str) -> str:
    """Say which alternative, and of a one-sided one what is more or less where."""
    trend = " for trend" if comparison.trend is not None else ""
    if alternative == "two-sided":
        return f"{trend}, two-sided"
    words = {"greater": "more events than expected", "less": "fewer events than expected"}[alternative]
    what = f"{words} in {comparison.groups.labels[0]}"
    if trend:
        what = f"hazard {'rising' if alternative == 'greater' else 'falling'} with the scores"
    return f"{trend}, one-sided ({alternative}: {what})"


def _sentence(words: str, stratified: bool, sides: str, p_value: str) -> str:
    kind = "log-rank test" if words == "logrank" else f"{words}-weighted log-rank test"
    sentence = f"{'Stratified ' if stratified else ''}{kind}{sides}"
    return f"{sentence[0].upper()}{sentence[1:]}, {p_value}."
