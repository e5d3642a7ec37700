"""Figures for a journal: where they go, what they are asked for, and what stays as it was."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from hpcstats.cli import app
from hpcstats.errors import DataError
from hpcstats.reproduce import Study, main, reproduce
from tests.reproduce.drawn_study import drawn_study
from tests.reproduce.fake import OUTPUT, STUDY, edit, make_study, manifest, tree

ASKING = (
    OUTPUT
    + """
class Drawing(Output):
    def render(self, formats, *, journal=None):
        formats = ["own"] if formats is None else formats
        return {f".{name}": f"{name} for {journal}".encode() for name in formats}

def build(study):
    return Drawing({}, [number("n", 3)])

if __name__ == "__main__":
    hs.reproduce.main(build)
"""
)


@pytest.fixture
def study(tmp_path):
    return make_study(tmp_path, figure_01_times=ASKING)


def test_files_for_a_journal_go_to_a_place_of_their_own(study):
    reproduce(study, jobs=1)
    before = tree(study.output)
    report = reproduce(study, jobs=1, journal="springer")
    assert report.directory == study.root / "submission" / "springer"
    assert (report.directory / "figure_01_times.own").read_bytes() == b"own for springer"
    assert (report.directory / "tables" / "table_01_cases.csv").is_file()
    assert tree(study.output) == before
    assert b"journal" not in before["MANIFEST.json"]
    assert b'"journal": "springer"' in (report.directory / "MANIFEST.json").read_bytes()


def test_formats_and_directory_may_be_named(study, tmp_path):
    reproduce(study, jobs=1, journal="nature", formats=["svg"], output=tmp_path / "there")
    assert (tmp_path / "there" / "figure_01_times.svg").read_bytes() == b"svg for nature"
    assert not (study.root / "submission").exists()


def test_a_journal_of_study_toml_is_that_of_the_figures(study):
    edit(study.file, "seed = 7", 'seed = 7\njournal = "jns"')
    named = Study.read(study.root)
    assert (named.journal, named.is_for_submission) == ("jns", False)
    reproduce(named, jobs=1)
    assert (study.output / "figure_01_times.pdf").read_bytes() == b"pdf for jns"
    assert manifest(study)["study"]["journal"] == "jns"
    other = reproduce(named, jobs=1, journal="nature")
    assert other.directory.name == "nature"


def test_one_script_by_itself(study, monkeypatch, capsys):
    import runpy

    path = study.file.parent / "figure_01_times.py"
    main(runpy.run_path(str(path))["build"], ["--journal", "elsevier"])
    assert (study.root / "submission/elsevier/figure_01_times.own").read_bytes() == b"own for elsevier"
    assert "submission" in capsys.readouterr().out


def test_a_journal_must_be_a_text(tmp_path):
    with pytest.raises(DataError, match=r"\[study\] journal must be a text, not 3"):
        make_study(tmp_path, toml=STUDY.replace("seed = 7", "seed = 7\njournal = 3"))


def test_the_command_line_knows_the_journals(tmp_path):
    study = drawn_study(tmp_path)
    unknown = CliRunner().invoke(app, ["reproduce", str(study.root), "--journal", "lancet"])
    assert unknown.exit_code == 1
    assert unknown.stderr.startswith("Error: journal='lancet' is not known. Write one of: 'springer'")
    made = CliRunner().invoke(app, ["reproduce", str(study.root), "--journal", "elsevier", "--jobs", "1"])
    assert made.exit_code == 0, made.output
    names = {path for path in tree(study.root / "submission" / "elsevier") if path.startswith("figure")}
    assert names == {f"figure_01_times.{suffix}" for suffix in ("pdf", "eps", "tiff", "csv", "txt")}
    assert not (study.root / "submission" / "elsevier" / "report.html").exists()
