"""The result of an Aalen-Johansen estimate: cumulative incidences, and the questions one asks of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from hpcstats import formats
from hpcstats.columns import FloatArray
from hpcstats.core.competing.limits import incidence_limits
from hpcstats.core.limits.pointwise import normal_quantile
from hpcstats.core.step_function import value_at
from hpcstats.groups import cause_number
from hpcstats.nonparametric.curves import Curve, Curves
from hpcstats.nonparametric.further_answers import asked_times, refuse_beyond
from hpcstats.nonparametric.numbers_at import leaving_up_to, under_observation

if TYPE_CHECKING:
    import pandas as pd

    from hpcstats.nonparametric.survival_curves import SurvivalCurves


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class IncidenceCurve(Curve):
    """The cumulative incidences of one group on its grid of distinct times of event or censoring.

    Attributes
    ----------
    time, at_risk, events, censored : ndarray, shape (T,)
        The grid; at risk, events of any cause and censorings there.
    survival : ndarray, shape (T,)
        Proportion free of any event.
    events_by_cause, estimate, std_error : ndarray, shape (K, T)
        Events, cumulative incidence and its standard error, a row a cause.
    low, high : ndarray, shape (K, T)
        Pointwise limits.
    """

    survival: FloatArray
    events_by_cause: FloatArray
    std_error: FloatArray
    level: float
    interval: str

    @property
    def low(self) -> FloatArray:
        """Lower limits."""
        return self.limits[0]

    @property
    def high(self) -> FloatArray:
        """Upper limits."""
        return self.limits[1]

    @property
    def limits(self) -> tuple[FloatArray, FloatArray]:
        """Lower and upper limits."""
        return incidence_limits(self.estimate, self.std_error, normal_quantile(self.level), self.interval)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class CumulativeIncidence(Curves):
    """Cumulative incidences of competing events, by group. Made by `aalen_johansen`.

    The curves of a group and its event-free proportion add up to 1 at every time. They stop at the last
    observation; nothing is extrapolated.

    Attributes
    ----------
    response : Surv
        The data the curves rest on.
    labels, causes : tuple
        Group labels and names of the causes, in order.
    curves : tuple of IncidenceCurve
        The curves of each group, in the order of the labels.
    interval, variance : str
        Names of the interval method and of the variance.
    level : float
        Confidence level.
    weights : ndarray
        Case weights.
    """

    curves: tuple[IncidenceCurve, ...]
    weights: FloatArray
    variance: str

    name: ClassVar[str] = "Aalen-Johansen"

    def __iter__(self) -> Iterator[tuple[Any, IncidenceCurve]]:
        return zip(self.labels, self.curves, strict=True)

    @property
    def causes(self) -> tuple[str, ...]:
        """Names of the causes in order."""
        return self.response.causes

    @property
    def interval_shown(self) -> str:
        """Level and kind of the pointwise interval as captions and tables print them."""
        return f"{formats.level(self.level)} {self.interval}"

    @property
    def follow_up(self) -> dict[Any, float]:
        """End of follow-up of each group."""
        return {label: curve.end for label, curve in self}

    def cause_number(self, cause: Any) -> int:
        """Return the position of a cause, given by name or number (1, 2, ...), among `causes`.

        Raises
        ------
        DataError
            For anything else.
        """
        return cause_number(self.response, cause) - 1

    def to_frame(self) -> pd.DataFrame:
        """Return a row for each group, cause and distinct time of an event or a censoring.

        ``at_risk`` and the times are those of the group; ``events`` are those of the cause.
        """
        return self.by_cause(
            {
                "time": curve.time,
                "at_risk": curve.at_risk,
                "events": curve.events_by_cause,
                "estimate": curve.estimate,
                "std_error": curve.std_error,
            }
            | dict(zip(("low", "high"), curve.limits, strict=True))
            for curve in self.curves
        )

    def at(self, times: Any) -> pd.DataFrame:
        """Return the cumulative incidences at given times from 0 to the end of follow-up.

        Raises
        ------
        DesignError
            For a time after the last observation of a group.
        """
        asked = asked_times(times)
        refuse_beyond(asked, self.follow_up, "The cumulative incidence", self.response.unit)
        return self.by_cause(self._at(curve, rows, asked) for curve, rows in self._with_rows())

    def event_free(self, interval: str = "auto") -> SurvivalCurves:
        """Return the proportion free of any event: the Kaplan-Meier curve of all causes together.

        At every time it is 1 less the sum of the cumulative incidences.
        """
        from hpcstats.nonparametric.competing.refit import event_free

        return event_free(self, interval)

    def conditional(self, times: Any, given: Any) -> pd.DataFrame:
        """Return the cumulative incidence by time t of those still free of any event at an earlier time s.

        Use it for the patient in front of you: free of everything at five years, what comes next? The
        estimate is (F(t) - F(s)) / S(s). It rests on the patients observed beyond s, as does its interval.

        Parameters
        ----------
        times : number or column of numbers
            Times t, to the end of follow-up.
        given : number or column of numbers
            Times s; there is a row for every pair with s < t.

        Returns
        -------
        pandas.DataFrame
            Columns group, cause, given, time, at_risk (at t), estimate, std_error, low, high.

        Raises
        ------
        DesignError
            For a time after the last observation of a group, or when nobody is at risk after s.
        DataError
            When a given time has no later time.
        """
        from hpcstats.nonparametric.competing.refit import conditional

        return conditional(self, asked_times(times), asked_times(given, "given"))

    def risk_table(self, times: Any) -> pd.DataFrame:
        """Return, just after each time, how many are at risk and how many had left, by cause or censored.

        Without delayed entry ``at_risk``, ``censored`` and the ``events`` of all causes add up to n at every
        time.
        """
        asked = asked_times(times)
        parts = (
            {
                "time": asked,
                "at_risk": under_observation(self.response, rows, self.weights[rows], asked, after=True),
                "events": value_at(curve.time, np.cumsum(curve.events_by_cause, axis=1), asked, 0.0),
                "censored": leaving_up_to(curve, asked),
            }
            for curve, rows in self._with_rows()
        )
        return self.by_cause(parts)

    def by_cause(self, parts: Any) -> pd.DataFrame:
        """Put columns of each group, (T,) or a row a cause (K, T), below one another with group and cause."""
        number = len(self.causes)

        def long(columns: Mapping[str, FloatArray]) -> dict[str, Any]:
            times = columns["time"].size
            cause = np.repeat(np.array(self.causes, dtype=object), times)
            found = {name: np.ravel(values) for name, values in columns.items()}
            return {"cause": cause} | {
                name: values if values.size == number * times else np.tile(values, number)
                for name, values in found.items()
            }

        return self.stack(long(columns) for columns in parts)

    def _at(self, curve: IncidenceCurve, rows: Any, asked: FloatArray) -> dict[str, FloatArray]:
        columns = {
            name: value_at(curve.time, getattr(curve, name), asked, 0.0) for name in ("estimate", "std_error")
        }
        low, high = incidence_limits(
            columns["estimate"], columns["std_error"], normal_quantile(self.level), self.interval
        )
        at_risk = under_observation(self.response, rows, self.weights[rows], asked, after=False)
        return {"time": asked, "at_risk": at_risk} | columns | {"low": low, "high": high}

    def _with_rows(self) -> Iterator[tuple[IncidenceCurve, Any]]:
        return ((curve, self.groups.rows(number)) for number, curve in enumerate(self.curves))
