"""What the index paper states, beside what the case-level data give, with a verdict by a stated rule."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from hpcstats.numbers import Text
from hpcstats.results import Result

if TYPE_CHECKING:
    import pandas as pd

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
    """Every statement with its verdict. Made by `check_statements`.

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
