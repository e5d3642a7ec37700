"""`Figure`: a picture together with the numbers in it, its caption and its alternative text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from matplotlib.figure import Figure as Canvas

from hpcstats.errors import DesignError, unknown_option
from hpcstats.numbers import Number, Text, distinct_numbers
from hpcstats.plots.page import style
from hpcstats.plots.page.saving_images import image_bytes
from hpcstats.plots.publishers.journals import Journal, journal_named

if TYPE_CHECKING:
    import pandas as pd

IMAGE_FORMATS = ("pdf", "svg", "png", "tiff", "eps")
EVERYDAY_FORMATS = ("pdf", "svg", "png")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Figure:
    """A drawn figure and everything needed to print, check, read aloud and trace it.

    Attributes
    ----------
    figure : matplotlib.figure.Figure
        The drawing, of exact size.
    data : pandas.DataFrame
        The plotted numbers.
    caption : Text
        The legend below the figure, with its numbers.
    alt_text : str
        What the figure shows, in words, for those who cannot see it.
    drawn_numbers : tuple of Number
        Numbers printed inside the figure.
    """

    figure: Canvas
    data: pd.DataFrame
    caption: Text
    alt_text: str
    drawn_numbers: tuple[Number, ...] = ()

    @property
    def numbers(self) -> tuple[Number, ...]:
        """The numbers of the caption, then those printed inside the figure, each once.

        Raises
        ------
        DesignError
            If one id stands for two different numbers.
        """
        numbers, clashes = distinct_numbers((*self.caption.numbers, *self.drawn_numbers))
        if clashes:
            one, other = clashes[0]
            raise DesignError(
                f"The id {one.id!r} stands for {one.text} and for {other.text}. "
                "Give each number of a figure its own id."
            )
        return numbers

    @property
    def size(self) -> tuple[float, float]:
        """Width and height in millimetres."""
        width, height = self.figure.get_size_inches() * style.MILLIMETRES_PER_INCH
        return round(float(width), 4), round(float(height), 4)

    def render(
        self,
        formats: Sequence[str] | None = None,
        *,
        journal: str | Journal | None = None,
        font: str | None = None,
    ) -> dict[str, bytes]:
        """Write the figure in the formats asked for, its data and its words.

        The same figure gives the same bytes at any time, in any time zone and process. Text stays text in PDF
        and EPS (embedded TrueType fonts, type 42) and is outlined in SVG; PNG has 300 and TIFF 600 dots per
        inch; TIFF is RGB with LZW compression.

        Parameters
        ----------
        formats : sequence of str, optional
            Out of pdf, svg, png, tiff and eps; default pdf, svg and png, or those of the journal.
        journal : str or Journal, optional
            Whose rules the images keep: ``"springer"``, ``"elsevier"``, ``"jns"``, ``"nature"``; see `save`.
        font : str, optional
            Family to letter with, for a journal; see `save`.

        Returns
        -------
        dict
            Suffix to bytes: those asked for, ``".csv"`` (plotted numbers, ten significant digits) and
            ``".txt"`` (caption, an empty line, alternative text).

        Raises
        ------
        UnsupportedError
            For another format or journal.
        DesignError
            If the figure would break a rule of the journal, or for a font without a journal.
        """
        if font is not None and journal is None:
            raise DesignError(f"font={font!r} is for a journal's files. Name the journal too.")
        wanted = [name.lower().removeprefix(".") for name in self._formats(formats, journal)]
        for name in wanted:
            if name not in IMAGE_FORMATS:
                raise unknown_option("format", name, IMAGE_FORMATS)
        table = self.data.to_csv(index=False, float_format="%.10g", lineterminator="\n")
        words = {".csv": table.encode(), ".txt": f"{self.caption}\n\n{self.alt_text}\n".encode()}
        if journal is None:
            return {f".{name}": self._image(name) for name in wanted} | words
        from hpcstats.plots.page.saving import images_for

        return images_for(self, self._title, journal, wanted, font) | words

    def _formats(self, formats: Sequence[str] | None, journal: str | Journal | None) -> Sequence[str]:
        if formats is not None:
            return formats
        return EVERYDAY_FORMATS if journal is None else journal_named(journal).formats

    @property
    def _title(self) -> str:
        return str(self.caption).split(". ", maxsplit=1)[0].strip() or "Figure"

    def _image(self, name: str) -> bytes:
        return image_bytes(self.figure, name, self._title, self.alt_text)

    def _repr_png_(self) -> bytes:
        return self._image("png")
