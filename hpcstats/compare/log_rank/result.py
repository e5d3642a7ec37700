"""What `logrank` returns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hpcstats.columns import FloatArray, IntArray
from hpcstats.compare.group_test import GroupTest
from hpcstats.results import Result

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class LogrankResult(GroupTest):
    """Outcome of `logrank`.

    Attributes
    ----------
    statistic : float
        Chi-squared over the variance asked for; its signed root is `z` for two groups and for trend.
    df : int
        Degrees of freedom.
    p_value : float
        p-value of the stated alternative by `p_value_method`.
    p_value_method : {"exact", "monte-carlo", "imputation-permutation", "asymptotic"}
        How it was found.
    p_value_asymptotic : float
        The p-value that `statistic` has by its asymptotic distribution.
    p_value_std_error : float
        Monte-Carlo standard error of `p_value`; NaN where nothing is random.
    definition : str
        What "as extreme" means for a permutation p-value.
    mid_p : bool
        Whether relabellings as extreme as the data count half.
    n_arrangements : int or None
        Ways to deal the patients out to the groups (within strata); None for an asymptotic p-value.
    n_resamples : int or None
        Random relabellings drawn.
    seed : str
        What to write to draw the same ones again; empty where nothing is random.
    observed, expected : ndarray, shape (groups,)
        Weighted events observed and expected.
    variance : ndarray, shape (groups, groups)
        Variance of observed minus expected: hypergeometric, or over all permutations.
    labels : tuple
        Group labels in order.
    """

    sizes: IntArray
    definition: str
    mid_p: bool
    z: float
    alternative: str
    observed: FloatArray
    expected: FloatArray
    variance: FloatArray

    summary_fields = (
        *Result.summary_fields,
        "statistic",
        "df",
        "p_value",
        "p_value_method",
        "p_value_asymptotic",
        "p_value_std_error",
        "definition",
        "mid_p",
        "n_arrangements",
        "n_resamples",
        "seed",
        "z",
        "alternative",
    )

    def title(self) -> str:
        """Return the heading of the text form."""
        return f"Log-rank test: {self.found(f'{self.p_value:.4g}')}"

    def to_frame(self) -> pd.DataFrame:
        """Return a row for each group: group, n, observed, expected."""
        import pandas as pd

        return pd.DataFrame(
            {
                "group": list(self.labels),
                "n": self.sizes,
                "observed": self.observed,
                "expected": self.expected,
            }
        )
