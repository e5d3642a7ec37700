"""The course of one patient on two clocks: from the primary, and from the first spinal metastasis."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import isnan
from typing import TYPE_CHECKING, NamedTuple

from hpcstats.literature.spans import Span

if TYPE_CHECKING:
    import pandas as pd

LAST_CONTACT = "last_follow_up"
SPINAL = "spinal_metastasis"
_NO_NUMBER = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One row of events.csv with its time on both clocks."""

    row: int
    kind: str
    sequence: int
    origin: str
    state: str | None
    reported: Span
    from_primary: Span
    from_spine: Span | None

    @property
    def ends(self) -> bool:
        """Whether this is the end row of the patient."""
        return self.kind == LAST_CONTACT or self.is_death

    @property
    def is_death(self) -> bool:
        """Whether this is a death."""
        return self.kind.startswith("death")


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """All events of one patient, in the order of the file."""

    patient_id: str
    events: tuple[Event, ...]

    def of_kind(self, *kinds: str) -> tuple[Event, ...]:
        """Return the events of the given kinds."""
        return tuple(event for event in self.events if event.kind in kinds)

    def first(self, *kinds: str) -> tuple[Event, ...]:
        """Return the first event of each given kind that occurs."""
        return tuple(event for event in self.of_kind(*kinds) if event.sequence == 1)

    @property
    def end(self) -> Event:
        """The death or last contact."""
        return next(event for event in self.events if event.ends)

    def end_since_spine(self) -> Span:
        """Time from the first spinal metastasis to the end, at least as long as any event counted from it."""
        end = self.end.from_spine
        if end is None:
            return Span.not_stated()
        counted = [event.reported.lower for event in self.events if event.origin == SPINAL]
        return end.at_least(max(counted, default=0.0))


def timelines(events: pd.DataFrame) -> dict[str, Timeline]:
    """Build the timeline of each patient in a typed events frame."""
    rows_of: dict[str, list[_Row]] = {}
    for row in _rows(events):
        rows_of.setdefault(row.patient, []).append(row)
    return {patient: Timeline(patient_id=patient, events=_timed(rows)) for patient, rows in rows_of.items()}


class _Row(NamedTuple):
    position: int
    patient: str
    kind: str
    sequence: int
    origin: str
    state: str | None
    span: Span


def _rows(events: pd.DataFrame) -> Iterator[_Row]:
    words = events[["patient_id", "event", "origin", "state_at_event", "precision"]].astype(object)
    numbers = events[["sequence", "time_years", "time_lower_years", "time_upper_years"]].astype("float64")
    pairs = zip(words.to_numpy().tolist(), numbers.to_numpy().tolist(), strict=True)
    for position, ((patient, kind, origin, state, precision), (sequence, time, lower, upper)) in enumerate(
        pairs
    ):
        if isinstance(patient, str):
            yield _Row(
                position=position,
                patient=patient,
                kind=str(kind),
                sequence=_NO_NUMBER if isnan(sequence) else int(sequence),
                origin=str(origin),
                state=state if isinstance(state, str) else None,
                span=Span.reported(time, lower, upper, str(precision)),
            )


def _timed(rows: list[_Row]) -> tuple[Event, ...]:
    spine = next((row.span for row in rows if row.kind == SPINAL and row.sequence == 1), None)
    return tuple(
        Event(
            row=row.position,
            kind=row.kind,
            sequence=row.sequence,
            origin=row.origin,
            state=row.state,
            reported=row.span,
            from_primary=_from_primary(row.span, row.origin, spine),
            from_spine=_from_spine(row.span, row.origin, spine),
        )
        for row in rows
    )


def _from_primary(span: Span, origin: str, spine: Span | None) -> Span:
    if origin != SPINAL:
        return span
    return Span.not_stated() if spine is None else span.after(spine)


def _from_spine(span: Span, origin: str, spine: Span | None) -> Span | None:
    if origin == SPINAL:
        return span
    return None if spine is None else span.since(spine)
