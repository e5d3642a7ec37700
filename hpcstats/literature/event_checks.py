"""What the rows of events.csv may not say together: limits, order, ends."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from math import isnan
from typing import TYPE_CHECKING

from hpcstats.errors import listing
from hpcstats.literature.problems import Problem
from hpcstats.literature.reading import RawTable
from hpcstats.literature.timelines import LAST_CONTACT, SPINAL, Event, Timeline

if TYPE_CHECKING:
    import pandas as pd

_ORIGINS = ("primary", SPINAL)


def check_limits(raw: RawTable, events: pd.DataFrame) -> Iterator[Problem]:
    """Report rows without ``lower <= time <= upper``, or with a date that lacks its limits."""
    columns = (
        events["time_lower_years"],
        events["time_years"],
        events["time_upper_years"],
        events["precision"],
    )
    for row, (lower, time, upper, precision) in enumerate(zip(*columns, strict=True)):
        if lower > time or time > upper or lower > upper:
            stated = [f"{value:g}" for value in (lower, time, upper) if not isnan(value)]
            message = f"lower <= time <= upper does not hold ({', '.join(stated)})"
            yield raw.problem(row, "time_years", message, "Correct the time or its limits")
        if isinstance(precision, str) and precision != "bound" and (isnan(time) or isnan(upper)):
            message = f"precision {precision!r} needs a time and both limits"
            advice = "Give them; where only limits are known, write precision bound and leave the time empty"
            yield raw.problem(row, "precision", message, advice)


def check_states(raw: RawTable, events: pd.DataFrame) -> Iterator[Problem]:
    """Report states away from the last contact, last contacts without a state, and unknown origins."""
    columns = (events["event"], events["state_at_event"], events["origin"])
    for row, (kind, state, origin) in enumerate(zip(*columns, strict=True)):
        if kind == LAST_CONTACT and not isinstance(state, str):
            yield raw.problem(
                row, "state_at_event", "the last contact has no state", "Write unknown if it is not stated"
            )
        if isinstance(kind, str) and kind != LAST_CONTACT and isinstance(state, str):
            message = f"state {state!r} at a {kind}"
            yield raw.problem(row, "state_at_event", message, f"Give the state at {LAST_CONTACT} only")
        if isinstance(origin, str) and origin not in _ORIGINS:
            message = f"times from {origin!r} cannot be put on a clock"
            yield raw.problem(row, "origin", message, f"Count from one of: {', '.join(_ORIGINS)}")


def check_course(raw: RawTable, timeline: Timeline) -> Iterator[Problem]:
    """Report what cannot be true of one patient's course, whatever the rounding."""
    yield from _sequence(raw, timeline)
    yield from _origin(raw, timeline)
    ends = [event for event in timeline.events if event.ends]
    if len(ends) == 1:
        yield from _after_the_end(raw, timeline, ends[0])
    else:
        row = (ends or timeline.events)[-1].row
        found = listing(event.kind for event in ends) or "none"
        message = f"a patient has exactly one end row (a death or {LAST_CONTACT}); found {found}"
        yield raw.problem(
            row, "event", message, "Keep the latest; where nothing is stated, give a lower limit only"
        )


def _sequence(raw: RawTable, timeline: Timeline) -> Iterator[Problem]:
    for kind in dict.fromkeys(event.kind for event in timeline.events):
        rows = sorted(timeline.of_kind(kind), key=lambda event: event.sequence)
        numbers = [event.sequence for event in rows]
        if len(set(numbers)) == len(numbers) and numbers != list(range(1, len(numbers) + 1)):
            message = f"{kind} is numbered {listing(numbers)}"
            yield raw.problem(
                rows[-1].row, "sequence", message, "Number each kind of event 1, 2, … in order of time"
            )
        for earlier, later in pairwise(rows):
            if _cannot_follow(earlier, later) or _dated_backwards(earlier, later):
                message = f"{kind} {later.sequence} comes before {kind} {earlier.sequence}"
                yield raw.problem(
                    later.row, "sequence", message, "Renumber them in order of time, or correct the times"
                )


def _origin(raw: RawTable, timeline: Timeline) -> Iterator[Problem]:
    anchored = bool(timeline.first(SPINAL))
    for event in timeline.events:
        if event.origin != SPINAL:
            continue
        if event.kind == SPINAL:
            yield raw.problem(
                event.row, "origin", "a spinal metastasis is counted from itself", "Count it from the primary"
            )
        elif not anchored:
            message = "counted from a spinal metastasis that has no row"
            yield raw.problem(
                event.row, "origin", message, f"Add the {SPINAL} row (sequence 1), or count from the primary"
            )


def _after_the_end(raw: RawTable, timeline: Timeline, end: Event) -> Iterator[Problem]:
    word = "death" if end.is_death else "last contact"
    for event in timeline.events:
        if event is not end and _cannot_follow(event, end):
            message = f"the {event.kind} comes after the {word}"
            advice = f"Correct the {event.kind} or the {word}: no rounding reconciles them"
            yield raw.problem(event.row, "time_lower_years", message, advice)


def _cannot_follow(earlier: Event, later: Event) -> bool:
    if earlier.origin == later.origin:
        return later.reported.upper < earlier.reported.lower
    return later.from_primary.upper < earlier.from_primary.lower


def _dated_backwards(earlier: Event, later: Event) -> bool:
    first, second = earlier.from_primary.point, later.from_primary.point
    return first is not None and second is not None and second < first
