"""Survival curves that a Cox model predicts, one for each set of covariates and each stratum."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from hpcstats.columns import FloatArray, as_numbers
from hpcstats.core.cox.baseline import Baseline
from hpcstats.core.limits.pointwise import TRANSFORMS, normal_quantile, survival_limits
from hpcstats.core.risk_sets import SAME_TIME, count, place
from hpcstats.core.step_function import value_at
from hpcstats.errors import DataError, DesignError, check_option, listing
from hpcstats.groups import ALL, confidence_level
from hpcstats.regression.fitted import Fitted, fitted
from hpcstats.results import Result, freeze

if TYPE_CHECKING:
    import pandas as pd

    from hpcstats.regression.fit import CoxFit

COLUMNS = (
    "time",
    "at_risk",
    "events",
    "cumulative_hazard",
    "hazard_error",
    "estimate",
    "std_error",
    "low",
    "high",
)
_BEFORE = {"cumulative_hazard": 0.0, "hazard_error": 0.0, "std_error": 0.0}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PredictedCurve:
    """The curve of one patient in one stratum, on the distinct exit times of the stratum, arrays (T,)."""

    label: Any
    group: Any
    time: FloatArray
    at_risk: FloatArray
    events: FloatArray
    cumulative_hazard: FloatArray
    hazard_error: FloatArray
    estimate: FloatArray
    std_error: FloatArray
    low: FloatArray
    high: FloatArray

    def __post_init__(self) -> None:
        freeze(self)

    def at(self, times: FloatArray) -> dict[str, Any]:
        """Return hazard, survival and limits at given times."""
        names = COLUMNS[3:]
        return {"time": times} | {
            name: value_at(self.time, getattr(self, name), times, _BEFORE.get(name, 1.0)) for name in names
        }


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class PredictedCurves(Result):
    """Cumulative hazards and survival curves predicted by a Cox model, with pointwise intervals.

    Made by `CoxFit.baseline_hazard` and `CoxFit.predict_survival`. Curves stop at the last observation of
    their stratum; nothing is extrapolated.

    Attributes
    ----------
    curves : tuple of PredictedCurve
        One a patient and stratum.
    times : ndarray or None
        The times asked for; None for all.
    interval : str
        Name of the interval method.
    level : float
        Confidence level.
    unit : str
        Unit of the times.
    """

    curves: tuple[PredictedCurve, ...]
    times: FloatArray | None
    interval: str
    level: float
    unit: str

    summary_fields = (*Result.summary_fields, "interval", "level", "unit")

    def title(self) -> str:
        """Return the heading of the text form."""
        return (
            f"Survival predicted by a Cox model, n = {self.n}, events = {self.n_events}, time in {self.unit}"
        )

    def to_frame(self) -> pd.DataFrame:
        """Return a row for each patient, stratum and time: those asked for, or all distinct exit times."""
        if self.times is not None:
            return self.at(self.times)
        return self._stack([{name: getattr(curve, name) for name in COLUMNS} for curve in self.curves])

    def at(self, times: Any) -> pd.DataFrame:
        """Return hazards, survival and limits at given times from 0 to the end of follow-up.

        Raises
        ------
        DesignError
            For a time after the last observation of a stratum.
        """
        asked = times_within(times, self.curves, self.unit)
        return self._stack([curve.at(asked) for curve in self.curves])

    def _stack(self, parts: list[dict[str, Any]]) -> pd.DataFrame:
        import pandas as pd

        frames = [
            pd.DataFrame({"patient": curve.label, "group": curve.group} | part)
            for curve, part in zip(self.curves, parts, strict=True)
        ]
        stacked = pd.concat(frames, ignore_index=True)
        whole = [name for name in ("at_risk", "events") if name in stacked and (stacked[name] % 1 == 0).all()]
        return stacked.astype(dict.fromkeys(whole, "int64"))


def times_within(times: Any, curves: tuple[PredictedCurve, ...], unit: str) -> FloatArray:
    """Read times asked for, refusing those at which nothing was observed."""
    asked = as_numbers([times] if np.ndim(times) == 0 else times, "times")
    if not asked.size or not (np.isfinite(asked).all() and (asked >= 0).all()):
        raise DataError(f"Times asked for must be numbers from 0 on, not {times!r}.")
    ends = {curve.group: float(curve.time[-1]) for curve in curves}
    late = [f"{group}: {end:g}" for group, end in ends.items() if asked.max() > end * (1 + SAME_TIME)]
    if late:
        raise DesignError(
            f"Survival at {asked.max():g} {unit} lies beyond the end of follow-up ({listing(late)}). "
            "Ask for an earlier time; nothing is extrapolated."
        )
    return asked


@dataclass(frozen=True, slots=True, eq=False)
class CurveMaker:
    """Makes the curve of any covariates in any stratum of a fit.

    Attributes
    ----------
    at : Fitted
        The fit.
    bases : dict
        Baseline and event times of each stratum (by number) that has an event.
    interval, level : str and float
        Of the pointwise limits.
    """

    at: Fitted
    bases: dict[int, tuple[Baseline, FloatArray]]
    interval: str
    level: float

    @classmethod
    def of(cls, fit: CoxFit, interval: str, level: float | None) -> CurveMaker:
        """Check the options and the fit."""
        check_option("interval", interval, TRANSFORMS)
        asked = fit.level if level is None else confidence_level(level)
        at = fitted(fit, "Predictions")
        bases = {}
        for steps in at.hazard_steps():
            rows, events = steps.stratum.rows, steps.events
            times = np.full(steps.size, np.inf)
            np.minimum.at(times, steps.stratum.last[events], at.exit[rows[events]])
            number = 0 if at.strata is None else int(at.strata[rows[0]])
            bases[number] = (Baseline.of(steps), times)
        return cls(at, bases, interval, asked)

    @property
    def groups(self) -> tuple[Any, ...]:
        """Labels of the strata."""
        strata = self.at.fit.inputs.strata
        return (ALL,) if strata is None else strata.labels

    def curves(
        self, number: int, covariates: FloatArray, labels: list[Any], offset: FloatArray
    ) -> list[PredictedCurve]:
        """Return the curves in stratum `number` of covariates (m, p) with log hazards moved by `offset`."""
        at = self.at
        rows = np.arange(at.rows.size) if at.strata is None else np.flatnonzero(at.strata == number)
        if not rows.size:
            raise DesignError(f"No row of stratum {self.groups[number]!r} counts, so that it has no curve.")
        risk = place(at.exit[rows], at.event[rows], None if at.entry is None else at.entry[rows])
        counts = count(risk, at.weights[rows][None])
        z = normal_quantile(self.level)
        made = []
        for label, moved, shift in zip(labels, covariates - at.centre, offset, strict=True):
            hazard, error = self._hazard(number, moved, float(shift), risk.times)
            survival = np.exp(-hazard)
            low, high = survival_limits(survival, error**2, z, self.interval)
            made.append(
                PredictedCurve(
                    label=label,
                    group=self.groups[number],
                    time=risk.times,
                    at_risk=counts.at_risk[0],
                    events=counts.events[0],
                    cumulative_hazard=hazard,
                    hazard_error=error,
                    estimate=survival,
                    std_error=survival * error,
                    low=low,
                    high=high,
                )
            )
        return made

    def _hazard(
        self, number: int, covariates: FloatArray, offset: float, times: FloatArray
    ) -> tuple[FloatArray, FloatArray]:
        """Return cumulative hazard and standard error at the times; 0 in a stratum without events."""
        if number not in self.bases:
            return np.zeros(times.size), np.zeros(times.size)
        base, grid = self.bases[number]
        fit = self.at.fit
        found = base.of_patient(covariates, float(covariates @ fit.coef) + offset, fit.covariance)
        hazard, error = (value_at(grid, values, times, 0.0) for values in found)
        return hazard, error
