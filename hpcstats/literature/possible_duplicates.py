"""`candidate_duplicates`: pairs of patients who may be one person, with what was decided about them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hpcstats.columns import is_missing
from hpcstats.literature.cases import CaseData
from hpcstats.literature.duplicates import Judgements
from hpcstats.literature.validation import check_directory

if TYPE_CHECKING:
    import pandas as pd

    from hpcstats.literature.problems import Problem

_MERGED = "one record"
_ALIKE = "may be one patient"


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateDuplicate:
    """Two patients of different publications who may be one person.

    Attributes
    ----------
    first, second : str
        Their identifiers.
    alike : str
        In what they are alike.
    judgement : str
        Why they were judged to be different persons; empty where that is open.
    """

    first: str
    second: str
    alike: str
    judgement: str = ""

    @property
    def open(self) -> bool:
        """Whether nothing was decided."""
        return not self.judgement

    def __str__(self) -> str:
        decided = f"; judged to be different persons: {self.judgement}" if self.judgement else ""
        return f"{self.first} / {self.second}: {self.alike}{decided}"


def candidate_duplicates(data: CaseData | str | Path | None = None) -> tuple[CandidateDuplicate, ...]:
    """Pairs of patients of different publications who may be one person, and what was decided about them.

    Two patients are candidates if they are alike in sex, age (within one year), site group and, within the
    limits of their times, in the time of an event such as the spinal metastasis or the local recurrence:
    those that `validate` lists.

    Parameters
    ----------
    data : CaseData or path, optional
        Made by `load`, or its directory; None is the data of the package.

    Returns
    -------
    tuple of CandidateDuplicate
        In the order of the files; with `first`, `second`, `alike`, `judgement`, `open`.

    Raises
    ------
    DataError
        As `validate`, for a directory without readable tables.

    Notes
    -----
    A pair was judged to be different persons if both stand in an entry of ``hpcstats:distinct_patients`` of
    datapackage.json, or in a line of decisions.csv about the field ``merge`` that names several patients
    and does not end in one record. Records that were merged before are one patient in the data, and no
    longer a pair. What merging the others changes, `hpcstats.sensitivity.duplicates` tells.

    Examples
    --------
    >>> from hpcstats.literature.possible_duplicates import candidate_duplicates
    >>> pairs = candidate_duplicates()
    >>> len(pairs), sum(pair.open for pair in pairs)
    (8, 7)
    >>> judged = next(pair for pair in pairs if not pair.open)
    >>> judged.first, judged.second, judged.judgement
    ('secinti_2008', 'el_hindy_2013', 'other authors; Th12 in one, cervical vertebrae in the other')
    """
    checked = check_directory(data.directory if isinstance(data, CaseData) else data)
    checked.report.raise_errors()
    judged = (*checked.descriptor.distinct, *_decided(checked.frames.get("decisions")))
    found = [problem for problem in checked.report.problems if problem.message.startswith(_ALIKE)]
    return tuple(_candidate(problem, judged) for problem in sorted(found, key=_place))


def _decided(decisions: pd.DataFrame | None) -> Iterator[tuple[frozenset[str], str]]:
    """Read from decisions.csv which patients were compared and stayed several records."""
    if decisions is None or not {"patient_id", "field", "final_value", "reason"} <= set(decisions.columns):
        return
    for row in decisions.astype(object).to_dict(orient="records"):
        patients = frozenset(part.strip() for part in str(row["patient_id"]).split(";"))
        if row["field"] == "merge" and len(patients) > 1 and _text(row["final_value"]) != _MERGED:
            yield patients, _text(row["reason"]) or "recorded as several patients"


def _place(problem: Problem) -> tuple[int, str]:
    return problem.row or 0, problem.patient or ""


def _text(value: Any) -> str:
    return "" if is_missing(value) else str(value).strip()


def _candidate(problem: Problem, judged: Judgements) -> CandidateDuplicate:
    assert problem.patient is not None
    first, second = problem.patient.split(" / ")
    judgement = next((reason for patients, reason in judged if {first, second} <= patients), "")
    return CandidateDuplicate(
        first=first, second=second, alike=problem.message.split("): ", 1)[1], judgement=judgement
    )
