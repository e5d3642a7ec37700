"""Further input files: named in study.toml, recorded with every output, missed by name."""

from __future__ import annotations

import pytest

from hpcstats.errors import DataError
from hpcstats.reproduce import reproduce, trace, verify
from tests.reproduce.fake import STUDY, make_study, manifest

INPUTS = f"{STUDY}\n[inputs]\ncoverage = '../docs/coverage.csv'\n"


@pytest.fixture
def study(tmp_path):
    study = make_study(tmp_path, toml=INPUTS)
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "coverage.csv").write_text("n,coverage\n9,0.96\n", encoding="utf-8")
    return study


def test_inputs_are_found_from_study_toml(study):
    assert study.inputs == {"coverage": study.root / "docs" / "coverage.csv"}


def test_inputs_are_recorded_and_watched(study):
    reproduce(study, jobs=1)
    assert "docs/coverage.csv" in manifest(study)["inputs"]
    assert verify(study, jobs=1).ok
    study.inputs["coverage"].write_text("n,coverage\n9,0.95\n", encoding="utf-8")
    assert not verify(study, jobs=1).ok
    assert trace("table_01.a.years", study).changed == ("docs/coverage.csv",)


def test_a_missing_input_is_named(study):
    study.inputs["coverage"].unlink()
    with pytest.raises(DataError, match=r"names what does not exist: coverage = .*coverage\.csv"):
        reproduce(study, jobs=1)


def test_an_input_is_a_path(tmp_path):
    study = make_study(tmp_path, toml=f"{STUDY}\n[inputs]\ncoverage = 3\n")
    with pytest.raises(DataError, match=r"\[inputs\] coverage must be the path of a file"):
        reproduce(study, jobs=1)


def test_a_study_needs_no_inputs(tmp_path):
    assert make_study(tmp_path).inputs == {}
