"""Links and anchors of the repository's files, read without a network and without what builds the site."""

from __future__ import annotations

import functools
import html.parser
import itertools
import json
import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from markdown_it import MarkdownIt

from tests.rules.house import ROOT

HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}", re.IGNORECASE)
DOI = re.compile(r"10\.\d{4,9}(?:\.\d+)*/[A-Za-z0-9(][-._;()/:<>A-Za-z0-9]*[A-Za-z0-9)]")
NAMED_DOI = re.compile(r"(?:\bdoi:|doi\.org/)\s*([^\s\]`\"',]+)", re.IGNORECASE)
# Made when the site is built, from what is committed.
GENERATED = ROOT / "docs" / "gallery" / "generated"
_NOT_PROSE = ("{math}", "{toctree}", "{code-block}", "{eval-rst}")


@dataclass(frozen=True)
class Link:
    """Where a page leads, as it is written, and the line of the paragraph."""

    page: Path
    target: str
    line: int

    def __str__(self) -> str:
        place = self.page.relative_to(ROOT) if self.page.is_relative_to(ROOT) else self.page.name
        return f"{place}:{self.line}: {self.target}"


def links(page: Path) -> list[Link]:
    """Every link and image of a page, those in the content of directives included."""
    return [Link(page, target, line) for target, line in _targets(page.read_text(encoding="utf-8"), 1)]


def _targets(text: str, first: int) -> list[tuple[str, int]]:
    found: list[tuple[str, int]] = []
    for token in MarkdownIt("commonmark").enable("table").parse(_without_comments(text)):
        line = first + (token.map[0] if token.map else 0)
        if token.type == "fence" and token.info.startswith("{") and not token.info.startswith(_NOT_PROSE):
            found += _targets(token.content, line + 1)
        elif token.type == "html_block":
            found += [(target, line) for target in _of_html(token.content)]
        for child in token.children or ():
            written = child.attrs.get("href") or child.attrs.get("src")
            found += [(str(written), line)] if written else []
            found += [(target, line) for target in _of_html(child.content) if child.type == "html_inline"]
    return found


def _without_comments(text: str) -> str:
    return re.sub(r"<!--.*?-->", lambda comment: "\n" * comment[0].count("\n"), text, flags=re.DOTALL)


def _of_html(text: str) -> list[str]:
    return re.findall(r'(?:href|src)="([^"]+)"', text)


def fault(link: Link) -> str:
    """What is wrong with a link, or nothing."""
    parts = urlsplit(link.target)
    if parts.scheme in {"http", "https"}:
        return "" if HOST.fullmatch(parts.hostname or "") else "no such host can be"
    if parts.scheme:
        return "" if parts.scheme == "mailto" else "unknown scheme"
    file = link.page.parent / unquote(parts.path) if parts.path else link.page
    return lack(file.resolve(), unquote(parts.fragment))


def lack(file: Path, anchor: str = "") -> str:
    """What a file lacks to be the target of a link."""
    if file.parent == GENERATED.resolve():
        return "" if not anchor and file.stem in _generated_pages() else "no page that will be generated"
    if not file.exists():
        return "no such file"
    return "" if not anchor or anchor in anchors(file) else f"no such anchor; near: {_near(file, anchor)}"


def _near(file: Path, anchor: str) -> list[str]:
    return sorted(name for name in anchors(file) if name[:4] == anchor[:4])[:5]


@functools.cache
def _generated_pages() -> frozenset[str]:
    exhibits = json.loads((ROOT / "figures" / "exhibits.json").read_text(encoding="utf-8"))
    return frozenset([exhibit["id"] for exhibit in exhibits] + ["shared"])


@functools.cache
def anchors(file: Path) -> frozenset[str]:
    """The names inside a file to which a link can lead."""
    text = file.read_text(encoding="utf-8")
    if file.suffix == ".md":
        return frozenset(_of_markdown(text, deepest=3 if file.is_relative_to(ROOT / "docs") else 6))
    if file.suffix == ".html":
        reader = _Ids()
        reader.feed(text)
        return frozenset(reader.ids)
    if file.suffix == ".toml":
        return frozenset(re.findall(r"^\[([^\[\]]+)\]", text, re.MULTILINE))
    if file.suffix == ".py":
        return frozenset(re.findall(r"^(?:def|class) (\w+)", text, re.MULTILINE))
    return frozenset()


def _of_markdown(text: str, deepest: int) -> list[str]:
    """Anchors of headings as MyST and GitHub make them, and labels such as ``(here)=``."""
    found: list[str] = re.findall(r"^\(([^()\n]+)\)=$", text, re.MULTILINE)
    tokens = MarkdownIt("commonmark").parse(text)
    for opening, inside in itertools.pairwise(tokens):
        if opening.type == "heading_open" and int(opening.tag[1]) <= deepest:
            words = "".join(
                part.content for part in inside.children or () if part.type in {"text", "code_inline"}
            )
            name = re.sub(r"[^\w\- ]", "", words.strip().lower()).replace(" ", "-")
            again = sum(
                other == name or re.fullmatch(rf"{re.escape(name)}-\d+", other) is not None for other in found
            )
            found.append(f"{name}-{again}" if name in found else name)
    return found


class _Ids(html.parser.HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.ids: set[str] = set()

    def handle_starttag(self, _tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.ids.update(value for name, value in attrs if name == "id" and value)


def named_dois(text: str) -> list[str]:
    """Every DOI that a text names, without the signs that end a sentence or a link."""
    return [_closed(unquote(found)) for found in NAMED_DOI.findall(re.sub(r"\\([()])", r"\1", text))]


def _closed(doi: str) -> str:
    """Cut what belongs to the sentence: full stops, and brackets that were not opened inside."""
    while doi and (doi[-1] in ".,;:*" or (doi[-1] == ")" and doi.count(")") > doi.count("("))):
        doi = doi[:-1]
    return doi
