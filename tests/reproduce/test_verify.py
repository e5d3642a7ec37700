"""A rebuild finds every difference from what is committed."""

from __future__ import annotations

import hashlib
import json

import pytest

from hpcstats.errors import DataError, HpcstatsError
from hpcstats.reproduce import Study, reproduce, verify
from hpcstats.reproduce.canonical import to_json
from tests.reproduce.fake import edit, make_study, manifest


@pytest.fixture
def study(tmp_path):
    made = make_study(tmp_path)
    reproduce(made, jobs=1)
    return made


def problems(study, **options) -> list[str]:
    return list(verify(study, jobs=1, **options).problems)


def test_what_was_just_built_is_verified(study):
    result = verify(study, jobs=2)
    assert result.ok
    assert (result.n_files, result.n_numbers) == (8, 6)
    assert str(result) == "Verified: 8 files, 6 numbers, equal byte for byte."


def test_nothing_committed_is_an_error(tmp_path):
    with pytest.raises(DataError, match="no MANIFEST.json to compare with"):
        verify(make_study(tmp_path))


def test_a_changed_file_is_named_with_its_line(study):
    edit(study.output / "tables" / "table_01_cases.csv", "b,2.5", "b,2.6")
    assert problems(study) == [
        "differs: tables/table_01_cases.csv: line 3: 'b,2.6' -> 'b,2.5'",
        "MANIFEST.json: sha256 of tables/table_01_cases.csv is not that of the file",
    ]


def test_a_changed_binary_is_named(study):
    (study.output / "figure_01_times.pdf").write_bytes(b"x")
    assert problems(study)[0] == "differs: figure_01_times.pdf: 1 -> 10 bytes"


def test_changed_line_ends_are_seen(study):
    path = study.output / "tables" / "table_01_cases.html"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert problems(study)[0] == "differs: tables/table_01_cases.html: the line ends differ"


def test_changed_data_show_old_and_new_numbers(study):
    edit(study.data / "patients.csv", "b,new_2020,2.5", "b,new_2020,5.5")
    found = problems(study)
    assert "number figure_01.mean: 4.0 (printed '4.0') -> 5.0 (printed '5.0')" in found
    assert "number table_01.b.years: 2.5 (printed '2.5') -> 5.5 (printed '5.5')" in found
    assert sum(one.startswith("number ") for one in found) == 2
    assert any(one.startswith("MANIFEST.json: input data/raw/patients.csv") for one in found)


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("value", 9.0, "number figure_01.mean: 9.0 (printed '4.0') -> 4.0 (printed '4.0')"),
        ("patients", ["a"], "number figure_01.mean: patients ['a'] -> ['a', 'b', 'c']"),
        ("how", "guessed", "number figure_01.mean: how 'guessed' -> 'read from the data'"),
        ("id", "figure_01.meaning", "number figure_01.meaning: 4.0 (printed '4.0') -> absent"),
    ],
)
def test_a_changed_record_of_a_number_is_named(study, key, value, message):
    path = study.output / "numbers.json"
    records = json.loads(path.read_bytes())
    next(entry for entry in records if entry["id"] == "figure_01.mean")[key] = value
    path.write_text(to_json(records))
    assert message in problems(study)


def test_missing_and_extra_files_are_named(study):
    (study.output / "results.md").unlink()
    (study.output / "notes.txt").write_text("mine")
    (study.output / ".gitkeep").write_text("")
    assert problems(study) == [
        "missing: results.md, which analyses/results.py makes",
        "extra: notes.txt, which no script makes",
    ]


def test_another_seed_or_script_is_seen_in_the_records(study):
    edit(study.file, "seed = 7", "seed = 8")
    found = problems(Study.read(study.root))
    assert "MANIFEST.json: study seed: 7 -> 8" in found
    assert any(one.startswith("number figure_01.draw: ") for one in found)


def test_other_versions_are_information(study):
    content = manifest(study)
    content["versions"]["numpy"] = "0.0.1"
    (study.output / "MANIFEST.json").write_text(to_json(content))
    result = verify(study, jobs=1)
    assert result.ok
    assert result.information[0].startswith("version of numpy: 0.0.1 -> ")
    assert "Note: version of numpy" in str(result)


def test_a_failing_script_cannot_be_verified(study):
    edit(study.file.parent / "results.py", "def build(study):", "def build(study):\n    1 / 0")
    with pytest.raises(HpcstatsError, match="results.py: ZeroDivisionError"):
        verify(study, jobs=1)


def test_tampered_records_are_seen(study):
    path = study.output / "MANIFEST.json"
    path.write_bytes(path.read_bytes().replace(b'  "study"', b'   "study"'))
    assert problems(study) == ["MANIFEST.json: the records are not written as this version writes them"]


def test_outdated_outputs_are_a_difference(study):
    edit(study.data / "sources.csv", "Reports", "Report")
    reproduce(study, only=["results"], jobs=1)
    assert any("older inputs" in problem for problem in problems(study))
    reproduce(study, jobs=1)
    assert not problems(study)


def test_tolerance_lets_the_last_digits_pass_and_says_so(study):
    table = study.output / "tables" / "table_01_cases.csv"
    edit(table, "b,2.5", "b,2.500000001")
    edit(study.output / "numbers.json", '"value": 2.5', '"value": 2.500000001')
    content = manifest(study)
    content["outputs"] = [
        entry | {"sha256": hashlib.sha256((study.output / entry["path"]).read_bytes()).hexdigest()}
        for entry in content["outputs"]
    ]
    (study.output / "MANIFEST.json").write_text(to_json(content))
    assert not verify(study, jobs=1).ok
    result = verify(study, tolerance=True, jobs=1)
    assert result.ok
    told = str(result)
    assert "numbers agree to 1e-8, relative or absolute" in told
    assert "1 files cell by cell, with numbers to 1e-08" in told
    assert "Verified: 8 files, 6 numbers, equal within tolerance." in told


def test_tolerance_does_not_let_a_number_pass(study):
    edit(study.output / "numbers.json", '"value": 2.5', '"value": 2.50001')
    found = problems(study, tolerance=True)
    assert "number table_01.b.years: 2.50001 (printed '2.5') -> 2.5 (printed '2.5')" in found
