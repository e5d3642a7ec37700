"""The cumulative incidence that a Fine-Gray model predicts for new patients."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from hpcstats import formats
from hpcstats.columns import FloatArray, as_numbers
from hpcstats.core.competing.limits import SCALES, incidence_limits
from hpcstats.core.limits.pointwise import normal_quantile
from hpcstats.core.risk_sets import SAME_TIME
from hpcstats.core.step_function import last_at_or_before
from hpcstats.errors import DataError, DesignError, check_option, listing
from hpcstats.groups import confidence_level
from hpcstats.regression.new_data import encode
from hpcstats.results import Result

if TYPE_CHECKING:
    import pandas as pd

    from hpcstats.regression.subdistribution.fit import FineGrayFit


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class PredictedIncidence(Result):
    """Cumulative incidences predicted by a Fine-Gray model. Made by `FineGrayFit.predict_incidence`.

    Attributes
    ----------
    cause, unit : str
        The event, and the unit of the times.
    times : ndarray, shape (A,)
        The times.
    estimate, std_error, low, high : ndarray, shape (m, A)
        Cumulative incidence of each new patient, with standard error and limits.
    interval : str
        Scale on which the limits are symmetric.
    level : float
        Confidence level.
    """

    cause: str
    unit: str
    times: FloatArray
    estimate: FloatArray
    std_error: FloatArray
    low: FloatArray
    high: FloatArray
    interval: str
    level: float

    def title(self) -> str:
        """Return the heading of the text form."""
        return f"Cumulative incidence of {self.cause} predicted by a Fine-Gray model, time in {self.unit}"

    def to_frame(self) -> pd.DataFrame:
        """Return a row for each new patient and time: patient, time, estimate, std_error, low, high."""
        import pandas as pd

        patients, times = self.estimate.shape
        names = ("estimate", "std_error", "low", "high")
        return pd.DataFrame(
            {"patient": np.repeat(np.arange(patients), times), "time": np.tile(self.times, patients)}
            | {name: getattr(self, name).ravel() for name in names}
        )


def predict_incidence(
    fit: FineGrayFit,
    new_data: Any,
    times: Any = None,
    *,
    interval: str = "log-log",
    level: float | None = None,
) -> PredictedIncidence:
    r"""Cumulative incidence of the cause in new patients with given covariates, with pointwise intervals.

    Parameters
    ----------
    fit : FineGrayFit
        A fit with finite coefficients.
    new_data : frame
        The columns the formula names, a row for each new patient.
    times : numbers, optional
        Times from 0 to the end of follow-up; by default those with an event of the cause.
    interval : {"log-log", "plain", "log", "logit", "arcsin", "complementary-log-log"}
        Scale on which the limits are symmetric.
    level : float, optional
        Confidence level; by default that of the fit.

    Returns
    -------
    PredictedIncidence
        ``patient`` in its frame is the row of `new_data`.

    Raises
    ------
    DataError
        For missing columns or values, and levels the fit has not seen.
    DesignError
        For times beyond the end of follow-up, and a coefficient without a finite estimate.

    Notes
    -----
    F(t | x) is 1 - exp(-H(t) exp(x'b)), H the sum of d_k / S0_k (R's ``predict.crr``). The standard error is
    that of the contributions of the patients (or clusters) to H and b, of the variance the fit was asked for.
    The interval tells of all such patients, not of one patient's fate.
    """
    check_option("interval", interval, SCALES)
    asked_level = fit.level if level is None else confidence_level(level)
    if np.isnan(fit.coef).any():
        gone = [term for term, value in zip(fit.terms, fit.coef, strict=True) if np.isnan(value)]
        raise DesignError(
            f"Predictions need finite coefficients, but {listing(gone)} has none. Leave it out of the model."
        )
    covariates = encode(fit.design, new_data)
    event_times = fit.influence.likelihood.risk.times
    asked = event_times if times is None else _asked(fit, times)
    estimate, error = _incidence(fit, covariates, last_at_or_before(event_times, asked) + 1)
    low, high = incidence_limits(estimate, error, normal_quantile(asked_level), interval)
    return PredictedIncidence(
        n=fit.n,
        n_events=fit.n_events,
        method=(
            f"Cumulative incidence of {fit.cause} for given covariates from the Fine-Gray model, "
            f"{formats.level(asked_level)} pointwise {interval} intervals."
        ),
        conventions=fit.conventions,
        warnings=fit.warnings,
        cause=fit.cause,
        unit=fit.response.unit,
        times=asked,
        estimate=estimate,
        std_error=error,
        low=low,
        high=high,
        interval=interval,
        level=asked_level,
    )


def _asked(fit: FineGrayFit, times: Any) -> FloatArray:
    asked = as_numbers([times] if np.ndim(times) == 0 else times, "times")
    if not asked.size or not (np.isfinite(asked).all() and (asked >= 0).all()):
        raise DataError(f"Times asked for must be numbers from 0 on, not {times!r}.")
    end = float(fit.response.time.max())
    if asked.max() > end * (1 + SAME_TIME):
        raise DesignError(
            f"The cumulative incidence at {asked.max():g} {fit.response.unit} lies beyond the end of "
            f"follow-up ({end:g}). Ask for an earlier time; nothing is extrapolated."
        )
    return asked


def _incidence(fit: FineGrayFit, covariates: FloatArray, until: Any) -> tuple[FloatArray, FloatArray]:
    """Return incidences and standard errors (m, A); `until` counts the event times up to each time."""
    influence, cluster = fit.influence, fit.inputs.cluster
    moved = covariates - fit.design.matrix.mean(axis=0)
    relative = np.exp(moved @ fit.coef - influence.sums.shift)
    hazard = np.concatenate([[0.0], np.cumsum(influence.hazard)])
    centre = np.vstack([np.zeros(moved.shape[1]), np.cumsum(_weighted_means(fit), axis=0)])
    estimate, error = np.empty((moved.shape[0], until.size)), np.empty((moved.shape[0], until.size))
    for place, number in enumerate(until):
        cumulative = relative * hazard[number]
        slope = relative[:, None] * (moved * hazard[number] - centre[number])
        if fit.variance == "model":
            own = float((influence.hazard[:number] / influence.sums.total[:number]).sum())
            spread = relative**2 * own + np.einsum("mi,ij,mj->m", slope, fit.covariance, slope)
        else:
            each = np.outer(influence.hazards(int(number)), relative) + _coefficients(fit) @ slope.T
            if cluster is not None:
                each = np.stack([np.bincount(cluster.codes, weights=column) for column in each.T], axis=1)
            spread = (each**2).sum(axis=0)
        estimate[:, place] = -np.expm1(-cumulative)
        error[:, place] = np.exp(-cumulative) * np.sqrt(spread)
    return estimate, error


def _weighted_means(fit: FineGrayFit) -> FloatArray:
    """Return the weighted mean of the columns given times the hazard at each event time, (T, p)."""
    widths = _widths(fit)
    return fit.influence.sums.mean * widths * fit.influence.hazard[:, None]


def _coefficients(fit: FineGrayFit) -> FloatArray:
    """Return the contributions of the patients to the coefficients, (n, p)."""
    return fit.contributions / _widths(fit)


def _widths(fit: FineGrayFit) -> FloatArray:
    from hpcstats.core.cox.identifiability import scale

    return scale(fit.design.matrix)
