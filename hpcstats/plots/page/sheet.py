"""Drawing on millimetre paper: places are given in millimetres from the left and from the top.

Text is measured before anything is placed, so margins fit the words in them and nothing is clipped or cropped
afterwards: the size asked for is the size of the file.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import Any

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure as Canvas
from matplotlib.font_manager import FontProperties
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.text import Text as Words
from matplotlib.textpath import TextToPath
from matplotlib.ticker import MaxNLocator

from hpcstats.errors import DesignError
from hpcstats.plots.page import style

LINE_HEIGHT = 3.7
MARGIN = 1.5
_HARD_SPACE = "\N{NO-BREAK SPACE}"
_UNBREAKABLE = re.compile(r"\([^()]{1,26}\)|\w+ = [^\s;,]+")


@cache
def text_width(words: str, weight: str = "normal") -> float:
    """Measure one line of 8-point text in millimetres.

    Examples
    --------
    >>> text_width("Censored") < text_width("Censored", "bold") < 17
    True
    """
    font = FontProperties(family=style.FONT_FAMILY, size=style.FONT_SIZE, weight=weight)
    points, _, _ = TextToPath().get_text_width_height_descent(words, font, ismath=False)
    return round(points / style.POINTS_PER_INCH * style.MILLIMETRES_PER_INCH, 2)


def widest(lines: Sequence[str], weight: str = "normal") -> float:
    """Measure the widest of several lines in millimetres."""
    return max((text_width(line, weight) for line in lines), default=0.0)


def wrap(words: str, width: float, weight: str = "normal") -> list[str]:
    """Break text into lines of at most `width` millimetres, at spaces; line breaks in it are kept.

    A short bracket such as "(95% CI 1.1 to 4.4)" and an equation such as "p = 0.03" are never broken.

    Examples
    --------
    >>> wrap("Proportion of reported cases", 30)
    ['Proportion of', 'reported cases']
    """
    joined = _UNBREAKABLE.sub(lambda found: found[0].replace(" ", _HARD_SPACE), words)
    lines: list[str] = []
    for paragraph in joined.split("\n"):
        line = ""
        for word in paragraph.split(" "):
            longer = f"{line} {word}" if line else word
            if line and text_width(longer, weight) > width:
                lines.append(line)
                line = word
            else:
                line = longer
        lines.append(line)
    return [line.replace(_HARD_SPACE, " ") for line in lines]


def balanced(words: str, width: float) -> list[str]:
    """Break text into as few lines as `width` allows, and make them about equally long."""
    fewest = wrap(words, width)
    narrower = width
    while narrower > 5 and len(wrap(words, narrower - 1)) == len(fewest):
        narrower -= 1
    return wrap(words, narrower)


def round_ticks(end: float, most: int, steps: Sequence[float]) -> list[float]:
    """Choose about `most` round numbers from 0 to `end` for an axis, a multiple of one of `steps` apart.

    Examples
    --------
    >>> round_ticks(17, 6, [1, 2, 5, 10])
    [0.0, 5.0, 10.0, 15.0]
    """
    return [float(tick) for tick in MaxNLocator(most, steps=steps).tick_values(0, end) if 0 <= tick <= end]


class Sheet:
    """A figure of exact size with its drawing tools; `canvas` is the Matplotlib figure.

    Parameters
    ----------
    width, height : float
        Size in millimetres.
    """

    def __init__(self, width: float, height: float) -> None:
        if height > style.MAXIMUM_HEIGHT:
            raise DesignError(
                f"The figure would be {height:.0f} mm high, more than a page "
                f"({style.MAXIMUM_HEIGHT:.0f} mm). Draw fewer rows, or split it into two figures."
            )
        self.width, self.height = width, height
        inches = (width / style.MILLIMETRES_PER_INCH, height / style.MILLIMETRES_PER_INCH)
        self.canvas = Canvas(figsize=inches, facecolor="white")
        FigureCanvasAgg(self.canvas)

    def _at(self, x: float, y: float) -> tuple[float, float]:
        return round(x / self.width, 8), round(1 - y / self.height, 8)

    def axes(self, left: float, top: float, width: float, height: float) -> Axes:
        """Add axes whose frame has its upper left corner at (left, top)."""
        x, y = self._at(left, top + height)
        return self.canvas.add_axes((x, y, width / self.width, height / self.height))

    def write(self, x: float, y: float, words: str, **how: Any) -> Words:
        """Write at (x, y); `y` is the top of the line unless `va` says otherwise."""
        return self.canvas.text(*self._at(x, y), words, **({"va": "top", "ha": "left"} | how))

    def write_lines(self, x: float, y: float, lines: Sequence[str], **how: Any) -> None:
        """Write lines one below the other."""
        for number, line in enumerate(lines):
            self.write(x, y + number * LINE_HEIGHT, line, **how)

    def line(self, xs: Sequence[float], ys: Sequence[float], **how: Any) -> Line2D:
        """Draw a line (or markers only) through points in millimetres."""
        points = [self._at(x, y) for x, y in zip(xs, ys, strict=True)]
        drawn = Line2D(
            [x for x, _ in points], [y for _, y in points], transform=self.canvas.transFigure, **how
        )
        self.canvas.add_artist(drawn)
        return drawn

    def rectangle(self, left: float, top: float, width: float, height: float, **how: Any) -> Rectangle:
        """Draw a rectangle whose upper left corner is at (left, top)."""
        x, y = self._at(left, top + height)
        size = width / self.width, height / self.height
        box = Rectangle((x, y), *size, transform=self.canvas.transFigure, **how)
        self.canvas.add_artist(box)
        return box
