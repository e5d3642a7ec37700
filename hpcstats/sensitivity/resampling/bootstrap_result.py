"""The result of a bootstrap."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from hpcstats.columns import FloatArray, IntArray
from hpcstats.results import Result

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class BootstrapResult(Result):
    """Estimates with bootstrap limits, and the replicates behind them. Made by `bootstrap`.

    Attributes
    ----------
    columns : mapping
        What names the k quantities: terms, or group, quantity and place.
    estimate, low, high : ndarray, shape (k,)
        Estimate from the data, and limits.
    bias, std_error : ndarray, shape (k,)
        Mean of the finite replicates less the estimate, and their standard deviation.
    monte_carlo_error : ndarray, shape (k,)
        Standard error of the limits by the finite number of resamples, the larger of the two.
    n_finite, n_not_estimable : ndarray of int, shape (k,)
        Resamples with and without a finite estimate.
    reasons : tuple of str
        For each quantity what is to be said of its limits; empty where nothing.
    causes : tuple of dict
        For each quantity how many resamples have no finite estimate, by cause.
    replicates : ndarray, shape (n_resamples, k)
        All estimates; infinite where they are known to lie beyond any number, NaN where nothing is known.
    kind, unit, weights, seed : str
        Interval, what was drawn, how, and what to write to draw the same again.
    level : float
        Confidence level.
    n_resamples, n_units : int
        Resamples drawn, and units there were to draw.
    """

    columns: Mapping[str, tuple[Any, ...]]
    estimate: FloatArray
    low: FloatArray
    high: FloatArray
    bias: FloatArray
    std_error: FloatArray
    monte_carlo_error: FloatArray
    n_finite: IntArray
    n_not_estimable: IntArray
    reasons: tuple[str, ...]
    causes: tuple[dict[str, int], ...]
    replicates: FloatArray
    kind: str
    level: float
    unit: str
    weights: str
    n_resamples: int
    n_units: int
    seed: str

    summary_fields = (
        *Result.summary_fields,
        "kind",
        "level",
        "unit",
        "weights",
        "n_resamples",
        "n_units",
        "seed",
        "reasons",
        "causes",
    )

    def title(self) -> str:
        """Return the heading of the text form."""
        return f"Bootstrap, n = {self.n}, events = {self.n_events}, {self.n_resamples:,} resamples"

    def to_frame(self) -> pd.DataFrame:
        """Return a row for each quantity: estimate, limits, bias, errors, counts of resamples.

        For hazard ratios estimate and limits are shown exponentiated, bias and errors on the log scale.
        """
        import pandas as pd

        names = ("estimate", "low", "high", "bias", "std_error", "n_finite", "n_not_estimable")
        values = {name: getattr(self, name) for name in (*names, "monte_carlo_error")}
        return pd.DataFrame({name: list(labels) for name, labels in self.columns.items()} | values)

    def not_estimable(self) -> pd.DataFrame:
        """Return how many resamples have no finite estimate, by quantity and reason."""
        import pandas as pd

        rows = [
            [*labels, reason, count]
            for labels, causes in zip(zip(*self.columns.values(), strict=True), self.causes, strict=True)
            for reason, count in causes.items()
        ]
        return pd.DataFrame(rows, columns=[*self.columns, "reason", "n_resamples"])

    def replicates_frame(self) -> pd.DataFrame:
        """Return the replicates, a row for each resample and quantity: resample, names, value."""
        import pandas as pd

        size = self.replicates.shape[0]
        names = {name: np.array(labels, dtype=object)[None] for name, labels in self.columns.items()}
        columns: dict[str, Any] = {"resample": np.repeat(np.arange(1, size + 1), self.estimate.size)}
        columns |= {name: np.tile(labels, (size, 1)).ravel() for name, labels in names.items()}
        return pd.DataFrame(columns | {"value": self.replicates.ravel()}).infer_objects()
