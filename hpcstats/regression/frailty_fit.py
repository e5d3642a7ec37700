"""The result of a shared frailty model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.special import gammaincinv, ndtr, ndtri

from hpcstats import formats
from hpcstats.columns import FloatArray, IntArray
from hpcstats.results import Interval, Result

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class FrailtyFit(Result):
    """A Cox model with a random factor shared by the rows of a cluster. Made by `frailty`.

    Attributes
    ----------
    terms : tuple of str
        Names of the coefficients.
    coef : ndarray, shape (p,)
        Log hazard ratios between patients of one cluster.
    covariance : ndarray, shape (p, p)
        Their variance at the estimated theta.
    theta : float
        Variance of the frailties (gamma), or of their logarithms (gaussian); 0 at the boundary.
    theta_interval : Interval
        Its profile-likelihood interval.
    log_likelihood, log_likelihood_cox : float
        Integrated log-likelihood, and the maximum of the log partial likelihood without frailties.
    log_likelihood_partial : float
        Log partial likelihood at the estimated frailties, as if they were known.
    statistic, p_value : float
        Likelihood-ratio test of theta = 0.
    labels : tuple
        Names of the clusters.
    sizes, events, expected : ndarray, shape (K,)
        Rows and events of each cluster, and the events expected of it, its frailty included.
    frailties : ndarray, shape (K,)
        Estimated factor of each cluster's hazard.
    effect_errors : ndarray, shape (K,)
        Standard errors of their logarithms.
    distribution, ties : str
        As asked for.
    level : float
        Of the intervals.
    """

    terms: tuple[str, ...]
    coef: FloatArray
    covariance: FloatArray
    theta: float
    theta_interval: Interval
    log_likelihood: float
    log_likelihood_cox: float
    log_likelihood_partial: float
    statistic: float
    p_value: float
    labels: tuple[Any, ...]
    sizes: IntArray
    events: FloatArray
    expected: FloatArray
    frailties: FloatArray
    effect_errors: FloatArray
    distribution: str
    ties: str
    level: float

    summary_fields = (
        *Result.summary_fields,
        "theta",
        "theta_interval",
        "log_likelihood",
        "log_likelihood_cox",
        "statistic",
        "p_value",
    )

    @property
    def std_error(self) -> FloatArray:
        """Standard errors of `coef`."""
        return np.sqrt(np.diag(self.covariance))

    @property
    def kendall_tau(self) -> float:
        """Kendall's rank correlation of two event times of one cluster: theta / (theta + 2) (gamma only)."""
        return self.theta / (self.theta + 2) if self.distribution == "gamma" else np.nan

    def title(self) -> str:
        """Return the heading of the text form."""
        return (
            f"Shared {self.distribution} frailty, n = {self.n}, events = {self.n_events}, "
            f"{len(self.labels)} clusters, theta = {self.theta:.4g} "
            f"({formats.level(self.level)} interval {self.theta_interval.low:.4g} to "
            f"{self.theta_interval.high:.4g}), p = {self.p_value:.4g}"
        )

    def to_frame(self) -> pd.DataFrame:
        """Return a row for each coefficient, limits on the hazard-ratio scale (Wald)."""
        import pandas as pd

        z, margin = self.coef / self.std_error, float(ndtri(0.5 + self.level / 2)) * self.std_error
        return pd.DataFrame(
            {
                "term": list(self.terms),
                "coef": self.coef,
                "std_error": self.std_error,
                "hazard_ratio": np.exp(self.coef),
                "low": np.exp(self.coef - margin),
                "high": np.exp(self.coef + margin),
                "statistic": z,
                "p_value": 2 * ndtr(-np.abs(z)),
            }
        )

    def clusters(self) -> pd.DataFrame:
        """Return a row for each cluster: cluster, n, events, expected, frailty, low, high.

        `expected` is without the frailty: what patients of average papers would have had. Gamma limits are
        quantiles of the frailty given the data (shape 1/theta + events, rate 1/theta + expected); gaussian
        ones are normal on the log scale. Neither counts the uncertainty of theta.
        """
        import pandas as pd

        low, high = self._limits()
        return pd.DataFrame(
            {
                "cluster": list(self.labels),
                "n": self.sizes,
                "events": self.events,
                "expected": self.expected / self.frailties,
                "frailty": self.frailties,
                "low": low,
                "high": high,
            }
        )

    def _limits(self) -> tuple[FloatArray, FloatArray]:
        if self.theta == 0:
            return np.ones_like(self.frailties), np.ones_like(self.frailties)
        tail = 0.5 - self.level / 2
        if self.distribution == "gaussian":
            margin = -float(ndtri(tail)) * self.effect_errors
            return self.frailties * np.exp(-margin), self.frailties * np.exp(margin)
        shape = 1 / self.theta + self.events
        rate = 1 / self.theta + self.expected / self.frailties
        return gammaincinv(shape, tail) / rate, gammaincinv(shape, 1 - tail) / rate
