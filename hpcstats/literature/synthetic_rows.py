"""Rows that nobody reported, named by every check as long as they are there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from hpcstats.errors import listing
from hpcstats.literature.problems import Problem
from hpcstats.literature.reading import RawTable
from hpcstats.synthetic import WARNING, is_synthetic


def synthetic_rows(raw: Mapping[str, RawTable]) -> Iterator[Problem]:
    """Note, once a table, the rows that are marked as made up."""
    for table in raw.values():
        rows = table.text.to_dict(orient="records")
        found = [
            row for row, cells in enumerate(rows) if is_synthetic({str(name): cells[name] for name in cells})
        ]
        if found:
            lines = listing(table.lines[row] for row in found)
            yield Problem(
                file=table.table.file,
                row=table.lines[found[0]],
                message=f"{WARNING} {len(found)} rows are made up (lines {lines})",
                advice="Replace them by published cases; until then every output is marked",
                severity="note",
            )
