"""The courses of patients as tidy rows, for a swimmer plot."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from hpcstats.errors import DataError, listing
from hpcstats.literature.cases import CaseData
from hpcstats.literature.covariates import report_years
from hpcstats.literature.timelines import SPINAL, Timeline

if TYPE_CHECKING:
    import pandas as pd

LANE_COLUMNS = (
    "lane", "patient_id", "source_id", "source", "mechanism", "event", "sequence", "time", "lower", "upper",
    "dated", "state",
)  # fmt: skip
_INITIALS = re.compile(r"\s+[A-Z]{1,3}$")


def swimmer_lanes(cases: CaseData, patients: Iterable[str] | None = None) -> pd.DataFrame:
    """The course of each patient with a spinal metastasis, one row per event on the clock of the primary.

    Of data that declare their own endpoints, the course of each patient.

    Parameters
    ----------
    cases : CaseData
        Made by `load`.
    patients : iterable of patient_id, optional
        Whose lanes to show; None shows every patient with a spinal metastasis, or everybody where the data
        declare their own endpoints.

    Returns
    -------
    DataFrame
        lane (0, 1, … by the time of the spinal metastasis, patients without one or without its time
        last), patient_id, source_id, source ("Brass 2004", or the source_id where author or year are
        not known), mechanism, event, sequence, time (missing unless dated), lower, upper (infinite if
        open), dated, state (at the last contact). Where the time of the spinal metastasis is not
        stated, nothing counted from it has a time here.

    Raises
    ------
    DataError
        For patients who are not in the data.

    Examples
    --------
    >>> import hpcstats as hs
    >>> lanes = hs.literature.swimmer_lanes(hs.literature.load(), ["cole_2009"])
    >>> lanes[["source", "event", "time", "lower", "upper"]]
          source              event  time  lower  upper
    0  Cole 2009   local_recurrence  14.0   13.5   14.5
    1  Cole 2009  spinal_metastasis  17.0   16.0   18.0
    2  Cole 2009   other_metastasis  17.0   16.0   18.0
    3  Cole 2009     last_follow_up  21.0   19.5   22.5
    """
    import pandas as pd

    courses = cases.timelines()
    chosen = (
        [id_ for id_, course in courses.items() if cases.declares_endpoints or course.of_kind(SPINAL)]
        if patients is None
        else list(patients)
    )
    strangers = [id_ for id_ in chosen if id_ not in courses]
    if strangers:
        raise DataError(f"These patients are not in the data: {listing(strangers)}. Correct the identifiers.")
    chosen.sort(key=lambda id_: _time_to_spine(courses[id_]))
    about = _about(cases)
    rows = [row for lane, id_ in enumerate(chosen) for row in _rows(lane, courses[id_], about[id_])]
    return pd.DataFrame(rows, columns=list(LANE_COLUMNS))


def _time_to_spine(course: Timeline) -> float:
    spine = course.first(SPINAL)
    point = spine[0].from_primary.point if spine else None
    return math.inf if point is None else point


def _rows(lane: int, course: Timeline, about: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for event in course.events:
        span = event.from_primary
        yield about | {
            "lane": lane,
            "event": event.kind,
            "sequence": event.sequence,
            "time": math.nan if span.point is None else span.point,
            "lower": span.lower,
            "upper": span.upper,
            "dated": span.point is not None,
            "state": event.state,
        }


def _about(cases: CaseData) -> dict[str, dict[str, Any]]:
    labels = source_labels(cases.sources)
    columns = cases.patients.reindex(columns=["patient_id", "source_id", "mechanism"]).astype(object)
    return {
        patient: {
            "patient_id": patient,
            "source_id": source,
            "source": labels[source],
            "mechanism": mechanism if isinstance(mechanism, str) else None,
        }
        for patient, source, mechanism in columns.itertuples(index=False)
    }


def source_labels(sources: pd.DataFrame) -> dict[str, str]:
    """Return a short label of each publication: first author and year, else its source_id."""
    years = report_years(sources).to_numpy()
    authors = sources["first_author"].astype(object)
    known = [
        isinstance(author, str) and math.isfinite(year) for author, year in zip(authors, years, strict=True)
    ]
    return {
        str(source): f"{_INITIALS.sub('', str(author))} {year:.0f}" if is_known else str(source)
        for source, author, year, is_known in zip(sources["source_id"], authors, years, known, strict=True)
    }
