"""Patients and publications as the page shows them: citations, links, and what the data hold of a patient."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hpcstats.reproduce.citations import cited, read_rows

_WEB = ("https://", "http://")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cases:
    """What the data directory tells of patients and publications.

    Attributes
    ----------
    source_of : Mapping
        Publication by patient.
    sources : Mapping
        Row of sources.csv by publication.
    rows : Mapping
        By patient: a file, and the cells of each of its rows about that patient, without the empty ones.
    """

    source_of: Mapping[str, str] = field(default_factory=dict)
    sources: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    rows: Mapping[str, list[tuple[str, list[dict[str, str]]]]] = field(default_factory=dict)

    @classmethod
    def read(cls, directory: Path, *, with_rows: bool) -> Cases:
        """Read the tables of a data directory; what is absent is left out."""
        patients = read_rows(directory / "patients.csv", "patient_id")
        return cls(
            source_of={row["patient_id"]: row.get("source_id") or "" for row in patients},
            sources={row["source_id"]: row for row in read_rows(directory / "sources.csv", "source_id")},
            rows=_rows_by_patient(directory) if with_rows else {},
        )

    def patient(self, name: str) -> dict[str, Any]:
        """Describe a patient for the page."""
        source = self.source_of.get(name, "")
        return {
            "name": name,
            "source": self.source(source) if source else None,
            "rows": self.rows.get(name, []),
        }

    def source(self, name: str) -> dict[str, Any]:
        """Describe a publication for the page: citation and links."""
        row = self.sources.get(name, {})
        return {"name": name, "citation": cited(row) or name, "links": list(_links(row))}

    def patients_of(self, source: str, among: Iterable[str]) -> list[str]:
        """List those of some patients whom a publication reports."""
        return [name for name in among if self.source_of.get(name) == source]


def _links(row: Mapping[str, str]) -> Iterator[dict[str, str]]:
    if row.get("doi"):
        yield {"text": f"doi:{row['doi']}", "address": f"https://doi.org/{row['doi']}"}
    if row.get("pmid"):
        yield {"text": f"PubMed {row['pmid']}", "address": f"https://pubmed.ncbi.nlm.nih.gov/{row['pmid']}/"}
    if row.get("url", "").startswith(_WEB):
        yield {"text": row["url"].split("/")[2], "address": row["url"]}


def _rows_by_patient(directory: Path) -> dict[str, list[tuple[str, list[dict[str, str]]]]]:
    found: defaultdict[str, list[tuple[str, list[dict[str, str]]]]] = defaultdict(list)
    for file in sorted(directory.glob("*.csv")):
        for patient, rows in _of_one_table(file).items():
            found[patient].append((file.name, rows))
    return dict(found)


def _of_one_table(file: Path) -> dict[str, list[dict[str, str]]]:
    found: defaultdict[str, list[dict[str, str]]] = defaultdict(list)
    with file.open(encoding="utf-8-sig", newline="") as lines:
        for row in csv.DictReader(lines):
            patient = row.pop("patient_id", None)
            if patient:
                found[patient].append({name: cell for name, cell in row.items() if name and cell})
    return dict(found)
