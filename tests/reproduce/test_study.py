"""Reading a study: settings, places, random streams."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

from hpcstats.errors import DataError, DesignError, UnsupportedError
from hpcstats.reproduce import Study
from hpcstats.reproduce.settings import check_formats
from tests.reproduce.fake import STUDY, make_study


def test_places_are_relative_to_the_file(tmp_path):
    study = make_study(tmp_path)
    assert study.root == tmp_path
    assert study.data == tmp_path / "data" / "raw"
    assert study.output == tmp_path / "figures"
    assert (study.title, study.seed, study.level) == ("Three patients", 7, 0.95)
    assert study.formats == ("pdf", "png")
    assert Study.read(study.file) == study


def test_other_data_take_the_place_of_the_studys_own(tmp_path):
    study = make_study(tmp_path / "study")
    (tmp_path / "mine").mkdir()
    other = Study.read(study.root, data=tmp_path / "mine")
    assert other.data == tmp_path / "mine"
    assert study.has_own_data
    assert not other.has_own_data


def test_a_study_is_found_from_below(tmp_path, monkeypatch):
    study = make_study(tmp_path)
    monkeypatch.chdir(study.data)
    assert Study.find() == study
    assert Study.find(study.file.parent) == study


def test_no_study_is_said_with_the_place(tmp_path):
    with pytest.raises(DataError, match="Neither .* nor a directory above it holds analyses/study.toml"):
        Study.find(tmp_path)
    with pytest.raises(DataError, match="holds no analyses/study.toml"):
        Study.read(tmp_path)


def test_settings_are_read_only_and_name_what_is_missing(tmp_path):
    settings = make_study(tmp_path).settings
    assert settings["curves"]["horizons"] == (1, 5)
    assert settings["curves"].get("interval", "log") == "log"
    assert "models" not in settings
    assert len(settings) == 2
    with pytest.raises(DesignError, match=r"no setting 'interval' in \[curves\]") as caught:
        settings["curves"]["interval"]
    assert isinstance(caught.value, KeyError)
    with pytest.raises(TypeError):
        settings["curves"]["horizons"] = ()


def test_a_study_travels_to_another_process(tmp_path):
    study = make_study(tmp_path)
    assert pickle.loads(pickle.dumps(study)) == study


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("seed = 7", "seed = 7.5", r"\[study\] seed must be a whole number from 0 upwards, not 7.5"),
        ("seed = 7", "seed = true", "seed must be a whole number"),
        ("seed = 7", "seed = -1", "not -1"),
        ("seed = 7", "", r"\[study\] seed is missing"),
        (
            "level = 0.95",
            "level = 95",
            "level must be a proportion between 0 and 1, for instance 0.95, not 95",
        ),
        ("level = 0.95", "level = 1.0", "not 1.0"),
        ('["pdf", "png"]', '["pdf", "jpeg"]', "formats holds 'jpeg'; known are 'pdf', 'svg'"),
        ('["pdf", "png"]', '["pdf", "pdf"]', "names a format twice"),
        ('["pdf", "png"]', "[]", "must be a list of image formats"),
        ('title = "Three patients"', 'title = ""', "title must be a text"),
        ("level =", "levels = 1\nlevel =", "unknown key 'levels'; did you mean 'level'"),
        ("[study]", "[studies]", r"there is no table \[study\]"),
        ("[study]", "loose = 1\n[study]", "'loose' stands outside any table"),
        ("[study]", "[study", "not valid TOML: .*line 2"),
    ],
)
def test_errors_of_study_toml_are_clear(tmp_path, old, new, message):
    with pytest.raises(DataError, match=message):
        make_study(tmp_path, toml=STUDY.replace(old, new))


def test_all_errors_are_told_at_once(tmp_path):
    toml = STUDY.replace("seed = 7", 'seed = "x"').replace("0.95", "2")
    with pytest.raises(DataError, match="seed(.|\n)*level"):
        make_study(tmp_path, toml=toml)


def test_formats_come_in_one_order():
    assert check_formats(["PNG", ".pdf", " png"]) == ("pdf", "png")
    with pytest.raises(UnsupportedError, match="format='gif' is not known"):
        check_formats(["gif"])


def test_each_name_has_a_stream_of_its_own(tmp_path):
    study = make_study(tmp_path)
    # SHA-256 of "bootstrap" as eight big-endian words, computed with sha256sum.
    words = (
        0x333C04DD, 0x151A2A68, 0x31C039CB, 0x9A651DF2, 0x9198BE8A, 0x04E16CE8, 0x61D4B6A3, 0x4A11C954,
    )  # fmt: skip
    expected = np.random.default_rng(np.random.SeedSequence(7, spawn_key=words)).random(3)
    np.testing.assert_array_equal(study.generator("bootstrap").random(3), expected)
    assert not np.array_equal(study.generator("other").random(3), expected)
    at_work = study.at_work_on("bootstrap")
    np.testing.assert_array_equal(at_work.generator().random(3), expected)


def test_an_empty_data_directory_is_refused(tmp_path):
    study = make_study(tmp_path)
    with pytest.raises(DataError, match="does not exist or holds no file"):
        Study.read(study.root, data=tmp_path / "nowhere").common_inputs()


def test_hidden_files_are_no_inputs_and_labels_name_no_place(tmp_path):
    study = make_study(tmp_path / "study")
    (study.data / ".DS_Store").write_text("")
    labels = [study.label(path) for path in study.common_inputs()]
    assert labels == ["analyses/study.toml", "data/raw/patients.csv", "data/raw/sources.csv"]
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "patients.csv").write_text("patient_id\n")
    other = Study.read(study.root, data=mine)
    assert [other.label(path) for path in other.common_inputs()][1:] == ["(data)/patients.csv"]
