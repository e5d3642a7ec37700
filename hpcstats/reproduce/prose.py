"""`Prose`: paragraphs whose numbers are traced like those of any table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hpcstats.numbers import Number, Text


@dataclass(frozen=True, slots=True)
class Prose:
    r"""Paragraphs of words and numbers, written as Markdown.

    Attributes
    ----------
    paragraphs : tuple of Text
        Words and numbers in turn.

    Examples
    --------
    >>> n = Number(id="n", value=9, text="9", how="Count of patients.")
    >>> Prose((Text.of("We found ", n, " patients."),)).render([])
    {'.md': b'We found 9 patients.\n'}
    """

    paragraphs: tuple[Text, ...]

    @property
    def numbers(self) -> tuple[Number, ...]:
        """The numbers of all paragraphs in order."""
        return tuple(number for paragraph in self.paragraphs for number in paragraph.numbers)

    def render(self, formats: Sequence[str]) -> dict[str, bytes]:  # noqa: ARG002  # one format, whatever is asked of figures
        """Return the paragraphs as a Markdown file."""
        text = "\n\n".join(str(paragraph) for paragraph in self.paragraphs)
        return {".md": f"{text}\n".encode()}
