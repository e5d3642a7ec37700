"""From the templates to the files of a study, written all at once into an empty directory."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from hpcstats.errors import DesignError, listing
from hpcstats.reproduce.writing import write_files
from hpcstats.synthetic import WARNING

_TEMPLATES = files("hpcstats.reproduce.laying_out") / "templates"
_RENDERED = ".jinja"
_COPIED = ".template"  # a script that no tool of the package takes for a module of its own
_HIDDEN = "dot_"


@dataclass(frozen=True, slots=True, kw_only=True)
class LaidOut:
    """What was laid out.

    Attributes
    ----------
    directory : Path
        The directory of the study.
    files : tuple of str
        What was written, relative to it.
    example : bool
        Whether the tables hold the synthetic example.
    """

    directory: Path
    files: tuple[str, ...]
    example: bool

    def __str__(self) -> str:
        shown = (
            json.dumps(str(self.directory), ensure_ascii=False)
            if " " in str(self.directory)
            else self.directory
        )
        about = (
            f"{WARNING} The tables hold made-up patients, so that everything runs; every output is marked "
            "until you replace their rows."
            if self.example
            else "The tables are empty: write your cases into data/raw."
        )
        return "\n".join(
            (
                f"{len(self.files)} files in {self.directory}.",
                about,
                f"Next: cd {shown}, then read README.md and run `hpcstats reproduce`.",
            )
        )


def new_study(directory: str | Path, *, title: str | None = None, example: bool = True) -> LaidOut:
    """Lay out the folder of a study on another disease: tables, study.toml, scripts and a README.

    `reproduce` runs there at once, on twelve made-up patients; whatever shows them is marked as synthetic
    until their rows are replaced.

    Parameters
    ----------
    directory : path
        Where to; it must not exist, or be empty. Nothing is ever overwritten.
    title : str, optional
        Title of the study. Default: the name of the directory.
    example : bool
        Fill the tables with the synthetic example; else they have their headers only.

    Returns
    -------
    LaidOut
        What was written; ``print`` shows it, with the next step.

    Raises
    ------
    DesignError
        If the directory holds anything, with what; or for a title of several lines.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from hpcstats.reproduce import Study
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     made = new_study(Path(folder, "my-study"), title="Two rare tumours")
    ...     "analyses/study.toml" in made.files, Study.read(made.directory).title
    (True, 'SYNTHETIC DATA, not for publication. Two rare tumours')
    """
    target = Path(directory).resolve()
    _check_empty(target)
    name = " ".join(target.name.replace("_", " ").replace("-", " ").split())
    words = _checked_title(name or "New study" if title is None else title)
    content = {path: made.encode("utf-8") for path, made in _files(_TEMPLATES, words, example)}
    written = write_files(target, dict(sorted(content.items())))
    return LaidOut(directory=target, files=written, example=example)


def _check_empty(target: Path) -> None:
    if target.is_dir():
        found = sorted(path.name for path in target.iterdir())
        if found:
            raise DesignError(
                f"{target} is not empty: it holds {listing(found)}. Nothing is overwritten; name another."
            )
    elif target.exists():
        raise DesignError(f"{target} is a file. Name a new directory.")


def _checked_title(title: str) -> str:
    words = title.strip()
    if not words or not words.isprintable():
        raise DesignError(f"The title must be one line of text, not {title!r}.")
    return words


def _files(place: Traversable, title: str, example: bool, above: str = "") -> Iterator[tuple[str, str]]:
    for template in place.iterdir():
        name = template.name
        if template.is_dir():
            yield from _files(template, title, example, f"{above}{name}/")
            continue
        text = template.read_text(encoding="utf-8")
        if name.endswith(_RENDERED):
            text = _rendered(text, title, example)
        elif name.endswith(".csv") and not example:
            text = text.splitlines(keepends=True)[0]
        plain = name.removesuffix(_RENDERED).removesuffix(_COPIED)
        yield f"{above}{f'.{plain.removeprefix(_HIDDEN)}' if plain.startswith(_HIDDEN) else plain}", text


def _rendered(text: str, title: str, example: bool) -> str:
    from jinja2 import Environment, StrictUndefined

    environment = Environment(  # noqa: S701 - Markdown, TOML and JSON; the title is escaped where it must be
        undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True
    )
    # A JSON string is a basic string of TOML, too.
    environment.filters["json"] = lambda value: json.dumps(value, ensure_ascii=False)
    return environment.from_string(text).render(title=title, example=example)
