"""Whether a figure keeps the rules of a journal, measured on the drawing as it would be printed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.collections import Collection
from matplotlib.colors import to_hex, to_rgba_array
from matplotlib.figure import Figure as Canvas
from matplotlib.image import AxesImage
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from hpcstats.errors import listing
from hpcstats.plots.page import style
from hpcstats.plots.publishers.contrast import LINE_CONTRAST, contrast
from hpcstats.plots.publishers.fit import THICKEST_STROKE, Fit, column_of, fit_to, letters, printed_words
from hpcstats.plots.publishers.journals import Journal, journal_named
from hpcstats.plots.publishers.restyle import restyled

if TYPE_CHECKING:
    from hpcstats.plots.page.figure import Figure

_DATA_LINE = 0.8
_HAIR = 0.05


def check(figure: Figure, journal: str | Journal, *, font: str | None = None) -> tuple[str, ...]:
    """Rules of a journal that a figure would break, one sentence each; empty where it keeps them all.

    Looks at the figure as `save` would print it for that journal: width and height, the smallest and largest
    letters, the family of the letters, transparency (which EPS cannot hold), and lines too pale for a grey
    copy. The width of lines and the colour of letters need no look: `save` brings them inside the journal's
    limits. For defects of the drawing itself see `problems`.

    Parameters
    ----------
    figure : Figure
        Any figure of this package.
    journal : str or Journal
        ``"springer"``, ``"elsevier"``, ``"jns"``, ``"nature"``, or rules of your own.
    font : str, optional
        Family to letter with, as in `save`.

    Returns
    -------
    tuple of str
        One sentence a rule.

    Raises
    ------
    UnsupportedError
        For an unknown journal.
    DesignError
        For a font that cannot be used.

    Examples
    --------
    >>> import hpcstats as hs
    >>> km = hs.kaplan_meier(hs.Surv.right([6, 6, 7, 10], [1, 1, 1, 0]))
    >>> figure = hs.plots.survival_curves(km, ylabel="Proportion in remission")
    >>> hs.plots.check(figure, "springer")
    ()
    >>> for sentence in hs.plots.check(figure, "jns"):
    ...     print(sentence)
    The letters are DejaVu Sans; The Journal of Neurosurgery accepts Arial, Helvetica, Times, Times New Roman.
    """
    rules = journal_named(journal)
    with style.context():
        fit = fit_to(figure.figure, rules)
        with restyled(figure.figure, rules, fit.scale, font):
            return (*broken_rules(figure.figure, rules, fit), *foreign_letters(rules, font))


def broken_rules(canvas: Canvas, journal: Journal, fit: Fit) -> Iterator[str]:
    """Yield the rules that a drawing breaks when printed so: these stop `save`."""
    yield from _size(canvas, journal, fit)
    yield from _letters(canvas, journal, fit.scale)
    if any(colour[3] < 1 for colour in colours(canvas)):
        yield "Something in it is transparent, which EPS cannot hold. Draw it in a solid tint."
    yield from _grey_copy(canvas, fit.scale)


def foreign_letters(journal: Journal, font: str | None) -> Iterator[str]:
    """Yield what the journal says of the family of the letters: told, and left to the author."""
    family = font or style.FONT_FAMILY
    if journal.only_these_fonts and family not in journal.fonts:
        yield f"The letters are {family}; {journal.title} accepts {', '.join(journal.fonts)}."


def is_line_art(canvas: Canvas) -> bool:
    """Tell whether a drawing is black and white alone, without any colour or grey."""
    return not canvas.findobj(AxesImage) and all(
        colour[3] == 0 or tuple(colour[:3]) in ((0, 0, 0), (1, 1, 1)) for colour in colours(canvas)
    )


def colours(canvas: Canvas) -> Iterator[tuple[float, ...]]:
    """Yield every colour that is printed, with its opacity (0 is nothing at all, and left out)."""
    found: list[Any] = [words.get_color() for words in printed_words(canvas)]
    for line in _visible(canvas, Line2D):
        found += [line.get_color(), line.get_markerfacecolor(), line.get_markeredgecolor()]
    for shape in (*_visible(canvas, Patch), *_visible(canvas, Collection)):
        found += [shape.get_facecolor(), shape.get_edgecolor()]
    for artist in (*_visible(canvas, Line2D), *_visible(canvas, Patch), *_visible(canvas, Collection)):
        if artist.get_alpha() is not None:
            found.append((0.0, 0.0, 0.0, float(np.min(artist.get_alpha()))))
    for colour in found:
        yield from (tuple(map(float, row)) for row in to_rgba_array(colour) if row[3] > 0)


def _size(canvas: Canvas, journal: Journal, fit: Fit) -> Iterator[str]:
    width, height = fit.size
    least, _ = column_of(canvas, journal)
    if width < least - _HAIR:
        yield f"It is {width:.1f} mm wide; {journal.title} asks for at least {least:g}."
    if height > journal.height + _HAIR:
        yield f"It is {height:.1f} mm high; {journal.title} prints at most {journal.height:g}."


def _letters(canvas: Canvas, journal: Journal, scale: float) -> Iterator[str]:
    smallest, largest = (size * scale for size in letters(canvas))
    if 0 < smallest < journal.letters[0] - _HAIR:
        yield (
            f"Its smallest letters have {smallest:.1f} points; {journal.title} asks for at least "
            f"{journal.letters[0]:g}. Draw fewer rows, or draw it for the full width."
        )
    if largest > journal.letters[1] + _HAIR:
        yield (
            f"Its largest letters have {largest:.1f} points; {journal.title} asks for at most "
            f"{journal.letters[1]:g}."
        )


def _grey_copy(canvas: Canvas, scale: float) -> Iterator[str]:
    lines = {
        to_hex(line.get_color())
        for line in _visible(canvas, Line2D)
        if line.get_linewidth() * scale >= _DATA_LINE
        and line.get_linewidth() <= THICKEST_STROKE
        and line.get_linestyle() not in ("None", "", " ")
    }
    faint = sorted(colour for colour in lines if 1 < contrast(colour) < LINE_CONTRAST)
    if faint:
        yield f"On a grey copy lines of these colours are too pale: {listing(faint)}."


def _visible(canvas: Canvas, kind: type[Any]) -> list[Any]:
    return [one for one in canvas.findobj(kind) if isinstance(one, kind) and one.get_visible()]
