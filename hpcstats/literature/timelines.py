"""The course of one patient on two clocks: from the primary, and from the first spinal metastasis."""

from __future__ import annotations

from dataclasses import dataclass
from math import isnan
from typing import TYPE_CHECKING

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
    return {
        str(patient): Timeline(patient_id=str(patient), events=_timed(rows))
        for patient, rows in events.groupby("patient_id", sort=False)
    }


def _timed(rows: pd.DataFrame) -> tuple[Event, ...]:
    spans = [
        Span.reported(float(time), float(lower), float(upper), str(precision))
        for time, lower, upper, precision in zip(
            rows["time_years"],
            rows["time_lower_years"],
            rows["time_upper_years"],
            rows["precision"],
            strict=True,
        )
    ]
    keys = list(zip(rows["event"].astype(str), rows["sequence"], strict=True))
    spine = next((span for span, key in zip(spans, keys, strict=True) if key == (SPINAL, 1)), None)
    return tuple(
        Event(
            row=int(row),
            kind=kind,
            sequence=_NO_NUMBER if isnan(sequence) else int(sequence),
            origin=str(origin),
            state=str(state) if isinstance(state, str) else None,
            reported=span,
            from_primary=_from_primary(span, str(origin), spine),
            from_spine=_from_spine(span, str(origin), spine),
        )
        for row, (kind, sequence), origin, state, span in zip(
            rows.index, keys, rows["origin"], rows["state_at_event"], spans, strict=True
        )
    )


def _from_primary(span: Span, origin: str, spine: Span | None) -> Span:
    if origin != SPINAL:
        return span
    return Span.not_stated() if spine is None else span.after(spine)


def _from_spine(span: Span, origin: str, spine: Span | None) -> Span | None:
    if origin == SPINAL:
        return span
    return None if spine is None else span.since(spine)
