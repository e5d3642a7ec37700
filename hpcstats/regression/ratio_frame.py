"""The frame of coefficients whose limits and tests are normal, shown as ratios."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtr

from hpcstats.columns import FloatArray

if TYPE_CHECKING:
    import pandas as pd


def ratio_frame(
    terms: tuple[str, ...], coef: FloatArray, std_error: FloatArray, low: FloatArray, high: FloatArray
) -> pd.DataFrame:
    """Return a row for each coefficient: term, coef, std_error, hazard_ratio, limits, statistic, p_value.

    `low` and `high` are limits of the logarithms.
    """
    import pandas as pd

    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        statistic = coef / std_error
        return pd.DataFrame(
            {
                "term": list(terms),
                "coef": coef,
                "std_error": std_error,
                "hazard_ratio": np.exp(coef),
                "low": np.exp(low),
                "high": np.exp(high),
                "statistic": statistic,
                "p_value": 2 * ndtr(-np.abs(statistic)),
            }
        )
