"""The result of a Cox model and the questions one asks of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from hpcstats.columns import FloatArray, IntArray
from hpcstats.design import Design
from hpcstats.errors import DataError, listing
from hpcstats.groups import confidence_level
from hpcstats.randomness import Seed
from hpcstats.regression import summary
from hpcstats.regression.case import Case
from hpcstats.regression.chi_squared import ChiSquaredTest
from hpcstats.regression.choices import Penalty
from hpcstats.regression.search import Search
from hpcstats.results import Interval, Result, Status
from hpcstats.surv import Surv

if TYPE_CHECKING:
    import pandas as pd

    from hpcstats.regression.concordance import Concordance
    from hpcstats.regression.curves import PredictedCurves
    from hpcstats.regression.performance import Performance
    from hpcstats.regression.proportionality import ProportionalHazardsTest


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class CoxFit(Result):
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

    inputs: Case
    design: Design
    coef: FloatArray
    covariance: FloatArray
    naive_covariance: FloatArray
    reasons: tuple[str, ...]
    monotone: tuple[str, ...]
    log_likelihood: float
    log_likelihood_null: float
    penalised_log_likelihood: float
    penalised_log_likelihood_null: float
    ties: str
    penalty: Penalty | None
    interval: str
    level: float
    robust: bool
    variance: str
    degrees_of_freedom: int | None
    search: Search
    _limits: list[FloatArray] = field(default_factory=list)

    summary_fields = (
        *Result.summary_fields,
        "log_likelihood",
        "log_likelihood_null",
        "likelihood_ratio",
        "wald",
        "score",
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
    def terms(self) -> tuple[str, ...]:
        """Names of the coefficients."""
        return self.design.terms

    @property
    def statuses(self) -> tuple[Status, ...]:
        """Whether each coefficient has a finite estimate."""
        return tuple("not_estimable" if reason else "ok" for reason in self.reasons)

    @property
    def limits(self) -> FloatArray:
        """Limits of the log hazard ratios, (2, p), worked out when they are first asked for."""
        if not self._limits:
            found = summary.limits_of(self)
            found.flags.writeable = False
            self._limits.append(found)
        return self._limits[0]

    @property
    def low(self) -> FloatArray:
        """Lower limits of the log hazard ratios."""
        low: FloatArray = self.limits[0]
        return low

    @property
    def high(self) -> FloatArray:
        """Upper limits of the log hazard ratios."""
        high: FloatArray = self.limits[1]
        return high

    @property
    def limit_reasons(self) -> tuple[str, ...]:
        """Why limits are open, for each coefficient."""
        return summary.limit_reasons_of(self)

    @property
    def likelihood_ratio(self) -> ChiSquaredTest:
        """Likelihood-ratio test of all coefficients together."""
        gain = self.penalised_log_likelihood - self.penalised_log_likelihood_null
        return ChiSquaredTest.of(2 * gain, len(self.terms))

    @property
    def wald(self) -> ChiSquaredTest:
        """Wald test of all coefficients together; with few clusters an F test."""
        return summary.wald_of(self)

    @property
    def score(self) -> ChiSquaredTest:
        """Score test of all coefficients together."""
        return summary.score_of(self)

    @property
    def n_dropped(self) -> int:
        """Rows left out because a covariate is missing."""
        return len(self.dropped)

    @property
    def std_error(self) -> FloatArray:
        """Standard errors of `coef`."""
        return np.sqrt(np.diag(self.covariance))

    @property
    def dropped_rows(self) -> IntArray:
        """Positions of the rows left out because a covariate is missing."""
        return self.design.dropped

    @property
    def events_per_parameter(self) -> float:
        """Events per coefficient."""
        return self.n_events / len(self.terms)

    def title(self) -> str:
        """Return the heading of the text form."""
        test = self.likelihood_ratio
        return (
            f"Cox model, n = {self.n}, events = {self.n_events}, "
            f"likelihood ratio {test.statistic:.4g} on {test.df} df, p = {test.p_value:.4g}"
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
