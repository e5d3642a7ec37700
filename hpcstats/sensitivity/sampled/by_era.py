"""`eras`: whether an answer is the same in earlier and in later publications."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from hpcstats import formats
from hpcstats.errors import DataError, UnsupportedError
from hpcstats.nonparametric.survival_curves import SurvivalCurves
from hpcstats.regression.fit import CoxFit
from hpcstats.sensitivity.numeric_options import is_whole
from hpcstats.sensitivity.refitting.choice import choose
from hpcstats.sensitivity.sampled.calendar import Calendar
from hpcstats.sensitivity.sampled.era_task import Row, Task
from hpcstats.sensitivity.sampled.eras_result import Eras
from hpcstats.sensitivity.sampled.interaction import Interaction


def eras(
    fit: Any,
    years: Any,
    *,
    breaks: Iterable[float] | float,
    least_events: int = 5,
    statistic: Any = None,
) -> Eras:
    r"""Estimates in each era of publication or diagnosis, stratified by era, and whether eras differ.

    Operations, imaging, names of the tumour and what editors publish changed over the decades. An estimate
    over all of them is an average of what may never have been one thing.

    Parameters
    ----------
    fit : CoxFit or SurvivalCurves
        What is estimated again.
    years : column of numbers or name of a column
        Year of each row. Rows without one are in no era, and counted; what those with a year give together
        then stands beside what all give.
    breaks : sequence of years
        Where a new era begins, in rising order: [2000, 2010] gives before 2000, 2000 to 2009, from 2010.
        Choose them before looking.
    least_events : int
        Events for each coefficient (curves: events) that an era needs; with fewer its estimates are NaN.
    statistic : optional
        Of a Cox model "hazard_ratio" (default) or "coefficient"; of curves as in `bootstrap`.

    Returns
    -------
    Eras
        With `to_frame`: analysis, era, n, n_events, names of the quantity, estimate, low, high, status,
        reason; and `statistic`, `df`, `p_value`, `test`, `stratified`.

    Raises
    ------
    DataError
        For columns of another length, years that are all missing, or breaks that do not rise.
    UnsupportedError
        For another result.

    Notes
    -----
    An era is a half-open interval of years [from, to). The stratified Cox model has one hazard ratio and a
    baseline hazard for each era, the interaction a log hazard ratio for each,

    .. math:: \lambda_e(t \mid x) = \lambda_{0e}(t)\, e^{x'\beta}, \qquad
              \lambda_e(t \mid x) = \lambda_{0e}(t)\, e^{x'(\beta + \gamma_e)}

    and the test of interaction is the likelihood ratio of all gamma = 0, chi-squared on p (E - 1) degrees of
    freedom for p coefficients and E eras; under Firth's penalty the ratio of penalised likelihoods, the
    coefficients held at 0 staying in the penalty; Wald's test where the variance of the fit is robust. Of
    curves by group it is the sum of the log-rank statistics of the eras less the stratified one; of a single
    curve the log-rank test of the eras. With few events all have little power: a large p-value does not say
    that eras agree. Five events a coefficient are the least that simulations support (Vittinghoff &
    McCulloch 2007, doi:10.1093/aje/kwk052).

    Examples
    --------
    >>> import hpcstats as hs
    >>> from hpcstats.sensitivity.sampled import eras
    >>> time, x = [9, 4, 8, 3, 7, 2, 6, 1, 5, 3, 8, 2], [0, 1, 0, 1, 1, 1, 0, 0, 0, 1, 0, 1]
    >>> fit = hs.cox(hs.Surv.right(time, [1] * 12), {"x": x}, penalty="firth")
    >>> years = [1990, 1992, 1995, 1996, 1999, 2001, 2003, 2004, 2006, 2010, 2011, 2012]
    >>> found = eras(fit, years, breaks=[2000, 2010])
    >>> found.to_frame()[["analysis", "era", "n", "estimate", "status"]].round(2)
                analysis           era   n  estimate         status
    0                all                12      3.68             ok
    1                era   before 2000   5      8.67             ok
    2                era  2000 to 2009   4       NaN  not_estimable
    3                era     from 2010   3       NaN  not_estimable
    4  stratified by era                12      6.07             ok
    >>> found.reasons[2], found.test
    (('4 events, fewer than 5',), 'No test of interaction: one era has enough events.')
    """
    if not isinstance(fit, (CoxFit, SurvivalCurves)):
        raise UnsupportedError(
            f"eras is not defined for {type(fit).__name__}. Give a fit of hs.cox, or curves of "
            "hs.kaplan_meier."
        )
    if statistic is None and isinstance(fit, CoxFit):
        statistic = "hazard_ratio"
    if not is_whole(least_events, 1):
        raise DataError(f"least_events must be a whole number from 1 on, not {least_events!r}.")
    sample, refits = choose(fit, statistic, "same")
    task = Task(fit, sample, refits, Calendar.of(sample, years, breaks), int(least_events))
    rows = [*task.together(), *task.of_eras()]
    test, stratified, last = task.stratified()
    return _result(task, [*rows, *last], test, stratified)


def _result(task: Task, rows: list[tuple[str, str, Row]], test: Interaction, stratified: Any) -> Eras:
    response, missing = task.sample.response, ~task.calendar.known
    unknown = np.flatnonzero(missing) if response.id is None else dict.fromkeys(response.id[missing].tolist())
    answers = [row for _, _, row in rows]
    finite = [np.isfinite(row.estimate).tolist() for row in answers]
    return Eras(
        n=task.sample.n,
        n_events=task.sample.n_events,
        method=f"{_sentence(task)} {test.words}",
        conventions=(
            "An era begins with its first year and ends before the first year of the next.",
            f"An era needs {task.needed} events.",
        ),
        columns=dict(task.refits.columns),
        analyses=tuple(kind for kind, _, _ in rows),
        labels=tuple(label for _, label, _ in rows),
        sizes=np.array([row.size for row in answers]),
        events=np.array([row.events for row in answers]),
        estimates=np.array([row.estimate for row in answers]),
        low=np.array([row.limits.low for row in answers]),
        high=np.array([row.limits.high for row in answers]),
        statuses=tuple(tuple("ok" if one else "not_estimable" for one in row) for row in finite),
        reasons=tuple(row.reasons for row in answers),
        statistic=test.statistic,
        df=test.df,
        p_value=test.p_value,
        test=test.words,
        stratified=stratified,
        unknown=tuple(unknown),
        level=task.fit.level,
        response=response,
        era_of=task.calendar.codes,
    )


def _sentence(task: Task) -> str:
    how = f", each fitted by {task.refits.words}" if task.refits.words else ""
    missing = int((~task.calendar.known).sum())
    away = f"; {missing} rows without a year are in none" if missing else ""
    limits = f"{formats.level(task.fit.level)} limits"
    return f"Analyses by era ({', '.join(task.calendar.labels)}){how}, {limits}{away}."
