"""The record of the environment: what was locked, on every machine the same; what differs here is told."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json

import pytest

from hpcstats.reproduce import reproduce, verify
from hpcstats.reproduce.canonical import sha256, to_json
from hpcstats.reproduce.review import environment_record as room
from hpcstats.reproduce.review import locked
from tests.reproduce.fake import FIGURE, edit, manifest
from tests.reproduce.reviewed_study import lock, reviewed_study

NUMPY = importlib.metadata.version("numpy")


@pytest.fixture
def study(tmp_path):
    made = reviewed_study(tmp_path)
    reproduce(made, jobs=1)
    return made


def record(study) -> dict:
    return json.loads((study.output / "environment.json").read_bytes())


def rewrite(study, content: dict) -> None:
    """Put another record in its place, with a manifest and a crate that fit it."""
    written = to_json(content).encode()
    old = sha256((study.output / "environment.json").read_bytes())
    (study.output / "environment.json").write_bytes(written)
    edit(study.output / "MANIFEST.json", old, sha256(written))


def test_it_records_the_lock_the_python_and_the_tested_platforms(study):
    found = record(study)
    assert found["lock"] == {
        "path": "requirements.lock",
        "sha256": hashlib.sha256(lock().encode()).hexdigest(),
    }
    assert found["python"] == {"made_with": manifest(study)["versions"]["python"], "needed": ">=3.11"}
    assert found["tested"] == ["Linux, CPython 3.11"]
    assert found["variables"]["SOURCE_DATE_EPOCH"] == "0"


def test_it_records_every_locked_package_with_its_use_and_licence(study):
    numpy, pytest_, elsewhere = record(study)["packages"]
    assert (numpy["name"], numpy["version"], numpy["for"]) == ("numpy", NUMPY, "run")
    assert numpy["licence"].startswith("BSD-3-Clause")
    assert (pytest_["for"], pytest_["licence"]) == ("tests and documentation", "MIT")
    assert elsewhere == {
        "name": "only-elsewhere",
        "version": "1.0",
        "when": "sys_platform == 'other'",
        "for": "run",
    }


def test_it_is_an_output_like_the_others(study):
    [entry] = [one for one in manifest(study)["outputs"] if one["path"] == "environment.json"]
    assert entry["inputs"] == ["analyses/study.toml", "requirements.lock"]
    assert entry["sha256"] == sha256((study.output / "environment.json").read_bytes())
    assert verify(study, jobs=1).ok


def test_without_a_lock_it_records_what_is_installed_for_a_run(tmp_path):
    study = reviewed_study(tmp_path, citation=None)
    reproduce(study, jobs=1)
    found = {package["name"]: package for package in record(study)["packages"]}
    assert record(study)["lock"] is None
    assert set(locked.required("hpcstats")) <= set(found)
    assert "kiwisolver" in found  # of matplotlib
    assert "pytest" not in found
    assert found["numpy"]["version"] == NUMPY


def test_it_names_the_fonts_that_are_embedded_in_the_figures(tmp_path):
    drawn = FIGURE.replace(
        'f"{name} of {self.numbers[0].text}"', '"/BaseFont /ABCDEF+DejaVuSans /BaseFont /Own"'
    )
    study = reviewed_study(tmp_path, figure_01_times=drawn)
    reproduce(study, jobs=1)
    shipped, own = record(study)["fonts"]
    assert (shipped["name"], shipped["shipped_with"], len(shipped["sha256"])) == (
        "DejaVuSans",
        "matplotlib",
        64,
    )
    assert own == {"name": "Own"}
    found = record(study)
    found["fonts"][0]["sha256"] = "0" * 64
    assert list(room.differences_here(found, {})) == ["font DejaVuSans is another file here"]


def test_another_version_here_is_a_note_and_no_failure(study, monkeypatch):
    real = locked.installed_version
    monkeypatch.setattr(room, "installed_version", lambda name: "0.1" if name == "pytest" else real(name))
    result = verify(study, jobs=1)
    assert result.ok
    wanted = importlib.metadata.version("pytest")
    assert result.information == (f"package pytest: {wanted} -> 0.1 (recorded -> here)",)


def test_a_package_of_a_run_that_is_not_here_is_named_another_is_not(study, monkeypatch):
    monkeypatch.setattr(room, "installed_version", lambda name: "")
    assert list(room.differences_here(record(study), {})) == ["packages recorded, not installed here: numpy"]


def test_a_version_the_manifest_tells_is_not_told_twice(study, monkeypatch):
    monkeypatch.setattr(room, "installed_version", lambda name: "0.1")
    told = list(room.differences_here(record(study), {"numpy": NUMPY}))
    assert not any("numpy" in note for note in told)


def test_a_licence_known_where_it_was_written_is_kept_where_the_package_is_not_installed(study, monkeypatch):
    before = (study.output / "environment.json").read_bytes()
    monkeypatch.setattr(locked, "installed_version", lambda name: "")
    reproduce(study, jobs=1)
    assert (study.output / "environment.json").read_bytes() == before


def test_a_licence_left_open_may_be_known_here(study):
    found = record(study)
    del found["packages"][1]["licence"]
    assert room.environment_difference(to_json(found).encode(), room.environment_bytes(record(study))) == ""


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda found: found["packages"][0].update(version="0.0.1"), "packages numpy 0.0.1 ("),
        (lambda found: found["packages"][1].update(licence="Mine"), "packages pytest"),
        (lambda found: found["packages"].pop(0), "packages none -> numpy"),
        (lambda found: found["lock"].update(sha256="0"), "lock {"),
        (lambda found: found.update(tested=["Amiga"]), "tested ['Amiga'] -> "),
        (lambda found: found.pop("packages"), "environment.json cannot be read (KeyError"),
    ],
)
def test_a_changed_record_is_told(study, change, told):
    found = record(study)
    change(found)
    rewrite(study, found)
    assert any(
        problem.startswith(f"differs: environment.json: {told}") for problem in verify(study, jobs=1).problems
    )


def test_without_a_lock_other_packages_are_no_difference(study):
    found = record(study)
    found["lock"] = None
    other = dict(found, packages=[])
    assert room.environment_difference(to_json(found).encode(), to_json(other).encode()) == ""
    assert room.environment_difference(room.environment_bytes(record(study)), to_json(found).encode()) != ""


def test_another_python_or_font_file_is_no_difference(study):
    found = record(study)
    found["python"]["made_with"] = "3.99"
    found["fonts"].append({"name": "Other"})
    assert room.environment_difference(to_json(found).encode(), room.environment_bytes(record(study))) == ""


def test_a_changed_lock_is_told_until_the_study_is_built_again(study):
    edit(study.root / "requirements.lock", "only-elsewhere==1.0", "only-elsewhere==2.0")
    assert any(
        one.startswith("MANIFEST.json: input requirements.lock") for one in verify(study, jobs=1).problems
    )
    reproduce(study, jobs=1)
    assert verify(study, jobs=1).ok


def test_a_broken_record_is_told_and_written_anew(study):
    (study.output / "environment.json").write_text("{}")
    assert any("environment.json cannot be read" in problem for problem in verify(study, jobs=1).problems)
    reproduce(study, jobs=1)
    assert verify(study, jobs=1).ok


def test_two_versions_for_two_pythons_are_both_read():
    text = (
        "One_Two==1.0 ; python_full_version < '3.12' \\\n    --hash=sha256:00\n    # via hpcstats\n"
        "one-two==2.0 ; python_full_version >= '3.12' \\\n    --hash=sha256:01\n"
        "    # via\n    #   hpcstats\n    #   x\n"
    )
    first, second = locked.locked_packages(text)
    assert (first.name, first.version, first.when) == ("one-two", "1.0", "python_full_version < '3.12'")
    assert (second.version, second.needed_by) == ("2.0", ("hpcstats", "x"))
