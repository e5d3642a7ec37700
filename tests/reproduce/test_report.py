"""The page of the report: what is on it, that it is accessible, and that it belongs to the records."""

from __future__ import annotations

import json
import re

import pytest
from bs4 import BeautifulSoup
from typer.testing import CliRunner

from hpcstats.cli import app
from hpcstats.errors import DataError, HpcstatsError
from hpcstats.reproduce import Prose, report_page, reproduce, verify
from hpcstats.reproduce.comparison import compare_file
from hpcstats.reproduce.report.exhibits import read_exhibits
from hpcstats.reproduce.report.page import _anchors
from tests.reproduce.accessibility import contrast, problems
from tests.reproduce.drawn_study import METHODS, TOML, drawn_study
from tests.reproduce.fake import edit, make_study, manifest, numbers, tree


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    study = drawn_study(tmp_path_factory.mktemp("drawn"))
    reproduce(study, jobs=1)
    return study


@pytest.fixture
def study(tmp_path):
    made = drawn_study(tmp_path)
    reproduce(made, jobs=1)
    return made


@pytest.fixture(scope="module")
def page(built):
    return BeautifulSoup((built.output / "report.html").read_text(encoding="utf-8"), "html.parser")


def test_the_page_breaks_no_rule_of_accessibility(built):
    assert problems((built.output / "report.html").read_text(encoding="utf-8")) == []


BROKEN = {
    "an image has no alternative text": ('alt="One', 'data-alt="One'),
    "a field has no label": ('<label for="query">', '<label for="main">'),
    "occurs 2 times": ('<section id="tables"', '<section id="figures"'),
    "a heading <h3> follows <h1>": ("<h2", "<h3"),
    "a link leads to no": ('id="p-a"', 'id="p-z"'),
    "asks for https": ('src="data:', 'src="https://example.org/'),
    "below 4.5": ("--soft: #4d4d4d", "--soft: #9d9d9d"),
    "has no scope": ('scope="row"', "data-scope"),
    "names no language": ('lang="en"', ""),
    "cannot be reached by the keyboard": ('tabindex="0"', ""),
    "the rows of a table": ('colspan="', 'colspan="1'),
}


@pytest.mark.parametrize("expected", BROKEN)
def test_the_rules_find_what_they_are_there_for(built, expected):
    html = (built.output / "report.html").read_text(encoding="utf-8")
    before, after = BROKEN[expected]
    assert before in html
    assert expected in " ".join(problems(html.replace(before, after)))


def test_contrast_is_measured_as_the_guidelines_do():
    assert contrast("#000000", "#ffffff") == 21
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.005)


def test_figures_are_in_the_page_with_caption_and_alternative_text(built, page):
    image = page.select_one("#figure_01 img")
    caption, _, words = (built.output / "figure_01_times.txt").read_text(encoding="utf-8").splitlines()
    assert image["alt"] == words
    assert image["src"].startswith("data:image/svg+xml;base64,")
    assert page.select_one("#figure_01 figcaption").get_text(strip=False).strip() == caption
    assert page.select_one("#figure_01 details p").get_text() == words


def test_tables_have_the_cells_of_their_files(built, page):
    import csv

    with (built.output / "tables" / "table_01_cases.csv").open(encoding="utf-8-sig", newline="") as lines:
        expected = [row for row in csv.reader(lines) if any(cell for cell in row[1:])]
    shown = [
        [cell.get_text() for cell in row.find_all(["th", "td"])]
        for row in page.select("#table_01 tr")
        if len(row.find_all(["th", "td"])) == len(expected[0])
    ]
    assert shown[1:] == expected[1:]
    assert all(long.endswith(short) for short, long in zip(shown[0], expected[0], strict=True))
    [over] = page.select("#table_01 th.over")
    assert f"{over.get_text()}: {shown[0][3]}" == expected[0][3]


def test_every_number_is_on_the_page_and_leads_to_patients_and_sources(built, page):
    entries = {item.code.get_text(): item for item in page.select("#numbers li.item")}
    assert set(entries) == set(numbers(built))
    for identifier, entry in numbers(built).items():
        shown = entries[identifier]
        assert shown.strong.get_text() == entry["text"]
        assert entry["how"] in shown.get_text()
        names = [link.get_text() for link in shown.select("a[data-patient]")]
        assert names == entry["patients"]
    link = page.select_one("#p-a a.out")
    assert (link["href"], link.get_text()) == ("https://doi.org/10.1/old", "doi:10.1/old")
    assert "A case. Journal of Cases." in page.select_one("#s-old_1999").get_text()


def test_printed_numbers_are_links_to_their_entries(page):
    for link in page.select("a.n"):
        target = page.find(id=link["href"][1:])
        assert target.strong.get_text() == link.get_text()
    assert page.select("#figure_01 figcaption a.n")
    assert page.select("#table_01 td a.n")
    assert [link.get_text() for link in page.select("#methods a.n")] == ["2", "0.05"]


def test_the_rows_of_a_patient_are_shown_only_if_the_study_says_so(study):
    shown = BeautifulSoup((study.output / "report.html").read_bytes(), "html.parser")
    rows = shown.select("#p-c details")[0].get_text(" ", strip=True)
    assert "events.csv" in rows
    assert "time_years 8" in rows
    assert "note" in rows
    edit(study.file, "data_rows = true", "data_rows = false")
    report_page(type(study).read(study.root))
    assert "time_years" not in (study.output / "report.html").read_text(encoding="utf-8")


def test_what_is_written_by_others_is_escaped(built):
    html = (built.output / "report.html").read_text(encoding="utf-8")
    assert "<b>event</b>" not in html
    assert "&lt;b&gt;event&lt;/b&gt;" in html
    assert "a &lt; b at" in html


def test_the_policy_allows_the_pages_own_style_and_script_alone(built):
    import base64
    import hashlib

    html = (built.output / "report.html").read_text(encoding="utf-8")
    [policy] = re.findall(r'Content-Security-Policy" content="([^"]*)"', html)
    for name in ("style", "script"):
        [text] = re.findall(rf"<{name}>(.*?)</{name}>", html, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"{name}-src &#39;sha256-{digest}&#39;" in policy
    assert "default-src &#39;none&#39;" in policy


def test_page_and_exhibits_are_in_the_manifest_and_verified(study):
    made = {entry["path"]: entry for entry in manifest(study)["outputs"]}
    assert {"report.html", "exhibits.json"} <= set(made)
    assert made["report.html"]["script"] == "hpcstats report"
    assert "data/raw/patients.csv" in made["report.html"]["inputs"]
    assert verify(study, jobs=1).ok
    edit(study.output / "report.html", "Skip to", "Jump to")
    told = verify(study, jobs=1)
    assert not told.ok
    assert any("report.html" in problem for problem in told.problems)


def test_pictures_in_a_page_are_compared_as_the_files_they_are():
    old, new = (b'<img src="data:image/svg+xml;base64,%s"> 1.0 years' % data for data in (b"QUJD", b"REVG"))
    assert compare_file("report.html", old, new, tolerance=True).difference == ""
    assert compare_file("report.html", old, new, tolerance=False).difference
    assert compare_file("report.html", old, new.replace(b"1.0", b"1.1"), tolerance=True).difference


def test_a_part_of_a_run_leaves_the_rest_of_the_page(study):
    before = tree(study.output)
    assert reproduce(study, only=["table_01"], jobs=1).changed == ()
    assert tree(study.output) == before
    edit(study.file.parent / "methods.py", "Publications.", "Publications read.")
    assert set(reproduce(study, only=["methods"], jobs=1).changed) == {
        "report.html", "numbers.json", "MANIFEST.json",
    }  # fmt: skip
    assert "Publications read." in (study.output / "report.html").read_text(encoding="utf-8")


def test_an_output_that_is_no_longer_made_leaves_the_page(study):
    (study.file.parent / "table_01_cases.py").unlink()
    reproduce(study, only=["methods"], jobs=1)
    assert [exhibit.id for exhibit in read_exhibits(study.output)] == ["figure_01", "methods"]
    assert 'id="table_01"' not in (study.output / "report.html").read_text(encoding="utf-8")


def test_the_captions_follow_the_methods(built):
    words = (built.output / "methods.md").read_text(encoding="utf-8")
    caption, _, alternative = (built.output / "figure_01_times.txt").read_text(encoding="utf-8").splitlines()
    assert words.startswith("## Data & more\n\nFrom 2 publications; a < b at 0.05.\n\n## Figures\n")
    assert f"**Figure 1. Times.** {caption}\n\n*Alternative text.* {alternative}\n" in words
    assert "## Tables\n\n**Table 1. Cases.** " in words
    assert "*Notes.* " in words


def test_captions_need_a_report(tmp_path):
    with pytest.raises(HpcstatsError, match=r"table \[report\]"):
        reproduce(make_study(tmp_path, methods=METHODS), jobs=1)


def test_without_a_report_nothing_changes(tmp_path):
    study = make_study(tmp_path)
    reproduce(study, jobs=1)
    assert not {"report.html", "exhibits.json"} & set(tree(study.output))
    with pytest.raises(DataError, match=r"exhibits.json.*\[report\]"):
        report_page(study)


def test_outputs_without_words_of_their_own_have_their_numbers_on_the_page(tmp_path):
    study = make_study(tmp_path, toml=TOML)
    reproduce(study, jobs=1)
    html = (study.output / "report.html").read_text(encoding="utf-8")
    assert problems(html) == []
    assert "table_01.a.years" in html


def test_unknown_settings_of_the_report_are_refused(tmp_path):
    study = drawn_study(tmp_path)
    edit(study.file, "data_rows", "data_row")
    with pytest.raises(DataError, match="knows one setting: data_rows"):
        reproduce(type(study).read(study.root), jobs=1)


def test_anchors_are_plain_and_distinct():
    found = _anchors("n", ["a b", "a_b", "ä.1", "a-b"])
    assert len(set(found.values())) == 4
    assert all(re.fullmatch(r"n-[A-Za-z0-9._-]+", anchor) for anchor in found.values())
    assert found["a b"] == "n-a_b"


def test_a_text_without_captions_is_written_as_before():
    assert Prose(()).captions is False


def test_the_page_again_from_the_command_line(study, tmp_path):
    before = tree(study.output)
    told = CliRunner().invoke(app, ["report", str(study.root)])
    assert (told.exit_code, told.output) == (0, f"{study.output / 'report.html'}\n")
    assert tree(study.output) == before
    elsewhere = tmp_path / "mine.html"
    assert CliRunner().invoke(app, ["report", str(study.root), "--out", str(elsewhere)]).exit_code == 0
    assert elsewhere.read_bytes() == before["report.html"]


def test_broken_exhibits_are_told(study):
    (study.output / "exhibits.json").write_text(json.dumps([{"id": "x"}]), encoding="utf-8")
    with pytest.raises(DataError, match="Delete it and run"):
        report_page(study)
