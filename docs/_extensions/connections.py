"""Links both ways: pages of methods name calls and figures, pages of the API name methods and figures."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from docs._extensions.exhibit_nodes import short
from docs._extensions.gallery import PAGES, exhibits_of
from docs._extensions.scripts import calls
from docs._extensions.subjects import SUBJECTS, pages_on

if TYPE_CHECKING:
    from sphinx.application import Sphinx

_TOP = Path(__file__).parents[2]
_AFTER_NUMPYDOC = 900


@lru_cache
def _called() -> dict[str, tuple[str, tuple[str, ...]]]:
    """Return, by output, its short name and what its script calls."""
    return {one.id: (short(one), calls(_TOP / one.script)) for one in exhibits_of(_TOP)}


def shown_in(names: tuple[str, ...]) -> dict[str, str]:
    """Return the outputs whose scripts call any of these names, by id with their short names."""
    return {key: name for key, (name, called) in _called().items() if set(called) & set(names)}


def foot_of_page(page: str) -> str:
    """Write the end of a page that explains public names."""
    names = SUBJECTS[page]
    lines = [
        "## Calls and figures",
        f"Calls: {', '.join(f'{{py:obj}}`hs.{name} <hpcstats.{name}>`' for name in names)}",
    ]
    outputs = shown_in(names)
    if outputs:
        lines.append(
            f"In the study: {', '.join(f'{{doc}}`{name} </{PAGES}/{key}>`' for key, name in outputs.items())}"
        )
    return "\n\n".join(lines) + "\n"


def foot_of_call(name: str) -> list[str]:
    """Write the lines behind the description of a public name: its methods, and where the study uses it."""
    pages, outputs = pages_on((name,)), shown_in((name,))
    lines = []
    if pages:
        lines += ["", f"   Methods: {', '.join(f':doc:`/{page}`' for page in pages)}"]
    if outputs:
        found = (f":doc:`{title} </{PAGES}/{key}>`" for key, title in outputs.items())
        lines += ["", f"   In the study: {', '.join(found)}"]
    return ["", ".. seealso::", *lines, ""] if lines else []


def _end_page(_app: Sphinx, page: str, content: list[str]) -> None:
    if page.startswith("methods/") and page in SUBJECTS:
        content[0] = f"{content[0].rstrip()}\n\n{foot_of_page(page)}"


def _end_call(_app: Sphinx, _what: str, name: str, _item: Any, _options: Any, lines: list[str]) -> None:
    lines.extend(foot_of_call(name.removeprefix("hpcstats.")))


def setup(app: Sphinx) -> dict[str, Any]:
    """Add the links while pages are read."""
    app.connect("source-read", _end_page)
    app.connect("autodoc-process-docstring", _end_call, priority=_AFTER_NUMPYDOC)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
