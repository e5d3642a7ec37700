"""The course of each patient as a swimmer plot draws it: read from a frame, one row a patient and event."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from hpcstats.columns import as_frame, is_missing
from hpcstats.errors import DataError, listing

REQUIRED = ("patient_id", "source", "event", "time", "lower", "upper", "state", "mechanism")
PRIMARY = "primary"
LAST_CONTACT = "last_follow_up"
NOT_STATED = "not stated"
DEATHS = {
    "death_of_disease": "died of disease",
    "death_other": "died, other cause",
    "death_cause_unknown": "died, cause not stated",
}
EVENTS = ("local_recurrence", "spinal_metastasis", "spinal_progression", "other_metastasis")
AS_NAMED = {event: event for event in EVENTS}
STATES = {
    "alive_no_disease": "alive, no disease",
    "alive_with_disease": "alive with disease",
    "alive_unknown": "alive",
    "unknown": "not stated",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """One event on the clock of the primary: its time, or only the range it lies in (NaN where unknown)."""

    event: str
    time: float
    lower: float
    upper: float

    @property
    def timed(self) -> bool:
        """Whether a time is stated."""
        return math.isfinite(self.time)

    @property
    def ranged(self) -> bool:
        """Whether no time is stated, but a range with two ends is."""
        return not self.timed and math.isfinite(self.lower) and math.isfinite(self.upper)

    @property
    def reached(self) -> float:
        """The latest time up to which observation is certain."""
        return _or_zero(self.time if self.timed else self.lower)


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """One lane: a patient, the events, and how the observation ends.

    Attributes
    ----------
    patient, source, mechanism : str
        Identifier, publication, and route to the spine.
    moments : tuple of Moment
        All events but the primary and the last one.
    last : Moment or None
        Death or last contact.
    state : str
        State at the last contact, "died ..." for a death.
    sorted_by : float
        Time of the event the lanes are sorted by; NaN if not stated.
    """

    patient: str
    source: str
    mechanism: str
    moments: tuple[Moment, ...]
    last: Moment | None
    state: str
    sorted_by: float

    @property
    def dated(self) -> bool:
        """Whether the time of the event the lanes are sorted by is stated."""
        return math.isfinite(self.sorted_by)

    @property
    def died(self) -> bool:
        """Whether the observation ends with a death."""
        return self.last is not None and self.last.event in DEATHS

    @property
    def alive(self) -> bool:
        """Whether the patient was alive at the last contact."""
        return self.state.startswith("alive")

    @property
    def _every_moment(self) -> tuple[Moment, ...]:
        return self.moments if self.last is None else (*self.moments, self.last)

    @property
    def observed(self) -> float:
        """How far the patient was certainly observed: the length of the bar."""
        return max((moment.reached for moment in self._every_moment), default=0.0)

    @property
    def furthest(self) -> float:
        """The rightmost time that is drawn."""
        ends = [_or_zero(value) for moment in self._every_moment for value in (moment.time, moment.upper)]
        return max(self.observed, *ends, 0.0)


def courses(lanes: Any, event: str | None, symbols: Mapping[str, str] = AS_NAMED) -> tuple[Course, ...]:
    """Read the frame and sort: by the time of `event`, those without one last; ties by identifier.

    Without an `event` by the length of the observation. `symbols` says for each kind of event which of
    `EVENTS` lends it its symbol.

    Raises
    ------
    DataError
        For missing columns, unknown events or states, and patients without `event`.
    """
    frame = as_frame(lanes, "lanes")
    missing = [name for name in REQUIRED if name not in frame.columns]
    if missing:
        raise DataError(f"lanes has no column {listing(missing)}. It needs {', '.join(REQUIRED)}.")
    known = {PRIMARY, LAST_CONTACT, *DEATHS, *symbols}
    strange = [row for row, name in enumerate(frame["event"]) if name not in known]
    if strange:
        shown = listing(f"row {row}: {frame['event'].iloc[row]!r}" for row in strange)
        names = ", ".join(sorted(known))
        raise DataError(f"lanes holds unknown events ({shown}). Known are {names}.", rows=strange)
    groups = frame.groupby("patient_id", sort=False)
    found = [_course(str(patient), rows, event, symbols) for patient, rows in groups]
    return tuple(sorted(found, key=lambda lane: (not lane.dated, _or_zero(lane.sorted_by), lane.patient)))


def _or_zero(value: float) -> float:
    return value if math.isfinite(value) else 0.0


def _course(patient: str, rows: Any, event: str | None, symbols: Mapping[str, str]) -> Course:
    moments = [(str(row.event), _moment(row, symbols), row) for row in rows.itertuples()]
    sought = [moment.time for name, moment, _ in moments if name == event]
    if event is None:
        sought = [max(moment.reached for _, moment, _ in moments)]
    if not sought:
        raise DataError(f"Patient {patient} has no {event!r}. Give only patients who had it.")
    ends = [(moment, row) for name, moment, row in moments if name == LAST_CONTACT or name in DEATHS]
    last, end = ends[-1] if ends else (None, None)
    return Course(
        patient=patient,
        source=_words(rows["source"].iloc[0]),
        mechanism=_words(rows["mechanism"].iloc[0]),
        moments=tuple(moment for name, moment, _ in moments if name in symbols),
        last=last,
        state=_state(last, end, patient),
        sorted_by=sought[0],
    )


def _state(last: Moment | None, row: Any, patient: str) -> str:
    if last is None:
        return STATES["unknown"]
    if last.event in DEATHS:
        return DEATHS[last.event]
    code = "unknown" if is_missing(row.state) or row.state == "" else str(row.state)
    if code not in STATES:
        raise DataError(f"Patient {patient} has the state {code!r}. Known are {', '.join(STATES)}.")
    return STATES[code]


def _moment(row: Any, symbols: Mapping[str, str]) -> Moment:
    values = (math.nan if is_missing(value) else float(value) for value in (row.time, row.lower, row.upper))
    time, lower, upper = values
    return Moment(event=symbols.get(str(row.event), str(row.event)), time=time, lower=lower, upper=upper)


def _words(value: object) -> str:
    return NOT_STATED if is_missing(value) or value == "" else str(value)


def moments_by_event(course: Course) -> Iterator[tuple[str, list[Moment]]]:
    """Yield the events of a course kind by kind, each in order of time, those with only a range last."""
    for event in EVENTS:
        found = [moment for moment in course.moments if moment.event == event]
        yield event, sorted(found, key=lambda one: (not one.timed, _or_zero(one.time), _or_zero(one.lower)))
