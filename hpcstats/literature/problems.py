"""What is wrong with a directory of case-level data: one `Problem` each, all in one report."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from hpcstats.errors import DataError
from hpcstats.results import plain

if TYPE_CHECKING:
    import pandas as pd

Severity = Literal["error", "candidate", "note"]
COLUMNS = ("file", "row", "patient", "column", "severity", "message", "advice")
_ORDER: dict[str, int] = {"error": 0, "candidate": 1, "note": 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One finding in a data file, with what to do about it.

    Attributes
    ----------
    file : str
        Name of the file.
    row : int or None
        Line number in the file, the header being line 1; None for the file as a whole.
    patient : str or None
        Patient concerned (two patients of a candidate pair are joined by " / ").
    column : str or None
        Column or columns concerned.
    message, advice : str
        What is wrong, and what to do.
    severity : {"error", "candidate", "note"}
        An error keeps the data from being used; a candidate is a pair of patients who may be one; a
        note is worth knowing.
    """

    file: str
    row: int | None = None
    patient: str | None = None
    column: str | None = None
    message: str
    advice: str
    severity: Severity = "error"

    def __str__(self) -> str:
        place = self.file if self.row is None else f"{self.file}:{self.row}"
        about = ", ".join(part for part in (self.patient, self.column) if part)
        return f"{self.severity} {place}{f' ({about})' if about else ''}: {self.message}. {self.advice}."


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidationReport:
    """Every problem of a directory of case-level data.

    Attributes
    ----------
    directory : Path
        The directory that was checked.
    files : tuple of str
        The files that were read.
    problems : tuple of Problem
        Errors first, then candidate duplicate patients, then notes; by file and row within.
    """

    directory: Path
    files: tuple[str, ...]
    problems: tuple[Problem, ...] = field(default=())

    @classmethod
    def of(cls, directory: Path, files: Iterable[str], problems: Iterable[Problem]) -> ValidationReport:
        """Put the problems in order."""
        ordered = sorted(problems, key=_position)
        return cls(directory=directory, files=tuple(files), problems=tuple(ordered))

    @property
    def errors(self) -> tuple[Problem, ...]:
        """The problems that keep the data from being used."""
        return tuple(problem for problem in self.problems if problem.severity == "error")

    @property
    def ok(self) -> bool:
        """Whether there is no error."""
        return not self.errors

    def to_frame(self) -> pd.DataFrame:
        """Return one row a problem: file, row, patient, column, severity, message, advice."""
        import pandas as pd

        rows = [[getattr(problem, name) for name in COLUMNS] for problem in self.problems]
        return pd.DataFrame(rows, columns=list(COLUMNS)).astype({"row": "Int64"})

    def as_dict(self) -> dict[str, Any]:
        """Return the report as plain values, ready for JSON."""
        counts = {kind: sum(problem.severity == kind for problem in self.problems) for kind in _ORDER}
        return {
            "ok": self.ok,
            "files": list(self.files),
            "counts": counts,
            "problems": [plain(problem) for problem in self.problems],
        }

    def raise_errors(self) -> None:
        """Raise a `DataError` that lists the first errors and counts all of them."""
        errors = self.errors
        if not errors:
            return
        shown = "\n".join(f"  {problem}" for problem in errors[:5])
        more = f"\n  and {len(errors) - 5} more" if len(errors) > 5 else ""
        raise DataError(
            f"The data in {self.directory} have {_count(len(errors), 'error')}, so nothing was computed:\n"
            f"{shown}{more}\nCorrect the files; hpcstats.literature.validate(directory) lists every problem.",
            rows=[problem.row for problem in errors if problem.row is not None],
        )

    def __str__(self) -> str:
        kinds = {"error": "error", "candidate": "candidate duplicate pair", "note": "note"}
        counts = ", ".join(
            _count(sum(problem.severity == kind for problem in self.problems), name)
            for kind, name in kinds.items()
        )
        heading = f"{_count(len(self.files), 'file')} checked: {counts}"
        return "\n".join([heading, *(str(problem) for problem in self.problems)])


def _count(number: int, name: str) -> str:
    return f"{number} {name}{'' if number == 1 else 's'}"


def _position(problem: Problem) -> tuple[int, str, int, str, str]:
    row = 0 if problem.row is None else problem.row
    return (_ORDER[problem.severity], problem.file, row, problem.column or "", problem.message)
