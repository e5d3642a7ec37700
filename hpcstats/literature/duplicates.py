"""Pairs of patients from different publications who may be one person."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

from hpcstats.literature.problems import Problem, Severity
from hpcstats.literature.reading import RawTable
from hpcstats.literature.spans import Span
from hpcstats.literature.timelines import SPINAL, Timeline

if TYPE_CHECKING:
    import pandas as pd

_AGE_DIFFERENCE = 1
_SITE = "primary_site_group"
Judgements = tuple[tuple[frozenset[str], str], ...]


@dataclass(frozen=True, slots=True)
class _Person:
    row: int
    id: str
    source: str
    sex: str
    age: float
    site: str


def candidate_pairs(
    raw: RawTable,
    patients: pd.DataFrame,
    courses: Mapping[str, Timeline],
    judged: Judgements,
    kinds: tuple[str, ...] = (SPINAL, "local_recurrence"),
) -> Iterator[Problem]:
    """List pairs alike in sex, age within one year, site group and time of an event, say a recurrence.

    Times are alike if their limits overlap. A recurrence without stated time resembles every other and
    is not used; a spinal metastasis is so rare that one without a time may be any other. `kinds` are the
    events looked at; the site group is where the data have that column.
    """
    for one, other in combinations(_people(patients), 2):
        alike = (
            one.sex == other.sex and one.site == other.site and abs(one.age - other.age) <= _AGE_DIFFERENCE
        )
        if alike and one.source != other.source:
            shared = _shared_time(courses.get(one.id), courses.get(other.id), kinds)
            if shared:
                yield _problem(raw, one, other, shared, _judgement(one.id, other.id, judged))


def _people(patients: pd.DataFrame) -> list[_Person]:
    sited = patients if _SITE in patients else patients.assign(**{_SITE: ""})
    known = sited[["patient_id", "source_id", "sex", "age_years", _SITE]].dropna().astype(object)
    return [
        _Person(int(row), str(id_), str(source), str(sex), float(age), str(site))
        for row, (id_, source, sex, age, site) in zip(known.index, known.to_numpy().tolist(), strict=True)
    ]


def _shared_time(one: Timeline | None, other: Timeline | None, kinds: tuple[str, ...]) -> str:
    if one is None or other is None:
        return ""
    for kind in kinds:
        first, second = one.first(kind), other.first(kind)
        if first and second and _alike(first[0].from_primary, second[0].from_primary, kind):
            return kind.replace("_", " ")
    return ""


def _alike(first: Span, second: Span, kind: str) -> bool:
    overlap = first.lower <= second.upper and second.lower <= first.upper
    return overlap and (kind == SPINAL or (first.informative and second.informative))


def _judgement(one: str, other: str, judged: Judgements) -> str:
    return next((reason for patients, reason in judged if {one, other} <= patients), "")


def _problem(raw: RawTable, one: _Person, other: _Person, shared: str, judgement: str) -> Problem:
    severity: Severity = "note" if judgement else "candidate"
    advice = (
        f"Judged different persons: {judgement}"
        if judgement
        else "Compare the two reports; merge the records, or list the pair under hpcstats:distinct_patients"
    )
    lines = f"lines {raw.lines[one.row]} and {raw.lines[other.row]}"
    alike = ", ".join(filter(None, (one.sex, f"ages {one.age:g} and {other.age:g}", one.site)))
    return Problem(
        file=raw.table.file,
        row=raw.lines[one.row],
        patient=f"{one.id} / {other.id}",
        column="; ".join(["sex", "age_years", *([_SITE] if one.site else [])]),
        message=f"may be one patient ({lines}): {alike}, overlapping times of {shared}",
        advice=advice,
        severity=severity,
    )
