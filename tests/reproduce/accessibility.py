"""Rules of an accessible page that can be read off its source, a sentence for each place that breaks one."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

from bs4 import BeautifulSoup, Tag

_LANDMARKS = ("header", "nav", "main", "footer")
_REFERENCES = ("aria-controls", "aria-labelledby", "aria-describedby", "for")
_INSTEAD = {"a": "href", "button": "type"}


def problems(html: str) -> list[str]:
    page = BeautifulSoup(html, "html.parser")
    return [
        *_document(page),
        *_ids_and_references(page),
        *_headings(page),
        *_names(page),
        *_regions(page),
        *_tables(page),
        *_requests(page),
        *_contrasts(page),
    ]


def _document(page: BeautifulSoup) -> Iterator[str]:
    if not page.html or not page.html.get("lang"):
        yield "the page names no language"
    if not page.title or not page.title.get_text(strip=True):
        yield "the page has no title"
    for name in _LANDMARKS:
        if len(page.find_all(name)) != 1:
            yield f"there is not exactly one <{name}>"
    first = page.find("a")
    if not first or not page.find(id=str(first.get("href", ""))[1:]):
        yield "the first link skips to nothing"
    if page.find(attrs={"tabindex": re.compile(r"^[1-9]")}):
        yield "a positive tabindex breaks the order"


def _ids_and_references(page: BeautifulSoup) -> Iterator[str]:
    ids = Counter(str(tag["id"]) for tag in page.find_all(id=True))
    yield from (f"the id {name} occurs {times} times" for name, times in ids.items() if times > 1)
    yield from (f"the id {name!r} holds a blank" for name in ids if re.search(r"\s", name))
    for name in _REFERENCES:
        for tag in page.find_all(attrs={name: True}):
            yield from (f"{name} names no {one}" for one in str(tag[name]).split() if one not in ids)
    for link in page.find_all("a", href=re.compile("^#")):
        if str(link["href"])[1:] not in ids:
            yield f"a link leads to no {link['href']}"


def _headings(page: BeautifulSoup) -> Iterator[str]:
    levels = [int(tag.name[1]) for tag in page.find_all(re.compile("^h[1-6]$"))]
    if levels.count(1) != 1 or levels[:1] != [1]:
        yield "the first heading, and no other, must be <h1>"
    for above, below in pairwise(levels):
        if below > above + 1:
            yield f"a heading <h{below}> follows <h{above}>"
    yield from (
        "a heading is empty" for tag in page.find_all(re.compile("^h[1-6]$")) if not tag.get_text(strip=True)
    )


def _names(page: BeautifulSoup) -> Iterator[str]:
    for image in page.find_all("img"):
        if not str(image.get("alt", "")).strip():
            yield "an image has no alternative text"
    for field in page.find_all(["input", "select", "textarea"]):
        if not page.find("label", attrs={"for": field.get("id")}):
            yield "a field has no label"
    for tag in page.find_all(["a", "button", "summary"]):
        if not tag.get_text(strip=True):
            yield f"a <{tag.name}> has no text"
        if tag.name in _INSTEAD and not tag.get(_INSTEAD[tag.name]):
            yield f"a <{tag.name}> has no {_INSTEAD[tag.name]}"


def _regions(page: BeautifulSoup) -> Iterator[str]:
    for tag in page.find_all(attrs={"role": "region"}):
        if not (tag.get("aria-label") or tag.get("aria-labelledby")):
            yield "a region has no name"
        if tag.get("aria-labelledby") and tag.find_parent(attrs={"aria-labelledby": tag["aria-labelledby"]}):
            yield "a region has the name of the region around it"
        if "wide" in tag.get("class", []) and tag.get("tabindex") != "0":
            yield "what scrolls cannot be reached by the keyboard"


def _tables(page: BeautifulSoup) -> Iterator[str]:
    for table in page.find_all("table"):
        if not table.caption or not table.caption.get_text(strip=True):
            yield "a table has no caption"
        for head in table.find_all("th"):
            if head.get("scope") not in ("col", "row", "colgroup", "rowgroup"):
                yield "a heading of a table has no scope"
        widths = {_cells(row) for row in table.find_all("tr")}
        if len(widths) != 1:
            yield f"the rows of a table have {sorted(widths)} cells"


def _cells(row: Tag) -> int:
    return sum(int(str(cell.get("colspan", 1))) for cell in row.find_all(["th", "td"]))


def _requests(page: BeautifulSoup) -> Iterator[str]:
    for tag in page.find_all(src=True):
        if not str(tag["src"]).startswith("data:"):
            yield f"<{tag.name}> asks for {tag['src']}"
    for tag in page.find_all("link"):
        if not str(tag.get("href")).startswith("data:"):
            yield f"<link> asks for {tag.get('href')}"
    style = "".join(tag.get_text() for tag in page.find_all("style"))
    if re.search(r"url\(|@import", style):
        yield "the style asks for a file"
    if page.find(attrs={"style": True}) or page.find(attrs={"onclick": True}):
        yield "style or script stands in an attribute, which the policy of the page forbids"


def _contrasts(page: BeautifulSoup) -> Iterator[str]:
    """Compare every colour of letters with every colour of paper, by the names in :root."""
    style = "".join(tag.get_text() for tag in page.find_all("style"))
    named = dict(re.findall(r"--(\w+): (#[0-9a-f]{6})", style))
    for name, least in (("ink", 4.5), ("soft", 4.5), ("link", 4.5), ("line", 3), ("focus", 3)):
        for paper in ("paper", "shade"):
            ratio = contrast(named[name], named[paper]) if {name, paper} <= set(named) else 0
            if ratio < least:
                yield f"{name} on {paper} has a contrast of {ratio:.2f}, below {least}"
    loose = set(re.findall(r"#[0-9a-fA-F]{3,6}\b", style.split("}", 1)[-1])) - {"#ffffff"}
    yield from (f"the colour {colour} has no name" for colour in sorted(loose))


def contrast(one: str, other: str) -> float:
    """Ratio of two colours by WCAG 2.2, 1 to 21."""
    bright, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
