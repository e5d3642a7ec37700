"""What the index paper states, beside what the case-level data give, with a verdict by a stated rule."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from hpcstats.errors import DataError
from hpcstats.numbers import Text
from hpcstats.results import Result

if TYPE_CHECKING:
    import pandas as pd

    from hpcstats.literature.cases import CaseData
    from hpcstats.literature.endpoints import Endpoint

Verdict = Literal["agrees", "disagrees", "cannot be checked"]
CANNOT: Verdict = "cannot be checked"


def verdict(agrees: bool) -> Verdict:
    """Name a decided verdict."""
    return "agrees" if agrees else "disagrees"


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One statement of the index paper and its check.

    Attributes
    ----------
    id : str
        Name of the statement.
    subject : str
        What it is about.
    stated, found : Text
        What the paper says, and what the case-level data give; each number in them carries its patients.
    verdict : {"agrees", "disagrees", "cannot be checked"}
        The outcome of the rule.
    rule : str
        The rule, or why nothing can be checked.
    patients, sources : tuple of str
        Patients and publications that the found value rests on.
    locator : str
        Where the paper says so.
    """

    id: str
    subject: str
    stated: Text
    found: Text
    verdict: Verdict
    rule: str
    patients: tuple[str, ...]
    sources: tuple[str, ...] = ()
    locator: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Statements(Result):
    """Every statement with its verdict.

    Attributes
    ----------
    statements : tuple of Statement
        In the order of the paper's summary.
    """

    statements: tuple[Statement, ...]

    def __getitem__(self, id: str) -> Statement:
        """Return the statement with this id."""
        for statement in self.statements:
            if statement.id == id:
                return statement
        raise KeyError(id)

    def to_frame(self) -> pd.DataFrame:
        """Return one row a statement: id, subject, stated, found, verdict, rule, patients, locator."""
        import pandas as pd

        rows = [
            {
                "id": item.id,
                "subject": item.subject,
                "stated": str(item.stated),
                "found": str(item.found),
                "verdict": item.verdict,
                "rule": item.rule,
                "patients": len(item.patients),
                "locator": item.locator,
            }
            for item in self.statements
        ]
        columns = ["id", "subject", "stated", "found", "verdict", "rule", "patients", "locator"]
        return pd.DataFrame(rows, columns=columns)

    def title(self) -> str:
        """Return the heading of the text form."""
        return "Statements of the index paper beside the case-level data"


def check_statements(cases: CaseData, endpoints: Mapping[str, Endpoint] | None = None) -> Statements:
    """Each checkable statement of the index paper beside the case-level data.

    Use it to see how far a review's summary and its cases, as published since, tell the same story. An
    agreement says that the data do not contradict the statement, not that it is true of patients in
    general: all patients with spinal metastasis were reported because of it, and the comparators were
    chosen for an event or its absence, so their share with recurrence estimates nothing. Rates are
    therefore judged by cohorts alone.

    Parameters
    ----------
    cases : CaseData
        Made by `load`, with a seed_summary.json.
    endpoints : mapping of name to Endpoint, optional
        Its ``spinal_metastasis`` gives the settings (least confidence, patients left out). The times
        compared include synchronous metastases, as the stated range, which begins at 0, does.

    Returns
    -------
    Statements

    Raises
    ------
    DataError
        If the data hold no seed_summary.json.

    Examples
    --------
    >>> import hpcstats as hs
    >>> checked = hs.literature.check_statements(hs.literature.load())
    >>> print(checked["sex"].stated, "|", checked["sex"].found, "|", checked["sex"].verdict)
    5 of 9 men (56%) | 12 of 23 men (52%, 95% interval 31% to 73%) | agrees
    """
    from hpcstats.literature.statement_checks import ALL_CHECKS
    from hpcstats.literature.statement_evidence import evidence

    if cases.seed_summary is None:
        raise DataError(
            f"{cases.directory} holds no seed_summary.json, so there is no statement to check. Add one."
        )
    given = evidence(cases, _settings(endpoints))
    found = tuple(statement for check in ALL_CHECKS for statement in check(given))
    return Statements(
        n=len(given.spinal),
        n_events=len(given.spinal),
        method=(
            "Each statement of the index paper was compared with the patients reported with spinal "
            "metastasis, or with published cohorts for rates, by the rule stated beside it."
        ),
        conventions=(
            "Shares have known values as denominator.",
            "Ages are as reported: at the primary, at the spinal metastasis, or not assigned.",
            "Times are point values, synchronous metastases included.",
        ),
        warnings=(
            "The patients of the index paper may be among the case-level patients: no independent check.",
            "Comparators were selected; their share with recurrence or metastasis estimates nothing.",
        ),
        statements=found,
    )


def _settings(endpoints: Mapping[str, Endpoint] | None) -> Mapping[str, Any]:
    if endpoints is None or "spinal_metastasis" not in endpoints:
        return {}
    return endpoints["spinal_metastasis"].settings
