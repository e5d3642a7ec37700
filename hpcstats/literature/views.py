"""One endpoint seen in three ways: as points, as intervals, and truncated by the year of the report."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hpcstats.errors import DesignError
from hpcstats.literature.definitions import Definition
from hpcstats.literature.observations import NO_FOLLOW_UP, NO_LATER_CONTACT, Observation
from hpcstats.surv import Surv

if TYPE_CHECKING:
    import pandas as pd

NO_EVENT = "no event, so not reported because of it"
NO_PRIMARY_YEAR = "year of the primary not stated"
NO_REPORT_YEAR = "year of the report not stated"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class View:
    """One way to see an endpoint.

    Attributes
    ----------
    surv : Surv or None
        The response of the patients used, with their identifiers; None if nobody is usable.
    data : DataFrame
        Their covariates, row by row in the order of the response.
    exclusions : DataFrame
        Every other patient: patient_id, reason.
    """

    surv: Surv | None
    data: pd.DataFrame
    exclusions: pd.DataFrame

    @property
    def response(self) -> Surv:
        """The response.

        Raises
        ------
        DesignError
            If no patient is usable, with the reasons.
        """
        if self.surv is None:
            counts = self.exclusions["reason"].value_counts(sort=False)
            reasons = "; ".join(f"{reason} ({count})" for reason, count in counts.items())
            raise DesignError(
                f"No patient is usable for this view: {reasons}. Choose another view or endpoint."
            )
        return self.surv

    @property
    def n(self) -> int:
        """Number of patients used."""
        return int(self.data["patient_id"].nunique())

    @property
    def n_events(self) -> int:
        """Number of rows used that end with an event."""
        return 0 if self.surv is None else self.surv.n_events

    def __repr__(self) -> str:
        used = "nobody usable" if self.surv is None else repr(self.surv)
        return f"View: {used}, {len(self.exclusions)} excluded"


Entry = dict[str, Any]
Select = Callable[[Observation, Mapping[str, Any]], Entry | str]


def point_entry(definition: Definition) -> Select:
    """Use dated events, and ends at their date or lower limit."""

    def select(seen: Observation, _: Mapping[str, Any]) -> Entry | str:
        if seen.happened:
            if seen.span.point is None:
                return _undated(definition, seen)
            return {"time": seen.span.point, "event": True, "cause": 1}
        if seen.observed_until <= 0:
            return _no_follow_up(definition)
        return {"time": seen.observed_until, "event": False, "cause": 2 if seen.died else 0}

    return select


def interval_entry(definition: Definition) -> Select:
    """Use every event whose limits say something, and ends at their lower limit."""

    def select(seen: Observation, _: Mapping[str, Any]) -> Entry | str:
        if seen.happened:
            if not seen.span.informative:
                return _undated(definition, seen)
            return {"lower": seen.span.lower, "upper": seen.span.upper}
        if seen.span.lower <= 0:
            return _no_follow_up(definition)
        return {"lower": seen.span.lower, "upper": math.inf}

    return select


def truncated_entry(definition: Definition) -> Select:
    """Use dated events with the years of the primary and of the report.

    Calendar years place the report within one year of their difference, and that difference is the
    truncation time. A time beyond it is rounded, or the report came later than the bare years say (`load`
    has refused what neither explains); the truncation time is then the time itself, the nearest value that
    both allow, so that rounding alone never makes a case impossible.
    """

    def select(seen: Observation, patient: Mapping[str, Any]) -> Entry | str:
        if not seen.happened:
            return NO_EVENT
        time = seen.span.point
        if time is None:
            return _undated(definition, seen)
        if math.isnan(patient["year_primary"]):
            return NO_PRIMARY_YEAR
        if math.isnan(patient["source_year"]):
            return NO_REPORT_YEAR
        years = patient["source_year"] - patient["year_primary"]
        truncation = max(years, time)
        return {
            "time": time,
            "truncation": truncation,
            "truncation_lower": min(max(seen.span.lower, years - 1), truncation),
            "truncation_upper": max(years + 1, truncation),
        }

    return select


def _undated(definition: Definition, seen: Observation) -> str:
    if seen.span.informative:
        return f"{definition.noun} known, but not dated"
    return f"time of the {definition.noun} not stated"


def _no_follow_up(definition: Definition) -> str:
    return NO_LATER_CONTACT if definition.starts_at_spine else NO_FOLLOW_UP


def build_view(
    covariates: pd.DataFrame,
    observed: Mapping[str, Observation | str],
    select: Select,
    response: Callable[[pd.DataFrame], Surv],
    kept: Iterable[str] = (),
) -> tuple[View, pd.DataFrame]:
    """Split the patients into used and excluded; return the view and its entries.

    The entries named in `kept` become columns of the view's data.
    """
    entries: dict[str, list[Entry] | str] = {}
    for patient in covariates.to_dict(orient="records"):
        id_ = str(patient["patient_id"])
        seen = observed[id_]
        columns = {str(key): value for key, value in patient.items()}
        entry = seen if isinstance(seen, str) else select(seen, columns)
        entries[id_] = entry if isinstance(entry, str) else [entry]
    return entries_view(covariates, entries, response, kept)


def entries_view(
    covariates: pd.DataFrame,
    entries: Mapping[str, list[Entry] | str],
    response: Callable[[pd.DataFrame], Surv],
    kept: Iterable[str] = (),
) -> tuple[View, pd.DataFrame]:
    """Make the view of the patients who have entries; the others have the reason why not."""
    import pandas as pd

    rows: list[int] = []
    used: list[Entry] = []
    excluded: list[tuple[str, str]] = []
    for row, id_ in enumerate(covariates["patient_id"].astype(str)):
        found = entries[id_]
        if isinstance(found, str):
            excluded.append((id_, found))
        else:
            rows += [row] * len(found)
            used += [{"id": id_} | entry for entry in found]
    data = covariates.iloc[rows].reset_index(drop=True)
    table = pd.DataFrame(used)
    for name in kept:
        data[name] = table[name] if used else pd.Series(dtype="float64")
    surv = response(table) if used else None
    exclusions = pd.DataFrame(excluded, columns=["patient_id", "reason"])
    return View(surv=surv, data=data, exclusions=exclusions), table
