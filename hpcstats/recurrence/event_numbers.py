"""Which event of a patient a row leads to, and rows for each event number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from hpcstats.columns import FloatArray, IntArray, as_frame
from hpcstats.covariates import formula_text, given_names, variables, with_plain_names
from hpcstats.design import build_design
from hpcstats.errors import DataError, DesignError, NonIdentifiableWarning, listing, warn
from hpcstats.groups import same_rows
from hpcstats.recurrence.histories import Histories
from hpcstats.surv import Surv

if TYPE_CHECKING:
    import pandas as pd

EFFECTS = ("common", "by-event")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Numbered:
    """Rows with the number of the event they lead to.

    Attributes
    ----------
    response : Surv
        One stratum of time an event number: rows of a patient may share times.
    data : frame
        Covariates of these rows.
    number : ndarray of int
        Event number of each row, from 1.
    """

    response: Surv
    data: pd.DataFrame
    number: IntArray

    @property
    def strata(self) -> list[str]:
        """Label of each row's stratum."""
        width = len(str(self.number.max()))
        return [f"event {number:0{width}d}" for number in self.number.tolist()]

    def by_event(self, formula: Any, missing: str) -> pd.DataFrame:
        """Return a column for each covariate and event number, 0 in the rows of other numbers."""
        import pandas as pd

        design = build_design(self.data, formula, self.response, missing=missing)
        matrix: FloatArray = np.full((len(self.response), len(design.terms)), np.nan)
        matrix[design.rows] = design.matrix
        columns = {
            f"{term} (event {number})": np.where(self.number == number, matrix[:, k], 0.0 * matrix[:, k])
            for k, term in enumerate(design.terms)
            for number in np.unique(self.number).tolist()
        }
        return pd.DataFrame(columns)


def events_before(histories: Histories) -> IntArray:
    """Count, for each row, the patient's events in earlier rows."""
    order = histories.order
    events = histories.response.event[order].astype(np.int64)
    running = np.cumsum(events) - events
    patient = histories.patient[order]
    begins = np.searchsorted(patient, patient, side="left")
    before = np.empty(events.size, dtype=np.int64)
    before[order] = running - running[begins]
    return before


def since_last_event(histories: Histories) -> FloatArray:
    """Return, for each row, the time of the patient's last event before it, 0 if there is none."""
    order = histories.order
    stop, event = histories.response.time[order], histories.response.event[order]
    patient = histories.patient[order]
    last, found = 0.0, np.zeros(stop.size)
    for row in range(stop.size):
        if row and patient[row] != patient[row - 1]:
            last = 0.0
        found[row] = last
        if event[row]:
            last = float(stop[row])
    back = np.empty(stop.size)
    back[order] = found
    return back


def countable(histories: Histories, method: str) -> tuple[str, ...]:
    """Refuse gaps, in which events may have gone unseen, and warn of late entry.

    Raises
    ------
    DesignError
        For patients with gaps.
    """
    gaps = histories.with_gaps()
    if gaps.size:
        raise DesignError(
            f"{method} needs the number of each event, which is unknown after a gap in the observation "
            f"({histories.names(gaps)}). Leave later rows out, or use andersen_gill, which counts no events."
        )
    late = np.flatnonzero(histories.begin() > 0)
    if not late.size:
        return ()
    text = (
        f"Events before observation began are unknown ({histories.names(late)} entered after 0): the first "
        "event seen is taken as the first."
    )
    warn(text, NonIdentifiableWarning)
    return (text,)


def most_events(given: Any, number: IntArray, event: Any) -> int:
    """Read the largest event number; by default the largest that happened.

    Raises
    ------
    DataError
        For anything but a whole number from 1 on.
    DesignError
        Where no event happened.
    """
    seen = int(number[event].max()) if event.any() else 0
    if not seen:
        raise DesignError("There are no events, so no ratio exists. Report the follow-up instead.")
    if given is None:
        return seen
    if isinstance(given, bool) or not isinstance(given, (int, np.integer)) or given < 1:
        raise DataError(f"max_events must be a whole number, 1 or more, not {given!r}.")
    return min(int(given), seen)


def frame_of_rows(data: Any, response: Surv) -> pd.DataFrame:
    """Read covariates, one row for each row of the response."""
    frame = as_frame(data)
    same_rows(len(frame), response, "data")
    return frame


def refuse_changes(frame: pd.DataFrame, formula: str | Sequence[str] | None, histories: Histories) -> None:
    """Refuse covariates that change within a patient.

    Raises
    ------
    DataError
        With the columns and the patients.
    """
    import pandas as pd

    plain, aliases = with_plain_names(frame)
    wanted = variables(formula_text(formula, plain, aliases, ()), plain, aliases)
    first = histories.first_row[histories.patient]
    for name in wanted:
        # Missing values, which compare with nothing, are one code.
        codes = pd.factorize(plain[name])[0]
        rows = np.flatnonzero(codes != codes[first])
        if rows.size:
            whom = listing(dict.fromkeys(histories.response.patients([int(row)])[0] for row in rows))
            raise DataError(
                f"{given_names(name, aliases)} changes within a patient ({whom}). Marginal models follow "
                "every event from the origin: give covariates known then, or use andersen_gill.",
                rows=rows,
            )
