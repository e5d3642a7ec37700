"""What each endpoint sees of one patient: an event or an end of observation, on its own clock."""

from __future__ import annotations

from dataclasses import dataclass

from hpcstats.literature.spans import Span, first_of
from hpcstats.literature.timelines import SPINAL, Timeline

NO_FOLLOW_UP = "no follow-up time stated"
NO_LATER_CONTACT = "no follow-up after the spinal metastasis stated"
AT_ORIGIN = "event at diagnosis, not free of it at the origin"
AT_DIAGNOSIS = "metastasis at diagnosis, not free of it at the origin"


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """One patient on the clock of one endpoint.

    Attributes
    ----------
    happened : bool
        Whether the event happened.
    span : Span
        Time of the event, or of the end of observation without it.
    observed_until : float
        Without the event: the date of the end, or the time up to which the patient is known to have
        been observed.
    died : bool
        Without the event: whether the observation ended with a dated death.
    """

    happened: bool
    span: Span
    observed_until: float
    died: bool = False


def spinal_metastasis(course: Timeline) -> Observation | str:
    """Time from the primary to the first spinal metastasis."""
    return _event(course.first(SPINAL)[0].from_primary)


def local_recurrence(course: Timeline) -> Observation | str:
    """Time from the primary to the first local recurrence."""
    recurrence = course.first("local_recurrence")
    return _event(recurrence[0].from_primary) if recurrence else end_from_primary(course)


def any_metastasis(course: Timeline) -> Observation | str:
    """Time from the primary to the first metastasis at any site."""
    spans = tuple(event.from_primary for event in course.first(SPINAL, "other_metastasis"))
    if any(span.upper == 0 for span in spans):
        return AT_DIAGNOSIS
    return _event(first_of(spans)) if spans else end_from_primary(course)


def first_of_kinds(course: Timeline, kinds: tuple[str, ...]) -> Observation | str:
    """Time from the primary to the first event of any of these kinds."""
    spans = tuple(event.from_primary for event in course.first(*kinds))
    if any(span.upper == 0 for span in spans):
        return AT_ORIGIN
    return _event(first_of(spans)) if spans else end_from_primary(course)


def overall_survival(course: Timeline) -> Observation | str:
    """Time from the primary to death of any cause."""
    end = course.end
    return _event(end.from_primary) if end.is_death else end_from_primary(course)


def post_spinal_progression(course: Timeline) -> Observation | str:
    """Time from the first spinal metastasis to progression in the spine."""
    progression = course.first("spinal_progression")
    if progression and progression[0].from_spine is not None:
        return _event(progression[0].from_spine)
    return _end_since_spine(course)


def survival_after_spinal_metastasis(course: Timeline) -> Observation | str:
    """Time from the first spinal metastasis to death of any cause."""
    return _event(course.end_since_spine()) if course.end.is_death else _end_since_spine(course)


def _event(span: Span) -> Observation:
    return Observation(happened=True, span=span, observed_until=span.lower)


def end_from_primary(course: Timeline) -> Observation:
    """See the end of a patient's observation on the clock of the primary."""
    span = course.end.from_primary
    until = span.lower if span.point is None else span.point
    return Observation(happened=False, span=span, observed_until=until, died=_dated_death(course, span))


def _end_since_spine(course: Timeline) -> Observation:
    span = course.end_since_spine()
    until = max(span.lower, _contact_since_point(course)) if span.point is None else span.point
    return Observation(happened=False, span=span, observed_until=until, died=_dated_death(course, span))


def _contact_since_point(course: Timeline) -> float:
    spine, end = course.first(SPINAL)[0].from_primary, course.end.from_primary
    return 0.0 if spine.point is None else end.lower - spine.point


def _dated_death(course: Timeline, span: Span) -> bool:
    return course.end.is_death and span.point is not None
