"""The result of a Cox model and the questions one asks of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from hpcstats.errors import DataError, listing
from hpcstats.groups import confidence_level
from hpcstats.randomness import Seed
from hpcstats.regression import summary
from hpcstats.regression.estimates import CoxEstimates
from hpcstats.results import Interval

if TYPE_CHECKING:
    import pandas as pd

    from hpcstats.regression.concordance import Concordance
    from hpcstats.regression.curves import PredictedCurves
    from hpcstats.regression.performance import Performance
    from hpcstats.regression.proportionality import ProportionalHazardsTest


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class CoxFit(CoxEstimates):
    """A fitted Cox model. Made by `cox`.

    Attributes
    ----------
    terms : tuple of str
        Names of the coefficients.
    coef : ndarray, shape (p,)
        Log hazard ratios; NaN where no finite estimate exists.
    covariance, naive_covariance : ndarray, shape (p, p)
        Variance of `coef` (robust where asked for), and the inverse information.
    statuses, reasons : tuple of str
        For each coefficient whether it exists ("ok" or "not_estimable"), and why not.
    monotone : tuple of str
        Terms in which the likelihood alone rises for ever; a penalty gives them a finite estimate.
    log_likelihood, log_likelihood_null : float
        The log partial likelihood at the estimate (or its supremum), and without covariates.
    penalised_log_likelihood, penalised_log_likelihood_null : float
        The same with the penalty, in units of the columns given; equal to them without one.
    likelihood_ratio, wald, score : ChiSquaredTest
        Tests of all coefficients together, by the penalised likelihood where there is one.
    penalty : None, "firth" or NormalPrior
        What was added to the log partial likelihood.
    variance : str
        "model", "sandwich", or the kind of a variance for few clusters.
    degrees_of_freedom : int or None
        Of Student's t, with a variance for few clusters.
    low, high : ndarray, shape (p,)
        Limits of the log hazard ratios.
    limit_reasons : tuple of str
        For each coefficient why a limit is open; empty where both exist.
    design : Design
        Matrix, terms and factors.
    inputs : Case
        The rows with their strata, clusters, weights and offset: all that is needed to fit again.
    response, dropped : Surv
        The responses of the rows used, and of those left out because a covariate is missing.
    n_dropped : int
        The number of the latter.
    """

    def title(self) -> str:
        """Return the heading of the text form."""
        test = self.likelihood_ratio
        penalised = "" if self.penalty is None else "penalised "
        return (
            f"Cox model, n = {self.n}, events = {self.n_events}, "
            f"{penalised}likelihood ratio {test.statistic:.4g} on {test.df} df, p = {test.p_value:.4g}"
        )

    def patients(self) -> tuple[str, ...]:
        """Return the identifiers of all who entered."""
        return self.response.patients()

    def dropped_patients(self) -> tuple[str, ...]:
        """Return the identifiers of those left out because a covariate is missing."""
        return self.dropped.patients()

    def to_frame(self) -> pd.DataFrame:
        """Return a row for each coefficient, limits on the hazard-ratio scale.

        Statistic and p-value are Wald's; where a profile interval and the Wald test disagree, trust the
        interval and `term_tests`. Those of a penalised fit with profile limits are of the likelihood ratio.
        """
        return summary.frame_of(self)

    def term_tests(self) -> pd.DataFrame:
        """Return likelihood-ratio tests that leave out one factor each: factor, statistic, df, p_value.

        They stay valid where a coefficient has no finite estimate: the likelihood has a supremum. In a
        penalised fit the coefficients left out are held at 0 and stay in the penalty, as R's coxphf does.
        """
        return summary.term_tests_of(self)

    def profile_interval(self, term: str, level: float | None = None) -> Interval:
        """Return the profile-likelihood interval of a log hazard ratio.

        All values that a likelihood-ratio test at 1 - level would not reject; one side is infinite where the
        likelihood never falls.
        """
        if term not in self.terms:
            raise DataError(f"There is no term {term!r}. The terms are {listing(self.terms)}.")
        asked = self.level if level is None else confidence_level(level)
        wanted = self.terms.index(term)
        chosen = np.arange(len(self.terms)) == wanted
        low, high = summary.profile_limits_of(self, asked, chosen)[:, wanted]
        method = "profile likelihood" if self.penalty is None else "profile penalised likelihood"
        return Interval(float(low), float(high), asked, method)

    def residuals(self, kind: str = "martingale") -> pd.DataFrame:
        """Return the residuals of a kind: see `hpcstats.regression.residuals.residuals`."""
        from hpcstats.regression.residuals import residuals

        return residuals(self, kind)

    def baseline_hazard(
        self, at: str = "means", *, interval: str = "log-log", level: float | None = None
    ) -> PredictedCurves:
        """Return the cumulative baseline hazard: see `hpcstats.regression.prediction.baseline_hazard`."""
        from hpcstats.regression.prediction import baseline_hazard

        return baseline_hazard(self, at, interval=interval, level=level)

    def predict_survival(self, new_data: Any, times: Any = None, **options: Any) -> PredictedCurves:
        """Return the survival of new patients: see `hpcstats.regression.prediction.predict_survival`."""
        from hpcstats.regression.prediction import predict_survival

        return predict_survival(self, new_data, times, **options)

    def proportional_hazards(
        self, transform: str = "km", *, n_resamples: int = 9999, seed: Seed = 1
    ) -> ProportionalHazardsTest:
        """Test proportional hazards: see `hpcstats.regression.proportionality.proportional_hazards`."""
        from hpcstats.regression.proportionality import proportional_hazards

        return proportional_hazards(self, transform, n_resamples=n_resamples, seed=seed)

    def concordance(self, *, level: float | None = None) -> Concordance:
        """Return Harrell's concordance: see `hpcstats.regression.concordance.concordance`."""
        from hpcstats.regression.concordance import concordance

        return concordance(self, level=level)

    def performance(self, n_resamples: int = 1000, seed: Seed = 1) -> Performance:
        """Return performance corrected for optimism: see `hpcstats.regression.performance.performance`."""
        from hpcstats.regression.performance import performance

        return performance(self, n_resamples, seed)
