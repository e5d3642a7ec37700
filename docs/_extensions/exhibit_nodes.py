"""Figures, tables and texts of exhibits.json as parts of a page; numbers lead to the page for reviewers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from docutils import nodes

from hpcstats.reproduce.report.exhibits import Exhibit, heading

REPORT = "report.html"
_WIDTH = re.compile(r'<svg [^>]*width="([0-9.]+)pt"')
_PIXELS_PER_POINT = 1.8
_NOT_IN_ANCHORS = re.compile(r"[^A-Za-z0-9._-]")

Parts = Iterable[str | Mapping[str, str]]


def picture(exhibit: Exhibit, figures: Path) -> nodes.image:
    """Show a drawing as it is committed, larger than printed, as screens want it."""
    drawing = f"{exhibit.stem}.svg"
    size = _WIDTH.search((figures / drawing).read_text(encoding="utf-8")[:2000])
    image = nodes.image(uri=f"/../{figures.name}/{drawing}", alt=exhibit.content["alt_text"])
    if size:
        image["width"] = f"{round(float(size[1]) * _PIXELS_PER_POINT)}px"
    return image


def figure(exhibit: Exhibit, figures: Path, root: str) -> list[nodes.Node]:
    """Return a drawing with its caption; `root` leads from the page to the top of the site."""
    caption = nodes.caption("", "", *words(exhibit.content["caption"], root))
    return [nodes.figure("", picture(exhibit, figures), caption, classes=["exhibit"])]


def text(exhibit: Exhibit, root: str) -> list[nodes.Node]:
    """Return the paragraphs of a text; those that start with # are its headings."""
    found: list[nodes.Node] = []
    for parts in exhibit.content["paragraphs"]:
        first = parts[0]
        if isinstance(first, str) and first.startswith("#"):
            found.append(nodes.rubric("", first.lstrip("# ")))
        else:
            found.append(nodes.paragraph("", "", *words(parts, root)))
    return found


def table(exhibit: Exhibit, root: str) -> list[nodes.Node]:
    """Return a table with its caption above and its notes below."""
    content = exhibit.content
    columns = content["columns"]
    stub, others = nodes.colspec(colwidth=1, stub=1), (nodes.colspec(colwidth=1) for _ in columns)
    group = nodes.tgroup("", stub, *others, cols=len(columns) + 1)
    group += nodes.thead("", *_head(content, root))
    group += nodes.tbody("", *(_row(row, columns, root) for row in content["rows"]))
    title = nodes.title("", "", *words(content["caption"], root))
    notes = [
        nodes.paragraph("", "", *words(note, root), classes=["note-of-table"]) for note in content["notes"]
    ]
    framed = nodes.table("", title, group, classes=["exhibit-table", "colwidths-auto"])
    return [framed, *notes]


def words(parts: Parts, root: str) -> list[nodes.Node]:
    """Write words and numbers in turn."""
    found: list[nodes.Node] = []
    for part in parts:
        if isinstance(part, str):
            found.append(nodes.Text(part))
        else:
            address = f"{root}{REPORT}#{anchor(part['number'])}"
            found.append(nodes.reference("", part["text"], refuri=address, internal=True, classes=["number"]))
    return found


def anchor(number: str) -> str:
    """Name the place of a number on the reviewer's page."""
    return f"n-{_NOT_IN_ANCHORS.sub('_', number)}"


def short(exhibit: Exhibit) -> str:
    """Return the name alone: Figure 3, or results text."""
    name = heading(exhibit).partition(". ")[0]
    return f"{name.lower()} text" if exhibit.kind == "text" else name


def _head(content: Mapping[str, Any], root: str) -> list[nodes.row]:
    """Return the row of labels, below one of spanners if there are any."""
    columns = content["columns"]
    labels = [_entry([content["stub"]], root)]
    labels += [_entry(column["label"], root, column["alignment"]) for column in columns]
    rows = [nodes.row("", *labels)]
    if any(column["spanner"] for column in columns):
        over = [_entry([], root)]
        for place, column in enumerate(columns):
            if place and column["spanner"] == columns[place - 1]["spanner"]:
                over[-1]["morecols"] = over[-1].get("morecols", 0) + 1
            else:
                over.append(_entry([column["spanner"] or ""], root, "spanner"))
        rows.insert(0, nodes.row("", *over))
    return rows


def _row(row: Mapping[str, Any], columns: list[Mapping[str, Any]], root: str) -> nodes.row:
    if row["kind"] == "section":
        return nodes.row(
            "", _entry(row["label"], root, "section", morecols=len(columns)), classes=["section"]
        )
    label = _entry(row["label"], root, f"indent-{row['indent']}", "stub")
    cells = [
        _entry(cell, root, column["alignment"], *(["sentence"] if column["wide"] else []))
        for cell, column in zip(row["cells"], columns, strict=True)
    ]
    return nodes.row("", label, *cells)


def _entry(parts: Parts, root: str, *classes: str, **more: int) -> nodes.entry:
    return nodes.entry("", nodes.paragraph("", "", *words(parts, root)), classes=list(classes), **more)
