"""What a study's scripts hand over: an output that renders itself, such as prose, or a reasoned refusal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from hpcstats.errors import HpcstatsError
from hpcstats.numbers import Number, Text


@runtime_checkable
class Renderable(Protocol):
    r"""One output of a study, with the numbers printed in it: what a script's ``build(study)`` returns.

    `hpcstats.plots.Figure` and `hpcstats.tables.Table` satisfy it, and so does any class of your own with
    these two members.

    Attributes
    ----------
    numbers : tuple of Number
        Every number printed in the output, with identifiers that are unique inside it.

    Examples
    --------
    >>> class Note:
    ...     numbers = (Number(id="n", value=9, text="9", how="count of patients"),)
    ...
    ...     def render(self, formats):
    ...         return {".md": b"Nine patients.\n"}
    >>> isinstance(Note(), Renderable)
    True
    """

    @property
    def numbers(self) -> tuple[Number, ...]:
        """The numbers printed in the output."""

    def render(self, formats: Sequence[str]) -> Mapping[str, bytes]:
        """Return the finished files as bytes, by suffix (``".pdf"``, ``".csv"``, …).

        `formats` are the image formats asked for; an output without an image takes no notice of them.
        The same output must give the same bytes whenever and wherever it is rendered.
        """


@dataclass(frozen=True, slots=True)
class Prose:
    r"""Paragraphs of words and numbers, written as Markdown.

    Attributes
    ----------
    paragraphs : tuple of Text
        Words and numbers in turn. One that begins with ``#`` is a heading.
    captions : bool
        Whether the captions and alternative texts of all figures and tables of the study follow, as they
        stand when all have been built; for a study whose study.toml has a table ``[report]``.

    Examples
    --------
    >>> n = Number(id="n", value=9, text="9", how="Count of patients.")
    >>> Prose((Text.of("We found ", n, " patients."),)).render([])
    {'.md': b'We found 9 patients.\n'}
    """

    paragraphs: tuple[Text, ...]
    captions: bool = False

    @property
    def numbers(self) -> tuple[Number, ...]:
        """The numbers of all paragraphs in order."""
        return tuple(number for paragraph in self.paragraphs for number in paragraph.numbers)

    def render(self, formats: Sequence[str]) -> dict[str, bytes]:  # noqa: ARG002  # one format, whatever is asked of figures
        """Return the paragraphs as a Markdown file."""
        text = "\n\n".join(str(paragraph) for paragraph in self.paragraphs)
        return {".md": f"{text}\n".encode()}


class NotApplicable(HpcstatsError):  # noqa: N818 - not a failure, and named for what it says
    """Raised by a script whose output the data at hand have no place for; it is skipped, and reported.

    Parameters
    ----------
    reason : str
        What is absent, as it will stand in the report and in MANIFEST.json.

    Examples
    --------
    >>> str(NotApplicable("the data directory has no seed_summary.json"))
    'the data directory has no seed_summary.json'
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
