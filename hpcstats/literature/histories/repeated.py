"""`recurrent_events`: events that can happen again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from hpcstats.errors import unknown_option
from hpcstats.literature.cases import CaseData
from hpcstats.literature.histories.first_events import kinds_of
from hpcstats.literature.histories.history import (
    ALL_PATIENTS,
    FROM_PRIMARY,
    UNTIL_LAST_CONTACT,
    History,
    view_histories,
)
from hpcstats.literature.observations import AT_ORIGIN, NO_FOLLOW_UP, end_from_primary
from hpcstats.literature.timelines import Timeline
from hpcstats.literature.views import Entry
from hpcstats.surv import Surv

if TYPE_CHECKING:
    import pandas as pd

EVENTS = ("local_recurrence",)
REGROWTH = ", regrowth of residual tumour included"
NOT_ALL_DATED = "a {noun} is not dated"


def recurrent_events(
    cases: CaseData,
    event: str = "local_recurrence",
    *,
    minimum_confidence: str = "low",
    exclude: Mapping[str, str] | None = None,
) -> History:
    """Every event of one kind in each patient, until the last contact or death.

    Parameters
    ----------
    cases : CaseData
        Made by `load`.
    event : {"local_recurrence"}
        The kind of event; of data that declare their own endpoints, any kind of their events.csv.
    minimum_confidence, exclude
        As in `endpoint`.

    Returns
    -------
    History
        With a `Surv.counting`, one row from each event to the next; ``terminal`` marks dated deaths.

    Raises
    ------
    UnsupportedError
        For another kind of event.

    Notes
    -----
    A patient with an undated event of this kind is left out whole: the number of events before any time
    would not be known; so is one who has one at the origin. Observation
    goes on at least until the last event.

    Examples
    --------
    >>> import hpcstats as hs
    >>> again = hs.literature.recurrent_events(hs.literature.load())
    >>> again.response.take(again.response.id == "brass_2004").to_frame()["time"].tolist()
    [5.0, 8.25]
    """
    known = tuple(kinds_of(cases)) if cases.declares_endpoints else EVENTS
    if event not in known:
        raise unknown_option("event", event, known)
    noun = event.replace("_", " ")
    view = view_histories(
        cases,
        lambda course: _stretches(course, event),
        _response,
        endpoints=(event,),
        minimum_confidence=minimum_confidence,
        exclude=exclude or {},
    )
    return History(
        name=f"repeated_{event}",
        label=f"Repeated {noun} after the primary",
        origin=FROM_PRIMARY,
        event=f"each {noun}" + (REGROWTH if event in EVENTS else ""),
        censoring=UNTIL_LAST_CONTACT,
        competing_events="death ends all recurrences",
        population=f"{ALL_PATIENTS}; who has an undated {noun} is not in it",
        view=view,
        settings={"event": event, "minimum_confidence": minimum_confidence, "exclude": dict(exclude or {})},
    )


def _stretches(course: Timeline, event: str) -> list[Entry] | str:
    times: list[float] = []
    for seen in course.of_kind(event):
        if seen.from_primary.point is None:
            return NOT_ALL_DATED.format(noun=event.replace("_", " "))
        times.append(seen.from_primary.point)
    if 0 in times:
        return AT_ORIGIN
    end = end_from_primary(course)
    until = max([end.observed_until, *times])
    if until <= 0:
        return NO_FOLLOW_UP
    stops = sorted({*times, until})
    return [
        {"start": start, "stop": stop, "event": stop in times, "terminal": end.died and stop == until}
        for start, stop in zip([0.0, *stops[:-1]], stops, strict=True)
    ]


def _response(entries: pd.DataFrame) -> Surv:
    return Surv.counting(
        entries["start"], entries["stop"], entries["event"], terminal=entries["terminal"], id=entries["id"]
    )
