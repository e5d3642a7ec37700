"""Who is in the population of an endpoint, under the options of the caller."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from hpcstats.errors import DataError, listing, unknown_option
from hpcstats.literature.cases import CaseData
from hpcstats.literature.definitions import Definition
from hpcstats.literature.descriptor import CONFIDENCE
from hpcstats.literature.timelines import SPINAL

SYNCHRONOUS = "synchronous"
NOT_SPINAL = "comparator, no spinal metastasis recorded"


def known_mechanisms(cases: CaseData, names: Iterable[str]) -> tuple[str, ...]:
    """Return the mechanisms to leave out, or refuse unknown ones."""
    wanted = (names,) if isinstance(names, str) else tuple(names)
    if "mechanism" not in cases.patients and set(wanted) <= {SYNCHRONOUS}:
        return ()
    known = _mechanisms(cases)
    for value in wanted:
        if value not in known:
            raise unknown_option("exclude_mechanisms", value, known)
    return wanted


def _mechanisms(cases: CaseData) -> list[str]:
    """List the vocabulary of the column, if the data have it."""
    described = "mechanism" in cases.patients
    return [str(value) for value in cases.patients["mechanism"].cat.categories] if described else []


def check_options(cases: CaseData, minimum_confidence: str, exclude: Mapping[str, str]) -> None:
    """Refuse an unknown degree of confidence, unknown patients, and exclusions without a reason."""
    if minimum_confidence not in CONFIDENCE:
        raise unknown_option("minimum_confidence", minimum_confidence, CONFIDENCE)
    strangers = sorted(set(exclude) - set(cases.patient_ids))
    if strangers:
        raise DataError(
            f"exclude names patients who are not in the data ({listing(strangers)}). Correct the identifiers."
        )
    unexplained = [patient for patient, reason in exclude.items() if not str(reason).strip()]
    if unexplained:
        raise DataError(
            f"exclude gives no reason for {listing(unexplained)}. Write one sentence for each patient."
        )


def not_eligible(
    definition: Definition, patient: Mapping[Any, Any], minimum_confidence: str, unwanted: tuple[str, ...]
) -> str:
    """Say why a patient is not in the population of an endpoint; empty for one who is."""
    if definition.spinal_patients_only and patient["role"] != SPINAL:
        return NOT_SPINAL
    if unsure := low_confidence(patient, minimum_confidence):
        return unsure
    mechanism = patient["mechanism"] if definition.spinal_patients_only else None
    if mechanism in unwanted:
        if mechanism != SYNCHRONOUS:
            return f"{str(mechanism).replace('_', ' ')} spinal metastasis"
        if not definition.starts_at_spine:
            return "synchronous spinal metastasis, no latency"
    return ""


def low_confidence(patient: Mapping[Any, Any], minimum_confidence: str) -> str:
    """Say that a patient was recorded with too little confidence; empty where not."""
    enough = CONFIDENCE.index(patient["confidence"]) >= CONFIDENCE.index(minimum_confidence)
    return "" if enough else f"confidence below {minimum_confidence}"
