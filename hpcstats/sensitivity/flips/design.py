"""The data whose conclusion is to be turned: two groups, who may be changed, the p-value after that."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from scipy.special import chdtrc, ndtri

from hpcstats.columns import BoolArray, FloatArray, IntArray
from hpcstats.compare.permutation.distribution import PermutationDistribution, permutation_distribution
from hpcstats.compare.permutation.shares import Reading
from hpcstats.core.fragility import changes as kernel
from hpcstats.core.fragility.changes import Changes
from hpcstats.core.logrank import unit
from hpcstats.core.permutation import permutation_scores
from hpcstats.core.risk_sets import RiskSets, distinct_times, place
from hpcstats.errors import DataError, DesignError
from hpcstats.groups import Groups, needs_kind
from hpcstats.sensitivity.marked_rows import marked
from hpcstats.surv import Surv

CHANGES = {"status": kernel.of_status, "assignment": kernel.of_assignment}
TESTS = {
    "asymptotic": "asymptotic log-rank p-value",
    "exact": "exact permutation log-rank p-value (|O - E| as large)",
}


@dataclass(frozen=True, kw_only=True, eq=False)
class Flips:
    """Two groups and the changes that are allowed to them.

    Attributes
    ----------
    response, groups
        The data.
    rows : ndarray of int
        Who may be changed.
    change, test : str
        What is changed, and the p-value.
    alpha : float
        p-values below it are significant.
    """

    response: Surv
    groups: Groups
    rows: IntArray
    change: str
    test: str
    alpha: float

    @classmethod
    def of(cls, response: Any, group: Any, who: Any, change: str, test: str, alpha: float) -> Flips:
        """Read and check the data."""
        needs_kind(
            response, ("right",), "fragility", "It needs one right-censored row a patient: Surv.right."
        )
        groups = Groups.two(group, response, "fragility")
        rows = np.arange(len(response))
        if who is not None:
            rows = np.flatnonzero(marked(who, response, "who"))
        if not rows.size:
            raise DesignError("who is False for everybody. Mark the patients who may be changed.")
        if not response.n_events:
            raise DesignError("There are no events, so no conclusion can be turned. Report the follow-up.")
        flips = cls(response=response, groups=groups, rows=rows, change=change, test=test, alpha=alpha)
        if np.isnan(flips.p_value(np.zeros(0, dtype=np.int64))):
            raise DesignError(
                "At no event time were two groups at risk together with a survivor: the log-rank test has no "
                "p-value that could turn."
            )
        return flips

    @cached_property
    def second(self) -> BoolArray:
        """Who belongs to the second group."""
        return np.asarray(self.groups.codes == 1, dtype=np.bool_)

    @cached_property
    def time(self) -> FloatArray:
        """Times, those equal but for rounding made equal."""
        values, position = distinct_times(self.response.time)
        return values[position]

    @cached_property
    def changes(self) -> Changes:
        """What each allowed change does to the statistic."""
        return CHANGES[self.change](_placed(self.response, self.response.event), self.second).take(self.rows)

    @cached_property
    def quantile(self) -> float:
        """Threshold of the normal statistic."""
        return float(-ndtri(self.alpha / 2))

    def changed(self, rows: IntArray) -> tuple[BoolArray, BoolArray]:
        """Return events and membership of the second group after changing the patients in `rows`."""
        event, second = self.response.event.copy(), self.second.copy()
        flipped = event if self.change == "status" else second
        flipped[rows] = ~flipped[rows]
        return event, second

    def p_value(self, rows: IntArray) -> float:
        """Return the p-value after changing the patients in `rows`; NaN where there is no test."""
        event, second = self.changed(rows)
        if second.all() or not second.any() or not event.any():
            return float("nan")
        unchanged = CHANGES["status"](_placed(self.response, event), second)
        if unchanged.variance <= 1e-12:
            return float("nan")
        if self.test == "asymptotic":
            return float(chdtrc(1, unchanged.score**2 / unchanged.variance))
        return Reading().exact(self.distribution(event, second).exact())

    def difference(self, rows: IntArray) -> float:
        """Return observed less expected events of the second group after changing the patients in `rows`."""
        event, second = self.changed(rows)
        return CHANGES["status"](_placed(self.response, event), second).score

    def distribution(self, event: BoolArray, second: BoolArray) -> PermutationDistribution:
        """Return the permutation distribution of the log-rank scores of changed data."""
        risk = _placed(self.response, event)
        scores = permutation_scores.exact(risk, unit, "martingale")
        return permutation_distribution(
            permutation_scores.scores(risk, unit, "martingale") if scores is None else scores,
            second.astype(np.int64),
            groups=2,
        )

    def significant(self, p_value: float) -> bool:
        """Tell whether a p-value is below alpha."""
        return p_value < self.alpha


def threshold(alpha: Any) -> float:
    """Return a threshold of p-values; refuse what is no proportion."""
    if not isinstance(alpha, (float, np.floating)) or not 0 < alpha < 1:
        raise DataError(f"alpha must be a proportion between 0 and 1, such as 0.05, not {alpha!r}.")
    # A short float is meant as it is written: 0.05, not 0.0500000007.
    return float(str(alpha))


def _placed(response: Surv, event: BoolArray) -> RiskSets:
    return place(response.time, event, response.entry)
