"""Checklists for reviewers: tables made from TOML files, with links into the repository that hold on a site.

``checklist`` writes one checklist, ``checklists`` counts the answers of several. Links in the TOML files
start at the top of the repository. Those to pages of the site lead there; every other file that they name is
put beside the site.
"""

from __future__ import annotations

import html
import posixpath
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sphinx.util.docutils import SphinxDirective

from docs._extensions import case_counts, repository_files

if TYPE_CHECKING:
    from docutils import nodes
    from sphinx.application import Sphinx

TOP = repository_files.TOP
FOLDER = TOP / "docs" / "checklists"
ANSWERS = {
    "met": "Met.",
    "not_applicable": "Not applicable",
    "not_met": "Not met.",
    "counted": "Counted:",
    "not_counted": "Not counted:",
}
LINK = re.compile(r"\[([^\]]+)\]\(([^)\s#]+)(?:#([^)\s]+))?\)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One item of a checklist: its official number, what it asks in our words, and one answer."""

    number: str
    section: str
    topic: str
    asked: str
    answer: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Checklist:
    """A checklist as its file holds it."""

    name: str
    title: str
    subject: str
    items: tuple[Item, ...]

    def count(self, answer: str) -> int:
        """Return how many items have this answer."""
        return sum(item.answer == answer for item in self.items)

    def files(self) -> tuple[str, ...]:
        """List the files to which the items lead."""
        found = {path for item in self.items for _, path, _ in LINK.findall(item.text)}
        return tuple(sorted(found))


def read(name: str) -> Checklist:
    """Read ``docs/checklists/NAME.toml``; every item must have one answer."""
    held = tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))
    items = tuple(_item(name, entry) for entry in held["item"])
    return Checklist(name=name, title=held["title"], subject=held["subject"], items=items)


def _item(name: str, entry: Mapping[str, str]) -> Item:
    given = [answer for answer in ANSWERS if answer in entry]
    if len(given) != 1:
        said, choices = " and ".join(given) or "no answer", ", ".join(ANSWERS)
        raise ValueError(f"{name}.toml: item {entry['number']} has {said}; write one of {choices}.")
    words = {key: entry[key] for key in ("number", "section", "topic", "asked")}
    return Item(**words, answer=given[0], text=entry[given[0]])


def markdown(checklist: Checklist, page: str) -> str:
    """Write a checklist as tables, one a section; `page` is the page they stand on."""
    counts = case_counts.by_item(TOP) if checklist.count("counted") else {}
    parts = []
    for section, items in groupby(checklist.items, key=lambda item: item.section):
        rows = [_row(item, page, counts.get(item.number, ())) for item in items]
        parts.append(_table(section, (8, 36, 56), [("Item", "Asks for", "Here"), *rows]))
    return "\n".join(parts)


def _row(item: Item, page: str, counts: Sequence[str]) -> tuple[str, ...]:
    told = LINK.sub(lambda found: _linked(found, page), item.text).removesuffix(".")
    here = " ".join([f"**{ANSWERS[item.answer]}** {told}.", *counts])
    return item.number, f"*{item.topic}*: {item.asked}", here


def _linked(found: re.Match[str], page: str) -> str:
    words, path, anchor = found[1], found[2], found[3] or ""
    start = posixpath.dirname(page) or "."
    if repository_files.is_page(path):
        relative = posixpath.relpath(path.removeprefix("docs/"), start)
        return f"[{words}]({relative}{'#' if anchor else ''}{anchor})"
    where = posixpath.relpath(repository_files.address(path, anchor), start)
    return f'<a class="reference" href="{html.escape(where)}">{html.escape(words)}</a>'


def _table(title: str, widths: Sequence[int], rows: Sequence[Sequence[str]]) -> str:
    lines = [
        f":::{{list-table}} {title}",
        ":header-rows: 1",
        f":widths: {' '.join(map(str, widths))}",
        ":class: checklist",
        "",
    ]
    for row in rows:
        lines += [f"{'  -' if k else '* -'} {cell}" for k, cell in enumerate(row)]
    return "\n".join([*lines, ":::", ""])


def summary(checklists: Sequence[Checklist]) -> str:
    """Write how many items of each checklist have which answer."""
    answers = [answer for answer in ANSWERS if any(one.count(answer) for one in checklists)]
    head = ("Checklist", "For", "Items and parts", *(ANSWERS[answer].rstrip(".:") for answer in answers))
    rows = []
    for one in checklists:
        counts = [len(one.items), *(one.count(answer) for answer in answers)]
        rows.append((f"[{one.title}]({one.name}.md)", one.subject, *map(str, counts)))
    return _table("", (14, 46, *[10] * (1 + len(answers))), [head, *rows])


class ChecklistTable(SphinxDirective):
    """``{checklist} strobe``: the items of a checklist with their answers."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return the tables."""
        checklist = read(self.arguments[0])
        linked = [TOP / path for path in checklist.files() if not repository_files.is_page(path)]
        for file in (FOLDER / f"{checklist.name}.toml", *case_counts.inputs(TOP), *linked):
            self.env.note_dependency(str(file))
        return self.parse_text_to_nodes(markdown(checklist, self.env.docname))


class ChecklistSummary(SphinxDirective):
    """``{checklists} strobe remark``: how many items of each have which answer."""

    required_arguments = 1
    final_argument_whitespace = True

    def run(self) -> list[nodes.Node]:
        """Return the table."""
        names = self.arguments[0].split()
        for name in names:
            self.env.note_dependency(str(FOLDER / f"{name}.toml"))
        return self.parse_text_to_nodes(summary([read(name) for name in names]))


def _put_files(app: Sphinx, failure: Exception | None) -> None:
    if failure is None and app.builder.format == "html":
        named = {path for file in FOLDER.glob("*.toml") for path in read(file.stem).files()}
        repository_files.put(sorted(named), Path(app.outdir))


def setup(app: Sphinx) -> dict[str, Any]:
    """Add both directives, and put the files beside the site when it is built."""
    app.add_directive("checklist", ChecklistTable)
    app.add_directive("checklists", ChecklistSummary)
    app.connect("build-finished", _put_files)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
