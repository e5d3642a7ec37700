"""What a figure must not have: text that overlaps, leaves the page or crosses an edge; lines too thin."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import TypeVar

from matplotlib.artist import Artist
from matplotlib.axis import Axis
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure as Canvas
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle
from matplotlib.text import Text as Words
from matplotlib.transforms import Bbox

from hpcstats.plots.page import style
from hpcstats.plots.page.figure import Figure

_SLACK = 0.4


def problems(figure: Figure) -> tuple[str, ...]:
    """Defects of a drawn figure, found by measuring it; empty for a figure fit to print.

    Looks for text that overlaps other text, leaves the page or crosses the edge of a box; shapes that leave
    the page; text other than 8 points; lines thinner than 0.3 points; transparency (which EPS cannot hold);
    a size that no page takes.

    Parameters
    ----------
    figure : Figure
        Any figure of this package.

    Returns
    -------
    tuple of str
        One sentence a defect.

    Examples
    --------
    >>> import hpcstats as hs
    >>> km = hs.kaplan_meier(hs.Surv.right([6, 6, 7, 10], [1, 1, 1, 0]))
    >>> hs.plots.problems(hs.plots.survival_curves(km, ylabel="Proportion in remission"))
    ()
    """
    with style.context():
        figure.figure.draw_without_rendering()
        words = _visible_words(figure.figure)
        return (
            *_size(figure),
            *_text(figure.figure, words),
            *_shapes(figure.figure, words),
            *_strokes(figure.figure),
        )


def _size(figure: Figure) -> Iterator[str]:
    width, height = figure.size
    if width not in (style.SINGLE_WIDTH, style.DOUBLE_WIDTH) or height > style.MAXIMUM_HEIGHT:
        yield f"The size {width:g} x {height:g} mm is none that a journal prints."


Placed = tuple[str, Bbox, float]


def _visible_words(canvas: Canvas) -> list[Placed]:
    """Collect text, its box in points and its font size."""
    return [
        (words.get_text(), _in_points(canvas, words.get_window_extent()), float(words.get_fontsize()))
        for words in _drawn(canvas, Words)
        if words.get_text().strip() and _is_shown(words)
    ]


def _is_shown(words: Words) -> bool:
    axes = words.axes
    return axes is None or bool(axes.axison)


def _in_points(canvas: Canvas, box: Bbox) -> Bbox:
    scale = style.POINTS_PER_INCH / canvas.dpi
    return Bbox([[box.x0 * scale, box.y0 * scale], [box.x1 * scale, box.y1 * scale]])


def _page(canvas: Canvas) -> Bbox:
    width, height = (float(inches) * style.POINTS_PER_INCH for inches in canvas.get_size_inches())
    return Bbox([[0.0, 0.0], [width, height]])


def _text(canvas: Canvas, words: list[Placed]) -> Iterator[str]:
    page = _page(canvas)
    for text, box, size in words:
        if not _inside(box, page):
            yield f"{text!r} leaves the page."
        if size != style.FONT_SIZE:
            yield f"{text!r} has {size:g} points."
    for (first, one, _), (second, other, _) in combinations(words, 2):
        if _overlap(one, other):
            yield f"{first!r} overlaps {second!r}."


def _shapes(canvas: Canvas, words: list[Placed]) -> Iterator[str]:
    page = _page(canvas)
    for shape in _drawn(canvas, Rectangle):
        box = _in_points(canvas, shape.get_window_extent())
        if not _inside(box, page):
            yield f"A box from ({box.x0:.0f}, {box.y0:.0f}) to ({box.x1:.0f}, {box.y1:.0f}) leaves the page."
        edged = shape.get_linewidth() > 0 and to_rgba(shape.get_edgecolor())[3] > 0
        for text, room, _ in words:
            if edged and _overlap(room, box) and not _inside(room, box):
                yield f"{text!r} crosses the edge of its box."


def _strokes(canvas: Canvas) -> Iterator[str]:
    for line in _drawn(canvas, Line2D):
        drawn = line.get_linestyle() not in ("None", "none", "", " ")
        width = float(line.get_linewidth() if drawn else line.get_markeredgewidth())
        if 0 < width < style.THINNEST_LINE:
            yield f"A line is {width:g} points thin."
    for artist in (*_drawn(canvas, Line2D), *_drawn(canvas, Patch)):
        if artist.get_alpha() not in (None, 1, 1.0):
            yield f"{type(artist).__name__} is transparent."


Kind = TypeVar("Kind", bound=Artist)


def _drawn(canvas: Canvas, kind: type[Kind]) -> list[Kind]:
    """Find the artists of one kind that are printed, without the blank backgrounds."""
    hidden = {id(canvas.patch)}
    for axes in canvas.axes:
        hidden.add(id(axes.patch))
        if not axes.axison:
            hidden |= {id(part) for axis in axes.findobj(Axis) for part in axis.findobj(kind)}
    found = (artist for artist in canvas.findobj(kind) if isinstance(artist, kind))
    return [artist for artist in found if artist.get_visible() and id(artist) not in hidden]


def _inside(inner: Bbox, outer: Bbox) -> bool:
    return all(
        (
            inner.x0 >= outer.x0 - _SLACK,
            inner.x1 <= outer.x1 + _SLACK,
            inner.y0 >= outer.y0 - _SLACK,
            inner.y1 <= outer.y1 + _SLACK,
        )
    )


def _overlap(one: Bbox, other: Bbox) -> bool:
    across = min(one.x1, other.x1) - max(one.x0, other.x0)
    down = min(one.y1, other.y1) - max(one.y0, other.y0)
    return bool(min(across, down) > _SLACK)
