"""What a figure must not have: text that overlaps, leaves the page or crosses an edge, and anything too thin."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from matplotlib.artist import Artist
from matplotlib.axis import Axis
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure as Canvas
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle
from matplotlib.text import Text as Words
from matplotlib.transforms import Bbox

from hpcstats.plots import style
from hpcstats.plots.figure import Figure

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
        FigureCanvasAgg(figure.figure).draw()
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


def _visible_words(canvas: Canvas) -> list[tuple[str, Bbox, float]]:
    """Collect text, its box in points (a little smaller, as lines may touch) and its font size."""
    found = []
    for words in canvas.findobj(Words):
        if isinstance(words, Words) and words.get_visible() and words.get_text().strip() and _is_shown(words):
            found.append(
                (words.get_text(), _in_points(canvas, words.get_window_extent()), words.get_fontsize())
            )
    return found


def _is_shown(words: Words) -> bool:
    axes = words.axes
    return axes is None or bool(axes.axison)


def _in_points(canvas: Canvas, box: Bbox) -> Bbox:
    scale = style.POINTS_PER_INCH / canvas.dpi
    return Bbox([[box.x0 * scale, box.y0 * scale], [box.x1 * scale, box.y1 * scale]])


def _page(canvas: Canvas) -> Bbox:
    width, height = canvas.get_size_inches() * style.POINTS_PER_INCH
    return Bbox([[0, 0], [float(width), float(height)]])


def _text(canvas: Canvas, words: list[tuple[str, Bbox, float]]) -> Iterator[str]:
    page = _page(canvas)
    for text, box, size in words:
        if not _inside(box, page):
            yield f"{text!r} leaves the page."
        if size != style.FONT_SIZE:
            yield f"{text!r} has {size:g} points."
    for (first, one, _), (second, other, _) in combinations(words, 2):
        if _overlap(one, other):
            yield f"{first!r} overlaps {second!r}."


def _shapes(canvas: Canvas, words: list[tuple[str, Bbox, float]]) -> Iterator[str]:
    page = _page(canvas)
    for shape in _drawn(canvas, Rectangle):
        box = _in_points(canvas, shape.get_window_extent())
        if not _inside(box, page):
            yield f"A box leaves the page by {box.y1 - page.y1:.1f} points upwards or elsewhere."
        edged = isinstance(shape, Rectangle) and shape.get_linewidth() > 0 and shape.get_edgecolor()[3] > 0
        for text, room, _ in words:
            if edged and _overlap(room, box) and not _inside(room, box):
                yield f"{text!r} crosses the edge of its box."


def _strokes(canvas: Canvas) -> Iterator[str]:
    for line in _drawn(canvas, Line2D):
        if isinstance(line, Line2D):
            drawn = line.get_linestyle() not in ("None", "none", "", " ")
            widths = [line.get_linewidth()] if drawn else [line.get_markeredgewidth()]
            if 0 < min(widths) < style.THINNEST_LINE:
                yield f"A line is {min(widths):g} points thin."
    for artist in (*_drawn(canvas, Line2D), *_drawn(canvas, Patch)):
        if artist.get_alpha() not in (None, 1, 1.0):
            yield f"{type(artist).__name__} is transparent."


def _drawn(canvas: Canvas, kind: type[Artist]) -> list[Artist]:
    hidden = {id(canvas.patch)}
    for axes in canvas.axes:
        hidden.add(id(axes.patch))
        if not axes.axison:
            hidden |= {id(part) for axis in axes.findobj(Axis) for part in axis.findobj(kind)}
    return [artist for artist in canvas.findobj(kind) if artist.get_visible() and id(artist) not in hidden]


def _inside(inner: Bbox, outer: Bbox) -> bool:
    return (
        inner.x0 >= outer.x0 - _SLACK
        and inner.x1 <= outer.x1 + _SLACK
        and inner.y0 >= outer.y0 - _SLACK
        and inner.y1 <= outer.y1 + _SLACK
    )


def _overlap(one: Bbox, other: Bbox) -> bool:
    across = min(one.x1, other.x1) - max(one.x0, other.x0)
    down = min(one.y1, other.y1) - max(one.y0, other.y0)
    return across > _SLACK and down > _SLACK
