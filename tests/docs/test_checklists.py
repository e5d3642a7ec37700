"""The checklists: every official item once, none empty, each with one answer whose links hold."""

from __future__ import annotations

import html
import posixpath
import re
import runpy
import sys
import tomllib
from urllib.parse import urlsplit

import pytest

import hpcstats as hs
from tests.docs.repository_links import DOI, anchors, lack, named_dois
from tests.rules.house import ANALYSES, ROOT

pytest.importorskip("sphinx")

from docs._extensions import case_counts, checklists, repository_files

FOLDER = ROOT / "docs" / "checklists"


def parts(*items: str) -> list[str]:
    """Write "12a-e" out: 12a, 12b, 12c, 12d, 12e; and "1-3": 1, 2, 3."""
    found = []
    for item in items:
        number = re.fullmatch(r"([A-Z]?)(\d+)-(\d+)", item)
        letters = re.fullmatch(r"(\d+)([a-z])-([a-z])", item)
        if number:
            found += [f"{number[1]}{k}" for k in range(int(number[2]), int(number[3]) + 1)]
        elif letters:
            found += [f"{letters[1]}{chr(k)}" for k in range(ord(letters[2]), ord(letters[3]) + 1)]
        else:
            found.append(item)
    return found


# As the guidelines number them, in their order. SAMPL is not numbered; its letters are ours.
OFFICIAL = {
    "strobe": parts("1a-b", "2-5", "6a-b", "7-11", "12a-e", "13a-c", "14a-c", "15", "16a-c", "17-22"),
    "remark": parts("1-20"),
    "prisma_ipd": parts("1-11", "A1", "12-14", "A2", "15-18", "A3", "19-26", "A4", "27"),
    "care": parts("1", "2", "3a-d", "4", "5a-d", "6", "7", "8a-d", "9a-c", "10a-d", "11a-d", "12", "13"),
    "sampl": parts("P1-2", "M1-14", "N1-7", "R1-5", "H1-13", "G1-14", "S1-12"),
}
SIZES = {"strobe": 22, "remark": 20, "prisma_ipd": 31, "care": 13}
FEWEST_WORDS = {"met": 1, "not_applicable": 5, "not_met": 4, "counted": 4, "not_counted": 5}

each_checklist = pytest.mark.parametrize("name", OFFICIAL)
each_item = pytest.mark.parametrize(
    ("name", "item"),
    [
        pytest.param(name, item, id=f"{name}-{item.number}")
        for name in OFFICIAL
        for item in checklists.read(name).items
    ],
)


def test_there_is_a_file_and_a_page_for_each():
    assert {file.stem for file in FOLDER.glob("*.toml")} == set(OFFICIAL)
    listed = (FOLDER / "index.md").read_text(encoding="utf-8")
    for name in OFFICIAL:
        page = (FOLDER / f"{name}.md").read_text(encoding="utf-8")
        assert f"```{{checklist}} {name}\n```" in page
        assert re.search(rf"^{name}$", listed, re.MULTILINE)
        assert named_dois(page)
        assert all(DOI.fullmatch(doi) for doi in named_dois(page))


@each_checklist
def test_every_official_item_stands_there_once_and_in_order(name):
    numbers = [item.number for item in checklists.read(name).items]
    assert numbers == OFFICIAL[name]
    if name in SIZES:
        assert len({re.match(r"A?\d+", number)[0] for number in numbers}) == SIZES[name]


@each_checklist
def test_an_entry_has_no_other_keys(name):
    entries = tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))["item"]
    wanted = {"number", "section", "topic", "asked"}
    assert [e["number"] for e in entries if len(e) != 5 or not wanted < set(e)] == []


@each_item
def test_no_item_is_empty(name, item):
    assert item.section.strip()
    assert item.topic.strip()
    assert len(item.asked.split()) >= 2
    assert len(item.text.split()) >= FEWEST_WORDS[item.answer]
    assert ("counted" in item.answer) is (name == "care")
    if item.answer == "met":
        assert checklists.LINK.search(item.text), "say where"
    if item.answer == "not_applicable":
        assert item.text.startswith("because ")


@each_item
def test_every_link_of_an_item_leads_somewhere(name, item):
    assert item.text.count("](") == len(checklists.LINK.findall(item.text))
    for _, path, anchor in checklists.LINK.findall(item.text):
        assert not lack(ROOT / path, anchor), f"{path}#{anchor}: {lack(ROOT / path, anchor)}"


@each_item
def test_no_number_is_typed(name, item):
    words = checklists.LINK.sub("", item.text)
    assert not re.search(r"\d", re.sub(r"\b(?:Figure|Table|item) [A-Z]?\d+b?\b", "", words))


@each_item
def test_items_named_in_an_answer_exist(name, item):
    named = re.findall(r"\bitem ([A-Z]?\d+[a-z]?)", item.text)
    assert set(named) <= set(OFFICIAL[name])


@each_item
def test_a_link_says_which_output_it_leads_to(name, item):
    for words, path, anchor in checklists.LINK.findall(item.text):
        shown = re.fullmatch(r"(Figure|Table) (\d+)(b?)", words)
        if shown:
            output = f"{shown[1].lower()}_{int(shown[2]):02d}{shown[3]}"
            assert anchor == output or output in path


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    named = {path for name in OFFICIAL for path in checklists.read(name).files()}
    repository_files.put(sorted(named), folder)
    return folder


@each_checklist
def test_on_the_site_every_link_into_the_repository_holds(name, site):
    written = checklists.markdown(checklists.read(name), f"checklists/{name}")
    for address in re.findall(r'href="([^"]+)"', written):
        parts = urlsplit(html.unescape(address))
        place = posixpath.normpath(posixpath.join("checklists", parts.path))
        file = ROOT / "figures" / "report.html" if place == "report.html" else site / place
        assert file.is_file(), address
        assert not parts.fragment or parts.fragment in anchors(file), address


@each_checklist
def test_the_page_shows_every_item(name):
    checklist = checklists.read(name)
    written = checklists.markdown(checklist, f"checklists/{name}")
    assert re.findall(r"^\* - (?!Item$)(\S+)$", written, re.MULTILINE) == OFFICIAL[name]
    assert all(item.asked in written for item in checklist.items)


def test_a_line_of_a_copy_is_the_line_of_the_file(site):
    target = repository_files.address("analyses/study.toml", "multiverse.main")
    path, _, line = target.partition("#line-")
    source = (ROOT / "analyses" / "study.toml").read_text(encoding="utf-8").splitlines()
    assert source[int(line) - 1].startswith("[multiverse.main]")
    shown = re.search(rf'id="line-{line}">(.*?)\n', (site / path).read_text(encoding="utf-8"))
    assert "multiverse.main" in shown[1]
    with pytest.raises(ValueError, match="nothing of the name gone"):
        repository_files.address("analyses/study.toml", "gone")


def test_the_counts_of_the_summary_add_up():
    read = [checklists.read(name) for name in OFFICIAL if name != "care"]
    for one, row in zip(read, checklists.summary(read).split("* - [")[1:], strict=True):
        total, *answers = (int(cell) for cell in re.findall(r"^  - (\d+)$", row, re.MULTILINE))
        assert total == len(one.items) == sum(answers)


@pytest.mark.parametrize("answers", [{}, {"met": "here", "not_met": "not here"}])
def test_an_item_with_no_answer_or_two_is_refused(tmp_path, monkeypatch, answers):
    told = "".join(f'{answer} = "{text}"\n' for answer, text in answers.items())
    item = '[[item]]\nnumber = "7"\nsection = "s"\ntopic = "t"\nasked = "a"\n'
    (tmp_path / "one.toml").write_text(f'title = "One"\nsubject = "s"\n{item}{told}', encoding="utf-8")
    monkeypatch.setattr(checklists, "FOLDER", tmp_path)
    with pytest.raises(ValueError, match="item 7 has"):
        checklists.read("one")


def test_care_is_numbered_as_the_package_numbers_it():
    numbers = [number for number in OFFICIAL["care"] if re.match(r"(?:[5-9]|10)\D*$", number)]
    assert numbers == list(hs.sensitivity.CARE_ITEMS)


def test_care_counts_the_items_that_the_figure_shows():
    counted = {item.number for item in checklists.read("care").items if item.answer == "counted"}
    assert counted == set(case_counts.items(ROOT).values()) == set(case_counts.by_item(ROOT))


def test_care_counts_are_those_of_the_data(monkeypatch):
    monkeypatch.setattr(sys, "path", [str(ANALYSES), *sys.path])
    script = runpy.run_path(str(ANALYSES / "figure_16_missingness_map.py"))
    patients = script["told"](hs.literature.load(ROOT / "data" / "raw"))
    spinal = patients["role"] == "spinal_metastasis"
    for item, told in case_counts.by_item(ROOT).items():
        names = [name for name, number in script["ITEMS"].items() if number == item]
        known = patients[names].notna()
        for only in {"spinal_levels", "mechanism"} & set(names):
            known[only] |= ~spinal
        asked = spinal if set(names) <= {"spinal_levels", "mechanism"} else spinal | True
        last = (known.all(axis=1) & asked).sum(), asked.sum()
        assert told[-1].endswith(f": {last[0]} of {last[1]} patients."), item
        if len(names) > 1:
            first = known[names[0]].sum()
            assert told[0].endswith(f": {first} of {len(patients)} patients.")
            assert told[-1].startswith("All of these")
