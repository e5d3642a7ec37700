"""What a parametric model was fitted to and what came out: the values that every question rests on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.special import chdtrc, ndtr

from hpcstats.columns import FloatArray
from hpcstats.core.limits.pointwise import normal_quantile
from hpcstats.core.parametric.climb import Summit
from hpcstats.core.parametric.hazards import Family
from hpcstats.core.parametric.profile import profile_drop, profile_limit
from hpcstats.design import Design
from hpcstats.errors import DataError, listing
from hpcstats.groups import confidence_level
from hpcstats.regression.parametric_models import prediction
from hpcstats.regression.parametric_models.problem import Problem
from hpcstats.regression.parametric_models.rows import Rows
from hpcstats.results import Interval, Result
from hpcstats.surv import Surv

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class ParametricEstimates(Result):
    """Coefficients of a parametric model, their variance and limits, and what follows from them.

    The attributes are described in `ParametricFit` and `CureFit`.
    """

    rows: Rows
    problem: Problem
    summit: Summit | None
    family: Family
    distribution_name: str
    terms: tuple[str, ...]
    block_designs: tuple[Design | None, ...]
    tested: tuple[bool, ...]
    coef: FloatArray
    covariance: FloatArray
    log_likelihood: float
    interval: str
    level: float
    last_observation: float
    first_observation: float
    _limits: list[FloatArray] = field(default_factory=list)

    summary_fields = (*Result.summary_fields, "log_likelihood", "aic", "aicc", "bic", "level")

    @property
    def response(self) -> Surv:
        """The responses of the rows used."""
        return self.rows.response

    @property
    def n_dropped(self) -> int:
        """Rows left out because a covariate is missing."""
        return len(self.rows.dropped)

    @property
    def from_zero(self) -> bool:
        """Whether times below 0 are impossible under the model."""
        return self.family.from_zero

    @property
    def std_error(self) -> FloatArray:
        """Standard errors of `coef`."""
        return np.sqrt(np.diag(self.covariance))

    @property
    def n_parameters(self) -> int:
        """Number of coefficients, ancillary ones included."""
        return len(self.terms)

    @property
    def aic(self) -> float:
        """Akaike's criterion, -2 log L + 2 k."""
        return -2 * self.log_likelihood + 2 * self.n_parameters

    @property
    def aicc(self) -> float:
        """Akaike's criterion for few patients, AIC + 2 k (k + 1) / (n - k - 1); NaN for n <= k + 1."""
        left = self.n - self.n_parameters - 1
        return self.aic + 2 * self.n_parameters * (self.n_parameters + 1) / left if left > 0 else np.nan

    @property
    def bic(self) -> float:
        """Schwarz's criterion, -2 log L + k log n, n the patients."""
        return -2 * self.log_likelihood + self.n_parameters * float(np.log(self.n))

    @property
    def limits(self) -> FloatArray:
        """Limits of the coefficients, (2, p), worked out when they are first asked for."""
        if not self._limits:
            found = self.limits_at(self.level)
            found.flags.writeable = False
            self._limits.append(found)
        return self._limits[0]

    @property
    def low(self) -> FloatArray:
        """Lower limits of the coefficients."""
        low: FloatArray = self.limits[0]
        return low

    @property
    def high(self) -> FloatArray:
        """Upper limits of the coefficients."""
        high: FloatArray = self.limits[1]
        return high

    def limits_at(self, level: float) -> FloatArray:
        """Return the limits of the coefficients (2, p) at a level."""
        if self.interval == "profile" and self.summit is not None:
            return np.array([self._profile(k, level) for k in range(len(self.terms))]).T
        margin = normal_quantile(level) * self.std_error
        return np.stack([self.coef - margin, self.coef + margin])

    def _profile(self, position: int, level: float) -> tuple[float, float]:
        assert self.summit is not None
        row, shift = self.problem.back[position], float(self.problem.shift[position])
        z, likelihood = normal_quantile(level), self.problem.likelihood
        low, high = (profile_limit(likelihood, self.summit, row, z, side) for side in (-1.0, 1.0))
        return low + shift, high + shift

    def curve_limits(
        self, times: FloatArray, low: FloatArray, high: FloatArray, level: float
    ) -> tuple[FloatArray, FloatArray]:
        """Return the limits of a survival curve: those given, unless the model knows better ones."""
        del times, level
        return low, high

    def profile_interval(self, term: str, level: float | None = None) -> Interval:
        """Return the profile-likelihood interval of a coefficient; a side is infinite where it stays open."""
        if term not in self.terms:
            raise DataError(f"There is no term {term!r}. The terms are {listing(self.terms)}.")
        asked = self.level if level is None else confidence_level(level)
        if self.summit is None:
            return Interval(np.nan, np.nan, asked, "profile likelihood")
        low, high = self._profile(self.terms.index(term), asked)
        return Interval(low, high, asked, "profile likelihood")

    @property
    def p_values(self) -> FloatArray:
        """P-values of covariates having no effect: likelihood ratio with profile limits, else Wald's."""
        statistic = self.statistics
        return np.where(self.tested, 2 * ndtr(-np.abs(statistic)), np.nan)

    @property
    def statistics(self) -> FloatArray:
        """Signed root of the likelihood ratio with profile limits, else Wald's z; NaN but for covariates."""
        if self.interval != "profile" or self.summit is None:
            return np.where(self.tested, self.coef / self.std_error, np.nan)
        roots = np.full(len(self.terms), np.nan)
        for k in np.flatnonzero(self.tested):
            row, shift = self.problem.back[k], self.problem.shift[k]
            drop = profile_drop(self.problem.likelihood, self.summit, row, -float(shift))
            roots[k] = np.sign(self.coef[k]) * np.sqrt(drop)
        return roots

    def likelihood_ratio(self, smaller: ParametricEstimates) -> tuple[float, int, float]:
        """Return statistic, degrees of freedom and p-value against a smaller model of the same rows."""
        df = self.n_parameters - smaller.n_parameters
        if df <= 0 or len(self.response) != len(smaller.response):
            raise DataError("The other model must have fewer coefficients and the same rows.")
        statistic = max(2 * (self.log_likelihood - smaller.log_likelihood), 0.0)
        return statistic, df, float(chdtrc(df, statistic))

    def patients(self) -> tuple[str, ...]:
        """Return the identifiers of all who entered."""
        return self.response.patients()

    def dropped_patients(self) -> tuple[str, ...]:
        """Return the identifiers of those left out because a covariate is missing."""
        return self.rows.dropped.patients()

    def survival(
        self, times: Any, new_data: Any = None, *, level: float | None = None
    ) -> prediction.ParametricCurves:
        """Return the proportion without the event at any times, also beyond what was observed.

        Parameters
        ----------
        times : number or column of numbers
            Times from 0 on.
        new_data : frame, optional
            One row of covariates for each patient asked for; needed where the model has covariates.
        level : float, optional
            Confidence level; default that of the fit.

        Returns
        -------
        ParametricCurves
            Its frame has a row for each patient and time, limits on the scale of log(-log S), and the column
            `extrapolated`, True where nobody was observed.
        """
        return prediction.survival(self, times, new_data, level)

    def quantile(
        self, probability: Any = 0.5, new_data: Any = None, *, level: float | None = None
    ) -> pd.DataFrame:
        """Return the times by which a share of the patients has had the event.

        Infinite where the curve never falls so far. Limits are on the log scale (those of a distribution on
        the whole line are plain); `extrapolated` is True where the quantile lies beyond the last observation.
        """
        return prediction.quantiles(self, probability, new_data, level)

    def rmst(self, horizon: float, new_data: Any = None, *, level: float | None = None) -> pd.DataFrame:
        """Return the mean time without the event up to a horizon, limits on the logit of its share of it."""
        return prediction.means(self, float(horizon), new_data, level)

    def mean(self, new_data: Any = None, *, level: float | None = None) -> pd.DataFrame:
        """Return the mean time to the event: an extrapolation, and infinite for a heavy tail or a plateau."""
        return prediction.means(self, np.inf, new_data, level)
