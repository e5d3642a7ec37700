"""`endpoint`: from case-level data to a response, its covariates and its exclusion table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from hpcstats.errors import unknown_option
from hpcstats.literature.cases import CaseData
from hpcstats.literature.covariates import covariates
from hpcstats.literature.definitions import Definition
from hpcstats.literature.eligibility import check_options, known_mechanisms, not_eligible
from hpcstats.literature.observations import Observation
from hpcstats.literature.views import View, build_view, interval_entry, point_entry, truncated_entry
from hpcstats.surv import Surv

if TYPE_CHECKING:
    import pandas as pd

NOT_ON_THIS_CLOCK = "view not defined: the event is not counted from the primary to an occasion of the report"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Endpoint:
    """One endpoint of a data set, stated in words and seen in three ways.

    Attributes
    ----------
    name, label, origin, event, censoring, competing_events, population : str
        What is counted, from when, until when, in whom.
    point : View
        Dated events as right-censored times: every time as reported.
    interval : View
        Every event in the limits that wording and rounding allow, ``(lower, upper]``.
    truncated : View
        Dated events with the time at which the report ended observation; ``data`` holds truncation,
        truncation_lower and truncation_upper. Nobody is usable where this has no meaning.
    competing : Surv or None
        The point view with death as a competing event, row by row in its order, where there is one.
    settings : dict
        The options the endpoint was made with.
    """

    name: str
    label: str
    origin: str
    event: str
    censoring: str
    competing_events: str
    population: str
    point: View
    interval: View
    truncated: View
    competing: Surv | None
    settings: Mapping[str, Any] = field(default_factory=dict)

    @property
    def response(self) -> Surv:
        """The response of the point view."""
        return self.point.response

    @property
    def data(self) -> pd.DataFrame:
        """The covariates of the point view."""
        return self.point.data

    @property
    def exclusions(self) -> pd.DataFrame:
        """Every patient the point view does not use, with the reason."""
        return self.point.exclusions

    def __repr__(self) -> str:
        used, events, excluded = self.point.n, self.point.n_events, len(self.exclusions)
        return f"Endpoint {self.name}: {used} used, {events} events, {excluded} excluded"

    def __str__(self) -> str:
        lines = [
            self.label,
            f"Origin: {self.origin}.",
            f"Event: {self.event}.",
            f"Censoring: {self.censoring}.",
            f"Competing events: {self.competing_events}.",
            f"Population: {self.population}.",
        ]
        for name in ("point", "interval", "truncated"):
            view = getattr(self, name)
            lines.append(
                f"As {name}: {view.n} used, {view.n_events} events, {len(view.exclusions)} excluded."
            )
        return "\n".join(lines)


def endpoint(
    cases: CaseData,
    name: str,
    *,
    minimum_confidence: str = "low",
    exclude_mechanisms: Iterable[str] = ("synchronous",),
    exclude: Mapping[str, str] | None = None,
) -> Endpoint:
    """A time-to-event endpoint of published cases, with a reason for every patient left out.

    In each view, the patients used and the patients excluded are together all patients of the data.

    Parameters
    ----------
    cases : CaseData
        Made by `load`.
    name : str
        spinal_metastasis, local_recurrence, any_metastasis, overall_survival (from the primary),
        post_spinal_progression or survival_after_spinal_metastasis (from the first spinal metastasis). Data
        whose datapackage.json declares ``hpcstats:endpoints`` have those instead.
    minimum_confidence : {"low", "medium", "high"}
        Patients recorded with less confidence are excluded.
    exclude_mechanisms : collection of str
        Routes to the spine left out of the three endpoints about spinal metastasis: synchronous,
        contiguous, csf_seeding, distant. A synchronous metastasis has no latency, but a clock of its own
        afterwards, so "synchronous" matters to ``spinal_metastasis`` alone.
    exclude : mapping of patient_id to str, optional
        Further patients to leave out, with the reason.

    Returns
    -------
    Endpoint

    Raises
    ------
    UnsupportedError
        For an unknown endpoint, confidence or mechanism.
    DataError
        For a patient in `exclude` who is not in the data.

    Notes
    -----
    A time is a date if it is given and not merely a bound, or if its two limits coincide; a bound is
    never read as a date. The first event of a kind is the one with sequence 1. Times counted from the
    spinal metastasis are added to its time (points to points, limits to limits), except where that time is
    not stated. Where several events compete to be the first, the first is dated only if no undated one
    may have come before it.

    Examples
    --------
    >>> import hpcstats as hs
    >>> spine = hs.literature.endpoint(hs.literature.load(), "spinal_metastasis")
    >>> spine
    Endpoint spinal_metastasis: 17 used, 17 events, 140 excluded
    >>> spine.response
    Surv.right: 17 rows, 17 events, times 0.25 to 17 years
    """
    definition = _definition(cases, name)
    unwanted = known_mechanisms(cases, exclude_mechanisms)
    reasons = dict(exclude or {})
    check_options(cases, minimum_confidence, reasons)
    frame = covariates(cases)
    courses = cases.timelines()
    observed: dict[str, Observation | str] = {}
    for patient in frame.to_dict(orient="records"):
        id_ = str(patient["patient_id"])
        reason = (
            reasons.get(id_)
            or cases.not_usable.get((name, id_))
            or not_eligible(definition, patient, minimum_confidence, unwanted)
        )
        observed[id_] = reason or definition.observe(courses[id_])
    settings = {
        "minimum_confidence": minimum_confidence,
        "exclude_mechanisms": tuple(unwanted),
        "exclude": reasons,
    }
    return _assemble(definition, frame, observed, settings)


def _definition(cases: CaseData, name: str) -> Definition:
    if name not in cases.endpoints:
        raise unknown_option("name", name, cases.endpoints)
    return cases.endpoints[name]


def _assemble(
    definition: Definition,
    frame: pd.DataFrame,
    observed: Mapping[str, Observation | str],
    settings: Mapping[str, Any],
) -> Endpoint:
    point, entries = build_view(frame, observed, point_entry(definition), _right)
    interval, _ = build_view(frame, observed, interval_entry(definition), _interval)
    limits = ("truncation", "truncation_lower", "truncation_upper")
    seen = observed if definition.truncatable else dict.fromkeys(observed, NOT_ON_THIS_CLOCK)
    truncated, _ = build_view(frame, seen, truncated_entry(definition), _truncated, limits)
    competing = None
    if definition.competes_with_death and point.n:
        causes = (definition.name, "death")
        competing = Surv.competing(entries["time"], entries["cause"], causes=causes, id=entries["id"])
    return Endpoint(
        name=definition.name,
        label=definition.label,
        origin=definition.origin,
        event=definition.event,
        censoring=definition.censoring,
        competing_events=definition.competing_events,
        population=definition.population,
        point=point,
        interval=interval,
        truncated=truncated,
        competing=competing,
        settings=settings,
    )


def _right(entries: pd.DataFrame) -> Surv:
    return Surv.right(entries["time"], entries["event"], id=entries["id"])


def _interval(entries: pd.DataFrame) -> Surv:
    return Surv.interval(entries["lower"], entries["upper"], id=entries["id"])


def _truncated(entries: pd.DataFrame) -> Surv:
    return Surv.right_truncated(entries["time"], entries["truncation"], id=entries["id"])
