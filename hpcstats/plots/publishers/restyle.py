"""What a journal's rules change in a drawing without moving anything: lines, the colour and kind of letters.

Letters that would be pale on a grey copy are printed in black; bars drawn with a broad pen stay. The changes
last while the files are written; the figure is left as it was drawn.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.collections import Collection
from matplotlib.colors import to_hex
from matplotlib.figure import Figure as Canvas
from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from hpcstats.errors import DesignError, listing
from hpcstats.plots.page import style
from hpcstats.plots.publishers.contrast import LETTER_CONTRAST, contrast
from hpcstats.plots.publishers.fit import THICKEST_STROKE, printed_words
from hpcstats.plots.publishers.journals import Journal

_WHITE = "#ffffff"
_ROOM = 0.4


@contextmanager
def restyled(canvas: Canvas, journal: Journal, scale: float, font: str | None = None) -> Iterator[None]:
    """Draw with lines inside the journal's limits, black letters where needed, and another font if asked for.

    Parameters
    ----------
    canvas : matplotlib.figure.Figure
        The drawing.
    journal : Journal
        The rules.
    scale : float
        Factor at which it is printed: the limits hold for the printed lines.
    font : str, optional
        Family to letter with.

    Raises
    ------
    DesignError
        For a font that is not installed, that has no TrueType outlines or lacks a letter, or in which a text
        would need more room than the layout gives it.
    """
    with ExitStack() as undo:
        _clamp_lines(canvas, journal.lines[0] / scale, journal.lines[1] / scale, undo)
        for words in printed_words(canvas):
            colour = to_hex(words.get_color())
            pale = contrast(colour) < LETTER_CONTRAST
            if colour != _WHITE and (journal.black_letters or pale):
                _change(undo, words.get_color, words.set_color, "#000000")
        if font is not None:
            _letter(canvas, font, undo)
        yield


def _change(undo: ExitStack, read: Callable[[], Any], write: Callable[[Any], Any], value: Any) -> None:
    undo.callback(write, read())
    write(value)


def _clamp_lines(canvas: Canvas, thinnest: float, thickest: float, undo: ExitStack) -> None:
    for line in _artists(canvas, Line2D):
        for read, write in (
            (line.get_linewidth, line.set_linewidth),
            (line.get_markeredgewidth, line.set_markeredgewidth),
        ):
            _clamp(undo, read, write, thinnest, thickest)
    for patch in _artists(canvas, Patch):
        _clamp(undo, patch.get_linewidth, patch.set_linewidth, thinnest, thickest)
    for many in _artists(canvas, Collection):
        widths = np.asarray(many.get_linewidth(), dtype=np.float64)
        stroke = (widths > 0) & (widths <= THICKEST_STROKE)
        inside = np.where(stroke, np.clip(widths, thinnest, thickest), widths)
        _change(undo, many.get_linewidth, many.set_linewidth, inside)


def _clamp(undo: ExitStack, read: Any, write: Any, thinnest: float, thickest: float) -> None:
    width = float(read())
    inside = min(max(width, thinnest), thickest)
    if 0 < width <= THICKEST_STROKE and inside != width:
        _change(undo, read, write, inside)


def _artists(canvas: Canvas, kind: type[Any]) -> list[Any]:
    return [artist for artist in canvas.findobj(kind) if isinstance(artist, kind)]


def _letter(canvas: Canvas, font: str, undo: ExitStack) -> None:
    words = list(printed_words(canvas))
    path = _font_file(font)
    absent = {letter for text in words for letter in text.get_text() if letter.isprintable()}
    absent -= {chr(code) for code in get_font(path).get_charmap()}
    if absent:
        raise DesignError(f"font={font!r} has no letter for {listing(sorted(absent))}. Choose another font.")
    room = [text.get_window_extent().width for text in words]
    for text in words:
        _change(undo, text.get_fontfamily, text.set_fontfamily, [font])
    slack = _ROOM * canvas.dpi / style.POINTS_PER_INCH
    wider = [
        text.get_text()
        for text, before in zip(words, room, strict=True)
        if text.get_window_extent().width > before + slack
    ]
    if wider:
        raise DesignError(
            f"font={font!r} is wider than {style.FONT_FAMILY}, for which the figure is laid out: "
            f"{listing(map(repr, wider))}. Choose a narrower one, such as Arial."
        )


def _font_file(font: str) -> str:
    try:
        path = str(findfont(FontProperties(family=[font]), fallback_to_default=False))
    except ValueError as error:
        raise DesignError(
            f"font={font!r} is not installed here. Install it, or leave `font` out: the letters are then "
            f"{style.FONT_FAMILY}, embedded."
        ) from error
    if Path(path).suffix.lower() != ".ttf":
        raise DesignError(
            f"font={font!r} has no TrueType outlines, so that it cannot be embedded as type 42."
        )
    return path
