"""The committed results: three tables of what was simulated, as text that is the same on every machine."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tests.calibration.cells import INTERVALS, MODELS, TESTS, Finished
from tests.calibration.code_version import ROOT

DIRECTORY = ROOT / "docs" / "calibration"
TABLES = (INTERVALS, TESTS, MODELS)
WORDS = ("sizes", "censored", "times", "method", "measure")

Rows = list[dict[str, Any]]


def path(table: str) -> Path:
    """Return where a table is committed."""
    return DIRECTORY / f"{table}.csv"


def written(finished: Iterable[Finished]) -> dict[str, str]:
    """Write the rows of all finished cells as CSV, by table; what is undefined is empty."""
    rows: dict[str, Rows] = {table: [] for table in TABLES}
    for one in finished:
        rows[one.cell.table] += one.rows
    return {table: _csv(found) for table, found in rows.items() if found}


def _csv(rows: Rows) -> str:
    stream = io.StringIO()
    writer = csv.DictWriter(stream, fieldnames=list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: _text(value) for name, value in row.items()} for row in rows)
    return stream.getvalue()


def _text(value: Any) -> str:
    if isinstance(value, float):
        return "" if math.isnan(value) else f"{value:.6g}"
    return str(value)


def parsed(text: str) -> Rows:
    """Return rows with numbers as numbers and what is undefined as NaN."""
    return [
        {name: cell if name in WORDS else float(cell or "nan") for name, cell in row.items()}
        for row in csv.DictReader(io.StringIO(text))
    ]


def read(table: str) -> Rows:
    """Return the committed rows of a table."""
    return parsed(path(table).read_text(encoding="utf-8"))


def select(rows: Rows, **wanted: Any) -> Rows:
    """Return the rows in which every named column has the value wanted."""
    return [row for row in rows if all(row[name] == value for name, value in wanted.items())]
