"""What a row of patients.csv may not say together with its events and its publication."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from hpcstats.literature.problems import Problem
from hpcstats.literature.reading import RawTable
from hpcstats.literature.timelines import SPINAL, Timeline

if TYPE_CHECKING:
    import pandas as pd

Finding = tuple[str, str, str]
"""Column, message and advice."""

_FEMALE_ORGANS = re.compile(
    r"(?<!outside the )\b(uterus|uterine|ovar\w+|vagin\w+|vulva\w*|cervix)\b", re.IGNORECASE
)
_MALE_ORGANS = re.compile(
    r"\b(prostat\w+|testi\w+|penis|penile|scrot\w+|seminal \w+|epididym\w+)\b", re.IGNORECASE
)
_REGIONS = "CTLS"
_VERTEBRAE = {"C": 8, "T": 13, "L": 6, "S": 5}
_LEVEL = re.compile(r"\b(Th|[CTDLS])(\d{1,2})(?:\s*[-–]\s*(?:(Th|[CTDLS])?(\d{1,2})))?\b")
_WORDS = {"C": r"\bcervical", "T": r"\b(thoracic|dorsal)", "L": r"\blumbar", "S": r"\bsacr(um|al)"}


def check_patient(
    raw: RawTable, row: int, patient: Mapping[str, Any], timeline: Timeline | None
) -> Iterator[Problem]:
    """Report contradictions within one patient."""
    if timeline is None:
        yield raw.problem(
            row, "patient_id", "the patient has no row in events.csv", "Add at least the end row"
        )
    for column, message, advice in [
        *_age(patient),
        *_sex(patient),
        *_levels(patient),
        *_role(patient, timeline),
    ]:
        yield raw.problem(row, column, message, advice)


def _text(patient: Mapping[str, Any], column: str) -> str:
    value = patient.get(column)
    return value if isinstance(value, str) else ""


def _age(patient: Mapping[str, Any]) -> Iterator[Finding]:
    has_age, has_moment = not math.isnan(patient["age_years"]), bool(_text(patient, "age_at"))
    if has_age and not has_moment:
        yield "age_at", "an age without the moment it belongs to", "Write unclear if the text leaves it open"
    if has_moment and not has_age:
        yield "age_years", "the moment of an age without the age", "Give the age, or leave both empty"


def _sex(patient: Mapping[str, Any]) -> Iterator[Finding]:
    impossible = {"male": _FEMALE_ORGANS, "female": _MALE_ORGANS}.get(_text(patient, "sex"))
    if impossible is None:
        return
    for column in ("primary_site", "other_metastatic_sites"):
        found = impossible.search(_text(patient, column))
        if found:
            yield column, f"{found.group()!r} in a {patient['sex']} patient", "Correct the sex or the site"


def _levels(patient: Mapping[str, Any]) -> Iterator[Finding]:
    levels = _text(patient, "spinal_levels")
    outside = [found.group() for found in _LEVEL.finditer(levels) if not _exists(found)]
    if outside:
        yield "spinal_levels", f"there is no vertebra {outside[0]}", "Correct the level"
    named, coded = named_regions(levels), set(_text(patient, "spinal_regions")) & set(_REGIONS)
    if named and named != coded:
        shown = ";".join(region for region in _REGIONS if region in named)
        message = f"the levels {levels!r} lie in {shown}, spinal_regions says {patient['spinal_regions']}"
        yield "spinal_regions", message, "Make levels and regions agree"


def named_regions(levels: str) -> set[str]:
    """Return the regions (C, T, L, S) that a text on spinal levels names.

    Examples
    --------
    >>> sorted(named_regions("C6-T2 intra- and extraspinal"))
    ['C', 'T']
    """
    named = {region for region, word in _WORDS.items() if re.search(word, levels, re.IGNORECASE)}
    for found in _LEVEL.finditer(levels):
        first, last = _region(found[1]), _region(found[3] or found[1])
        low, high = sorted((_REGIONS.index(first), _REGIONS.index(last)))
        named |= set(_REGIONS[low : high + 1])
    return named


def _region(letters: str) -> str:
    return "T" if letters in {"Th", "D"} else letters


def _exists(found: re.Match[str]) -> bool:
    ends = [(found[1], found[2])] + ([(found[3] or found[1], found[4])] if found[4] else [])
    return all(1 <= int(number) <= _VERTEBRAE[_region(letters)] for letters, number in ends)


def _role(patient: Mapping[str, Any], timeline: Timeline | None) -> Iterator[Finding]:
    spinal = _text(patient, "role") == SPINAL
    rows = () if timeline is None else timeline.of_kind(SPINAL)
    if spinal and not rows:
        yield (
            "role",
            "the role says spinal metastasis, but no such event is recorded",
            "Add the event, or correct the role",
        )
    if rows and not spinal and _text(patient, "role"):
        yield (
            "role",
            "a spinal metastasis is recorded, but the role is another",
            f"Write {SPINAL}, or correct the event",
        )
    if not spinal:
        for column in ("mechanism", "spinal_levels", "spinal_regions"):
            if _text(patient, column):
                yield column, f"{column} without a spinal metastasis", "Leave it empty, or correct the role"
        if _text(patient, "age_at") == SPINAL:
            yield "age_at", "an age at a spinal metastasis that is not there", "Correct age_at or the role"
    if _text(patient, "mechanism") == "synchronous" and any(
        event.from_primary.lower > 0 for event in rows[:1]
    ):
        message = "a synchronous spinal metastasis with a time after the primary"
        yield "mechanism", message, "Write time 0, or another mechanism"


def check_years(
    raw: RawTable, row: int, patient: Mapping[str, Any], timeline: Timeline, latest: float
) -> Iterator[Problem]:
    """Report a primary after its report, and a course that runs beyond the year of the report.

    `latest` is the last possible year of the report.
    """
    year = float(patient["year_primary"])
    if math.isnan(year) or math.isnan(latest):
        return
    if year > latest:
        yield raw.problem(
            row,
            "year_primary",
            f"the primary of {year:g} is reported in {latest:g}",
            "Correct one of the years",
        )
        return
    longest = max((event.from_primary.lower for event in timeline.events), default=0.0)
    if year + longest > latest + 1:
        message = f"{longest:g} years after {year:g} lie beyond the report of {latest:g}"
        yield raw.problem(row, "year_primary", message, "Correct the year or the times")


def latest_years(sources: pd.DataFrame) -> dict[str, float]:
    """Return the last possible year of each publication (not-a-number where unknown)."""
    years = sources["year"].where(sources["year"].notna(), sources["year_latest"]).astype(float)
    return dict(zip(sources["source_id"].astype(object), years, strict=True))
