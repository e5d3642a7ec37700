"""Who reported what: the tables of the data directory, and publications in one line."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path


def read_rows(file: Path, key: str) -> list[dict[str, str]]:
    """Read a table of the data directory; one that is absent or has no such column has no rows."""
    if not file.is_file():
        return []
    with file.open(encoding="utf-8-sig", newline="") as lines:
        return [row for row in csv.DictReader(lines) if row.get(key)]


def cited(row: Mapping[str, str]) -> str:
    """Cite a publication in one line, leaving out what is not stated.

    Examples
    --------
    >>> cited({"first_author": "Brass SD", "year": "2004", "title": "A case.", "journal": ""})
    'Brass SD 2004. A case.'
    """
    who = " ".join(row[name] for name in ("first_author", "year") if row.get(name))
    parts = [who, row.get("title", ""), row.get("journal", "")]
    return " ".join(f"{part.rstrip('.')}." for part in parts if part)
