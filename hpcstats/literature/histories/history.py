"""`History`: patients with several events, as a response with covariates and an exclusion table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from hpcstats.literature.cases import CaseData
from hpcstats.literature.covariates import covariates
from hpcstats.literature.eligibility import check_options, low_confidence
from hpcstats.literature.timelines import Timeline
from hpcstats.literature.views import Entry, View, entries_view
from hpcstats.surv import Surv

if TYPE_CHECKING:
    import pandas as pd

FROM_PRIMARY = "treatment or diagnosis of the primary"
ALL_PATIENTS = "all patients; many were published because of a recurrence or a metastasis"
UNTIL_LAST_CONTACT = (
    "at the dated last contact; where only limits are stated, at the lower limit, up to which the patient "
    "is known to have been observed"
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class History:
    """Several events of each patient, stated in words.

    Attributes
    ----------
    name, label, origin, event, censoring, competing_events, population : str
        What is counted, from when, until when, in whom.
    view : View
        The response, its covariates row by row, and every patient left out with the reason.
    settings : dict
        The options it was made with.
    """

    name: str
    label: str
    origin: str
    event: str
    censoring: str
    competing_events: str
    population: str
    view: View
    settings: Mapping[str, Any] = field(default_factory=dict)

    @property
    def response(self) -> Surv:
        """The response; several rows a patient where events repeat or states change."""
        return self.view.response

    @property
    def data(self) -> pd.DataFrame:
        """The covariates, one row for each row of the response."""
        return self.view.data

    @property
    def exclusions(self) -> pd.DataFrame:
        """Every patient left out, with the reason."""
        return self.view.exclusions

    def __repr__(self) -> str:
        used, events, excluded = self.view.n, self.view.n_events, len(self.exclusions)
        return f"History {self.name}: {used} used, {events} events, {excluded} excluded"

    def __str__(self) -> str:
        return "\n".join(
            [
                self.label,
                f"Origin: {self.origin}.",
                f"Event: {self.event}.",
                f"Censoring: {self.censoring}.",
                f"Competing events: {self.competing_events}.",
                f"Population: {self.population}.",
                f"{self.view.n} used, {self.view.n_events} events, {len(self.exclusions)} excluded.",
            ]
        )


def view_histories(
    cases: CaseData,
    observe: Callable[[Timeline], list[Entry] | str],
    response: Callable[[pd.DataFrame], Surv],
    *,
    endpoints: tuple[str, ...],
    minimum_confidence: str,
    exclude: Mapping[str, str],
    kept: tuple[str, ...] = (),
) -> View:
    """Observe every eligible patient; `observe` gives the rows of one, or the reason to leave them out.

    Whoever is not usable for one of `endpoints` is not eligible.
    """
    check_options(cases, minimum_confidence, exclude)
    frame = covariates(cases)
    courses = cases.timelines()
    entries: dict[str, list[Entry] | str] = {}
    for patient in frame.to_dict(orient="records"):
        id_ = str(patient["patient_id"])
        unusable = (cases.not_usable.get((endpoint, id_), "") for endpoint in endpoints)
        reason = exclude.get(id_) or next(filter(None, unusable), "")
        reason = reason or low_confidence(patient, minimum_confidence)
        entries[id_] = reason or observe(courses[id_])
    return entries_view(frame, entries, response, kept)[0]
