"""The result of a Fine-Gray model and the questions one asks of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from hpcstats.columns import FloatArray
from hpcstats.core.competing.subdistribution_influence import Influence
from hpcstats.core.limits.pointwise import normal_quantile
from hpcstats.design import Design
from hpcstats.regression.chi_squared import ChiSquaredTest
from hpcstats.regression.ratio_frame import ratio_frame
from hpcstats.regression.subdistribution.case import SubdistributionCase
from hpcstats.results import Result, Status
from hpcstats.surv import Surv

if TYPE_CHECKING:
    import pandas as pd

    from hpcstats.regression.subdistribution.prediction import PredictedIncidence


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class FineGrayFit(Result):
    """A fitted proportional subdistribution hazards model. Made by `fine_gray`.

    Attributes
    ----------
    cause : str
        The event whose cumulative incidence is modelled.
    terms : tuple of str
        Names of the coefficients.
    coef, std_error : ndarray, shape (p,)
        Log subdistribution hazard ratios and their standard errors; NaN where no finite estimate exists.
    covariance, naive_covariance : ndarray, shape (p, p)
        Robust variance, and the inverse information.
    low, high : ndarray, shape (p,)
        Wald limits of the log hazard ratios.
    statuses, reasons : tuple of str
        For each coefficient whether it exists ("ok" or "not_estimable"), and why not.
    log_likelihood, log_likelihood_null : float
        The log pseudo-likelihood at the estimate (or its supremum), and without covariates. Twice their
        difference is not chi-squared.
    wald : ChiSquaredTest
        Test of all coefficients together.
    n_competing, n_dropped : int
        Events of other causes; rows left out because a covariate is missing.
    weights, variance : str
        Tie rule of the censoring weights, and kind of the variance.
    level : float
        Confidence level.
    """

    inputs: SubdistributionCase
    design: Design
    coef: FloatArray
    covariance: FloatArray
    naive_covariance: FloatArray
    reasons: tuple[str, ...]
    log_likelihood: float
    log_likelihood_null: float
    weights: str
    variance: str
    level: float
    influence: Influence
    contributions: FloatArray

    summary_fields = (
        *Result.summary_fields,
        "cause",
        "n_competing",
        "log_likelihood",
        "log_likelihood_null",
        "wald",
        "weights",
        "variance",
    )

    @property
    def response(self) -> Surv:
        """The responses of the rows used."""
        return self.inputs.response

    @property
    def dropped(self) -> Surv:
        """The responses left out because a covariate is missing."""
        return self.inputs.dropped

    @property
    def cause(self) -> str:
        """The event whose cumulative incidence is modelled."""
        return self.inputs.cause

    @property
    def terms(self) -> tuple[str, ...]:
        """Names of the coefficients."""
        return self.design.terms

    @property
    def n_competing(self) -> int:
        """Events of other causes."""
        return self.inputs.n_competing

    @property
    def n_dropped(self) -> int:
        """Rows left out because a covariate is missing."""
        return len(self.dropped)

    @property
    def statuses(self) -> tuple[Status, ...]:
        """Whether each coefficient has a finite estimate."""
        return tuple("not_estimable" if reason else "ok" for reason in self.reasons)

    @property
    def std_error(self) -> FloatArray:
        """Standard errors of `coef`."""
        return np.sqrt(np.diag(self.covariance))

    @property
    def low(self) -> FloatArray:
        """Lower limits of the log hazard ratios."""
        return self.coef - normal_quantile(self.level) * self.std_error

    @property
    def high(self) -> FloatArray:
        """Upper limits of the log hazard ratios."""
        return self.coef + normal_quantile(self.level) * self.std_error

    @property
    def wald(self) -> ChiSquaredTest:
        """Wald test of all coefficients together; NaN where one has no finite estimate."""
        if np.isnan(self.coef).any():
            return ChiSquaredTest(np.nan, 0, np.nan)
        statistic = self.coef @ np.linalg.solve(self.covariance, self.coef)
        return ChiSquaredTest.of(float(statistic), len(self.terms))

    def title(self) -> str:
        """Return the heading of the text form."""
        return (
            f"Fine-Gray model of {self.cause}, n = {self.n}, events = {self.n_events}, "
            f"competing events = {self.n_competing}"
        )

    def patients(self) -> tuple[str, ...]:
        """Return the identifiers of all who entered."""
        return self.response.patients()

    def dropped_patients(self) -> tuple[str, ...]:
        """Return the identifiers of those left out because a covariate is missing."""
        return self.dropped.patients()

    def to_frame(self) -> pd.DataFrame:
        """Return a row for each coefficient, limits on the scale of the subdistribution hazard ratio."""
        return ratio_frame(self.terms, self.coef, self.std_error, self.low, self.high)

    def predict_incidence(
        self, new_data: Any, times: Any = None, *, interval: str = "log-log", level: float | None = None
    ) -> PredictedIncidence:
        """Return predicted cumulative incidences: see `prediction.predict_incidence`."""
        from hpcstats.regression.subdistribution.prediction import predict_incidence

        return predict_incidence(self, new_data, times, interval=interval, level=level)
