"""`competing_events`: the first of several kinds of event."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from hpcstats.errors import UnsupportedError, listing, unknown_option
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
from hpcstats.literature.timelines import LAST_CONTACT, SPINAL, Timeline
from hpcstats.literature.views import Entry
from hpcstats.surv import Surv

if TYPE_CHECKING:
    import pandas as pd

Kinds = Mapping[str, tuple[str, ...]]
DEATH = "death"
KINDS: Kinds = {
    "local_recurrence": ("local_recurrence",),
    "metastasis": (SPINAL, "other_metastasis"),
    "spinal_metastasis": (SPINAL,),
    "other_metastasis": ("other_metastasis",),
}
_ENDPOINT_OF = {
    "local_recurrence": "local_recurrence",
    "metastasis": "any_metastasis",
    "spinal_metastasis": "spinal_metastasis",
    "other_metastasis": "any_metastasis",
}
ORDER_NOT_STATED = "time of the first event, or which event came first, not stated"


def competing_events(
    cases: CaseData,
    causes: Sequence[str] = ("local_recurrence", "metastasis", "death"),
    *,
    minimum_confidence: str = "low",
    exclude: Mapping[str, str] | None = None,
) -> History:
    """The first event of each patient after the primary, and its kind.

    Parameters
    ----------
    cases : CaseData
        Made by `load`.
    causes : sequence of str
        The kinds of event in order: local_recurrence, metastasis (at any site), or spinal_metastasis and
        other_metastasis, and death. Events of other kinds are passed over. Data that declare their own
        endpoints know the kinds of their events.csv.
    minimum_confidence, exclude
        As in `endpoint`.

    Returns
    -------
    History
        With a `Surv.competing`. ``data`` has the column ``together``: the events at the time of the
        first one, in words.

    Raises
    ------
    UnsupportedError
        For kinds that are not known or overlap.

    Notes
    -----
    Where two kinds happen at the same time, the one named first in `causes` counts. A patient whose first
    event is not dated, or may have come after an undated one of another kind, is left out.

    Examples
    --------
    >>> import hpcstats as hs
    >>> first = hs.literature.competing_events(hs.literature.load())
    >>> first.response.causes
    ('local_recurrence', 'metastasis', 'death')
    """
    kinds = kinds_of(cases)
    wanted = _known(causes, kinds)
    view = view_histories(
        cases,
        lambda course: _first(course, wanted, kinds),
        lambda entries: _response(entries, wanted),
        endpoints=tuple(_ENDPOINT_OF.get(cause, cause) for cause in wanted if cause != DEATH),
        minimum_confidence=minimum_confidence,
        exclude=exclude or {},
        kept=("together",),
    )
    words = [cause.replace("_", " ") for cause in wanted]
    return History(
        name="first_of_" + "_".join(wanted),
        label=f"Time from the primary to the first of {', '.join(words)}",
        origin=FROM_PRIMARY,
        event=f"whichever comes first; of events at the same time, the first of {', '.join(words)}",
        censoring=f"without any of these: {UNTIL_LAST_CONTACT}",
        competing_events="each kind competes with the others",
        population=f"{ALL_PATIENTS}; who had an event at diagnosis is not in it",
        view=view,
        settings={
            "causes": wanted,
            "minimum_confidence": minimum_confidence,
            "exclude": dict(exclude or {}),
        },
    )


def kinds_of(cases: CaseData) -> Kinds:
    """Return the kinds of events.csv behind each cause: those of the package, or the data's own."""
    if not cases.declares_endpoints:
        return KINDS
    own = (str(kind) for kind in cases.events["event"].cat.categories)
    return {kind: (kind,) for kind in own if kind != LAST_CONTACT and not kind.startswith(DEATH)}


def _known(causes: Sequence[str], known: Kinds) -> tuple[str, ...]:
    wanted = (causes,) if isinstance(causes, str) else tuple(causes)
    for cause in wanted:
        if cause not in (*known, DEATH):
            raise unknown_option("causes", cause, (*known, DEATH))
    kinds = [kind for cause in wanted if cause != DEATH for kind in known[cause]]
    if not kinds or len(set(kinds)) < len(kinds) or len(set(wanted)) < len(wanted):
        raise UnsupportedError(
            f"causes must name distinct kinds of event, at least one besides death, not {listing(wanted)}. "
            "metastasis holds spinal_metastasis and other_metastasis."
        )
    return wanted


def _first(course: Timeline, causes: tuple[str, ...], kinds: Kinds = KINDS) -> list[Entry] | str:
    spans = {
        cause: first_of(tuple(event.from_primary for event in found))
        for cause in causes
        if cause != DEATH and (found := course.first(*kinds[cause]))
    }
    if not spans:
        return _end(course, causes)
    first = first_of(tuple(spans.values()))
    if first.upper == 0:
        return AT_ORIGIN
    if first.point is None:
        return ORDER_NOT_STATED
    together = [cause for cause, span in spans.items() if span.point == first.point]
    return [{"time": first.point, "cause": together[0], "together": " and ".join(together)}]


def _end(course: Timeline, causes: tuple[str, ...]) -> list[Entry] | str:
    end = end_from_primary(course)
    if end.observed_until <= 0:
        return NO_FOLLOW_UP
    cause = DEATH if end.died and DEATH in causes else None
    return [{"time": end.observed_until, "cause": cause, "together": cause or ""}]


def _response(entries: pd.DataFrame, causes: tuple[str, ...]) -> Surv:
    return Surv.competing(entries["time"], entries["cause"], causes=causes, id=entries["id"])
