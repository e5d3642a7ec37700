"""What `interval_logrank` returns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hpcstats.columns import FloatArray, IntArray
from hpcstats.groups import Groups
from hpcstats.results import Result
from hpcstats.surv import Surv

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class IntervalLogrankResult(Result):
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

    response: Surv
    groups: Groups
    sizes: IntArray
    statistic: float
    df: int
    p_value: float
    p_value_method: str
    p_value_asymptotic: float
    p_value_std_error: float
    n_arrangements: int | None
    n_resamples: int | None
    seed: str
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

    @property
    def labels(self) -> tuple[Any, ...]:
        """Group labels in order."""
        return self.groups.labels

    def title(self) -> str:
        """Return the heading of the text form."""
        found = "p" if self.p_value_method == "asymptotic" else f"{self.p_value_method} p"
        return (
            "Log-rank test of interval-censored times: "
            f"chi-squared = {self.statistic:.5g} on {self.df} df, {found} = {self.p_value:.4g}"
        )

    def patients(self) -> tuple[str, ...]:
        """Return the identifiers of all who entered."""
        return self.response.patients()

    def to_frame(self) -> pd.DataFrame:
        """Return a row for each group: group, n, score_sum."""
        import pandas as pd

        return pd.DataFrame({"group": list(self.labels), "n": self.sizes, "score_sum": self.score_sums})
