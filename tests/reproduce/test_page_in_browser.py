"""The page of the report as a reader meets it: offline, by keyboard, with and without scripts."""

from __future__ import annotations

import pytest

from hpcstats.reproduce import reproduce
from tests.reproduce.browser import CHROMIUM, chromium
from tests.reproduce.drawn_study import drawn_study

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed")

# A table whose numbers rest on more patients than a line holds, so that a group stands between.
MANY = """
import hpcstats as hs

def build(study):
    ids = tuple("abc") + ("d", "e")
    number = hs.Number(id="many", value=5, text="5", how="Counted.", patients=ids)
    return hs.reproduce.Prose((hs.Text.of("There are ", number, " patients."),))
"""


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    study = drawn_study(tmp_path_factory.mktemp("drawn"), results=MANY)
    reproduce(study, jobs=1)
    return study.output / "report.html"


@pytest.fixture(scope="module")
def started(tmp_path_factory):
    with chromium(tmp_path_factory.mktemp("profile")) as browser:
        yield browser


@pytest.fixture
def browser(started, path):
    started.open(path)
    return started


def focused(browser) -> str:
    return browser.run("document.activeElement.textContent.trim() || document.activeElement.id")


def test_it_asks_for_nothing_and_complains_of_nothing(browser, path):
    assert browser.requests[0] == path.as_uri()
    assert all(address.startswith("data:") for address in browser.requests[1:])
    assert browser.complaints == []
    assert browser.run("document.querySelector('img').naturalWidth") > 100


def test_the_first_stop_of_the_keyboard_skips_to_the_content(browser):
    browser.press("Tab")
    assert focused(browser) == "Skip to the content"
    assert browser.run("document.activeElement.getBoundingClientRect().left") >= 0
    assert browser.run("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    browser.press("Enter")
    assert browser.run("document.activeElement.id") == "main"


@pytest.mark.parametrize("key", ["Enter", " "])
def test_a_number_unfolds_and_folds_by_keyboard(browser, key):
    browser.run("document.querySelector('#table_01 td a.n').focus()")
    browser.press(key)
    panel = "document.getElementById(document.activeElement.getAttribute('aria-controls'))"
    assert browser.run("document.activeElement.getAttribute('aria-expanded')") == "true"
    told = browser.run(f"{panel}.textContent")
    for words in ("table_01.", "Old A 1999. A case. Journal of Cases.", "doi:10.1/old", "Two cases, again."):
        assert words in told
    assert browser.run(f"{panel}.querySelector('a.out').href") == "https://doi.org/10.1/old"
    browser.press("Escape")
    assert browser.run("document.activeElement.getAttribute('aria-expanded')") == "false"
    assert browser.run("document.querySelectorAll('.panel').length") == 0


def test_a_panel_is_closed_by_its_button_and_gives_the_focus_back(browser):
    browser.run("document.querySelector('#figure_01 figcaption a.n').click()")
    browser.run("document.querySelector('.panel button').focus()")
    browser.press("Enter")
    assert browser.run("document.activeElement.className") == "n"
    assert browser.run("document.querySelectorAll('.panel, [aria-controls]').length") == 0


def test_a_group_of_patients_is_unfolded_with_its_sources(browser):
    browser.run("document.querySelector('#results-heading').parentElement.querySelector('a.n').click()")
    items = browser.run("Array.from(document.querySelectorAll('.panel li'), (one) => one.textContent)")
    assert len(items) == 5
    assert items[0].startswith("a Old A 1999. A case.")


def test_the_search_finds_figures_tables_numbers_patients_and_publications(browser):
    browser.run("document.getElementById('query').focus()")
    browser.write("old_1999")
    kinds = browser.run("Array.from(document.querySelectorAll('#results li'), (one) => one.textContent)")
    assert browser.run("document.getElementById('found').textContent") == f"{len(kinds)} found"
    assert [kind.split(":")[0] for kind in kinds][:2] == ["patient", "publication"]
    browser.press("Enter")
    browser.press("Enter")
    assert browser.run("location.hash") == "#p-a"
    browser.run("document.getElementById('query').focus()")
    browser.press("Escape")
    assert browser.run("document.querySelectorAll('#results li').length") == 0
    browser.write("old_1999")
    browser.press("Enter")
    assert browser.run("document.activeElement.closest('#results') !== null")
    browser.press("Escape")
    assert focused(browser) == "query"
    assert browser.run("document.querySelectorAll('#results li').length") == 0
    browser.write("Óld À")
    assert browser.run("document.querySelectorAll('#results li').length") > 0
    browser.press("Escape")
    browser.write("no such word")
    assert browser.run("document.getElementById('found').textContent") == "Nothing found"


def test_a_link_to_a_number_opens_the_list_it_stands_in(started, path):
    anchor = "n-table_01.all.all.n"
    started.open(path, fragment=f"#{anchor}")
    assert started.run(f"document.getElementById('{anchor}').closest('details').open")
    assert not started.run("document.querySelector('#groups details').open")


def test_everything_can_be_read_without_scripts(started, path):
    started.open(path, scripts=False)
    tree = started.call("DOM.getDocument", depth=0)["root"]["nodeId"]
    found = started.call("DOM.querySelectorAll", nodeId=tree, selector="details:not([open])")["nodeIds"]
    told = started.call("DOM.querySelectorAll", nodeId=tree, selector="#numbers details:not([open])")[
        "nodeIds"
    ]
    assert found
    assert not told
    [form] = started.call("DOM.querySelectorAll", nodeId=tree, selector="form")["nodeIds"]
    assert "hidden" in started.call("DOM.getAttributes", nodeId=form)["attributes"]


def test_nothing_is_wider_than_a_narrow_screen(started, path):
    started.open(path, width=360)
    assert started.run("document.documentElement.scrollWidth") <= 360


def test_what_unfolds_in_a_table_fits_a_narrow_screen(started, path):
    started.open(path, width=360)
    started.run("document.querySelector('#table_01 td a.n').click()")
    right = started.run("document.querySelector('.panel').getBoundingClientRect().right")
    assert 0 < right <= 360
    started.run("document.querySelector('#table_01 .wide').scrollLeft = 1000")
    assert started.run("document.querySelector('.panel').getBoundingClientRect().left") >= 0


def test_in_print_headings_stay_with_what_they_name(browser):
    browser.call("Emulation.setEmulatedMedia", media="print")
    try:
        for element, name in (("h3", "breakAfter"), ("caption", "breakAfter"), ("img", "breakInside")):
            style = f"getComputedStyle(document.querySelector('main {element}')).{name}"
            assert browser.run(style) == "avoid"
        assert browser.run("getComputedStyle(document.querySelector('nav')).display") == "none"
    finally:
        browser.call("Emulation.setEmulatedMedia", media="")


def test_names_roles_and_states_reach_the_accessibility_tree(browser):
    browser.call("Accessibility.enable")
    nodes = browser.call("Accessibility.getFullAXTree")["nodes"]
    seen = {
        (node["role"]["value"], node.get("name", {}).get("value", ""))
        for node in nodes
        if not node["ignored"]
    }
    roles = {role for role, _ in seen}
    assert {"banner", "navigation", "main", "contentinfo", "search", "table", "figure", "status"} <= roles
    assert ("searchbox", "Search figures, tables, numbers, patients and publications") in seen
    assert ("navigation", "Contents") in seen
    unnamed = {role for role, name in seen if not name} & {
        "link",
        "button",
        "image",
        "searchbox",
        "heading",
        "table",
    }
    assert not unnamed
