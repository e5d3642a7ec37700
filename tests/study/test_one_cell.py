"""Changing a raw cell changes only the numbers whose patient list holds its patient."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import hpcstats as hs
from hpcstats.reproduce.environment import isolated_imports
from hpcstats.reproduce.scripts import find_scripts

FEW = 19
ROOT = Path(__file__).parents[2]

# What a script may warn of is printed in its output; here only the numbers count.
pytestmark = pytest.mark.filterwarnings("ignore::hpcstats.errors.HpcstatsWarning")

CELLS = {
    "time of a spinal metastasis": (
        "events.csv",
        {"patient_id": "konkuk_2016", "event": "spinal_metastasis"},
        {"time_years": "12.8"},
    ),
    "last contact of a comparator": (
        "events.csv",
        {"patient_id": "kaur_2013", "event": "last_follow_up"},
        {"time_years": "9", "time_lower_years": "8.5", "time_upper_years": "9.5"},
    ),
    "sex": ("patients.csv", {"patient_id": "cole_2009"}, {"sex": "male"}),
    "resection": ("patients.csv", {"patient_id": "reddy_2019"}, {"resection": "subtotal"}),
    "age": ("patients.csv", {"patient_id": "kim_2015"}, {"age_years": "23"}),
    "a date taken away": (
        "events.csv",
        {"patient_id": "calis_2001", "event": "local_recurrence"},
        {"time_years": "", "time_lower_years": "0", "time_upper_years": "7.5", "precision": "bound"},
    ),
}


def numbers(data: Path) -> dict[str, hs.Number]:
    """Return every number of the study built on the data in `data`, by script and id."""
    study = hs.reproduce.Study.read(ROOT, data=data)
    study = replace(study, settings=quick(study.settings))
    found = {}
    for script in find_scripts(study):
        with isolated_imports(script.path.parent):
            built = script.build_function()(study.at_work_on(script.stem))
        found |= {f"{script.stem}.{number.id}": number for number in built.numbers}
    return found


def quick(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings with few resamples, and two options of a choice: on these no patient depends."""
    return {key: quicker(key, value) for key, value in settings.items() if not excludes_an_option(value)}


def quicker(key: str, value: Any) -> Any:
    """Return one setting, cut down."""
    if key == "choices":
        return {name: options[:2] for name, options in value.items()}
    if key == "deltas":
        return value[::6]  # both ends, and 1 in the middle
    if isinstance(value, Mapping):
        return quick(value)
    return min(value, FEW) if key.startswith(("n_", "most_")) else value


def excludes_an_option(value: Any) -> bool:
    """Tell whether a setting speaks of an option of the multiverse that is not among the first two."""
    return isinstance(value, Mapping) and value.get("patients") == "intracranial"


def with_changed_cell(directory: Path, file: str, where: dict[str, str], new: dict[str, str]) -> str:
    """Change one row of the raw data in `directory`, made if it is not there; return the patient."""
    if not directory.is_dir():
        shutil.copytree(ROOT / "data" / "raw", directory)
        shutil.copy(ROOT / "data" / "datapackage.json", directory.parent)
    with (directory / file).open(newline="", encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    hit = [row for row in rows if all(row[name] == value for name, value in where.items())]
    assert len(hit) == 1
    assert any(hit[0][name] != value for name, value in new.items())
    hit[0].update(new)
    with (directory / file).open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, fieldnames=list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return where["patient_id"]


@pytest.fixture(scope="module")
def before() -> dict[str, hs.Number]:
    """Numbers of the data as they are."""
    return numbers(ROOT / "data" / "raw")


def changes(before: dict[str, hs.Number], after: dict[str, hs.Number]) -> list[str]:
    """Return the numbers that came, went or have another value."""
    both = before.keys() & after.keys()
    return sorted(
        (before.keys() ^ after.keys()) | {key for key in both if before[key].value != after[key].value}
    )


def test_changed_cells_change_only_numbers_of_their_patients(before, tmp_path):
    """All cells but the sex, which a test of its own changes, at once: each study built takes a while."""
    cells = [cell for name, cell in CELLS.items() if name != "sex"]
    patients = {with_changed_cell(tmp_path / "raw", *cell) for cell in cells}
    after = numbers(tmp_path / "raw")
    changed = changes(before, after)
    touched = set()
    for key in changed:
        named = {patient for side in (before, after) if key in side for patient in side[key].patients}
        assert named & patients, key
        touched |= named & patients
    assert touched == patients


def test_another_sex_changes_the_numbers_on_sex_and_no_others(before, tmp_path):
    patient = with_changed_cell(tmp_path / "raw", *CELLS["sex"])
    after = numbers(tmp_path / "raw")
    changed = changes(before, after)
    assert all(patient in (*before[key].patients, *after[key].patients) for key in changed)
    alike = "methods.sensitivity.pairs"  # records of one sex may be one person
    assert all("sex" in key.split(".") or key == alike for key in changed)
    counts = [
        f"{group}.sex.{sex}.{kind}"
        for group in ("spinal_metastasis", "overall")
        for sex in ("female", "male")
        for kind in ("count", "share")
    ]
    for expected in [f"table_01_characteristics.{key}" for key in counts]:
        assert expected in changed
    assert {f"table_04_index_paper.sex.{name}" for name in ("count", "share", "low", "high")} <= set(changed)


def test_the_readme_quotes_the_results_as_built():
    quoted = (ROOT / "README.md").read_text(encoding="utf-8").split("(figures/results.md) -->\n")[1]
    built = (ROOT / "figures" / "results.md").read_text(encoding="utf-8")
    assert quoted.split("<!-- results: end -->")[0] == built
