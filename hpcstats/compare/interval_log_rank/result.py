"""What `interval_logrank` returns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hpcstats.columns import FloatArray, IntArray
from hpcstats.compare.group_test import GroupTest
from hpcstats.results import Result

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class IntervalLogrankResult(GroupTest):
    """Outcome of `interval_logrank`.

    Attributes
    ----------
    statistic : float
        Chi-squared over the variance asked for; its signed root is `z` for two groups and for trend.
    df : int
        Degrees of freedom.
    p_value : float
        p-value of the stated alternative by `p_value_method`.
    p_value_method : {"exact", "monte-carlo", "asymptotic"}
        How it was found.
    p_value_asymptotic : float
        The p-value that `statistic` has by its asymptotic distribution.
    p_value_std_error : float
        Monte-Carlo standard error of `p_value`; NaN where nothing is random.
    n_arrangements : int or None
        Ways to deal the patients out to the groups; None for an asymptotic p-value.
    n_resamples : int or None
        Random relabellings drawn.
    seed : str
        What to write to draw the same ones again; empty where nothing is random.
    z : float
        Signed root of the statistic, positive where the first group has the events earlier; NaN for more
        groups.
    alternative : str
        The alternative.
    scores : ndarray, shape (n,)
        The score of each patient.
    score_sums : ndarray, shape (groups,)
        Their sums: events observed less those expected, as far as the intervals tell.
    variance : ndarray, shape (groups, groups)
        Variance of the sums.
    sizes : ndarray of int, shape (groups,)
        Patients in each group.
    labels : tuple
        Group labels in order.
    """

    sizes: IntArray
    z: float
    alternative: str
    scores: FloatArray
    score_sums: FloatArray
    variance: FloatArray

    summary_fields = (
        *Result.summary_fields,
        "statistic",
        "df",
        "p_value",
        "p_value_method",
        "p_value_asymptotic",
        "p_value_std_error",
        "n_arrangements",
        "n_resamples",
        "seed",
        "z",
        "alternative",
    )

    def title(self) -> str:
        """Return the heading of the text form."""
        return f"Log-rank test of interval-censored times: {self.found(f'{self.p_value:.4g}')}"

    def to_frame(self) -> pd.DataFrame:
        """Return a row for each group: group, n, score_sum."""
        import pandas as pd

        return pd.DataFrame({"group": list(self.labels), "n": self.sizes, "score_sum": self.score_sums})
