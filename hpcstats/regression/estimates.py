"""What a Cox model was fitted to, and what came out: the values that every question rests on."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from hpcstats.columns import FloatArray, IntArray
from hpcstats.design import Design
from hpcstats.regression import summary
from hpcstats.regression.case import Case
from hpcstats.regression.chi_squared import ChiSquaredTest
from hpcstats.regression.choices import Penalty
from hpcstats.regression.search import Search
from hpcstats.results import Result, Status
from hpcstats.surv import Surv


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class CoxEstimates(Result):
    """Coefficients of a Cox model with their variance, limits and tests.

    The attributes are described in `CoxFit`.
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
