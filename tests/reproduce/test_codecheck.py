"""codecheck.yml: what the specification asks of an author, nothing made up; a codechecker's words stay."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from hpcstats.errors import DataError
from hpcstats.reproduce import reproduce, verify
from hpcstats.reproduce.records import Records
from hpcstats.reproduce.review.bundle import Bundle
from hpcstats.reproduce.review.citation import Citation
from hpcstats.reproduce.review.codecheck import _title
from tests.reproduce.fake import edit
from tests.reproduce.reviewed_study import CITATION, reviewed_study

CODECHECK = "codecheck.yml"
ADDED = """# the check took a minute
codechecker:
  - name: C. Checker
report: https://doi.org/10.1234/report
"""


@pytest.fixture
def study(tmp_path):
    made = reviewed_study(tmp_path)
    reproduce(made, jobs=1)
    return made


def read(study) -> dict:
    return yaml.safe_load((study.root / CODECHECK).read_text(encoding="utf-8"))


def test_it_keeps_the_rules_of_the_specification(study):
    text = (study.root / CODECHECK).read_text(encoding="utf-8")
    assert text.startswith("---\n")
    nodes = read(study)
    assert nodes["version"] == "https://codecheck.org.uk/spec/config/1.0/"
    for item in nodes["manifest"]:
        assert set(item) == {"file", "comment"}
        assert not Path(item["file"]).is_absolute()
        assert (study.root / item["file"]).is_file()
    assert nodes["paper"]["authors"] == [{"name": "Ada Exämple"}]
    assert nodes["paper"]["title"] == "The paper: a study"
    assert nodes["paper"]["reference"] == "https://doi.org/10.1234/paper"
    assert nodes["repository"] == "https://example.org/code"


def test_the_manifest_names_a_file_to_look_at_of_every_output(study):
    listed = {item["file"]: item["comment"] for item in read(study)["manifest"]}
    assert list(listed) == [
        "figures/figure_01_times.pdf",
        "figures/figure_01_times.csv",
        "figures/results.md",
        "figures/tables/table_01_cases.csv",
        "figures/numbers.json",
    ]
    assert listed["figures/figure_01_times.pdf"] == "Figure 1. Times; made by analyses/figure_01_times.py"
    assert listed["figures/numbers.json"].startswith("The 6 numbers printed")


def test_nothing_is_made_up(tmp_path):
    study = reviewed_study(tmp_path, citation=None)
    reproduce(study, jobs=1)
    assert set(read(study)) == {"version", "manifest", "paper"}
    assert read(study)["paper"] == {"title": "Three patients"}


def test_without_a_paper_the_authors_of_the_citation_stand_with_their_orcid(tmp_path):
    study = reviewed_study(tmp_path, citation=CITATION[: CITATION.index("preferred-citation")])
    reproduce(study, jobs=1)
    paper = read(study)["paper"]
    assert paper["title"] == "Three patients"
    assert paper["authors"] == [
        {"name": "Ada Exämple", "ORCID": "0000-0002-1825-0097"},
        {"name": "The Group"},
    ]
    assert "reference" not in paper


def test_made_up_data_are_not_sent_out_under_the_title_of_a_paper(study):
    edit(study.data / "patients.csv", "a,old_1999", "synthetic_a,old_1999")
    title = _title(Bundle(study=study, records=Records()))
    assert title.startswith("SYNTHETIC DATA")
    assert "The paper" not in title


def test_what_a_codechecker_adds_stays_and_is_verified(study):
    path = study.root / CODECHECK
    path.write_text(path.read_text(encoding="utf-8") + ADDED, encoding="utf-8")
    edit(path, "  reference:", "  reference-other: [https://doi.org/10.1234/preprint]\n  reference:")
    before = path.read_bytes()
    reproduce(study, jobs=1)
    assert path.read_bytes() == before
    assert verify(study, jobs=1).ok


def test_what_a_codechecker_adds_outlives_new_results(study):
    path = study.root / CODECHECK
    path.write_text(path.read_text(encoding="utf-8") + ADDED, encoding="utf-8")
    (study.file.parent / "results.py").unlink()
    reproduce(study, jobs=1)
    nodes = read(study)
    assert "figures/results.md" not in [item["file"] for item in nodes["manifest"]]
    assert nodes["codechecker"] == [{"name": "C. Checker"}]
    assert list(nodes)[-2:] == ["codechecker", "report"]
    assert verify(study, jobs=1).ok


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("figure_01_times.pdf", "figure_02_times.pdf", "differs: codecheck.yml: line 4"),
        ("The paper: a study", "Another", "differs: codecheck.yml: line "),
        ("spec/config/1.0", "spec/config/9.0", "differs: codecheck.yml: line 2"),
        ("---", "- a\n-", "codecheck.yml: codecheck.yml "),
    ],
)
def test_a_changed_file_is_told(study, old, new, told):
    edit(study.root / CODECHECK, old, new)
    assert any(problem.startswith(told) for problem in verify(study, jobs=1).problems)


def test_what_cannot_be_read_is_not_overwritten(study):
    (study.root / CODECHECK).write_text("manifest: [", encoding="utf-8")
    with pytest.raises(DataError, match=r"codecheck.yml cannot be read .* Mend it"):
        reproduce(study, jobs=1)
    assert (study.root / CODECHECK).read_text() == "manifest: ["


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("authors: [", "ParserError"),
        ("a text", "AttributeError"),
        ("authors: [{alias: x}]", "neither a name"),
    ],
)
def test_a_wrong_citation_is_an_error(tmp_path, text, told):
    (tmp_path / "CITATION.cff").write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=rf"CITATION.cff cannot be read .*{re.escape(told)}"):
        Citation.read(tmp_path)
