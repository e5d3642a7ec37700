"""The table as comma-separated values: one line of headings, then the cells and nothing else."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hpcstats.tables.table import Table


def csv_bytes(table: Table) -> bytes:
    """Write headings and cells as UTF-8; a spanner stands before its headings, after a colon."""
    headings, *rows = table.cells()
    spans = [column.spanner for column in table.columns]
    columns = [
        label if span is None else f"{span}: {label}" for span, label in zip(spans, headings[1:], strict=True)
    ]
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow([headings[0], *columns])
    writer.writerows(rows)
    return buffer.getvalue().encode("utf-8")
