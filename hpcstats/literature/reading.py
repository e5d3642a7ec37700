"""CSV files read as they stand: text cells with their line numbers, then typed columns."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from hpcstats.errors import listing
from hpcstats.literature.descriptor import Field, Table
from hpcstats.literature.problems import Problem

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RawTable:
    """The text cells of one file (missing ones are None) with the line on which each row begins."""

    table: Table
    text: pd.DataFrame
    lines: tuple[int, ...]
    problems: tuple[Problem, ...] = ()

    def patient(self, row: int) -> str | None:
        """Name the patient of a row, if the table has one."""
        if "patient_id" not in self.text.columns:
            return None
        value = self.text["patient_id"].iloc[row]
        return None if value is None else str(value)

    def problem(self, row: int, column: str | None, message: str, advice: str) -> Problem:
        """Report an error at a row."""
        return Problem(
            file=self.table.file,
            row=self.lines[row],
            patient=self.patient(row),
            column=column,
            message=message,
            advice=advice,
        )

    def typed(self) -> pd.DataFrame:
        """Give each column its type; what cannot be read, or is not there, is missing."""
        import pandas as pd

        columns = {field.name: _typed(self._column(field.name), field) for field in self.table.fields}
        return pd.DataFrame(columns, index=pd.RangeIndex(len(self.text)))

    def _column(self, name: str) -> pd.Series[str]:
        import pandas as pd

        if name in self.text.columns:
            return self.text[name]
        return pd.Series([None] * len(self.text), dtype=object)


def read_table(directory: Path, table: Table) -> RawTable:
    """Read one CSV file; rows of the wrong length and wrong headers become problems."""
    import pandas as pd

    path = directory / table.file
    try:
        content = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        return _unreadable(table, error.reason)
    reader = csv.reader(io.StringIO(content, newline=""))
    header = next(reader, [])
    problems = _header_problems(table, header)
    rows: list[list[str | None]] = []
    lines: list[int] = []
    line = reader.line_num + 1
    for cells in reader:
        if cells and len(cells) != len(header):
            problems.append(_ragged(table, line, len(cells), len(header)))
        elif cells:
            rows.append([None if cell in table.missing_values else cell for cell in cells])
            lines.append(line)
        line = reader.line_num + 1
    text = pd.DataFrame(rows, columns=pd.Index(header), dtype=object)
    text = text.loc[:, ~text.columns.duplicated()]
    return RawTable(table=table, text=text, lines=tuple(lines), problems=tuple(problems))


def _unreadable(table: Table, reason: str) -> RawTable:
    import pandas as pd

    problem = Problem(file=table.file, message=f"the file is not UTF-8 ({reason})", advice="Save it as UTF-8")
    empty = pd.DataFrame(columns=list(table.columns), dtype=object)
    return RawTable(table=table, text=empty, lines=(), problems=(problem,))


def _header_problems(table: Table, header: list[str]) -> list[Problem]:
    if len(header) == 1 and len(table.columns) > 1 and (mark := next(filter(header[0].count, ";\t"), "")):
        name = "semicolons" if mark == ";" else "tabulators"
        advice = "Save the table as CSV with commas, and numbers with decimal points"
        return [Problem(file=table.file, row=1, message=f"the cells are separated by {name}", advice=advice)]
    missing = [name for name in table.columns if name not in header]
    extra = [name for name in header if name not in table.columns]
    twice = sorted({name for name in header if header.count(name) > 1})
    findings = {
        f"columns are missing: {listing(missing)}": (
            missing,
            "Add them; a column without values stays empty",
        ),
        f"columns are not described: {listing(extra)}": (
            extra,
            "Remove them, or describe them in datapackage.json",
        ),
        f"columns occur twice: {listing(twice)}": (twice, "Keep one of each"),
    }
    return [
        Problem(file=table.file, row=1, column="; ".join(names), message=message, advice=advice)
        for message, (names, advice) in findings.items()
        if names
    ]


def _ragged(table: Table, line: int, found: int, expected: int) -> Problem:
    return Problem(
        file=table.file,
        row=line,
        message=f"the row has {found} cells, the header {expected}",
        advice="Quote cells that hold a comma, and give each column one cell",
    )


def _typed(text: pd.Series[str], field: Field) -> pd.Series:
    import pandas as pd

    if field.type in {"number", "integer"}:
        numbers = pd.to_numeric(text, errors="coerce").astype("float64")
        whole = field.type == "integer" and field.required and numbers.notna().all()
        return numbers.astype("int64") if whole else numbers
    if field.values:
        return pd.Series(pd.Categorical(text, categories=list(field.values)), name=field.name)
    return text.astype(pd.StringDtype("python"))
