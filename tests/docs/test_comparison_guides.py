"""The guides "which method", "coming from R" and "coming from lifelines" say what is so.

Their examples run, every number beside a call is what the call returns, R's numbers are the stored ones and
simulated shares are those of docs/calibration. After a change `HPCSTATS_WRITE_GUIDES=1` writes them anew.
"""

from __future__ import annotations

import csv
import os
import re
from functools import cache

import numpy as np
import pytest

from tests.docs.calibrated_shares import calibration_tables, share
from tests.docs.guide_claims import (
    GUIDE,
    RECORDS,
    Page,
    Row,
    flat,
    quotations,
    rewritten,
    shares,
    shown_numbers,
    shows,
    stored,
    tables,
)
from tests.reference.loader import HERE
from tests.rules.house import ROOT

METHODS, R, LIFELINES = "which_method.md", "coming_from_r.md", "coming_from_lifelines.md"
PAGES = (METHODS, R, LIFELINES)
OTHER_OPTIMISER = 1e-5
"""Relative difference of numbers that lifelines' and statsmodels' optimisers leave."""
SAID_OF_EVERY_TEST = {"95", "5", "1", "30", "60"}
"""Levels and shares censored: percentages on the page that are no result."""


@cache
def page(name: str) -> Page:
    """A page whose examples have run, so that its calls find their names."""
    found = Page(GUIDE / name)
    found.failed = found.run().failed
    if os.environ.get("HPCSTATS_WRITE_GUIDES") == "1":
        text = rewritten(found, share, calibration_tables())
        found.path.write_text(text, encoding="utf-8", newline="\n")
    return found


def rows_of(name: str) -> list[pytest.param]:
    return [pytest.param(row.line, id=f"line {row.line}") for row in Page(GUIDE / name).rows()]


def row_at(name: str, line: int) -> Row:
    return next(row for row in page(name).rows() if row.line == line)


def assert_shown(cell: str, values: np.ndarray) -> None:
    found = shown_numbers(cell.rpartition("→")[2])
    assert len(found) == len(values) > 0, f"{cell} shows {found}, it is {values}"
    assert all(shows(text, value) for text, value in zip(found, values, strict=True)), (
        f"{cell} shows {found}, it is {values.tolist()}; HPCSTATS_WRITE_GUIDES=1 writes it"
    )


def assert_as_the_note_says(row: Row, ours: np.ndarray, theirs: np.ndarray, tolerance: float) -> None:
    assert ours.shape == theirs.shape
    equal = np.allclose(ours, theirs, rtol=tolerance, atol=tolerance, equal_nan=True)
    if row.note.startswith("same"):
        assert equal, f"{row.note}: {ours} and {theirs}"
    else:
        assert len(row.note) > 20, "a difference without its reason"
        assert not np.allclose(ours, theirs, rtol=1e-9, atol=0, equal_nan=True)


def assert_warns_as_it_says(row: Row, said: list[str]) -> None:
    assert set(said) == set(re.findall(r"\b\w+Warning\b", row.note))


@pytest.mark.parametrize("name", PAGES)
def test_the_examples_give_what_the_page_shows(name):
    assert page(name).failed == 0


@pytest.mark.parametrize(("name", "least"), [(METHODS, 40), (R, 90), (LIFELINES, 80)])
def test_there_are_examples(name, least):
    assert page(name).text.count(">>> ") >= least


@pytest.mark.parametrize("line", rows_of(R))
def test_a_row_of_r(line):
    row = row_at(R, line)
    call = row.call["call"] if row.call else row.ours.strip("`")
    ours, said = page(R).value(call)
    assert_warns_as_it_says(row, said)
    if row.r_claim is None:
        assert "→" not in row.theirs + row.ours, "a number that no stored result carries"
        return
    theirs = stored(row.record(), row.r_claim["expression"])
    assert_shown(row.r_claim["shown"], theirs)
    assert_shown(row.ours, ours)
    assert_as_the_note_says(row, ours, theirs, row.record().tolerance)


@pytest.mark.parametrize("line", rows_of(LIFELINES))
def test_a_row_of_lifelines_or_statsmodels(line):
    row = row_at(LIFELINES, line)
    assert row.their_call is not None
    assert row.call is not None
    theirs, their_warnings = page(LIFELINES).value(row.their_call["call"])
    ours, our_warnings = page(LIFELINES).value(row.call["call"])
    assert_warns_as_it_says(row, their_warnings + our_warnings)
    assert_shown(row.theirs, theirs)
    assert_shown(row.ours, ours)
    assert_as_the_note_says(row, ours, theirs, OTHER_OPTIMISER)


def test_there_are_rows_of_each_kind():
    notes = [row.note for row in page(R).rows() if row.r_claim]
    assert sum(note.startswith("same") for note in notes) > 70
    assert sum(not note.startswith("same") for note in notes) > 12
    assert len(rows_of(LIFELINES)) > 20


def test_every_r_package_whose_results_are_stored_is_on_the_page():
    with (HERE / "index.csv").open(encoding="utf-8", newline="") as lines:
        packages = {name for row in csv.DictReader(lines) for name in row["r_package"].split("+")}
    missing = {name for name in packages - {"own"} if not re.search(rf"\b{re.escape(name)}\b", page(R).text)}
    assert not missing


@pytest.mark.parametrize("name", PAGES)
def test_simulated_shares_are_those_of_the_calibration(name):
    wrong = {
        m["expression"]: m["shown"] for m in shares(page(name).text) if m["shown"] != share(m["expression"])
    }
    assert not wrong, "HPCSTATS_WRITE_GUIDES=1 writes them"


def test_numbers_of_other_pages_stand_there():
    found = list(quotations(page(METHODS).text))
    assert len(found) > 20
    for quoted in found:
        text = (ROOT / quoted["page"]).read_text(encoding="utf-8")
        wanted = f".{quoted['there']}" if quoted["there"] else quoted["shown"]
        assert re.search(rf"(?<![\d]){re.escape(wanted)}(?!\d)", text), quoted.group()
        if quoted["there"]:
            assert float(quoted["shown"]) == pytest.approx(100 * float(wanted))


def test_the_tables_are_those_of_the_calibration():
    assert tables(page(METHODS).text) == calibration_tables()


def test_no_share_is_typed():
    text = re.sub(r"```.*?```", "", page(METHODS).text, flags=re.DOTALL)
    typed = re.findall(r"(?<!>)(?<![\d.])(\d+(?:\.\d+)?)(?= %)", text)
    assert set(typed) <= SAID_OF_EVERY_TEST


def test_every_question_of_the_table_has_its_section():
    text = page(METHODS).text
    table = text[text.index("| question |") : text.index("\n\n## A curve")]
    linked = set(re.findall(r"\]\(#([\w-]+)\)", table))
    headings = {
        re.sub(r"[^\w ]+", "", h.replace("-", " ")).lower().replace(" ", "-")
        for h in re.findall(r"^## (.+)$", text, re.MULTILINE)
    }
    assert linked <= headings
    assert len(table.splitlines()) - 2 >= 15


@pytest.mark.parametrize("name", PAGES)
def test_pages_it_links_to_exist(name):
    linked = set(re.findall(r"\]\(([\w./]+\.md)", page(name).text))
    assert all((GUIDE / path).exists() for path in linked)


@pytest.mark.parametrize(
    ("text", "value", "fits"),
    [
        ("0.0647", 0.06469, True),
        ("0.0647", 0.06476, False),
        ("-5", -5.4, True),
        ("2.612e-05", 2.6123e-05, True),
        ("2.612e-05", 2.6129e-05, False),
        ("inf", np.inf, True),
        ("NA", 1.0, False),
        ("NaN", np.nan, True),
    ],
)
def test_a_written_number_is_its_value_rounded(text, value, fits):
    assert shows(text, value) is fits


def test_every_r_number_names_a_stored_result():
    named = {row.r_claim["record"] for row in page(R).rows() if row.r_claim}
    assert named <= set(RECORDS)
    assert len(named) > 60
    assert all(
        flat(stored(RECORDS[r.r_claim["record"]], r.r_claim["expression"])).size
        for r in page(R).rows()
        if r.r_claim
    )
