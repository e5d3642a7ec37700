"""The result of an E-value calculation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from hpcstats.columns import FloatArray
from hpcstats.results import Result

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class EValue(Result):
    """E-values of estimates and of their limits, arrays of shape (k,). Made by `e_value`.

    Attributes
    ----------
    names : tuple
        What is estimated: terms of a model, contrasts, or numbers 1, 2, ...
    of : str
        Scale of the estimates.
    null : float
        Value on this scale that confounding would have to explain.
    estimate, low, high : ndarray
        As given; NaN where there are no limits.
    ratio, ratio_low, ratio_high : ndarray
        The same on the scale of the risk (or mean) ratio, divided by the null.
    e_value : ndarray
        E-value of the estimate.
    e_value_limit : ndarray
        E-value of the limit nearer to the null: 1 where the interval holds it; NaN without limits.
    """

    names: tuple[Any, ...]
    of: str
    null: float
    estimate: FloatArray
    low: FloatArray
    high: FloatArray
    ratio: FloatArray
    ratio_low: FloatArray
    ratio_high: FloatArray
    e_value: FloatArray
    e_value_limit: FloatArray
    identifiers: tuple[str, ...] = ()

    summary_fields = (*Result.summary_fields, "of", "null")

    def title(self) -> str:
        """Return the heading of the text form."""
        if self.e_value.size != 1:
            return f"E-values of {self.e_value.size} estimates ({self.of})"
        limit = self.e_value_limit[0]
        beside = "" if np.isnan(limit) else f", of the limit {limit:.4g}"
        return f"E-value = {self.e_value[0]:.4g}{beside} ({self.of} {self.estimate[0]:.4g})"

    def patients(self) -> tuple[str, ...]:
        """Return the identifiers of those the estimates rest on; empty for bare numbers."""
        return self.identifiers

    def to_frame(self) -> pd.DataFrame:
        """Return a row for each estimate: name, estimate, low, high, ratio, ..., e_value, e_value_limit."""
        import pandas as pd

        columns = ("estimate", "low", "high", "ratio", "ratio_low", "ratio_high", "e_value", "e_value_limit")
        return pd.DataFrame({"name": list(self.names)} | {name: getattr(self, name) for name in columns})
