"""`multistate`: the course of each patient as moves between states."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from hpcstats.errors import UnsupportedError
from hpcstats.literature.cases import CaseData
from hpcstats.literature.histories.history import (
    ALL_PATIENTS,
    FROM_PRIMARY,
    UNTIL_LAST_CONTACT,
    History,
    view_histories,
)
from hpcstats.literature.observations import AT_ORIGIN, NO_FOLLOW_UP, end_from_primary
from hpcstats.literature.spans import first_of
from hpcstats.literature.timelines import SPINAL, Timeline
from hpcstats.literature.views import Entry
from hpcstats.surv import Surv

if TYPE_CHECKING:
    import pandas as pd

PRIMARY, RECURRENCE, METASTASIS, DEATH = STATES = ("primary", "local recurrence", "metastasis", "death")
_REACHED_BY = {RECURRENCE: ("local_recurrence",), METASTASIS: (SPINAL, "other_metastasis")}


def multistate(
    cases: CaseData, *, minimum_confidence: str = "low", exclude: Mapping[str, str] | None = None
) -> History:
    """The course after the primary: local recurrence, metastasis, death.

    A patient is in state "primary" until the first local recurrence or metastasis, in "local recurrence"
    until a metastasis, in "metastasis" until death. A recurrence after or with a metastasis is no move.

    Parameters
    ----------
    cases : CaseData
        Made by `load`.
    minimum_confidence, exclude
        As in `endpoint`.

    Returns
    -------
    History
        With a `Surv.multistate`, one row a stay.

    Raises
    ------
    UnsupportedError
        For data that declare their own endpoints.

    Notes
    -----
    A patient whose first recurrence or first metastasis is not dated is left out. Moves at the time of a
    dated death are passed over: the patient moves to death.

    Examples
    --------
    >>> import hpcstats as hs
    >>> courses = hs.literature.multistate(hs.literature.load())
    >>> courses.response.states
    ('primary', 'local recurrence', 'metastasis', 'death')
    """
    if cases.declares_endpoints:
        raise UnsupportedError(
            "The states here are those of the package's own data, and these data declare other endpoints. "
            "Build the stays with Surv.multistate."
        )
    view = view_histories(
        cases,
        _stays,
        _response,
        endpoints=("local_recurrence", "any_metastasis"),
        minimum_confidence=minimum_confidence,
        exclude=exclude or {},
    )
    return History(
        name="courses",
        label="Course after the primary: local recurrence, metastasis, death",
        origin=FROM_PRIMARY,
        event="a move to a later state; a recurrence after or with a metastasis is no move",
        censoring=UNTIL_LAST_CONTACT,
        competing_events="the moves out of a state compete with each other",
        population=f"{ALL_PATIENTS}; metastatic at diagnosis, or an undated first event: not in it",
        view=view,
        settings={"minimum_confidence": minimum_confidence, "exclude": dict(exclude or {})},
    )


def _stays(course: Timeline) -> list[Entry] | str:
    reached: list[tuple[float, str]] = []
    for state, kinds in _REACHED_BY.items():
        found = course.first(*kinds)
        span = first_of(tuple(event.from_primary for event in found)) if found else None
        if span is not None and span.upper == 0:
            return AT_ORIGIN
        if span is not None and span.point is None:
            return f"time of the first {state} not stated"
        if span is not None and span.point is not None:
            reached.append((span.point, state))
    end = end_from_primary(course)
    until = max([end.observed_until, *(time for time, _ in reached)])
    if until <= 0:
        return NO_FOLLOW_UP
    return _rows(_moves(reached, death=until if end.died else None), until)


def _moves(reached: list[tuple[float, str]], death: float | None) -> list[tuple[float, str]]:
    """Return the moves in order, without those that a later state at the same time or before passes over."""
    metastasis = min((time for time, state in reached if state == METASTASIS), default=float("inf"))
    kept = [
        (time, state)
        for time, state in reached
        if (state == METASTASIS or time < metastasis) and (death is None or time < death)
    ]
    return sorted(kept) + ([] if death is None else [(death, DEATH)])


def _rows(moves: list[tuple[float, str]], until: float) -> list[Entry]:
    rows: list[Entry] = []
    start, here = 0.0, PRIMARY
    for time, there in moves:
        rows.append({"start": start, "stop": time, "from_state": here, "to_state": there})
        start, here = time, there
    if start < until:
        rows.append({"start": start, "stop": until, "from_state": here, "to_state": None})
    return rows


def _response(entries: pd.DataFrame) -> Surv:
    return Surv.multistate(
        entries["start"],
        entries["stop"],
        entries["from_state"],
        entries["to_state"],
        states=STATES,
        id=entries["id"],
    )
