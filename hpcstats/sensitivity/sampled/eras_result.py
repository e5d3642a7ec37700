"""The result of `eras`: an answer in each era, stratified by era, and whether eras differ."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from hpcstats.columns import FloatArray, IntArray
from hpcstats.errors import DataError, listing
from hpcstats.results import Result
from hpcstats.surv import Surv

if TYPE_CHECKING:
    import pandas as pd

ALL, DATED, ERA, STRATIFIED = "all", "with a year", "era", "stratified by era"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Eras(Result):
    """Estimates in each era and stratified by era, with a test of whether eras differ. Made by `eras`.

    Attributes
    ----------
    columns : mapping
        What names the k quantities.
    analyses, labels : tuple of str, length A
        "all", "with a year" (if some have none), "era" or "stratified by era"; and the era, empty otherwise.
    sizes, events : ndarray of int, shape (A,)
        Patients and events of each.
    estimates, low, high : ndarray, shape (A, k)
        Estimates with their limits; NaN where an era has too few events.
    statuses, reasons : tuple of tuple of str
        For each analysis and quantity "ok" or "not_estimable", and why.
    statistic, df, p_value : float, int, float
        Test of the interaction with the era; NaN where there is none.
    test : str
        Which test that is, of which eras, or why there is none.
    stratified : Result or None
        The stratified fit (Cox) or the stratified log-rank test (curves of groups).
    unknown : tuple
        Patients (or positions of rows) without a year: they are in none of the eras.
    level : float
        Confidence level.
    response : Surv
        All rows of the fit.
    era_of : ndarray of int, shape (n,)
        Number of the era of each row, -1 where the year is missing.
    """

    columns: Mapping[str, tuple[Any, ...]]
    analyses: tuple[str, ...]
    labels: tuple[str, ...]
    sizes: IntArray
    events: IntArray
    estimates: FloatArray
    low: FloatArray
    high: FloatArray
    statuses: tuple[tuple[str, ...], ...]
    reasons: tuple[tuple[str, ...], ...]
    statistic: float
    df: int
    p_value: float
    test: str
    stratified: Any
    unknown: tuple[Any, ...]
    level: float
    response: Surv
    era_of: IntArray

    summary_fields = (*Result.summary_fields, "statistic", "df", "p_value", "test", "unknown", "level")

    @property
    def eras(self) -> tuple[str, ...]:
        """The eras in order."""
        pairs = zip(self.labels, self.analyses, strict=True)
        return tuple(label for label, kind in pairs if kind == ERA)

    def title(self) -> str:
        """Return the heading of the text form."""
        known = "no test of interaction" if np.isnan(self.p_value) else f"interaction p = {self.p_value:.4g}"
        noun = "era" if len(self.eras) == 1 else "eras"
        return f"{len(self.eras)} {noun}, n = {self.n}, events = {self.n_events}, {known}"

    def patients(self, era: str | None = None) -> tuple[str, ...]:
        """Return the identifiers of all who entered, or of those of an era."""
        if era is None:
            return self.response.patients()
        if era not in self.eras:
            raise DataError(f"There is no era {era!r}. The eras are {listing(map(repr, self.eras))}.")
        return self.response.patients(self.era_of == self.eras.index(era))

    def to_frame(self) -> pd.DataFrame:
        """Return a row for each analysis and quantity: all, with a year, each era, stratified by era."""
        import pandas as pd

        k, size = self.estimates.shape[1], len(self.analyses)
        columns: dict[str, Any] = {
            "analysis": [name for name in self.analyses for _ in range(k)],
            "era": [label for label in self.labels for _ in range(k)],
            "n": np.repeat(self.sizes, k),
            "n_events": np.repeat(self.events, k),
        }
        columns |= {name: list(labels) * size for name, labels in self.columns.items()}
        columns |= {"estimate": self.estimates.ravel(), "low": self.low.ravel(), "high": self.high.ravel()}
        columns["status"] = [status for row in self.statuses for status in row]
        columns["reason"] = [reason for row in self.reasons for reason in row]
        return pd.DataFrame(columns)
