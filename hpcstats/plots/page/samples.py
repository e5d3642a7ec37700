"""Samples of lines and boxes for the key of a figure."""

from __future__ import annotations

from collections.abc import Callable

from hpcstats.plots.page import style
from hpcstats.plots.page.palette import SeriesStyle
from hpcstats.plots.page.sheet import Sheet

Sample = Callable[[Sheet, float, float], None]


def line_sample(look: SeriesStyle) -> Sample:
    """Draw a short line in a style around a place."""

    def draw(sheet: Sheet, x: float, y: float) -> None:
        sheet.line(
            [x - 2.3, x + 2.3], [y, y], color=look.colour, linestyle=look.dash, linewidth=style.CURVE_LINE
        )

    return draw


def box_sample(face: str, edge: str, line: float) -> Sample:
    """Draw a small box around a place."""

    def draw(sheet: Sheet, x: float, y: float) -> None:
        sheet.rectangle(x - 2.3, y - 1.2, 4.6, 2.4, facecolor=face, edgecolor=edge, linewidth=line)

    return draw
