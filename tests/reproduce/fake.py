"""A small study to run: three patients of two papers, one figure, one table, one text."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from hpcstats.reproduce import Study

STUDY = """
[study]
title = "Three patients"
seed = 7
level = 0.95
data = "../data/raw"
output = "../figures"
formats = ["pdf", "png"]

[curves]
horizons = [1, 5]
"""

# Shared by the scripts: an output whose files and numbers are written down in place.
OUTPUT = """
import csv
import hpcstats as hs

class Output:
    def __init__(self, files, numbers):
        self.files, self.numbers = files, tuple(numbers)

    def render(self, formats):
        return dict(self.files)

def number(id, value, text=None, patients=()):
    text = text or f"{value:.1f}"
    return hs.Number(id=id, value=value, text=text, how="read from the data", patients=patients)

def years(study):
    with open(study.data / "patients.csv", newline="") as lines:
        return {row["patient_id"]: float(row["years"]) for row in csv.DictReader(lines)}
"""

FIGURE = (
    OUTPUT
    + """
class Drawing(Output):
    def render(self, formats):
        drawn = {f".{name}": f"{name} of {self.numbers[0].text}".encode() for name in formats}
        return drawn | super().render(formats)

def build(study):
    times = years(study)
    draw = study.generator().normal()
    numbers = [number("mean", sum(times.values()) / len(times), patients=tuple(times)), number("draw", draw)]
    return Drawing({".csv": f"mean,draw\\n{numbers[0].value:.10g},{draw:.10g}\\n".encode()}, numbers)

if __name__ == "__main__":
    hs.reproduce.main(build)
"""
)

TABLE = (
    OUTPUT
    + """
def build(study):
    times = years(study)
    numbers = [number(f"{name}.years", value, patients=(name,)) for name, value in times.items()]
    rows = "".join(f"{name},{value}\\n" for name, value in times.items())
    return Output({".csv": f"patient,years\\n{rows}".encode(), ".html": b"<table></table>\\n"}, numbers)
"""
)

RESULTS = (
    OUTPUT
    + """
def build(study):
    return Output({".md": b"Three patients.\\n"}, [number("n", 3, "3", ("a", "b", "c"))])
"""
)

PATIENTS = "patient_id,source_id,years\na,old_1999,1.5\nb,new_2020,2.5\nc,new_2020,8\n"
SOURCES = (
    "source_id,first_author,year,title,journal,doi\n"
    "old_1999,Old A,1999,A case,Journal of Cases,10.1/old\n"
    'new_2020,,2020,"Two cases, again.",Reports,\n'
)
SCRIPTS = {"figure_01_times": FIGURE, "table_01_cases": TABLE, "results": RESULTS}


def make_study(root: Path, *, toml: str = STUDY, **scripts: str | None) -> Study:
    """Write the study below `root`; further scripts by stem, None leaves one of the three out."""
    for folder in ("analyses", "data/raw"):
        (root / folder).mkdir(parents=True, exist_ok=True)
    (root / "analyses" / "study.toml").write_text(toml, encoding="utf-8")
    (root / "data/raw/patients.csv").write_text(PATIENTS, encoding="utf-8")
    (root / "data/raw/sources.csv").write_text(SOURCES, encoding="utf-8")
    for stem, source in {**SCRIPTS, **scripts}.items():
        if source is not None:
            (root / "analyses" / f"{stem}.py").write_text(source, encoding="utf-8")
    return Study.read(root)


def edit(path: Path, old: str, new: str) -> None:
    """Replace a text that must be there."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def tree(directory: Path) -> dict[str, bytes]:
    """All files of a directory."""
    return {
        path.relative_to(directory).as_posix(): path.read_bytes()
        for path in sorted(directory.rglob("*"))
        if path.is_file()
    }


def manifest(study: Study) -> dict[str, Any]:
    """The manifest as it stands."""
    return json.loads((study.output / "MANIFEST.json").read_bytes())


def numbers(study: Study) -> dict[str, dict[str, Any]]:
    """The numbers as they stand, by id."""
    return {entry["id"]: entry for entry in json.loads((study.output / "numbers.json").read_bytes())}
