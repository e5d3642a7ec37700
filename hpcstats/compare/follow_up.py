"""`compare_follow_up`: whether the groups were followed alike."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.special import chdtrc

from hpcstats.columns import FloatArray, IntArray
from hpcstats.compare.log_rank.checks import METHODS
from hpcstats.core import logrank as kernel
from hpcstats.core.limits.pointwise import normal_quantile, survival_limits
from hpcstats.core.product_limit import product_limit
from hpcstats.core.risk_sets import count, place
from hpcstats.core.step_function import crossing, curve_quantile
from hpcstats.errors import NonIdentifiableWarning, check_option
from hpcstats.groups import Groups, needs_kind
from hpcstats.randomness import generator_of
from hpcstats.results import Result
from hpcstats.surv import Surv

if TYPE_CHECKING:
    import pandas as pd

NOTICEABLE = 0.05
"""Censoring patterns are said to differ when the reverse log-rank test falls below this p-value."""

CONVENTIONS = (
    "The roles are exchanged: the end of follow-up is the event, and an event censors it.",
    "At equal times whoever has the event still counts among those whose follow-up could end.",
    f"Said to differ: p < {NOTICEABLE:g} of the reverse log-rank test.",
    "Median follow-up: reverse Kaplan-Meier estimate, NaN where it is not reached; 95 % log-log interval.",
)
_NOBODY = "nobody was censored while patients of two groups were observed, some of them longer"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class FollowUpComparison(Result):
    """Outcome of `compare_follow_up`.

    Attributes
    ----------
    sizes, censored : ndarray of int, shape (groups,)
        Patients and how many of them are censored.
    median, low, high : ndarray, shape (groups,)
        Median follow-up by the reverse Kaplan-Meier curve, with log-log limits.
    longest : ndarray, shape (groups,)
        Last observed time, of an event or not.
    statistic, p_value : float
        Of the reverse log-rank test; NaN where nothing can be compared.
    differs : bool
        Whether the test says that the patterns differ.
    verdict : str
        The answer in words.
    """

    response: Surv
    groups: Groups
    sizes: IntArray
    censored: IntArray
    median: FloatArray
    low: FloatArray
    high: FloatArray
    longest: FloatArray
    statistic: float
    p_value: float
    differs: bool
    verdict: str

    summary_fields = (*Result.summary_fields, "statistic", "p_value", "differs", "verdict")

    @property
    def labels(self) -> tuple[Any, ...]:
        """Group labels in order."""
        return self.groups.labels

    def title(self) -> str:
        """Return the heading of the text form."""
        return f"Follow-up by group, time in {self.response.unit}: {self.verdict}"

    def patients(self) -> tuple[str, ...]:
        """Return the identifiers of all who entered."""
        return self.response.patients()

    def to_frame(self) -> pd.DataFrame:
        """Return a row for each group: n, censored, share_censored, median_follow_up, low, high, longest."""
        import pandas as pd

        return pd.DataFrame(
            {
                "group": list(self.labels),
                "n": self.sizes,
                "censored": self.censored,
                "share_censored": self.censored / self.sizes,
                "median_follow_up": self.median,
                "low": self.low,
                "high": self.high,
                "longest": self.longest,
            }
        )


def compare_follow_up(
    response: Surv, group: Any, *, method: str = "auto", seed: Any = None
) -> FollowUpComparison:
    """Whether follow-up ended alike in all groups: their censoring patterns, medians, and a test.

    Look at it before an exact or permutation test: those take follow-up to be the same in all groups. Where
    it is not, use ``logrank(method="imputation-permutation")``. Small groups easily hide a difference.

    Parameters
    ----------
    response : Surv
        From `Surv.right`, optionally with delayed entry.
    group : column
        One label a row.
    method : str
        How `logrank` finds the p-value of the reverse test. Its permutation methods take the event times,
        too, to be alike in all groups.
    seed : int, SeedSequence or Generator, optional
        For a Monte-Carlo p-value.

    Returns
    -------
    FollowUpComparison
        With `to_frame`, `p_value`, `differs`, `verdict`.

    Raises
    ------
    DesignError
        For a single group.
    DataError, UnsupportedError
        For unusable columns and unknown options.

    Notes
    -----
    The log-rank test and the Kaplan-Meier curve with events and censorings exchanged (Schemper & Smith 1996,
    doi:10.1016/0197-2456(96)00075-X): an event hides how long the patient would have been followed.

    Examples
    --------
    Ten patients, of whom those of group "a" were all given up early:

    >>> import hpcstats as hs
    >>> y = hs.Surv.right([1, 2, 2, 3, 3, 4, 6, 9, 12, 15], [0, 1, 0, 0, 0, 1, 1, 0, 1, 0])
    >>> found = hs.compare_follow_up(y, ["a"] * 5 + ["b"] * 5, method="asymptotic")
    >>> found.to_frame()[["group", "n", "censored", "median_follow_up", "longest"]]
      group  n  censored  median_follow_up  longest
    0     a  5         4               3.0      3.0
    1     b  5         2              15.0     15.0
    >>> found.differs, round(found.p_value, 4)
    (True, 0.0066)
    """
    needs_kind(response, ("right",), "compare_follow_up", "It needs one row a patient: Surv.right.")
    check_option("method", method, METHODS)
    generator_of(seed)
    groups = Groups.compared(group, response)
    reverse = replace(response, status=1 - response.status)
    statistic, p_value, sentence = _test(reverse, group, method, seed)
    median, low, high = np.transpose([_median(response, groups.rows(g)) for g in range(len(groups.labels))])
    differs = bool(p_value < NOTICEABLE)
    unknown = "" if np.isfinite(p_value) else _NOBODY
    return FollowUpComparison(
        n=len(response),
        n_events=response.n_events,
        method=f"Median follow-up by reverse Kaplan-Meier curves; {sentence}",
        conventions=CONVENTIONS,
        status="not_estimable" if unknown else "ok",
        reason=unknown,
        response=response,
        groups=groups,
        sizes=groups.sizes,
        censored=np.bincount(groups.codes[~response.event], minlength=len(groups.labels)).astype(np.int64),
        median=median,
        low=low,
        high=high,
        longest=np.array([response.time[groups.rows(g)].max() for g in range(len(groups.labels))]),
        statistic=statistic,
        p_value=p_value,
        differs=differs,
        verdict=_verdict(differs, p_value, response.n_events == len(response)),
    )


def follow_up_warning(response: Surv, groups: Groups) -> str:
    """Return what to warn of when the groups were noticeably not followed alike, otherwise an empty text.

    The rule: p < .05 of the asymptotic reverse log-rank test. It is cheap, and meant for the tests that
    rest on equal follow-up; the category is `NonIdentifiableWarning`.
    """
    size = len(groups.labels)
    if size < 2 or response.event.all():
        return ""
    reverse = place(response.time, ~response.event, response.entry)
    scores = kernel.scores(reverse, groups.codes, size, np.ones((1, len(response))), kernel.unit)
    value, rank = kernel.quadratic_form(scores.observed - scores.expected, scores.variance)
    if not rank[0] or chdtrc(rank[0], value[0]) >= NOTICEABLE:
        return ""
    found = [_median(response, groups.rows(number))[0] for number in range(size)]
    medians = ", ".join(_told(*pair, response.unit) for pair in zip(groups.labels, found, strict=True))
    return (
        f"The groups were not followed alike (median follow-up {medians}; reverse log-rank p = "
        f"{chdtrc(rank[0], value[0]):.2g}), but this test takes them as exchangeable, follow-up included. "
        "Write method='imputation-permutation'; hs.compare_follow_up shows more."
    )


def _test(reverse: Surv, group: Any, method: str, seed: Any) -> tuple[float, float, str]:
    from hpcstats.compare.log_rank.logrank import logrank

    if reverse.n_events == 0:
        return float("nan"), float("nan"), "no test, because nobody is censored."
    with warnings.catch_warnings():
        # Unequal patterns are what is asked about; of the exchanged roles the warning would be wrong.
        warnings.simplefilter("ignore", NonIdentifiableWarning)
        test = logrank(reverse, group, method=method, seed=seed)
    p_value = float("nan") if np.isnan(test.statistic) else test.p_value
    return test.statistic, p_value, f"reverse: {test.method}"


def _median(response: Surv, rows: IntArray) -> tuple[float, float, float]:
    """Return the median of the reverse Kaplan-Meier curve and its limits from the log-log interval."""
    entry = None if response.entry is None else response.entry[rows]
    risk = place(response.time[rows], ~response.event[rows], entry)
    counts = count(risk, np.ones((1, rows.size)))
    curve, greenwood = product_limit(counts)
    limits = survival_limits(curve[0], greenwood[0], normal_quantile(0.95), "log-log")
    low, high = (crossing(risk.times, limit, 0.5) for limit in limits)
    median = curve_quantile(risk.times, counts, curve, 0.5)
    return median, low, float("inf") if np.isnan(high) else high


def _told(label: Any, median: float, unit: str) -> str:
    return f"{label}: not reached" if np.isnan(median) else f"{label}: {median:.4g} {unit}"


def _verdict(differs: bool, p_value: float, nobody: bool) -> str:
    if nobody:
        return "nobody is censored, so that nothing speaks for unequal follow-up"
    if np.isnan(p_value):
        return f"whether follow-up differed cannot be judged, because {_NOBODY}"
    if differs:
        return f"the censoring patterns differ (p = {p_value:.2g})"
    return f"no sign that the censoring patterns differ (p = {p_value:.2g})"
