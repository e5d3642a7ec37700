"""What `quasi_independence` returns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hpcstats.columns import FloatArray
from hpcstats.results import Result
from hpcstats.surv import Surv

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class QuasiIndependence(Result):
    """Outcome of `quasi_independence`.

    Attributes
    ----------
    limits : tuple of str
        Which limits the times are compared with: "upper", or "lower" and "upper".
    comparable : int
        Comparable pairs.
    tau, std_error, low, high : ndarray, shape (L,)
        Conditional Kendall's tau with each limit, its standard error and limits.
    z : ndarray, shape (L,)
        Signed statistic of each tau by its variance under quasi-independence.
    statistic, df : float, int
        Chi-squared of all together.
    p_value : float
        p-value by `p_value_method`.
    p_value_method : {"asymptotic", "exact", "monte-carlo"}
        How it was found.
    p_value_asymptotic, p_value_std_error : float
        That of the chi-squared distribution, and the Monte-Carlo standard error (NaN if nothing is random).
    n_pairings : int or None
        Ways to pair times and limits, of an exact p-value.
    n_resamples, seed : int or None, str
        Random pairings, and what draws them again.
    """

    response: Surv
    limits: tuple[str, ...]
    comparable: int
    tau: FloatArray
    std_error: FloatArray
    low: FloatArray
    high: FloatArray
    z: FloatArray
    level: float
    statistic: float
    df: int
    p_value: float
    p_value_method: str
    p_value_asymptotic: float
    p_value_std_error: float
    n_pairings: int | None
    n_resamples: int | None
    seed: str

    summary_fields = (
        *Result.summary_fields,
        "comparable",
        "statistic",
        "df",
        "p_value",
        "p_value_method",
        "p_value_asymptotic",
        "p_value_std_error",
        "n_pairings",
        "n_resamples",
        "seed",
        "level",
    )

    def title(self) -> str:
        """Return the heading of the text form."""
        shown = ", ".join(f"{tau:.3g} ({name})" for tau, name in zip(self.tau, self.limits, strict=True))
        p = f"{self.p_value_method} p = {self.p_value:.4g}"
        return f"Quasi-independence: tau = {shown}, {p}, n = {self.n}"

    def patients(self) -> tuple[str, ...]:
        """Return the identifiers of all who entered."""
        return self.response.patients()

    def to_frame(self) -> pd.DataFrame:
        """Return a row for each limit: limit, comparable, tau, std_error, low, high, z."""
        import pandas as pd

        columns = {name: getattr(self, name) for name in ("tau", "std_error", "low", "high", "z")}
        return pd.DataFrame({"limit": list(self.limits), "comparable": self.comparable} | columns)
