"""`Figure`: a picture together with the numbers in it, its caption and its alternative text."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any

from matplotlib.figure import Figure as Canvas

from hpcstats.errors import DesignError, unknown_option
from hpcstats.numbers import Number, Text, distinct_numbers
from hpcstats.plots import style

if TYPE_CHECKING:
    import pandas as pd

IMAGE_FORMATS = ("pdf", "svg", "png", "tiff", "eps")
SCREEN_DPI = 300
PRINT_DPI = 600


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

    def render(self, formats: Sequence[str] = ("pdf", "svg", "png")) -> dict[str, bytes]:
        """Write the figure in the formats asked for, its data and its words.

        The same figure gives the same bytes at any time, in any time zone and process. Text stays text in PDF
        and EPS (embedded TrueType fonts, type 42) and is outlined in SVG; PNG has 300 and TIFF 600 dots per
        inch; TIFF is RGB with LZW compression.

        Parameters
        ----------
        formats : sequence of str
            Out of pdf, svg, png, tiff and eps.

        Returns
        -------
        dict
            Suffix to bytes: those asked for, ``".csv"`` (plotted numbers, ten significant digits) and
            ``".txt"`` (caption, an empty line, alternative text).

        Raises
        ------
        UnsupportedError
            For another format.
        """
        wanted = [name.lower().removeprefix(".") for name in formats]
        for name in wanted:
            if name not in IMAGE_FORMATS:
                raise unknown_option("format", name, IMAGE_FORMATS)
        files = {f".{name}": self._image(name) for name in wanted}
        table = self.data.to_csv(index=False, float_format="%.10g", lineterminator="\n")
        return files | {".csv": table.encode(), ".txt": f"{self.caption}\n\n{self.alt_text}\n".encode()}

    def _image(self, name: str) -> bytes:
        with style.context():
            if name == "tiff":
                return self._tiff()
            with _fixed_date():
                image = self._print(name, **self._options(name))
        return _described(image, self.alt_text) if name == "svg" else image

    def _print(self, name: str, **options: Any) -> bytes:
        stream = BytesIO()
        self.figure.savefig(stream, format=name, facecolor="white", **options)
        return stream.getvalue()

    def _options(self, name: str) -> dict[str, Any]:
        title = str(self.caption).split(". ", maxsplit=1)[0].strip() or "Figure"
        undated: dict[str, Any] = {"Creator": None, "Producer": None, "CreationDate": None}
        metadata: dict[str, dict[str, Any]] = {
            "pdf": undated | {"Title": title, "Subject": self.alt_text},
            "svg": {"Date": None, "Creator": None, "Title": title},
            "png": {"Software": None, "Title": title, "Description": self.alt_text},
            "eps": {"Creator": "hpcstats"},
        }
        return {"metadata": metadata[name]} | ({"dpi": SCREEN_DPI} if name == "png" else {})

    def _tiff(self) -> bytes:
        from PIL import Image

        pixels = self._print("rgba", dpi=PRINT_DPI)
        size = tuple(int(inches * PRINT_DPI) for inches in self.figure.get_size_inches())
        image = Image.frombytes("RGBA", (size[0], size[1]), pixels).convert("RGB")
        stream = BytesIO()
        image.save(stream, format="TIFF", compression="tiff_lzw", dpi=(PRINT_DPI, PRINT_DPI))
        return stream.getvalue()

    def _repr_png_(self) -> bytes:
        return self._image("png")


def _described(svg: bytes, words: str) -> bytes:
    from xml.sax.saxutils import escape

    description = f"</title>\n <desc>{escape(words)}</desc>".encode()
    return svg.replace(b"</title>", description, 1)


@contextmanager
def _fixed_date() -> Iterator[None]:
    """Let the EPS writer, which knows no other way, see a fixed date; the environment is restored after."""
    before = os.environ.get("SOURCE_DATE_EPOCH")
    os.environ["SOURCE_DATE_EPOCH"] = "0"
    try:
        yield
    finally:
        if before is None:
            del os.environ["SOURCE_DATE_EPOCH"]
        else:
            os.environ["SOURCE_DATE_EPOCH"] = before
