"""What a parametric model predicts: survival, quantiles and means, marked where nobody was observed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.special import expit, logit

from hpcstats.columns import FloatArray, as_frame, as_numbers
from hpcstats.core.limits.pointwise import normal_quantile
from hpcstats.core.parametric.prediction import Subject
from hpcstats.errors import DataError, DesignError
from hpcstats.groups import confidence_level
from hpcstats.regression.new_data import encode
from hpcstats.results import Result

if TYPE_CHECKING:
    import pandas as pd

    from hpcstats.regression.parametric_models.estimates import ParametricEstimates

EVERYBODY = "all"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class ParametricCurves(Result):
    """Survival curves of a parametric model at given times. Made by `ParametricFit.survival`.

    Attributes
    ----------
    frame : pandas.DataFrame
        What `to_frame` returns.
    last : float
        The last time at which anybody was observed; later times are extrapolated.
    level : float
        Confidence level.
    unit : str
        Unit of the times.
    """

    frame: pd.DataFrame
    last: float
    level: float
    unit: str
    distribution: str

    summary_fields = (*Result.summary_fields, "distribution", "last", "level", "unit")

    def title(self) -> str:
        """Return the heading of the text form."""
        return (
            f"Survival by the {self.distribution} distribution, n = {self.n}, events = {self.n_events}, "
            f"observed until {self.last:g} {self.unit}"
        )

    def to_frame(self) -> pd.DataFrame:
        """Return a row for each patient and time.

        Columns patient, time, estimate, std_error, low, high, extrapolated. The last is True where nobody was
        observed: after the last observation, and with delayed entry before the first.
        """
        return self.frame.copy()


def subjects(fit: ParametricEstimates, new_data: Any) -> tuple[list[Any], list[Subject]]:
    """Return the labels and the predictors of the patients asked for.

    Raises
    ------
    DataError
        Where the model has covariates and none are given, and for unusable ones.
    """
    designs = fit.block_designs
    if new_data is None:
        if any(design is not None for design in designs):
            raise DataError("This model has covariates: give new_data, one row for each patient asked for.")
        labels: list[Any] = [EVERYBODY]
        matrices = [np.ones((1, 1)) for _ in designs]
    else:
        frame = as_frame(new_data)
        labels = list(range(len(frame)))
        one = np.ones((len(frame), 1))
        matrices = [one if design is None else np.hstack([one, encode(design, frame)]) for design in designs]
    rows = [tuple(matrix[k] for matrix in matrices) for k in range(len(labels))]
    return labels, [Subject(fit.family, row, fit.coef) for row in rows]


def survival(fit: ParametricEstimates, times: Any, new_data: Any, level: float | None) -> ParametricCurves:
    """Return the survival at given times: see `ParametricEstimates.survival`."""
    import pandas as pd

    asked, chosen = _times(times), fit.level if level is None else confidence_level(level)
    labels, patients = subjects(fit, new_data)
    outside = (asked > fit.last_observation) | ((asked < fit.first_observation) & (asked > 0))
    parts = []
    for label, patient in zip(labels, patients, strict=True):
        _, hazard, slopes = patient.at(asked)
        estimate, error, low, high = survival_limits(hazard, slopes, fit.covariance, chosen)
        low, high = fit.curve_limits(asked, low, high, chosen)
        columns = {
            "patient": label,
            "time": asked,
            "estimate": estimate,
            "std_error": error,
            "low": low,
            "high": high,
            "extrapolated": outside,
        }
        parts.append(pd.DataFrame(columns))
    return ParametricCurves(
        n=fit.n,
        n_events=fit.n_events,
        method=f"{fit.method} Survival: limits on the scale of the log cumulative hazard.",
        conventions=fit.conventions,
        status=fit.status,
        reason=fit.reason,
        frame=pd.concat(parts, ignore_index=True),
        last=fit.last_observation,
        level=chosen,
        unit=fit.response.unit,
        distribution=fit.distribution_name,
    )


def survival_limits(
    hazard: FloatArray, slopes: FloatArray, covariance: FloatArray, level: float
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Return survival, its standard error, and limits on the scale of log H."""
    estimate = np.exp(-hazard)
    variance = np.einsum("mp,pq,mq->m", slopes, covariance, slopes)
    error = np.sqrt(np.maximum(variance, 0.0))
    none = hazard == 0
    with np.errstate(all="ignore"):
        margin = np.where(none, 1.0, np.exp(normal_quantile(level) * error / hazard))
        low, high = np.exp(-hazard * margin), np.exp(-hazard / margin)
    return estimate, estimate * error, np.where(none, 1.0, low), np.where(none, 1.0, high)


def quantiles(fit: ParametricEstimates, probability: Any, new_data: Any, level: float | None) -> pd.DataFrame:
    """Return quantiles of the time: see `ParametricEstimates.quantile`."""
    chances = as_numbers([probability] if np.ndim(probability) == 0 else probability, "probability")
    if not ((chances > 0) & (chances < 1)).all():
        raise DataError(f"probability must lie between 0 and 1, not {probability!r}.")

    def found(patient: Subject) -> list[tuple[float, float, FloatArray]]:
        times = patient.quantile(-np.log1p(-chances))
        finite = np.where(np.isfinite(times), times, 1.0)
        log_hazard, _, slopes = patient.at(finite)
        with np.errstate(all="ignore"):
            moved = -slopes / np.exp(log_hazard)[:, None]
        return list(zip(chances.tolist(), times.tolist(), moved, strict=True))

    return _frame(fit, new_data, level, "probability", found, _log_scale if fit.from_zero else _plain_scale)


def means(fit: ParametricEstimates, horizon: float, new_data: Any, level: float | None) -> pd.DataFrame:
    """Return means, restricted to a horizon or not: see `ParametricEstimates.rmst`."""
    if not horizon > 0:
        raise DataError(f"horizon must be a time after 0, not {horizon!r}.")
    if np.isfinite(horizon) and not fit.from_zero:
        raise DesignError(
            f"A mean restricted to a horizon is not defined for {fit.distribution_name!r}, whose times may "
            "lie below 0. Ask for the mean, or fit a distribution of positive times."
        )

    def found(patient: Subject) -> list[tuple[float, float, FloatArray]]:
        value, slopes = patient.mean(horizon)
        return [(horizon, value, slopes)]

    scale: Scale
    if not fit.from_zero:
        scale = _plain_scale
    elif np.isinf(horizon):
        scale = _log_scale
    else:
        scale = _share_scale
    return _frame(fit, new_data, level, "horizon", found, scale)


Scale = Callable[[float, float, float, float], tuple[float, float]]


def _log_scale(value: float, error: float, z: float, _: float) -> tuple[float, float]:
    if not value > 0:
        return np.nan, np.nan
    with np.errstate(over="ignore"):
        margin = float(np.exp(z * error / value))
        return float(value / margin), float(np.float64(value) * margin)


def _plain_scale(value: float, error: float, z: float, _: float) -> tuple[float, float]:
    return value - z * error, value + z * error


def _share_scale(value: float, error: float, z: float, whole: float) -> tuple[float, float]:
    share = value / whole
    if not 0 < share < 1:
        return np.nan, np.nan
    margin = z * error / whole / (share * (1 - share))
    return whole * float(expit(logit(share) - margin)), whole * float(expit(logit(share) + margin))


def _frame(
    fit: ParametricEstimates,
    new_data: Any,
    level: float | None,
    name: str,
    found: Callable[[Subject], list[tuple[float, float, FloatArray]]],
    scale: Scale,
) -> pd.DataFrame:
    """Stack what was found for each patient, with limits and whether it was observed."""
    import pandas as pd

    z = normal_quantile(fit.level if level is None else confidence_level(level))
    labels, patients = subjects(fit, new_data)
    rows = []
    for label, patient in zip(labels, patients, strict=True):
        for key, value, slopes in found(patient):
            known = np.isfinite(value) and np.isfinite(slopes).all()
            variance = float(slopes @ fit.covariance @ slopes) if known else np.nan
            error = float(np.sqrt(max(variance, 0.0))) if np.isfinite(variance) else np.nan
            low, high = scale(value, error, z, key) if np.isfinite(error) else (np.nan, np.nan)
            reach = key if name == "horizon" else value
            rows.append((label, key, value, error, low, high, not reach <= fit.last_observation))
    columns = ["patient", name, "estimate", "std_error", "low", "high", "extrapolated"]
    return pd.DataFrame(rows, columns=columns)


def _times(times: Any) -> FloatArray:
    asked = as_numbers([times] if np.ndim(times) == 0 else times, "times")
    if not asked.size or not (np.isfinite(asked).all() and (asked >= 0).all()):
        raise DataError(f"Times asked for must be numbers from 0 on, not {times!r}.")
    return asked
