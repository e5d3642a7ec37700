"""What `compare_mean_cumulative` returns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hpcstats import formats
from hpcstats.columns import FloatArray, IntArray
from hpcstats.compare.group_test import GroupTest
from hpcstats.results import Result

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class MeanCumulativeComparison(GroupTest):
    """Outcome of `compare_mean_cumulative`.

    Attributes
    ----------
    score, variance : float
        The weighted difference of the mean numbers, second group less first, and its variance.
    statistic : float
        Chi-squared, the squared score over its variance; `z` is its signed root.
    df : int
        Degrees of freedom; 0 where nothing can be compared.
    p_value : float
        p-value of the stated alternative by `p_value_method`.
    p_value_method : {"asymptotic", "exact", "monte-carlo"}
        How it was found.
    p_value_asymptotic : float
        The p-value that `statistic` has by its asymptotic distribution.
    p_value_std_error : float
        Monte-Carlo standard error of `p_value`; NaN where nothing is random.
    n_arrangements, n_resamples : int or None
        Ways to deal the patients out to the groups, and how many were drawn.
    seed : str
        What to write to draw the same ones again; empty where nothing is random.
    sizes, events, follow_up : ndarray, shape (2,)
        Patients, events and time under observation of each group.
    """

    score: float
    variance: float
    z: float
    alternative: str
    sizes: IntArray
    events: IntArray
    follow_up: FloatArray

    summary_fields = (
        *Result.summary_fields,
        "score",
        "variance",
        "statistic",
        "z",
        "df",
        "p_value",
        "p_value_method",
        "p_value_asymptotic",
        "p_value_std_error",
        "n_arrangements",
        "n_resamples",
        "seed",
        "alternative",
    )

    def title(self) -> str:
        """Return the heading of the text form."""
        shown = self.found(formats.p_value(self.p_value))
        return f"Mean numbers of events, {self.labels[1]} less {self.labels[0]}: {shown}"

    def to_frame(self) -> pd.DataFrame:
        """Return a row for each group: group, n, events, follow_up (time at risk in all), rate."""
        import pandas as pd

        return pd.DataFrame(
            {
                "group": list(self.labels),
                "n": self.sizes,
                "events": self.events,
                "follow_up": self.follow_up,
                "rate": self.events / self.follow_up,
            }
        )
