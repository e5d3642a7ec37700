"""`markov_check`: whether what follows a state depends on when the state was entered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from hpcstats.columns import BoolArray
from hpcstats.errors import DesignError
from hpcstats.groups import confidence_level, needs_kind
from hpcstats.regression.fit import CoxFit
from hpcstats.regression.proportional_hazards import cox
from hpcstats.results import Result
from hpcstats.surv import Surv

if TYPE_CHECKING:
    import pandas as pd

ENTERED = "entered"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class MarkovCheck(Result):
    """How the hazard of each move depends on when its state was entered. Made by `markov_check`.

    Attributes
    ----------
    response : Surv
        The data.
    moves : tuple of (str, str)
        State left and state entered, of every move out of a state that is entered during the course.
    fits : tuple of CoxFit
        The model of each move: one coefficient, of the time at which the state was entered.
    """

    response: Surv
    moves: tuple[tuple[str, str], ...]
    fits: tuple[CoxFit, ...]

    def title(self) -> str:
        """Return the heading of the text form."""
        return f"Markov assumption: {len(self.moves)} moves out of states entered during the course"

    def to_frame(self) -> pd.DataFrame:
        """Return a row for each move.

        Columns from_state, to_state, n (stays), events, hazard_ratio (per unit of time that the state was
        entered later), low, high, p_value, status.
        """
        import pandas as pd

        rows = []
        for (here, there), fit in zip(self.moves, self.fits, strict=True):
            row = fit.to_frame().iloc[0]
            numbers = {name: row[name] for name in ("hazard_ratio", "low", "high", "p_value")}
            who = {"from_state": here, "to_state": there, "n": fit.n, "events": fit.n_events}
            rows.append(who | numbers | {"status": fit.status})
        return pd.DataFrame(rows)

    def patients(self) -> tuple[str, ...]:
        """Return the identifiers of all patients with a stay in one of the states."""
        return tuple(sorted({patient for fit in self.fits for patient in fit.patients()}))


def markov_check(response: Surv, *, penalty: Any = "firth", level: float = 0.95) -> MarkovCheck:
    """Whether the moves out of a state depend on when it was entered, by one Cox model for each move.

    Transition probabilities from a later time (``illness_death(...).transition(...)``) by Aalen-Johansen
    assume that they do not: that a patient who recurred after one year and one who recurred after ten
    have the same future, at the same time. Where the hazard ratio is far from 1, use method="landmark". With
    a handful of moves a wide interval is the usual answer, and no licence for the assumption.

    Parameters
    ----------
    response : Surv
        From `Surv.multistate`.
    penalty, level
        As in `cox`.

    Returns
    -------
    MarkovCheck
        With `to_frame`.

    Raises
    ------
    DesignError
        If no state that is entered during the course is left again, or all enter it at the same time.

    Notes
    -----
    For each move, a Cox model on the clock of the origin with delayed entry into the state, the time of entry
    as its covariate (Andersen, Esbjerg & Sorensen 2000,
    doi:10.1002/(SICI)1097-0258(20000229)19:4<587::AID-SIM358>3.0.CO;2-R). Other moves out of the state are
    censorings.

    Examples
    --------
    >>> import hpcstats as hs
    >>> courses = hs.literature.multistate(hs.literature.load()).response
    >>> check = hs.markov_check(courses)
    >>> check.to_frame()[["from_state", "to_state", "n", "events"]]
             from_state    to_state   n  events
    0  local recurrence  metastasis  25       9
    1  local recurrence       death  25       2
    2        metastasis       death  13       3
    """
    needs_kind(response, ("multistate",), "markov_check", "Write Surv.multistate(start, stop, ...).")
    level = confidence_level(level)
    assert response.entry is not None
    assert response.origin is not None
    first = response.entry.min()
    moves: list[tuple[str, str]] = []
    fits: list[CoxFit] = []
    for here, there in _pairs(response):
        stays = (response.origin == here) & (response.entry > first)
        if (stays & (response.status == there)).any() and np.ptp(response.entry[stays]) > 0:
            moves.append((response.states[here - 1], response.states[there - 1]))
            fits.append(_fit(response, stays, there, penalty, level))
    if not moves:
        raise DesignError(
            "No state that is entered at different times is left again, so that there is nothing to check."
        )
    return MarkovCheck(
        n=len(set(response.patients())) if response.id is not None else len(response),
        n_events=sum(fit.n_events for fit in fits),
        method=f"Cox models of each move, covariate the time of entry into its state. {fits[0].method}",
        conventions=("Time runs from the origin; a stay is at risk from its entry on.",),
        warnings=tuple(dict.fromkeys(text for fit in fits for text in fit.warnings)),
        response=response,
        moves=tuple(moves),
        fits=tuple(fits),
    )


def _pairs(response: Surv) -> list[tuple[int, int]]:
    assert response.origin is not None
    pairs = zip(response.origin.tolist(), response.status.tolist(), strict=True)
    return sorted({(here, there) for here, there in pairs if there > 0})


def _fit(response: Surv, stays: BoolArray, there: int, penalty: Any, level: float) -> CoxFit:
    part = response.take(stays)
    y = Surv.right(part.time, part.status == there, entry=part.entry, id=part.id, unit=part.unit)
    return cox(y, {ENTERED: part.entry}, [ENTERED], penalty=penalty, level=level)
