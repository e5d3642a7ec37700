"""Files of the repository as parts of the site: where they stand, and texts as pages with numbered lines."""

from __future__ import annotations

import html
import re
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

TOP = Path(__file__).parents[2]

_AT_THE_TOP = {"figures/report.html": "report.html"}  # html_extra_path puts it there
_SHOWN_AS_IS = (".html", ".svg", ".png", ".pdf", ".csv", ".json")
_STYLE = """body { margin: 1rem; font-family: sans-serif }
pre { white-space: pre-wrap }
:target { background: #ff9 }
"""
_PAGE = """<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
{style}</style></head>
<body><h1>{title}</h1>
{code}</body>
</html>
"""


def is_page(path: str) -> bool:
    """Whether a file is the source of a page of the site."""
    return path.startswith("docs/") and path.endswith((".md", ".rst"))


def address(path: str, anchor: str = "") -> str:
    """Return where the site holds a file of the repository, seen from the top of the site."""
    fragment = f"#{anchor}" if anchor else ""
    if path in _AT_THE_TOP:
        return _AT_THE_TOP[path] + fragment
    if path.endswith(_SHOWN_AS_IS):
        return f"repository/{path}{fragment}"
    return f"repository/{path}.html" + (f"#line-{line_of(path, anchor)}" if anchor else "")


def line_of(path: str, anchor: str) -> int:
    """Return the line of a table of settings, a heading, or a function to which a link leads."""
    for number, line in enumerate((TOP / path).read_text(encoding="utf-8").splitlines(), 1):
        if anchor in _names(Path(path).suffix, line):
            return number
    raise ValueError(f"{path} has nothing of the name {anchor}.")


def _names(suffix: str, line: str) -> Iterator[str]:
    if suffix == ".toml":
        yield from re.findall(r"^\[([^\[\]]+)\]", line)
    elif suffix == ".md":
        yield from (slug(heading) for heading in re.findall(r"^#+ (.+)$", line))
    else:
        yield from re.findall(r"^(?:def |class )?(\w+)(?:\(|:| =)", line)


def slug(heading: str) -> str:
    """Return the anchor that GitHub gives a heading."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


def put(paths: Iterable[str], site: Path) -> None:
    """Write files below a site, each where `address` says; what the site holds anyway is left alone."""
    for path in paths:
        if is_page(path) or path in _AT_THE_TOP:
            continue
        target = site / address(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        if path.endswith(_SHOWN_AS_IS):
            shutil.copyfile(TOP / path, target)
        else:
            target.write_text(source_page(path), encoding="utf-8")


def source_page(path: str) -> str:
    """Return a text of the repository as a page, each line with an anchor."""
    from pygments import highlight
    from pygments.formatters import HtmlFormatter
    from pygments.lexers import guess_lexer_for_filename

    text = (TOP / path).read_text(encoding="utf-8")
    drawn = HtmlFormatter(linespans="line", linenos="inline")
    code = highlight(text, guess_lexer_for_filename(path, text), drawn)
    return _PAGE.format(title=html.escape(path), style=_STYLE + drawn.get_style_defs(), code=code)
