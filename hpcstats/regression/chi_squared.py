"""A chi-squared test as it is reported."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import chdtrc


@dataclass(frozen=True, slots=True)
class ChiSquaredTest:
    """A chi-squared test: statistic, degrees of freedom, p-value."""

    statistic: float
    df: int
    p_value: float

    @classmethod
    def of(cls, statistic: float, df: int) -> ChiSquaredTest:
        """Build the test from its statistic."""
        return cls(float(statistic), df, float(chdtrc(df, max(statistic, 0.0))) if df else np.nan)
