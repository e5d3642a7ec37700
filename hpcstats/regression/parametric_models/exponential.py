"""The rate of an exponential model without covariates: its limits in closed form, also without events.

With d events in a total time E under observation the rate is d / E. A Poisson count of mean rate * E gives
exact limits (Garwood 1936), gamma quantiles: P(d, p) / E below and P(d + 1, p) / E above, where P(a, p) is
the p-quantile of a gamma variable of shape a. When observation ended with the d-th event (type II censoring)
2 E rate is chi-squared with 2 d degrees of freedom, and the upper limit is P(d, p) / E (Epstein & Sobel
1953).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import gammaincinv

from hpcstats.columns import FloatArray
from hpcstats.core.limits.pointwise import normal_quantile
from hpcstats.core.parametric.likelihood import Observed
from hpcstats.errors import UnsupportedError

RATE_INTERVALS = ("exact", "type-ii")
"""Intervals that only this model has."""


@dataclass(frozen=True, slots=True)
class Rate:
    """Events and total time under observation of exact and right-censored times."""

    events: float
    exposure: float

    @classmethod
    def of(cls, observed: Observed) -> Rate:
        """Add up events and time."""
        entry = 0.0 if observed.entry is None else observed.entry
        exposure = float((observed.weights * (observed.lower - entry)).sum())
        return cls(float(observed.weights[observed.exact].sum()), exposure)

    @property
    def estimate(self) -> float:
        """Events per unit of time."""
        return self.events / self.exposure

    def limits(self, method: str, level: float) -> tuple[float, float]:
        """Return limits of the rate by name: exact, type-ii or wald (on the log scale)."""
        tail = 0.5 - level / 2
        if method == "wald":
            if not self.events:
                return 0.0, np.nan
            margin = float(np.exp(normal_quantile(level) / np.sqrt(self.events)))
            return self.estimate / margin, self.estimate * margin
        if not self.events:
            if method == "type-ii":
                return np.nan, np.nan
            return 0.0, float(gammaincinv(1.0, 1 - tail)) / self.exposure
        above = self.events + (method == "exact")
        low = float(gammaincinv(self.events, tail)) / self.exposure
        return low, float(gammaincinv(above, 1 - tail)) / self.exposure

    def profile_without_events(self, level: float) -> tuple[float, float]:
        """Return the likelihood-ratio limits of a rate of 0: the log-likelihood is -rate * E."""
        return 0.0, normal_quantile(level) ** 2 / 2 / self.exposure


def refuse_rate_interval(name: str, distribution: str, observed: Observed, parameters: int) -> None:
    """Refuse the limits of a rate for a model that has none.

    Raises
    ------
    UnsupportedError
        For another distribution, covariates, interval censoring, or fractional weights.
    """
    single = distribution == "exponential" and parameters == 1 and not observed.closed.any()
    if not single or (observed.weights % 1).any():
        raise UnsupportedError(
            f"interval={name!r} is for the rate of an exponential model without covariates, of exact and "
            "right-censored times with whole weights. Write interval='profile'."
        )


def mean_limits(rate: tuple[float, float]) -> FloatArray:
    """Turn limits of the rate into limits of the log mean time."""
    with np.errstate(divide="ignore"):
        limits: FloatArray = -np.log(np.array([[rate[1]], [rate[0]]]))
    return limits
