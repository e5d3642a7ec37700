from __future__ import annotations

import csv
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

import hpcstats as hs

DATA = Path(__file__).parents[2] / "data"


@pytest.fixture(scope="session")
def cases():
    return hs.literature.load()


@pytest.fixture(scope="session")
def endpoints(cases):
    return {name: hs.literature.endpoint(cases, name) for name in hs.literature.ENDPOINTS}


class Copy:
    """A copy of the shipped data to be spoiled, cell by cell."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.directory = root / "raw"
        shutil.copytree(DATA / "raw", self.directory)
        shutil.copy(DATA / "datapackage.json", root)

    def rows(self, file: str) -> list[dict[str, str]]:
        with (self.directory / file).open(encoding="utf-8", newline="") as stream:
            return list(csv.DictReader(stream))

    def write(self, file: str, rows: list[dict[str, str]]) -> None:
        with (self.directory / file).open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, fieldnames=list(rows[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)

    def change(self, file: str, where: dict[str, str], **values: str) -> int:
        """Set cells of the one row that matches; return its line number."""
        rows = self.rows(file)
        found = [number for number, row in enumerate(rows) if where.items() <= row.items()]
        assert len(found) == 1, (where, len(found))
        rows[found[0]].update(values)
        self.write(file, rows)
        return found[0] + 2

    def append(self, file: str, like: dict[str, str], **values: str) -> int:
        rows = self.rows(file)
        rows.append(next(row for row in rows if like.items() <= row.items()) | values)
        self.write(file, rows)
        return len(rows) + 1

    def remove(self, file: str, where: dict[str, str]) -> None:
        self.write(file, [row for row in self.rows(file) if not where.items() <= row.items()])


@pytest.fixture
def copy(tmp_path) -> Copy:
    return Copy(tmp_path)


HEADERS = {
    "patients": (
        "patient_id,source_id,sex,age_years,age_at,primary_site,primary_site_group,grade,histology,resection,"
        "adjuvant_radiotherapy,year_primary,spinal_levels,spinal_regions,other_metastatic_sites,mechanism,role,"
        "selection_note,double_read,confidence,notes"
    ),
    "events": (
        "patient_id,event,sequence,origin,time_years,time_lower_years,time_upper_years,precision,"
        "state_at_event,locator,note"
    ),
    "sources": (
        "source_id,first_author,year,year_earliest,year_latest,title,journal,doi,pmid,url,evidence_level,notes"
    ),
}


@pytest.fixture
def own(tmp_path) -> Callable[..., Path]:
    """Write a tiny directory of one's own: patients as (id, role, year of the primary, events)."""

    def write(*patients: tuple[str, str, str, list[str]], year: str = "2015") -> Path:
        directory = tmp_path / "own"
        directory.mkdir(exist_ok=True)
        people, events = [], []
        for id_, role, primary_year, rows in patients:
            spinal = role == "spinal_metastasis"
            mechanism = "distant" if spinal else ""
            people.append(
                f"{id_},s,,,,brain,intracranial,,tumour,,,{primary_year},,,,{mechanism},{role},,no,high,"
            )
            events += [f"{id_},{row},abstract," for row in rows]
        content = {"patients": people, "events": events, "sources": [f"s,Doe J,{year},,,,,,,,abstract,"]}
        for name, lines in content.items():
            (directory / f"{name}.csv").write_text(
                "\n".join([HEADERS[name], *lines]) + "\n", encoding="utf-8"
            )
        return directory

    return write
