"""The gallery: a page for every figure, table and text of the study, made from what the study wrote.

Nothing is typed for it: captions, descriptions and numbers come from ``figures/exhibits.json``, the
question from the first line of the script, the calls from its syntax, and the code is the script.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.errors import ExtensionError
from sphinx.util.docutils import SphinxDirective

from docs._extensions import exhibit_nodes as drawn
from docs._extensions.scripts import calls, question, shared_by
from docs._extensions.subjects import pages_on
from hpcstats.reproduce.report.exhibits import Exhibit, heading, read_exhibits

if TYPE_CHECKING:
    from sphinx.application import Sphinx

PAGES = "gallery/generated"
FILES = {
    ".pdf": "PDF",
    ".svg": "SVG",
    ".png": "PNG",
    ".docx": "Word",
    ".tex": "LaTeX",
    ".html": "HTML",
    ".csv": "CSV",
}
# Drawings and code want the room of the second sidebar.
_WIDE = "---\nhtml_theme.sidebar_secondary.remove: true\n---"
_THUMBNAIL = (640, 480)


def exhibits_of(top: Path) -> tuple[Exhibit, ...]:
    """Read what the committed outputs show; `top` is the directory of the repository."""
    found = read_exhibits(top / "figures")
    if not found:
        raise ExtensionError("figures/exhibits.json is missing: run `make reproduce` before `make docs`")
    return found


def page(exhibit: Exhibit, top: Path) -> str:
    """Write the source of one page of the gallery."""
    script = top / exhibit.script
    parts = [
        _WIDE,
        f"# {heading(exhibit)}",
        f"{question(script)}",
        f"```{{exhibit}} {exhibit.id}\n```",
        _downloads(exhibit, top),
        _in_words(exhibit),
        "## Code",
        _code(exhibit.script, "python"),
        _how_to_run(exhibit, script),
        _calls(script),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def shared_page(top: Path) -> str:
    """Write the page of what scripts share: the choices of the study, and the code beside the scripts."""
    parts = [
        _WIDE,
        "# What the scripts share",
        "All choices of the study stand in one file; a script reads them as `study.settings`.",
        f"## study.toml\n\n{_code('analyses/study.toml', 'toml')}",
        *(
            f"## {file.name}\n\n{_code(f'analyses/{file.name}', 'python')}"
            for file in sorted((top / "analyses").glob("_*.py"))
        ),
    ]
    return "\n\n".join(parts) + "\n"


def write_pages(top: Path, folder: Path) -> None:
    """Write all pages and thumbnails; what has not changed is left alone, what is of no use is removed."""
    exhibits = exhibits_of(top)
    texts = {f"{exhibit.id}.md": page(exhibit, top) for exhibit in exhibits} | {"shared.md": shared_page(top)}
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.md"):
        if old.name not in texts:
            old.unlink()
    for name, text in texts.items():
        file = folder / name
        if not file.is_file() or file.read_text(encoding="utf-8") != text:
            file.write_text(text, encoding="utf-8")
    for exhibit in exhibits:
        if exhibit.kind == "figure":
            _thumbnail(top / "figures" / f"{exhibit.stem}.png", folder / "thumbnails" / f"{exhibit.id}.png")


def cards(exhibits: tuple[Exhibit, ...], kind: str, top: Path) -> str:
    """Write a grid of cards with links to the pages of one kind."""
    return "\n".join(
        ["::::{grid} 1 2 2 3", ":gutter: 3", ""]
        + [line for exhibit in exhibits if exhibit.kind == kind for line in _card(exhibit, top)]
        + ["::::"]
    )


def _card(exhibit: Exhibit, top: Path) -> list[str]:
    name, _, title = heading(exhibit).partition(". ")
    image = [
        f":img-top: /{PAGES}/thumbnails/{exhibit.id}.png",
        f":img-alt: {heading(exhibit)}, small",
    ]
    return [
        f":::{{grid-item-card}} {name}",
        f":link: /{PAGES}/{exhibit.id}",
        ":link-type: doc",
        ":class-card: exhibit-card",
        *(image if exhibit.kind == "figure" else []),
        "",
        title or question(top / exhibit.script),
        ":::",
    ]


def _code(file: str, language: str) -> str:
    return f"```{{literalinclude}} /../{file}\n:language: {language}\n```"


def _downloads(exhibit: Exhibit, top: Path) -> str:
    folder = "figures/tables" if exhibit.kind == "table" else "figures"
    found = [
        f"{{download}}`{name} </../{folder}/{exhibit.stem}{suffix}>`"
        for suffix, name in FILES.items()
        if (top / folder / f"{exhibit.stem}{suffix}").is_file()
    ]
    return f"Files: {' · '.join(found)}" if found else ""


def _in_words(exhibit: Exhibit) -> str:
    if exhibit.kind != "figure":
        return ""
    return f":::{{dropdown}} The figure in words\n\n```{{exhibit}} {exhibit.id}\n:part: words\n```\n:::"


def _how_to_run(exhibit: Exhibit, script: Path) -> str:
    beside = [f"`{file.name}`" for file in shared_by(script)]
    imports = f"It imports from {' and '.join(beside)} beside it. " if beside else ""
    return (
        f"{imports}Its choices stand in `study.toml`: see [what the scripts share](shared.md). "
        "To make it alone:\n\n"
        f"```console\n$ hpcstats reproduce --only {exhibit.id} --out /tmp/look\n```"
    )


def _calls(script: Path) -> str:
    called = calls(script)
    pages = pages_on(called)
    lines = ["## Calls and methods"] if called else []
    if called:
        lines.append(f"Calls: {', '.join(f'{{py:obj}}`hs.{name} <hpcstats.{name}>`' for name in called)}")
    if pages:
        lines.append(f"Methods: {' · '.join(f'{{doc}}`/{name}`' for name in pages)}")
    return "\n\n".join(lines)


def _thumbnail(picture: Path, target: Path) -> None:
    """Draw a figure small, on white, all of one shape."""
    if target.is_file() and target.stat().st_mtime >= picture.stat().st_mtime:
        return
    from PIL import Image, ImageOps

    target.parent.mkdir(parents=True, exist_ok=True)
    with Image.open(picture) as image:
        small = ImageOps.pad(image.convert("RGB"), _THUMBNAIL, Image.Resampling.LANCZOS, color="white")
        small.save(target, optimize=True)


class ExhibitDirective(SphinxDirective):
    """Show one output: all of it, the picture alone, or the picture in words."""

    required_arguments = 1
    option_spec: ClassVar[dict[str, Any]] = {"part": lambda one: directives.choice(one, ("picture", "words"))}

    def run(self) -> list[nodes.Node]:
        top = Path(self.env.srcdir).parent
        self.env.note_dependency(str(top / "figures" / "exhibits.json"))
        found = {exhibit.id: exhibit for exhibit in exhibits_of(top)}
        if self.arguments[0] not in found:
            raise self.error(f"no output is called {self.arguments[0]!r}; there are {', '.join(found)}")
        return self._shown(found[self.arguments[0]], top / "figures")

    def _shown(self, exhibit: Exhibit, figures: Path) -> list[nodes.Node]:
        root = "../" * self.env.docname.count("/")
        if self.options.get("part") == "words":
            return [nodes.paragraph("", exhibit.content["alt_text"])]
        if self.options.get("part") == "picture":
            return [drawn.picture(exhibit, figures)]
        if exhibit.kind == "figure":
            return drawn.figure(exhibit, figures, root)
        return drawn.table(exhibit, root) if exhibit.kind == "table" else drawn.text(exhibit, root)


class CardsDirective(SphinxDirective):
    """Show all outputs of one kind as a grid of cards."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        top = Path(self.env.srcdir).parent
        self.env.note_dependency(str(top / "figures" / "exhibits.json"))
        return self.parse_text_to_nodes(cards(exhibits_of(top), self.arguments[0], top))


def _before_reading(app: Sphinx) -> None:
    write_pages(Path(app.srcdir).parent, Path(app.srcdir) / PAGES)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directives, and write the pages before Sphinx looks for them."""
    app.add_directive("exhibit", ExhibitDirective)
    app.add_directive("exhibit-cards", CardsDirective)
    app.connect("builder-inited", _before_reading)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
