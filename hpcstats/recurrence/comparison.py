"""`compare_mean_cumulative`: whether two groups have equal mean numbers of events."""

from __future__ import annotations

from typing import Any

import numpy as np

from hpcstats.compare.follow_up import follow_up_warning
from hpcstats.compare.permutation.answer import Answer
from hpcstats.core.recurrent.mean_difference import both_observed
from hpcstats.errors import DesignError, NonIdentifiableWarning, UnsupportedError, check_option, warn
from hpcstats.groups import ALTERNATIVES, Groups
from hpcstats.randomness import generator_of, number_of_resamples
from hpcstats.recurrence.comparison_result import MeanCumulativeComparison
from hpcstats.recurrence.histories import Histories
from hpcstats.recurrence.relabelled import TwoGroups, asymptotic, z_of
from hpcstats.surv import Surv

METHODS = ("asymptotic", "permutation", "studentised-permutation")
WEIGHTS = {"constant": "", "linear": ", weights falling linearly to 0 at the end of follow-up"}
VARIANCES = {"lawless-nadeau": "robust", "poisson": "Poisson"}

CONVENTIONS = (
    "Score: second group less first.",
    "At risk at t: start < t <= stop; times at which only one group is observed do not count.",
)
_EXCHANGEABLE = (
    "Labels are permuted, each patient keeping the whole history: follow-up must not depend on the group."
)
_STUDENTISED = (
    "Labels are permuted and the variance is made anew: exact where groups differ in nothing, and in large "
    "samples right where follow-up or the spread of numbers differs."
)


def compare_mean_cumulative(
    response: Surv,
    group: Any,
    *,
    method: str = "asymptotic",
    weights: str = "constant",
    variance: str = "lawless-nadeau",
    alternative: str = "two-sided",
    n_resamples: int = 20_000,
    seed: Any = None,
) -> MeanCumulativeComparison:
    r"""Whether patients of two groups have equally many events in the mean, all their events counted.

    A log-rank test sees the first event only. Events of one patient may depend on each other. The robust
    variance is too small for few patients: for fewer than about 20 in a group permute. A permutation p-value
    takes whole histories as exchangeable; where follow-up differed write "studentised-permutation".

    Parameters
    ----------
    response : Surv
        From `Surv.counting`; deaths (``terminal=``) end the recurrences.
    group : column
        One of two labels a row, the same in all rows of a patient.
    method : {"asymptotic", "permutation", "studentised-permutation"}
        Chi-squared; permutation of fixed scores (exact where the relabellings can be counted in about a
        second, else Monte Carlo; not with deaths); or permutation of the score over its own standard error
        (all relabellings up to 200,000, else Monte Carlo).
    weights : {"constant", "linear"}
        How much a difference counts by time: equally, or 1 - t/tau with tau the last time at which both
        groups are observed, so that early differences count more.
    variance : {"lawless-nadeau", "poisson"}
        Variance of the asymptotic test: robust, or that of Poisson processes (too small where patients of a
        group differ).
    alternative : {"two-sided", "greater", "less"}
        "greater": more events in the second group.
    n_resamples : int
        Random relabellings of a Monte-Carlo p-value.
    seed : int, SeedSequence or Generator, optional
        Where they come from; None draws fresh entropy, which the result states.

    Returns
    -------
    MeanCumulativeComparison
        With `statistic`, `p_value`, `score`, `variance`, `to_frame`.

    Raises
    ------
    DesignError
        For another number of groups than two, or no events.
    DataError, UnsupportedError
        For a group that changes within a patient, unknown options, and options that have no definition with
        deaths.

    Warns
    -----
    NonIdentifiableWarning
        When fixed scores are permuted although the groups were noticeably not followed alike.

    Notes
    -----
    .. math:: U = \int a(t) \frac{Y_1 Y_2}{Y_1 + Y_2} \{d\hat\mu_2(t) - d\hat\mu_1(t)\}, \qquad
        \widehat{\mathrm{var}}\,U = \sum_i \Big\{\int a \frac{Y_1 Y_2}{Y_1 + Y_2} d\hat\psi_i\Big\}^2

    the influences taken in the patient's own group (see `mean_cumulative`). Without deaths it is Cook,
    Lawless and Nadeau's pseudo-score test (R's ``reda::mcfDiff.test``, whose score has the opposite sign),
    and U the sum over the second group of the fixed scores :math:`c_i = \int a (dN_i - Y_i dN / Y)`. Under
    permutation the weights a stay those of the data. Cook, Lawless & Nadeau 1996 (Biometrics
    52:557-571); Ghosh & Lin 2000 (doi:10.1111/j.0006-341X.2000.00554.x).

    Examples
    --------
    Five patients, the two of group 0 with two events each: the asymptotic p-value is far too small, 2 of the
    10 relabellings are as extreme.

    >>> import hpcstats as hs
    >>> y = hs.Surv.counting(
    ...     start=[0, 2, 5, 0, 3, 0, 0, 4, 0],
    ...     stop=[2, 5, 9, 3, 7, 6, 4, 8, 3],
    ...     event=[1, 1, 0, 1, 0, 0, 1, 1, 0],
    ...     id=[1, 1, 1, 2, 2, 3, 4, 4, 5],
    ... )
    >>> group = [0, 0, 0, 1, 1, 1, 0, 0, 1]
    >>> test = hs.compare_mean_cumulative(y, group)
    >>> round(test.score, 3), round(test.statistic, 3), round(test.p_value, 3)
    (-1.2, 5.023, 0.025)
    >>> hs.compare_mean_cumulative(y, group, method="permutation").p_value
    0.2
    """
    check_option("method", method, METHODS)
    check_option("weights", weights, WEIGHTS)
    check_option("variance", variance, VARIANCES)
    check_option("alternative", alternative, ALTERNATIVES)
    number_of_resamples(n_resamples)
    generator_of(seed)
    histories = Histories.of(response, "compare_mean_cumulative")
    groups = histories.of_patients(Groups.two(group, response, "compare_mean_cumulative"), "group")
    if not response.n_events:
        raise DesignError(
            "There are no events, so there is nothing to compare. Report the follow-up instead."
        )
    pair = _pair(histories, groups, weights)
    _defined(pair, method, variance)
    score, spread = pair.difference(variance)
    z = float(z_of(np.array([score]), np.array([spread]))[0])
    known = np.isfinite(z) and spread > 1e-24
    p_asymptotic = asymptotic(z, alternative) if known else np.nan
    warnings = _unlike(histories, groups) if method == "permutation" else ()
    found = _answer(pair, method, p_asymptotic, (alternative, n_resamples, seed))
    return MeanCumulativeComparison(
        n=histories.size,
        n_events=response.n_events,
        method=_sentence(pair, weights, variance, alternative, found),
        conventions=(*CONVENTIONS, *_permuted(method)),
        warnings=warnings,
        status="ok" if known else "not_estimable" if method == "asymptotic" else "boundary",
        reason="" if known else "the variance of the score is 0: each group is alike in itself, or too small",
        response=response,
        groups=groups,
        score=score,
        variance=spread,
        statistic=z**2 if known else np.nan,
        z=z if known else np.nan,
        df=int(known),
        p_value=found.p_value,
        p_value_method=found.method,
        p_value_asymptotic=p_asymptotic,
        p_value_std_error=found.std_error,
        n_arrangements=found.n_arrangements,
        n_resamples=found.n_resamples,
        seed=found.seed,
        alternative=alternative,
        **_told(histories, groups),
    )


def _pair(histories: Histories, groups: Groups, weights: str) -> TwoGroups:
    rows, _ = histories.rows_of(np.ones(histories.size, dtype=np.bool_))
    second = groups.codes == 1
    tilt = np.ones(rows.size)
    if weights == "linear":
        shared = np.flatnonzero(both_observed(rows, second))
        end = rows.times[shared[-1]] if shared.size else 1.0
        tilt = np.maximum(1 - rows.times / end, 0.0)
    return TwoGroups(rows=rows, second=second, tilt=tilt)


def _defined(pair: TwoGroups, method: str, variance: str) -> None:
    """Refuse what has no definition with deaths."""
    if not pair.rows.terminal:
        return
    if method == "permutation":
        raise UnsupportedError(
            "method='permutation' has no definition with deaths: the score is no sum of fixed scores. Write "
            "method='studentised-permutation'."
        )
    if variance == "poisson":
        raise UnsupportedError(
            "variance='poisson' has no definition with deaths. Write variance='lawless-nadeau'."
        )


def _answer(pair: TwoGroups, method: str, p_value: float, asked: tuple[str, int, Any]) -> Answer:
    if method == "permutation":
        return pair.by_scores(*asked)
    if method == "studentised-permutation":
        return pair.studentised(*asked)
    return Answer(p_value=p_value, method="asymptotic", sentence="asymptotic p-value")


def _unlike(histories: Histories, groups: Groups) -> tuple[str, ...]:
    """Warn when patients are exchanged who were not followed alike."""
    died = np.zeros(histories.size, dtype=np.bool_)
    died[histories.patient[histories.deaths]] = True
    begin = histories.begin()
    followed = Surv.right(histories.end(), died, entry=begin if begin.any() else None)
    if not follow_up_warning(followed, groups):
        return ()
    text = (
        "The groups were noticeably not followed alike (reverse log-rank p < .05), but this test takes whole "
        "histories as exchangeable, follow-up included. Write method='studentised-permutation'."
    )
    warn(text, NonIdentifiableWarning)
    return (text,)


def _permuted(method: str) -> tuple[str, ...]:
    return {"asymptotic": (), "permutation": (_EXCHANGEABLE,)}.get(method, (_STUDENTISED,))


def _sentence(pair: TwoGroups, weights: str, variance: str, alternative: str, found: Answer) -> str:
    name = "Ghosh-Lin" if pair.rows.terminal else "Cook-Lawless-Nadeau pseudo-score"
    side = "two-sided" if alternative == "two-sided" else f"one-sided ({alternative}: in the second group)"
    how = f", {VARIANCES[variance]} variance" if found.method == "asymptotic" else ""
    return f"{name} test of equal mean numbers of events{WEIGHTS[weights]}, {side}{how}, {found.sentence}."


def _told(histories: Histories, groups: Groups) -> dict[str, Any]:
    """Count patients, events and time under observation of each group."""
    code = groups.codes[histories.patient]
    time = histories.response.time - histories.start
    return {
        "sizes": groups.sizes,
        "events": np.bincount(code[histories.response.event], minlength=2).astype(np.int64),
        "follow_up": np.bincount(code, weights=time, minlength=2),
    }
