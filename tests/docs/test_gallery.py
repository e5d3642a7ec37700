"""Every figure and table of the study has its page, made from what the study wrote."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

import hpcstats as hs
from docs._extensions import connections, gallery, public_names, scripts
from docs._extensions.subjects import SUBJECTS, pages_on
from hpcstats.reproduce.report.exhibits import plain_text
from tests.rules.house import ANALYSES, ROOT

EXHIBITS = gallery.exhibits_of(ROOT)
SHOWN = [pytest.param(exhibit, id=exhibit.id) for exhibit in EXHIBITS]
CONFIGURATION = """
import sys
sys.path.insert(0, {root!r})
extensions = ["myst_parser", "sphinx_design", "docs._extensions.gallery"]
myst_enable_extensions = ["colon_fence"]
html_theme = "basic"
smartquotes = False
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The gallery alone, built with warnings as errors; the pages it leads to are empty."""
    top = tmp_path_factory.mktemp("site")
    for name in ("figures", "analyses"):
        (top / name).symlink_to(ROOT / name)
    docs = top / "docs"
    (docs / "gallery").mkdir(parents=True)
    index = (ROOT / "docs" / "gallery" / "index.md").read_text(encoding="utf-8")
    orphan = index.replace("---\n", "---\norphan: true\n", 1)
    (docs / "gallery" / "index.md").write_text(orphan, encoding="utf-8")
    for page in ["index", "guide/report", *SUBJECTS]:
        (docs / page).parent.mkdir(exist_ok=True)
        (docs / f"{page}.md").write_text(f"---\norphan: true\n---\n\n# {page}\n", encoding="utf-8")
    (docs / "conf.py").write_text(CONFIGURATION.format(root=str(ROOT)), encoding="utf-8")
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-b", "html", docs, top / "html"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    return top / "html" / "gallery"


@pytest.fixture(scope="module")
def anchors():
    report = (ROOT / "figures" / "report.html").read_text(encoding="utf-8")
    return {item["id"] for item in BeautifulSoup(report, "html.parser").find_all(id=True)}


def parsed(file: Path) -> BeautifulSoup:
    return BeautifulSoup(file.read_text(encoding="utf-8"), "html.parser")


def numbers(content):
    """The printed numbers of an output, in their order on its page."""
    if isinstance(content, dict) and set(content) == {"number", "text"}:
        yield content["text"]
    elif isinstance(content, dict):
        for key in ("caption", "columns", "label", "cells", "rows", "notes", "paragraphs"):
            yield from numbers(content.get(key, []))
    elif isinstance(content, list):
        for part in content:
            yield from numbers(part)


def test_every_committed_figure_and_table_has_a_page():
    figures = {file.stem for file in (ROOT / "figures").glob("figure_*")}
    tables = {file.stem for file in (ROOT / "figures" / "tables").glob("table_*")}
    assert {one.stem for one in EXHIBITS if one.kind == "figure"} == figures
    assert {one.stem for one in EXHIBITS if one.kind == "table"} == tables


def test_the_pages_are_those_of_the_outputs_and_no_others(site):
    built = {file.stem for file in (site / "generated").glob("*.html")}
    assert built == {exhibit.id for exhibit in EXHIBITS} | {"shared"}


@pytest.mark.parametrize("exhibit", SHOWN)
def test_a_page_shows_the_output_its_words_and_its_code(site, exhibit):
    page = parsed(site / "generated" / f"{exhibit.id}.html")
    script = (ROOT / exhibit.script).read_text(encoding="utf-8")
    assert script.strip() in page.get_text()
    assert page.h1.get_text().startswith(gallery.heading(exhibit))
    if exhibit.kind == "text":
        shown = [plain_text(parts).lstrip("# ") for parts in exhibit.content["paragraphs"]]
    else:
        shown = [plain_text(exhibit.content["caption"])]
    words = " ".join(page.get_text().split())
    for text in shown:
        assert " ".join(text.split()) in words


@pytest.mark.parametrize("exhibit", [one for one in SHOWN if one.values[0].kind == "figure"])
def test_a_picture_has_its_alternative_text_and_its_file(site, exhibit):
    page = parsed(site / "generated" / f"{exhibit.id}.html")
    [picture] = page.select("figure img")
    assert picture["alt"] == exhibit.content["alt_text"]
    assert len(picture["alt"]) > 100
    drawn = (site / "generated" / picture["src"]).resolve()
    assert drawn.read_bytes() == (ROOT / "figures" / f"{exhibit.stem}.svg").read_bytes()
    assert exhibit.content["alt_text"] in [paragraph.get_text() for paragraph in page.select("details p")]


@pytest.mark.parametrize("exhibit", [one for one in SHOWN if one.values[0].kind == "table"])
def test_a_table_holds_every_cell_and_heads_for_its_rows(site, exhibit):
    page = parsed(site / "generated" / f"{exhibit.id}.html")
    [table] = page.select("table.exhibit-table")
    body = [row for row in exhibit.content["rows"] if row["kind"] != "section"]
    rows = [row for row in table.tbody.find_all("tr") if "section" not in row.get("class", [])]
    assert [[cell.get_text(strip=False).strip() for cell in row.find_all("td")] for row in rows] == [
        [plain_text(cell) for cell in row["cells"]] for row in body
    ]
    assert all(len(row.find_all("th")) == 1 for row in rows)


@pytest.mark.parametrize("exhibit", SHOWN)
def test_a_number_leads_to_its_place_on_the_page_for_reviewers(site, anchors, exhibit):
    links = parsed(site / "generated" / f"{exhibit.id}.html").select("a.number")
    addresses = [link["href"].partition("#") for link in links]
    assert {address for address, _, _ in addresses} <= {"../../report.html"}
    assert {place for _, _, place in addresses} <= anchors
    assert [link.get_text() for link in links] == list(numbers(exhibit.content))


def test_the_gallery_leads_to_each_page_by_a_picture_that_is_named(site):
    page = parsed(site / "index.html")
    leads = {link["href"].partition("#")[0] for link in page.select("a.sd-stretched-link")}
    assert leads == {f"generated/{exhibit.id}.html" for exhibit in EXHIBITS}
    pictures = page.select("img")
    assert len(pictures) == sum(exhibit.kind == "figure" for exhibit in EXHIBITS)
    assert all(picture["alt"] and (site / picture["src"]).stat().st_size < 200_000 for picture in pictures)


@pytest.mark.parametrize("exhibit", SHOWN)
def test_what_a_script_calls_is_public(exhibit):
    for name in scripts.calls(ROOT / exhibit.script):
        found = hs
        for part in name.split("."):
            found = getattr(found, part)
        assert callable(found)


def test_calls_are_followed_into_the_files_beside_a_script():
    called = scripts.calls(ANALYSES / "figure_06_forest_local_recurrence.py")
    assert {"plots.forest", "cox", "literature.endpoint", "literature.load"} <= set(called)
    assert "kaplan_meier" not in called  # _choices.py calls it in a function that the script does not use


def test_pages_that_are_of_no_use_any_more_are_removed(tmp_path, monkeypatch):
    monkeypatch.setattr(gallery, "_thumbnail", lambda *_: None)
    (tmp_path / "figure_99.md").write_text("old", encoding="utf-8")
    gallery.write_pages(ROOT, tmp_path)
    before = {file.name: file.stat().st_mtime_ns for file in tmp_path.rglob("*.*")}
    gallery.write_pages(ROOT, tmp_path)
    assert "figure_99.md" not in before
    assert before == {file.name: file.stat().st_mtime_ns for file in tmp_path.rglob("*.*")}


def test_every_page_of_methods_is_joined_to_public_names():
    pages = {f"methods/{file.stem}" for file in (ROOT / "docs" / "methods").glob("*.md")} - {"methods/index"}
    assert pages == {page for page in SUBJECTS if page.startswith("methods/")}
    everything = public_names.public_names()
    for names in SUBJECTS.values():
        assert set(names) <= set(everything)


def test_pages_are_joined_both_ways():
    assert pages_on(("logrank", "compare_at")) == ("methods/logrank", "methods/compare_at")
    foot = connections.foot_of_page("methods/tipping_point")
    assert "{doc}`Figure 15 </gallery/generated/figure_15>`" in foot
    lines = connections.foot_of_call("sensitivity.tipping_point")
    assert "   Methods: :doc:`/methods/tipping_point`" in lines
    [used] = [line for line in lines if line.startswith("   In the study: ")]
    assert ":doc:`Figure 15 </gallery/generated/figure_15>`" in used
    assert connections.foot_of_call("Interval") == []


def test_a_public_name_without_an_entry_is_found():
    described = {full[-1] for full in public_names.public_names().values()}
    assert public_names.missing(described) == []
    assert public_names.missing(described - {"hpcstats.literature.reconstruct.from_curve"}) == [
        "literature.reconstruct.from_curve"
    ]
