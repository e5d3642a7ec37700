"""What the results of tests between groups share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hpcstats.groups import Groups
from hpcstats.results import Result
from hpcstats.surv import Surv


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class GroupTest(Result):
    """A test between groups: the data, the statistic, and how the p-value was found."""

    response: Surv
    groups: Groups
    statistic: float
    df: int
    p_value: float
    p_value_method: str
    p_value_asymptotic: float
    p_value_std_error: float
    n_arrangements: int | None
    n_resamples: int | None
    seed: str

    @property
    def labels(self) -> tuple[Any, ...]:
        """Group labels in order."""
        return self.groups.labels

    def patients(self) -> tuple[str, ...]:
        """Return the identifiers of all who entered."""
        return self.response.patients()

    def found(self, p_value: str) -> str:
        """Write the statistic and a printed p-value with the name of its method."""
        named = "p" if self.p_value_method == "asymptotic" else f"{self.p_value_method} p"
        return f"chi-squared = {self.statistic:.5g} on {self.df} df, {named} = {p_value}"
