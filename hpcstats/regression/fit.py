"""The result of a Cox model and the questions one asks of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import chdtrc, ndtr

from hpcstats.columns import FloatArray, IntArray
from hpcstats.design import Design
from hpcstats.errors import DataError, listing
from hpcstats.groups import confidence_level
from hpcstats.regression.search import Search
from hpcstats.results import Interval, Result, Status
from hpcstats.surv import Surv

if TYPE_CHECKING:
    import pandas as pd


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
    log_likelihood, log_likelihood_null : float
        Maximum (or supremum) of the log partial likelihood, and its value without covariates.
    likelihood_ratio, wald, score : ChiSquaredTest
        Tests of all coefficients together.
    low, high : ndarray, shape (p,)
        Limits of the log hazard ratios.
    design : Design
        Matrix, terms and factors.
    dropped : Surv
        The responses left out because a covariate is missing.
    n_dropped : int
        Their number.
    """

    response: Surv
    dropped: Surv
    design: Design
    coef: FloatArray
    covariance: FloatArray
    naive_covariance: FloatArray
    low: FloatArray
    high: FloatArray
    reasons: tuple[str, ...]
    log_likelihood: float
    log_likelihood_null: float
    wald: ChiSquaredTest
    score: ChiSquaredTest
    ties: str
    interval: str
    level: float
    robust: bool
    search: Search

    summary_fields = (
        *Result.summary_fields,
        "log_likelihood",
        "log_likelihood_null",
        "likelihood_ratio",
        "wald",
        "score",
    )

    @property
    def terms(self) -> tuple[str, ...]:
        """Names of the coefficients."""
        return self.design.terms

    @property
    def statuses(self) -> tuple[Status, ...]:
        """Whether each coefficient has a finite estimate."""
        return tuple("not_estimable" if reason else "ok" for reason in self.reasons)

    @property
    def likelihood_ratio(self) -> ChiSquaredTest:
        """Likelihood-ratio test of all coefficients together."""
        return ChiSquaredTest.of(2 * (self.log_likelihood - self.log_likelihood_null), len(self.terms))

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
        interval and `term_tests`.
        """
        import pandas as pd

        z = self.coef / self.std_error
        with np.errstate(over="ignore"):
            low, high = np.exp(self.low), np.exp(self.high)
        return pd.DataFrame(
            {
                "term": list(self.terms),
                "coef": self.coef,
                "std_error": self.std_error,
                "hazard_ratio": np.exp(self.coef),
                "low": low,
                "high": high,
                "statistic": z,
                "p_value": 2 * ndtr(-np.abs(z)),
            }
        )

    def term_tests(self) -> pd.DataFrame:
        """Return likelihood-ratio tests that leave out one factor each: factor, statistic, df, p_value.

        They stay valid where a coefficient has no finite estimate: the likelihood has a supremum.
        """
        import pandas as pd

        factors = self.design.factors
        held = np.zeros((len(factors), len(self.terms)), dtype=bool)
        for row, factor in enumerate(factors):
            held[row, self.design.columns(factor)] = True
        without = self.search.without(held)
        tests = [
            ChiSquaredTest.of(2 * (self.log_likelihood - value), len(factor.terms))
            for factor, value in zip(factors, without, strict=True)
        ]
        return pd.DataFrame(
            [(f.name, t.statistic, t.df, t.p_value) for f, t in zip(factors, tests, strict=True)],
            columns=["factor", "statistic", "df", "p_value"],
        )

    def profile_interval(self, term: str, level: float | None = None) -> Interval:
        """Return the profile-likelihood interval of a log hazard ratio.

        All values that a likelihood-ratio test at 1 - level would not reject; one side is infinite where the
        likelihood never falls.
        """
        if term not in self.terms:
            raise DataError(f"There is no term {term!r}. The terms are {listing(self.terms)}.")
        asked = self.level if level is None else confidence_level(level)
        wanted = self.terms.index(term)
        errors = np.sqrt(np.diag(self.naive_covariance)) * self.search.scale
        chosen = np.arange(len(self.terms)) == wanted
        low, high = (self.search.limits(errors, asked, chosen) / self.search.scale)[:, wanted]
        return Interval(float(low), float(high), asked, "profile likelihood")
