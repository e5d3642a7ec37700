"""From a drawing of fixed layout to a journal's page: cut to what is inked, then scaled as one piece.

A figure is laid out once, with every distance chosen for 8-point letters; it cannot flow into another width
afterwards. What can be done without touching the layout is what a typesetter does: cut off the white margin,
and enlarge or reduce the whole, letters and lines included. How far is limited by the letters.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO

import numpy as np
from matplotlib.figure import Figure as Canvas
from matplotlib.text import Text as Words
from matplotlib.transforms import Bbox

from hpcstats.plots.page import style
from hpcstats.plots.publishers.journals import Journal, Range

LARGEST_LETTERS = 9.0
THICKEST_STROKE = 2.0  # a thicker line is a bar: an area drawn with a broad pen
_MEASURED_DPI = 200
_ROOM = 0.2
_INK = 250
_BETWEEN_COLUMNS = 110.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """How a drawing is put on a journal's page.

    Attributes
    ----------
    scale : float
        Factor for everything: places, letters, lines.
    box : tuple of float
        What of the drawing is shown: left, bottom, right, top in its own millimetres. It may reach beyond
        the drawing, where white is added.
    """

    scale: float
    box: tuple[float, float, float, float]

    @property
    def size(self) -> tuple[float, float]:
        """Width and height of the page in millimetres."""
        left, bottom, right, top = self.box
        return round((right - left) * self.scale, 4), round((top - bottom) * self.scale, 4)

    @property
    def inches(self) -> Bbox:
        """The box in inches, as Matplotlib wants it."""
        left, bottom, right, top = (side / style.MILLIMETRES_PER_INCH for side in self.box)
        return Bbox([[left, bottom], [right, top]])


def fit_to(canvas: Canvas, journal: Journal) -> Fit:
    """Put a drawing on the page of a journal.

    The scale is the largest at which the drawing fills the column, stays below the journal's height, and has
    letters no larger than the journal's largest and 9 points, so that all figures of a paper look alike.
    Where that leaves the column unfilled, white is added on both sides if the journal allows it.
    """
    left, bottom, right, top = inked(canvas)
    _, column = column_of(canvas, journal)
    _, largest = letters(canvas)
    wanted = min(LARGEST_LETTERS, journal.letters[1]) / largest if largest else math.inf
    scale = math.floor(min(column / (right - left), journal.height / (top - bottom), wanted) * 1e6) / 1e6
    missing = column / scale - (right - left)
    if journal.white_beside or missing * scale < 0.01:
        left, right = left - missing / 2, right + missing / 2
    return Fit(scale=scale, box=(left, bottom, right, top))


def column_of(canvas: Canvas, journal: Journal) -> Range:
    """Return the least and the full width of the column a drawing is made for: one column or the page."""
    width = float(canvas.get_size_inches()[0]) * style.MILLIMETRES_PER_INCH
    return journal.single if width < _BETWEEN_COLUMNS else journal.double


def inked(canvas: Canvas) -> tuple[float, float, float, float]:
    """Measure what is not white: left, bottom, right and top in millimetres, with a hair of room."""
    stream = BytesIO()
    with style.context():
        canvas.savefig(stream, format="rgba", dpi=_MEASURED_DPI, facecolor="white")
    columns, rows = (int(inches * _MEASURED_DPI) for inches in canvas.get_size_inches())
    pixels = np.frombuffer(stream.getvalue(), dtype=np.uint8).reshape(rows, columns, 4)
    dark = np.any(pixels[:, :, :3] < _INK, axis=2)
    across, down = np.flatnonzero(dark.any(axis=0)), np.flatnonzero(dark.any(axis=1))
    width, height = (float(inches) * style.MILLIMETRES_PER_INCH for inches in canvas.get_size_inches())
    if not across.size:
        return 0.0, 0.0, width, height
    dot = style.MILLIMETRES_PER_INCH / _MEASURED_DPI
    return (
        max(0.0, round(int(across[0]) * dot - _ROOM, 3)),
        max(0.0, round(height - (int(down[-1]) + 1) * dot - _ROOM, 3)),
        min(width, round((int(across[-1]) + 1) * dot + _ROOM, 3)),
        min(height, round(height - int(down[0]) * dot + _ROOM, 3)),
    )


def letters(canvas: Canvas) -> Range:
    """Return the smallest and the largest size of the printed letters, in points; zeros without any."""
    sizes = [float(words.get_fontsize()) for words in printed_words(canvas)]
    return (min(sizes), max(sizes)) if sizes else (0.0, 0.0)


def printed_words(canvas: Canvas) -> Iterator[Words]:
    """Find the texts that are printed."""
    for words in canvas.findobj(Words):
        shown = words.axes is None or words.axes.axison
        if shown and words.get_visible() and words.get_text().strip():
            yield words
