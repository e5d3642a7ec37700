"""`fragility`: how few patients with another status, or in the other group, turn a log-rank test."""

from __future__ import annotations

from typing import Any

import numpy as np

from hpcstats.errors import DataError, check_option
from hpcstats.sensitivity.flips.design import CHANGES, TESTS, Flips, threshold
from hpcstats.sensitivity.flips.result import Fragility
from hpcstats.sensitivity.flips.search import SEARCHES, fewest, in_order
from hpcstats.sensitivity.numeric_options import is_whole
from hpcstats.surv import Surv

_WORDS = {
    "fewest": "exact search over all sets",
    "earliest-first": "the earliest changed first",
    "latest-first": "the latest changed first",
}


def fragility(
    response: Surv,
    group: Any,
    *,
    change: str = "status",
    test: str = "asymptotic",
    alpha: float = 0.05,
    search: str = "fewest",
    who: Any = None,
    most: int = 20,
    listed: int = 1000,
) -> Fragility:
    r"""The fewest patients whose change turns the conclusion of a log-rank test, by name.

    Of few patients one can decide whether p lies below a threshold: this says how many, and who. A
    significant result is changed until it is not (fragility), any other until it is significant, in whichever
    direction (reverse fragility). The index is about the threshold, not about the effect: it is small
    wherever p is near alpha. Report it beside the interval.

    Parameters
    ----------
    response : Surv
        From `Surv.right`, optionally with delayed entry.
    group : column
        One of two labels a row.
    change : {"status", "assignment"}
        What is changed: an event becomes a censoring at the same time, or a censoring an event; or a patient
        is counted in the other group.
    test : {"asymptotic", "exact"}
        The p-value: chi-squared over the hypergeometric variance, or over all relabellings by ``|O - E|``.
    alpha : float
        p-values below it are significant.
    search : {"fewest", "earliest-first", "latest-first"}
        All sets of 1, 2, ... changes until some turn it; or one patient after the other in order of time
        (of equal times events before censorings, then the first group before the second), as published
        procedures do.
    who : column of bool, optional
        Who may be changed; everybody by default.
    most : int
        Largest number of changes looked at by "fewest".
    listed : int
        So many of the sets are kept, the most decisive first (at most 100,000); `n_sets` counts all.

    Returns
    -------
    Fragility
        With `index`, `n_sets`, `to_frame` (who is changed to what) and `by_patient`.

    Raises
    ------
    DesignError
        For other than two groups, no events, or a test without a p-value.
    DataError, UnsupportedError
        For unusable columns and unknown options.

    Notes
    -----
    Neither kind of change moves anybody in time, so that observed less expected events change by a sum over
    those changed, and their variance by a linear less a quadratic form. Sets are therefore searched by
    branch and bound: those that cannot arrive, whatever is added, are left, and none that arrives is missed.
    With ``test="exact"`` every set gets its own permutation distribution, which is feasible for one or two
    changes among some thirty patients; where there are too many, `index` is None and `at_least` says how far
    the search came.

    ``change="assignment", search="latest-first"`` is the survival-inferred fragility index, which moves the
    best survivors to the other group: with `who` the better group where p is significant, and the worse one
    where it is not (Bomze et al. 2020, doi:10.1001/jamanetworkopen.2020.17675);
    ``change="status", search="earliest-first"`` with `who` the events of one group follows Xing et al. 2025
    (doi:10.1093/aje/kwaf229). Such an order need not find the fewest.

    Examples
    --------
    Maintenance in acute myelogenous leukaemia (Miller 1997): p = .0653. One event of the maintained fewer,
    and it is significant.

    >>> import hpcstats as hs
    >>> from hpcstats.sensitivity import fragility
    >>> weeks = [9, 13, 13, 18, 23, 28, 31, 34, 45, 48, 161]
    >>> weeks += [5, 5, 8, 8, 12, 16, 23, 27, 30, 33, 43, 45]
    >>> relapse = [1, 1, 0, 1, 1, 0, 1, 1, 0, 1, 0] + [1, 1, 1, 1, 1, 0, 1, 1, 1, 1, 1, 1]
    >>> y = hs.Surv.right(weeks, relapse, unit="weeks")
    >>> found = fragility(y, ["maintained"] * 11 + ["not"] * 12)
    >>> round(found.p_value, 4), found.index, found.n_sets
    (0.0653, 1, 7)
    >>> found.to_frame().head(3).round(4)
       set  patient       group  time recorded changed_to  p_value
    0    1        4  maintained  23.0    event   censored   0.0332
    1    2        3  maintained  18.0    event   censored   0.0338
    2    3        0  maintained   9.0    event   censored   0.0341
    """
    check_option("change", change, tuple(CHANGES))
    check_option("test", test, tuple(TESTS))
    check_option("search", search, SEARCHES)
    alpha = threshold(alpha)
    _check_numbers(most, listed)
    flips = Flips.of(response, group, who, change, test, alpha)
    p_value = flips.p_value(np.zeros(0, dtype=np.int64))
    significant = flips.significant(p_value)
    found = fewest(flips, significant, most) if search == "fewest" else in_order(flips, significant, search)
    sets = found.sets[:listed]
    index = None if found.reason else int(found.sets.shape[1])
    return Fragility(
        n=len(response),
        n_events=response.n_events,
        method=_sentence(change, test, search, who is not None, significant, alpha),
        conventions=(
            f"Significant means p < {alpha:g}.",
            "A changed status keeps its time; a changed group keeps time and status.",
        ),
        status="ok" if index is not None else "not_estimable",
        reason=found.reason,
        response=response,
        groups=flips.groups,
        change=change,
        test=test,
        search=search,
        alpha=alpha,
        p_value=p_value,
        difference=flips.difference(np.zeros(0, dtype=np.int64)),
        significant=significant,
        index=index,
        at_least=found.at_least,
        n_sets=found.total,
        sets=sets,
        p_values=found.p_values[:listed].copy(),
        differences=np.array([flips.difference(rows) for rows in sets]),
    )


def _check_numbers(most: Any, listed: Any) -> None:
    for name, value in (("most", most), ("listed", listed)):
        if not is_whole(value, 1):
            raise DataError(f"{name} must be a whole number, 1 or more, not {value!r}.")


def _sentence(change: str, test: str, search: str, some: bool, significant: bool, alpha: float) -> str:
    name = "Fragility index" if significant else "Reverse fragility index"
    what = "event status changed" if change == "status" else "group changed"
    among = " among those marked" if some else ""
    aim = f"until p is {alpha:g} or more" if significant else f"until p is below {alpha:g}"
    return f"{name}: {what}{among} {aim}, {_WORDS[search]}, {TESTS[test]}."
