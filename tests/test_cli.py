"""The command line, as a user meets it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import types

import pytest
from typer.testing import CliRunner

import hpcstats
from hpcstats.cli import app
from tests.reproduce.fake import PATIENTS, edit, make_study


@pytest.fixture
def study(tmp_path, monkeypatch):
    made = make_study(tmp_path / "study")
    monkeypatch.chdir(made.root)
    return made


def run(*arguments: str):
    return CliRunner().invoke(app, list(arguments))


def test_reproduce_verify_and_trace_in_the_directory_of_a_study(study):
    made = run("reproduce", "--jobs", "1")
    assert made.exit_code == 0, made.output
    assert f"6 files with 6 numbers in {study.output} (8 files changed, records included)" in made.output
    checked = run("verify", "--jobs", "1")
    assert (checked.exit_code, checked.output) == (0, "Verified: 8 files, 6 numbers, equal byte for byte.\n")
    traced = run("trace", "table_01.a.years")
    assert traced.exit_code == 0
    assert "Old A 1999. A case. Journal of Cases. doi:10.1/old" in traced.output
    assert "(unchanged)" in run("reproduce", "--jobs", "1").output


def test_a_study_is_named_or_found_above(study, tmp_path, monkeypatch):
    monkeypatch.chdir(study.data)
    assert run("reproduce", "--jobs", "1").exit_code == 0
    monkeypatch.chdir(tmp_path)
    assert run("verify", "--jobs", "1", str(study.root)).exit_code == 0
    assert run("trace", "results.n", str(study.root)).exit_code == 0
    lost = run("verify")
    assert lost.exit_code == 1
    assert lost.stderr.startswith("Error: Neither ")


def test_options_of_reproduce(study, tmp_path):
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "patients.csv").write_text(PATIENTS)
    out = tmp_path / "out"
    made = run(
        "reproduce", "--only", "figure_01,results", "--only", "table_*", "--formats", "svg,eps",
        "--out", str(out), "--data", str(mine), "--jobs", "1",
    )  # fmt: skip
    assert made.exit_code == 0, made.output
    assert (out / "figure_01_times.svg").is_file()
    assert (out / "figure_01_times.eps").is_file()
    assert (out / "tables" / "table_01_cases.csv").is_file()
    assert not (out / "figure_01_times.pdf").exists()
    assert not study.output.exists()


def test_trace_lists_what_a_beginning_fits(study):
    run("reproduce", "--jobs", "1")
    listed = run("trace", "table_01")
    assert listed.output.splitlines() == [
        "table_01.a.years  1.5", "table_01.b.years  2.5", "table_01.c.years  8.0",
    ]  # fmt: skip
    assert len(run("trace", "").output.splitlines()) == 6
    unknown = run("trace", "table_01.a.year.s")
    assert unknown.exit_code == 1
    assert "The closest are:\n  table_01.a.years" in unknown.stderr


def test_verify_tells_differences_and_fails(study):
    run("reproduce", "--jobs", "1")
    edit(study.data / "patients.csv", "1.5", "4.5")
    failed = run("verify", "--jobs", "1", "--tolerance")
    assert failed.exit_code == 1
    assert "number table_01.a.years: 1.5 (printed '1.5') -> 4.5 (printed '4.5')" in failed.output
    assert "Not verified: " in failed.output


def test_an_error_is_one_clear_message(study):
    failed = run("reproduce", "--only", "figure_9")
    assert failed.exit_code == 1
    assert failed.stderr == "Error: No script makes 'figure_9'. Did you mean figure_01?\n"
    debugged = run("--debug", "reproduce", "--only", "figure_9")
    assert isinstance(debugged.exception, hpcstats.DesignError)
    assert run("reproduce", "--formats", "gif").stderr.startswith(
        "Error: format='gif' is not known. Write one of"
    )


def test_version():
    assert run("--version").output == f"hpcstats {hpcstats.__version__}\n"


class Report:
    """What the literature room gives, reduced to what the command line reads."""

    def __init__(self, directory, *, ok: bool):
        self.directory, self.ok = directory, ok

    def __str__(self) -> str:
        return f"all problems of {self.directory}"

    def as_dict(self) -> dict[str, object]:
        return {"ok": self.ok, "directory": str(self.directory)}


@pytest.fixture(params=[True, False])
def ok(request, monkeypatch) -> bool:
    room = types.ModuleType("hpcstats.literature")
    room.validate = lambda directory: Report(directory, ok=request.param)  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "hpcstats.literature", room)
    monkeypatch.setattr(hpcstats, "literature", room, raising=False)
    return request.param


def test_validate_reports_everything_and_fails_if_not_valid(ok, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    told = run("validate", "some/data")
    assert (told.output, told.exit_code) == ("all problems of some/data\n", 0 if ok else 1)
    as_json = run("validate", "some/data", "--json")
    assert json.loads(as_json.output) == {"ok": ok, "directory": "some/data"}
    assert as_json.exit_code == (0 if ok else 1)
    assert run("validate").output == "all problems of None\n"


def test_validate_takes_the_data_of_the_study_one_stands_in(ok, study):
    assert run("validate").output == f"all problems of {study.data}\n"


def test_the_module_is_the_same_command_line(study):
    made = subprocess.run(
        [sys.executable, "-W", "error", "-m", "hpcstats", "reproduce", "--jobs", "2"],
        capture_output=True, text=True, check=True, timeout=120,
    )  # fmt: skip
    assert "6 files with 6 numbers" in made.stdout
    failed = subprocess.run(
        [sys.executable, "-m", "hpcstats", "trace", "nothing"],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert failed.returncode == 1
    assert failed.stderr.startswith("Error: There is no number 'nothing'")
    assert "Traceback" not in failed.stderr


def test_help_is_quick_and_imports_nothing_heavy(tmp_path):
    out, err = tmp_path / "out", tmp_path / "err"
    with out.open("w") as told, err.open("w") as timed:
        command = [sys.executable, "-X", "importtime", "-m", "hpcstats", "--help"]
        process = subprocess.Popen(command, stdout=told, stderr=timed, env=os.environ | {"COLUMNS": "100"})
        _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    assert all(command in out.read_text() for command in ("reproduce", "verify", "trace", "validate"))
    imported = {line.rpartition("|")[2].strip().split(".")[0] for line in err.read_text().splitlines()}
    assert "typer" in imported
    assert not imported & {"numpy", "scipy", "pandas", "matplotlib", "joblib", "pandera"}
    assert usage.ru_utime + usage.ru_stime < 0.8
