"""The items of the CARE guideline for case reports that a column of data can answer to.

Items 5 to 10 of Gagnier et al. 2013 (doi:10.1186/1752-1947-7-223): their numbers, and shortened titles.
"""

from __future__ import annotations

from hpcstats.errors import DataError, listing

CARE_ITEMS = {
    "5a": "Patient: de-identified information",
    "5b": "Patient: main concerns and symptoms",
    "5c": "Patient: medical, family and psychosocial history",
    "5d": "Patient: past interventions and their outcomes",
    "6": "Clinical findings",
    "7": "Timeline",
    "8a": "Diagnosis: methods",
    "8b": "Diagnosis: challenges",
    "8c": "Diagnosis: reasoning and other diagnoses",
    "8d": "Diagnosis: prognostic characteristics",
    "9a": "Therapy: types of intervention",
    "9b": "Therapy: administration",
    "9c": "Therapy: changes and reasons",
    "10a": "Follow-up: outcomes",
    "10b": "Follow-up: tests",
    "10c": "Follow-up: adherence and tolerability",
    "10d": "Follow-up: adverse events",
}


def check_items(items: dict[str, str], columns: tuple[str, ...]) -> None:
    """Refuse items that CARE does not have, and columns that are not there."""
    unknown = [item for item in items.values() if item not in CARE_ITEMS]
    if unknown:
        raise DataError(f"CARE has no item {listing(map(repr, unknown))}. It has {', '.join(CARE_ITEMS)}.")
    strangers = [name for name in items if name not in columns]
    if strangers:
        raise DataError(f"items names {listing(strangers)}, which are none of the columns looked at.")
