"""What `gray_test` returns."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hpcstats.columns import FloatArray, IntArray
from hpcstats.groups import Groups, cause_number
from hpcstats.results import Result
from hpcstats.surv import Surv

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True)
class CauseTest:
    """Gray's test of one cause.

    Attributes
    ----------
    cause : str
        Name of the cause.
    statistic, p_value : float
        Chi-squared and its p-value, NaN where there is none.
    df : int
        Degrees of freedom.
    reason : str
        Why there is no test; empty where there is one.
    """

    cause: str
    statistic: float
    df: int
    p_value: float
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class GrayTest(Result):
    """Outcome of `gray_test`, a test for each cause.

    ``test["relapse"]``, or ``test[1]`` by number, is the test of one cause with `statistic`, `df` and
    `p_value`; iterating gives pairs of cause and test, and `to_frame` a row for each.

    Attributes
    ----------
    causes : tuple of str
        Names of the causes.
    statistic, df, p_value : ndarray, shape (K,)
        Chi-squared, its degrees of freedom and the p-value of each cause.
    p_value_asymptotic, p_value_std_error : ndarray, shape (K,)
        The p-values by chi-squared, and Monte-Carlo standard errors (NaN where nothing is random).
    p_value_method : {"asymptotic", "exact", "monte-carlo"}
        How `p_value` was found.
    reasons : tuple of str
        For each cause why it has no test; empty where it has one.
    scores : ndarray, shape (K, groups)
        Weighted sum of observed less expected events of each group.
    variance : ndarray, shape (K, groups, groups)
        Its variance.
    n_arrangements, n_resamples : int or None
        Ways to deal the patients out to the groups, and how many were drawn.
    seed : str
        What to write to draw the same ones again.
    rho : float
        Power of the weight.
    """

    response: Surv
    groups: Groups
    statistic: FloatArray
    df: IntArray
    p_value: FloatArray
    p_value_asymptotic: FloatArray
    p_value_std_error: FloatArray
    p_value_method: str
    reasons: tuple[str, ...]
    scores: FloatArray
    variance: FloatArray
    n_arrangements: int | None
    n_resamples: int | None
    seed: str
    rho: float

    summary_fields = (
        *Result.summary_fields,
        "p_value_method",
        "n_arrangements",
        "n_resamples",
        "seed",
        "rho",
    )

    @property
    def causes(self) -> tuple[str, ...]:
        """Names of the causes."""
        return self.response.causes

    @property
    def labels(self) -> tuple[Any, ...]:
        """Group labels in order."""
        return self.groups.labels

    @property
    def tests(self) -> tuple[CauseTest, ...]:
        """The test of each cause, in their order."""
        return tuple(self[cause] for cause in self.causes)

    def __contains__(self, cause: Any) -> bool:
        return str(cause) in self.causes

    def __len__(self) -> int:
        return len(self.causes)

    def __iter__(self) -> Iterator[tuple[str, CauseTest]]:
        return zip(self.causes, self.tests, strict=True)

    def __getitem__(self, cause: Any) -> CauseTest:
        number = cause_number(self.response, cause) - 1
        return CauseTest(
            cause=self.causes[number],
            statistic=float(self.statistic[number]),
            df=int(self.df[number]),
            p_value=float(self.p_value[number]),
            reason=self.reasons[number],
        )

    def title(self) -> str:
        """Return the heading of the text form."""
        return f"Gray's test of {len(self.labels)} groups, n = {self.n}, events = {self.n_events}"

    def patients(self) -> tuple[str, ...]:
        """Return the identifiers of all who entered."""
        return self.response.patients()

    def to_frame(self) -> pd.DataFrame:
        """Return a row for each cause: cause, events, statistic, df, p_value, p_value_std_error."""
        import pandas as pd

        events = [int((self.response.status == number + 1).sum()) for number in range(len(self))]
        return pd.DataFrame(
            {
                "cause": list(self.causes),
                "events": events,
                "statistic": self.statistic,
                "df": self.df,
                "p_value": self.p_value,
                "p_value_std_error": self.p_value_std_error,
            }
        )
