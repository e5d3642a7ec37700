"""The result of `mean_cumulative`: curves, and the questions one asks of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from hpcstats import formats
from hpcstats.columns import FloatArray, IntArray
from hpcstats.core.step_function import value_at
from hpcstats.errors import DesignError, listing
from hpcstats.groups import Groups
from hpcstats.nonparametric.further_answers import asked_times, refuse_beyond
from hpcstats.nonparametric.numbers_at import under_observation
from hpcstats.recurrence.histories import Histories
from hpcstats.recurrence.limits import corrected, margin_of
from hpcstats.recurrence.reweighted import WeightedMeans
from hpcstats.results import Result, freeze
from hpcstats.surv import Surv

if TYPE_CHECKING:
    import pandas as pd

COUNTED = ("at_risk", "events", "deaths", "censored")
COLUMNS = ("time", "at_risk", "events", "estimate", "std_error", "low", "high")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MeanCurve:
    """One mean number of events on its grid of distinct times, arrays of shape (T,).

    Attributes
    ----------
    time : ndarray
        Distinct times at which somebody has an event, dies or leaves.
    at_risk, events, deaths, censored : ndarray
        Patients under observation, events, deaths, and patients alive whose observation ends at each time.
    estimate, std_error, low, high : ndarray
        Mean number of events up to and including each time.
    patients : float
        Patients behind the curve.
    """

    time: FloatArray
    at_risk: FloatArray
    events: FloatArray
    deaths: FloatArray
    censored: FloatArray
    estimate: FloatArray
    std_error: FloatArray
    low: FloatArray
    high: FloatArray
    patients: float

    def __post_init__(self) -> None:
        freeze(self)

    @property
    def end(self) -> float:
        """End of follow-up: the last observed time."""
        return float(self.time[-1])

    def at(self, times: FloatArray, name: str) -> FloatArray:
        """Return a step function at given times: 0 before the first, an upper limit unknown there."""
        return value_at(self.time, getattr(self, name), times, np.nan if name == "high" else 0.0)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class MeanCumulative(Result):
    """Mean numbers of events over time, a curve for each group. Made by `mean_cumulative`.

    Curves stop at the last observation; nothing is extrapolated.

    Attributes
    ----------
    n, n_events : int
        Patients and events.
    response : Surv
        The rows.
    groups : Groups
        Group of each patient; `labels` are its labels.
    curves : tuple of MeanCurve
        One curve a label, in the same order.
    interval, variance : str
        Names of the pointwise interval and of the variance.
    level : float
        Confidence level.
    terminal : bool
        Whether death ends the recurrences (Ghosh and Lin), or nobody dies (Nelson).
    """

    response: Surv
    histories: Histories
    groups: Groups
    weights: FloatArray
    curves: tuple[MeanCurve, ...]
    interval: str
    variance: str
    level: float
    terminal: bool

    name: ClassVar[str] = "Mean cumulative function"

    @property
    def labels(self) -> tuple[Any, ...]:
        """Group labels in order."""
        return self.groups.labels

    @property
    def sizes(self) -> IntArray:
        """Patients in each group."""
        return np.array([round(curve.patients) for curve in self.curves], dtype=np.int64)

    @property
    def follow_up(self) -> dict[Any, float]:
        """End of follow-up of each group."""
        return {label: curve.end for label, curve in self}

    @property
    def interval_shown(self) -> str:
        """Level and kind of the pointwise interval as captions print them."""
        return f"{formats.level(self.level)} {self.interval}"

    def __iter__(self) -> Iterator[tuple[Any, MeanCurve]]:
        return zip(self.labels, self.curves, strict=True)

    def title(self) -> str:
        """Return the heading of the text form."""
        return f"{self.name}, n = {self.n}, events = {self.n_events}, time in {self.response.unit}"

    def patients(self, label: Any = None) -> tuple[str, ...]:
        """Return the identifiers behind the curve of `label`, or behind all."""
        if label is None:
            return self.response.patients()
        chosen = self.groups.codes == self.groups.number(label)
        return self.response.patients(chosen[self.histories.patient])

    def to_frame(self) -> pd.DataFrame:
        """Return a row for each distinct time at which somebody has an event, dies or leaves."""
        return self._stack({name: getattr(curve, name) for name in COLUMNS} for curve in self.curves)

    def at(self, times: Any) -> pd.DataFrame:
        """Return the mean number of events up to given times, with the number at risk there.

        Raises
        ------
        DesignError
            For a time after the last observation of a group.
        """
        asked = self._read(times, "The mean number")
        shown = ("estimate", "std_error", "low", "high")
        return self._stack(
            {"time": asked, "at_risk": self._present(number, asked, after=False)}
            | {name: curve.at(asked, name) for name in shown}
            for number, curve in enumerate(self.curves)
        )

    def risk_table(self, times: Any) -> pd.DataFrame:
        """Return, just after each time, how many are under observation, and what has happened until then.

        Columns group, time, at_risk, events (all events so far), deaths and censored (patients whose
        observation had ended otherwise). Without delayed entry and gaps ``at_risk + deaths + censored`` is n.
        """
        asked = asked_times(times)
        return self._stack(
            {"time": asked, "at_risk": self._present(number, asked, after=True)}
            | {
                name: value_at(curve.time, np.cumsum(getattr(curve, name)), asked, 0.0)
                for name in COUNTED[1:]
            }
            for number, curve in enumerate(self.curves)
        )

    def difference(self, times: Any) -> pd.DataFrame:
        """Return the mean number in the second group less that in the first, with a normal interval.

        Columns time, difference, std_error, low, high. With ``interval="log-t"`` Student's t with the number
        of patients less 2 takes the place of the normal distribution.

        Raises
        ------
        DesignError
            For another number of groups than two, or a time beyond follow-up.
        """
        import pandas as pd

        if len(self.curves) != 2:
            raise DesignError(f"A difference needs two groups, not {listing(self.labels)}.")
        asked = self._read(times, "The difference")
        first, second = self.curves
        found = second.at(asked, "estimate") - first.at(asked, "estimate")
        errors = [curve.at(asked, "std_error") for curve in self.curves]
        used = [corrected(e, c.patients, self.interval) for e, c in zip(errors, self.curves, strict=True)]
        freedom = first.patients + second.patients - 2
        margin = margin_of(np.hypot(*used), self.interval, self.level, freedom)
        limits = {"low": found - margin, "high": found + margin}
        return pd.DataFrame({"time": asked, "difference": found, "std_error": np.hypot(*errors), **limits})

    def statistic(self, times: Any) -> WeightedMeans:
        """Return the mean numbers at given times as a function of weights, ready for `hpcstats.bootstrap`.

        ``hs.bootstrap(curves.response, statistic=curves.statistic([5, 10]))`` draws patients, not rows.
        """
        asked = self._read(times, "The mean number")
        return WeightedMeans.of(self.histories, self.groups, self.weights, asked, death=self.terminal)

    def _read(self, times: Any, what: str) -> FloatArray:
        """Read times within the follow-up of all groups."""
        asked = asked_times(times)
        refuse_beyond(asked, self.follow_up, what, self.response.unit)
        return asked

    def _present(self, number: int, asked: FloatArray, *, after: bool) -> FloatArray:
        """Weigh the patients under observation at, or just `after`, each time."""
        each = np.where(self.groups.codes == number, self.weights, 0.0)[self.histories.patient]
        present = under_observation(self.response, slice(None), each, asked, after=after)
        return np.asarray(np.round(present, 9) + 0.0)

    def _stack(self, parts: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
        """Put columns made for each curve below one another, with the group in front."""
        import pandas as pd

        frames = [pd.DataFrame(columns) for columns in parts]
        for label, frame in zip(self.labels, frames, strict=True):
            frame.insert(0, "group", [label] * len(frame))
        found = pd.concat(frames, ignore_index=True)
        for name in COUNTED:
            if name in found and (found[name] % 1 == 0).all():
                found[name] = found[name].astype("int64")
        return found
