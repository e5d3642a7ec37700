"""The result of a parametric mixture cure model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.special import chdtrc

from hpcstats.columns import FloatArray
from hpcstats.core.limits.pointwise import normal_quantile
from hpcstats.core.parametric.cure import LINKS, Cure
from hpcstats.core.parametric.prediction import Subject
from hpcstats.core.parametric.profile import profile_limit
from hpcstats.errors import DataError
from hpcstats.groups import confidence_level
from hpcstats.regression.cure_models import conventions
from hpcstats.regression.cure_models.plateau import Plateau
from hpcstats.regression.parametric_models import prediction
from hpcstats.regression.parametric_models.distributions import Distribution
from hpcstats.regression.parametric_models.estimates import ParametricEstimates
from hpcstats.results import Interval

if TYPE_CHECKING:
    import pandas as pd

CURED = "cured: "
"""Stands before the terms of the incidence."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class CureFit(ParametricEstimates):
    """A fitted mixture cure model. Made by `cure`.

    Attributes
    ----------
    distribution : Distribution
        The distribution of the times of those who are not cured.
    link : str
        What turns the incidence predictor into the cured fraction.
    terms : tuple of str
        The coefficients of the latency as in `ParametricFit`, then those of the incidence, "cured: ..."
        before each.
    coef, covariance, low, high : ndarray
        As in `ParametricFit`.
    log_likelihood_uncured : float
        Maximum of the log-likelihood where nobody is cured; NaN where it has none.
    boundary_limit : float
        Where nobody is estimated to be cured: the upper profile limit of the cured fraction.
    plateau : Plateau or None
        The Kaplan-Meier estimate of the cured fraction, for right-censored times.
    certificate, lifelines_shortfall : float
        As in `ParametricFit`.
    """

    distribution: Distribution
    link: str
    log_likelihood_uncured: float
    boundary_limit: float
    plateau: Plateau | None
    certificate: float
    lifelines_shortfall: float

    summary_fields = (*ParametricEstimates.summary_fields, "deviance", "deviance_p_value")

    @property
    def deviance(self) -> float:
        """Twice the gain in log-likelihood over the model in which nobody is cured, Maller and Zhou's d_n."""
        return max(2 * (self.log_likelihood - self.log_likelihood_uncured), 0.0)

    @property
    def deviance_p_value(self) -> float:
        """P-value of nobody being cured: half that of chi-squared on one degree of freedom, at the boundary.

        Only without covariates of the incidence; in small samples `sufficient_follow_up` simulates it.
        """
        if self.block_designs[-1] is not None or np.isnan(self.deviance):
            return np.nan
        return 1.0 if self.deviance == 0 else 0.5 * float(chdtrc(1, self.deviance))

    def title(self) -> str:
        """Return the heading of the text form."""
        cured = ""
        if self.block_designs[-1] is None:
            value = self.cured_fraction().iloc[0]
            cured = f"cured fraction {value['estimate']:.3g} ({value['low']:.3g} to {value['high']:.3g}), "
        return (
            f"{self.distribution_name} mixture cure model, n = {self.n}, events = {self.n_events}, {cured}"
            f"AIC = {self.aic:.5g}, time in {self.response.unit}"
        )

    def to_frame(self) -> pd.DataFrame:
        """Return a row for each coefficient.

        Columns part, term, coef, std_error, low, high, effect, ratio, statistic, p_value. `part` is "latency"
        (the times of those who are not cured) or "incidence" (who is cured); the ratio of an incidence
        coefficient, with the logit link, is the odds ratio of being cured.
        """
        import pandas as pd

        incidence = np.array([term.startswith(CURED) for term in self.terms])
        odds = "odds ratio of cure" if self.link == "logit" else "difference"
        kinds = np.where(incidence, odds, self.distribution.effect)
        effect = np.where(self.tested, kinds, "")
        with np.errstate(over="ignore"):
            ratio = np.where(self.tested & (effect != "difference"), np.exp(self.coef), np.nan)
        return pd.DataFrame(
            {
                "part": np.where(incidence, "incidence", "latency"),
                "term": [term.removeprefix(CURED) for term in self.terms],
                "coef": self.coef,
                "std_error": self.std_error,
                "low": self.low,
                "high": self.high,
                "effect": effect,
                "ratio": ratio,
                "statistic": self.statistics,
                "p_value": self.p_values,
            }
        )

    def cured_fraction(self, new_data: Any = None, *, level: float | None = None) -> pd.DataFrame:
        """Return the fraction who never have the event: patient, estimate, low, high.

        Limits are those of the incidence predictor (by profile likelihood, or Wald's) carried through the
        link; where nobody is estimated to be cured the lower limit is 0 and the upper one is by profile
        likelihood.
        """
        import pandas as pd

        asked = self.level if level is None else confidence_level(level)
        labels, patients = prediction.subjects(self, new_data)
        rows = []
        for label, patient in zip(labels, patients, strict=True):
            low, high = self._fraction_limits(patient, asked)
            rows.append((label, self._fraction(float(patient.predictors[-1])), low, high))
        return pd.DataFrame(rows, columns=["patient", "estimate", "low", "high"])

    def cured_interval(self) -> Interval:
        """Return the interval of the cured fraction of a model without covariates of the incidence."""
        if self.block_designs[-1] is not None:
            raise DataError("The cured fraction differs between patients: ask cured_fraction(new_data).")
        low, high = self.cured_fraction().iloc[0][["low", "high"]]
        return Interval(float(low), float(high), self.level, f"{self.interval} limits of the incidence")

    def uncured_at(self, times: Any, new_data: Any = None) -> pd.DataFrame:
        """Return the share that is not cured among those without the event at given times.

        Columns patient, time, share: (1 - pi) S_0(t) / S(t). Unless it is small at the end of follow-up, the
        plateau is that of a distribution assumed, and not of the data.
        """
        import pandas as pd

        curves = prediction.survival(self, times, new_data, None).to_frame()
        _, patients = prediction.subjects(self, new_data)
        fractions = np.repeat(
            [self._fraction(float(patient.predictors[-1])) for patient in patients],
            len(curves) // len(patients),
        )
        share = 1 - fractions / curves["estimate"]
        return pd.DataFrame({"patient": curves["patient"], "time": curves["time"], "share": share})

    def parameters(self, convention: str) -> pd.DataFrame:
        """Return the model in other parameters: parameter, estimate, std_error, low, high (Wald).

        Parameters
        ----------
        convention : {"flexsurvcure"}
            theta, the cured fraction (limits worked out on the scale of the link), then the natural
            parameters of R's `flexsurv`.
        """
        return conventions.expressed(self, convention)

    def _fraction(self, predictor: float) -> float:
        with np.errstate(over="ignore"):
            return float(LINKS[self.link].fraction(np.array(predictor)))

    def _fraction_limits(self, patient: Subject, level: float) -> tuple[float, float]:
        if self.status == "boundary":
            return 0.0, self.boundary_limit if level == self.level else np.nan
        if self.summit is None:
            return np.nan, np.nan
        functional = self._incidence_row(patient)
        z = normal_quantile(level)
        centre = float(patient.predictors[-1])
        if self.interval == "profile":
            limits = [profile_limit(self.problem.likelihood, self.summit, functional, z, s) for s in (-1, 1)]
        else:
            error = float(np.sqrt(functional @ np.linalg.solve(self.summit.information, functional)))
            limits = [centre - z * error, centre + z * error]
        low, high = sorted(self._fraction(limit) for limit in limits)
        return low, high

    def _incidence_row(self, patient: Subject) -> FloatArray:
        """Return a patient's incidence predictor as a linear function of the standardised coefficients."""
        row = patient.designs[-1]
        functional: FloatArray = row @ self.problem.back[-row.size :]
        return functional

    @property
    def model(self) -> Cure:
        """The family with its cured fraction."""
        assert isinstance(self.family, Cure)
        return self.family
