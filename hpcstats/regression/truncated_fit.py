"""The result of a Cox model of right-truncated times."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from hpcstats.columns import FloatArray
from hpcstats.design import Design
from hpcstats.regression.ratio_frame import ratio_frame
from hpcstats.results import Result
from hpcstats.surv import Surv

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class TruncatedCoxFit(Result):
    """Log hazard ratios from right-truncated times. Made by `truncated_cox`.

    Attributes
    ----------
    design : Design
        Matrix, terms and factors.
    response, dropped : Surv
        The responses of the rows used, and of those left out because a covariate is missing.
    coef : ndarray, shape (p,)
        Log hazard ratios; NaN where none can be estimated.
    covariance : ndarray, shape (p, p)
        Over the bootstrap.
    low, high : ndarray, shape (p,)
        Limits of the log hazard ratios.
    interval : {"percentile", "wald"}
        Their kind.
    level : float
        Their level.
    chances : ndarray, shape (n,)
        P(V >= x_i), the estimated chance that a case with this time is seen: the inverse is its weight.
    probability_beyond : float
        The assumed P(T > largest truncation time | covariates 0).
    replicates : ndarray, shape (B, p)
        Bootstrap coefficients; NaN where a resample has none.
    seed : str
        What to write to draw the resamples again.
    """

    design: Design
    response: Surv
    dropped: Surv
    coef: FloatArray
    covariance: FloatArray
    low: FloatArray
    high: FloatArray
    interval: str
    level: float
    chances: FloatArray
    probability_beyond: float
    replicates: FloatArray
    seed: str

    summary_fields = (
        *Result.summary_fields,
        "probability_beyond",
        "effective_n",
        "n_resamples",
        "n_failed",
        "interval",
        "level",
        "seed",
    )

    @property
    def terms(self) -> tuple[str, ...]:
        """Names of the coefficients."""
        return self.design.terms

    @property
    def std_error(self) -> FloatArray:
        """Standard errors of `coef`, over the bootstrap."""
        return np.sqrt(np.diag(self.covariance))

    @property
    def effective_n(self) -> float:
        """Number of equally weighted cases that would carry as much: (sum of weights)^2 / sum of squares."""
        return effective_number(self.chances)

    @property
    def n_resamples(self) -> int:
        """Bootstrap samples drawn."""
        return len(self.replicates)

    @property
    def n_failed(self) -> int:
        """Bootstrap samples without a finite estimate."""
        return int(np.isnan(self.replicates).any(axis=1).sum())

    def title(self) -> str:
        """Return the heading of the text form."""
        return f"Cox model of right-truncated times, n = {self.n}, effective n = {self.effective_n:.3g}"

    def patients(self) -> tuple[str, ...]:
        """Return the identifiers of all who entered."""
        return self.response.patients()

    def dropped_patients(self) -> tuple[str, ...]:
        """Return the identifiers of those left out because a covariate is missing."""
        return self.dropped.patients()

    def to_frame(self) -> pd.DataFrame:
        """Return a row for each coefficient, limits on the hazard-ratio scale, as that of `cox`.

        Statistic and p-value are Wald's, by the bootstrap standard error.
        """
        return ratio_frame(self.terms, self.coef, self.std_error, self.low, self.high)


def effective_number(chances: FloatArray) -> float:
    """Return how many equally weighted cases carry as much as those with weights 1 / `chances`."""
    weights = 1 / chances
    return float(weights.sum() ** 2 / (weights**2).sum())
