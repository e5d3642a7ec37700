"""What the pages tell one to type exists."""

from __future__ import annotations

import json
import re
import shlex

import click
import pytest
import typer

from hpcstats.cli import app
from tests.rules.house import ROOT

DOCS = ROOT / "docs"
PAGES = [*sorted(DOCS.glob("*.md")), *sorted(DOCS.glob("[!_]*/*.md")), ROOT / "README.md"]
BLOCK = re.compile(r"^```(?:console|sh)\n(.*?)^```", re.MULTILINE | re.DOTALL)
LINE = re.compile(r"^(?:\$ )?(?:\.venv/bin/)?hpcstats ([a-z].*)$", re.MULTILINE)
MAKE = re.compile(r"`make ([a-z]+)`|^\$ make ([a-z]+)", re.MULTILINE)
COMMANDS = [
    pytest.param(shlex.split(line, comments=True), id=f"{page.stem}: {line[:60].rstrip()}")
    for page in PAGES
    for block in BLOCK.findall(page.read_text(encoding="utf-8"))
    for line in LINE.findall(block)
]
IDS, NUMBERS = (
    {entry["id"] for entry in json.loads((ROOT / "figures" / name).read_bytes())}
    for name in ("exhibits.json", "numbers.json")
)


def test_there_are_commands_to_check():
    assert len(COMMANDS) > 10


@pytest.mark.parametrize("words", COMMANDS)
def test_a_command_that_a_page_shows_is_understood(words):
    group = typer.main.get_command(app)
    command = group.get_command(click.Context(group), words[0])
    assert command is not None
    parser = command.make_parser(click.Context(command))
    values, rest, _ = parser.parse_args(args=list(words[1:]))
    assert not rest
    if values.get("only"):
        assert set(values["only"][0].split(",")) <= IDS


@pytest.mark.parametrize("words", [one for one in COMMANDS if one.values[0][0] == "trace"])
def test_a_number_that_a_page_traces_is_printed_in_the_study(words):
    asked = words[1]  # one number, or what the ids of several begin with
    assert asked == "ID" or any(f"{number}.".startswith(f"{asked}.") for number in NUMBERS)


def test_the_targets_of_make_that_pages_name_are_in_the_makefile():
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    found = [pair for page in PAGES for pair in MAKE.findall(page.read_text(encoding="utf-8"))]
    named = {word for pair in found for word in pair if word}
    assert {"reproduce", "verify"} <= named <= targets


def test_the_start_page_leads_the_three_users_to_a_page_each():
    page = (ROOT / "docs" / "index.md").read_text(encoding="utf-8")
    cards = re.findall(r"^:::\{grid-item-card\} .*\n:link: (\S+)$", page, re.MULTILINE)
    assert cards == ["guide/start", "guide/case_reports_to_figure", "guide/review"]
    assert all((ROOT / "docs" / f"{card}.md").is_file() for card in cards)


def test_the_walk_from_reports_to_a_figure_goes_through_every_step():
    page = (ROOT / "docs" / "guide" / "case_reports_to_figure.md").read_text(encoding="utf-8")
    called = ("load", "validate", "endpoint", "diagnose", "kaplan_meier", "logrank", "cox", "leave_one_out")
    called += ("best_and_worst_case", "survival_curves", "check", "save", "estimates")
    code = "\n".join(line for line in page.splitlines() if line.lstrip().startswith((">>> ", "... ")))
    assert [name for name in called if f".{name}(" not in code] == []
    assert list(map(int, re.findall(r"^## (\d+)\. ", page, re.MULTILINE))) == list(range(1, 13))
