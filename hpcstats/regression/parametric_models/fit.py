"""The result of a parametric model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from hpcstats.columns import FloatArray
from hpcstats.errors import UnsupportedError, check_option
from hpcstats.groups import confidence_level
from hpcstats.regression.parametric_models import conventions
from hpcstats.regression.parametric_models.distributions import Distribution
from hpcstats.regression.parametric_models.estimates import ParametricEstimates
from hpcstats.regression.parametric_models.exponential import RATE_INTERVALS, Rate, mean_limits
from hpcstats.results import Interval

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class ParametricFit(ParametricEstimates):
    """A fitted parametric model. Made by `parametric`.

    Attributes
    ----------
    distribution : Distribution
        The distribution and the meaning of its coefficients.
    terms : tuple of str
        "Intercept", the covariates, the ancillary parameters.
    coef : ndarray, shape (p,)
        All coefficients, ancillary ones on their unbounded scales; NaN where there is no finite maximum.
    covariance : ndarray, shape (p, p)
        Inverse of the observed information.
    low, high : ndarray, shape (p,)
        Limits of `coef`.
    log_likelihood, aic, aicc, bic : float
        Fit; of times in the unit given, so that models are compared on the same times only.
    certificate : float
        What a further Newton step would add to the log-likelihood, doubled (the Newton decrement).
    lifelines_shortfall : float
        How far the log-likelihood where lifelines stopped lies below the maximum; NaN where it has no answer.
    rate : Rate or None
        Events and total time of an exponential model without covariates.
    """

    distribution: Distribution
    certificate: float
    lifelines_shortfall: float
    rate: Rate | None = None

    def title(self) -> str:
        """Return the heading of the text form."""
        return (
            f"{self.distribution_name} model, n = {self.n}, events = {self.n_events}, "
            f"log-likelihood = {self.log_likelihood:.5g}, AIC = {self.aic:.5g}, time in {self.response.unit}"
        )

    def to_frame(self) -> pd.DataFrame:
        """Return a row for each coefficient.

        Columns term, coef, std_error, low, high, effect, ratio, statistic, p_value. `effect` says what the
        ratio, exp(coef) of a covariate, is; the limits are those of coef.
        """
        import pandas as pd

        with np.errstate(over="ignore"):
            ratio = np.where(self.tested, np.exp(self.coef), np.nan)
        difference = self.distribution.effect == "difference"
        return pd.DataFrame(
            {
                "term": list(self.terms),
                "coef": self.coef,
                "std_error": self.std_error,
                "low": self.low,
                "high": self.high,
                "effect": [self.distribution.effect if tested else "" for tested in self.tested],
                "ratio": np.full(len(self.terms), np.nan) if difference else ratio,
                "statistic": self.statistics,
                "p_value": self.p_values,
            }
        )

    def _rate_limits(self, level: float) -> tuple[float, float] | None:
        """Return the limits of the rate where they decide: asked for, or no event to work with."""
        if self.rate is None or (self.interval not in RATE_INTERVALS and self.rate.events):
            return None
        if self.interval == "profile":
            return self.rate.profile_without_events(level)
        return self.rate.limits(self.interval, level)

    def limits_at(self, level: float) -> FloatArray:
        """Return the limits of the coefficients (2, p) at a level."""
        limits = self._rate_limits(level)
        return ParametricEstimates.limits_at(self, level) if limits is None else mean_limits(limits)

    def curve_limits(
        self, times: FloatArray, low: FloatArray, high: FloatArray, level: float
    ) -> tuple[FloatArray, FloatArray]:
        """Return the limits of a survival curve: those of the rate where they decide."""
        limits = self._rate_limits(level)
        return (low, high) if limits is None else (np.exp(-limits[1] * times), np.exp(-limits[0] * times))

    def rate_interval(self, method: str = "exact", level: float | None = None) -> Interval:
        """Return the interval of the event rate of an exponential model without covariates.

        Parameters
        ----------
        method : {"exact", "type-ii", "wald"}
            Garwood's exact Poisson limits, which hold where total time is fixed and are a little long
            otherwise; those for observation that ended with the last event; normal limits of the log rate.
        level : float, optional
            Confidence level; default that of the fit.

        Raises
        ------
        UnsupportedError
            For another model.
        """
        check_option("method", method, (*RATE_INTERVALS, "wald"))
        if self.rate is None:
            raise UnsupportedError(
                "Only an exponential model of exact and right-censored times without covariates has one rate."
            )
        asked = self.level if level is None else confidence_level(level)
        low, high = self.rate.limits(method, asked)
        return Interval(low, high, asked, f"{method} limits of an exponential rate")

    def parameters(self, convention: str) -> pd.DataFrame:
        """Return the same model in other parameters: parameter, estimate, std_error, low, high (Wald).

        Parameters
        ----------
        convention : {"survreg", "flexsurv", "proportional-hazards", "icenReg"}
            R's `survreg` (Intercept, covariates, Log(scale)); R's `flexsurv` (natural parameters such as
            shape and scale with limits worked out on the log scale, then covariates); Weibull as proportional
            hazards (log shape, log scale, log hazard ratios), the scale at covariates of 0 or, as `icenReg`,
            at their means.
        """
        return conventions.expressed(self, convention).to_frame(self.level)
