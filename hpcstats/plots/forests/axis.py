"""The axis below a forest plot, and the tints of its grid and stripes."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from hpcstats.plots.page import palette, style
from hpcstats.plots.page.linear_axis import LinearAxis
from hpcstats.plots.page.ratio_axis import RatioAxis
from hpcstats.plots.page.sheet import LINE_HEIGHT, Sheet

ZEBRA = palette.tint(palette.BLACK, 0.045)
GRID = palette.tint(palette.BLACK, 0.15)


def draw_axis(
    sheet: Sheet,
    axis: LinearAxis | RatioAxis,
    ticks: Mapping[float, str],
    span: tuple[float, float],
    label: str,
    *,
    ungridded: Collection[float] = (),
) -> tuple[float, float]:
    """Draw a grid over `span` (upper and lower edge), ticks with their words, and what is measured.

    Returns
    -------
    tuple of float
        Height of the axis line, and of its label.
    """
    top, bottom = span
    line = bottom + 0.8
    below = line + 1.7 + LINE_HEIGHT
    how: dict[str, Any] = {
        "color": palette.BLACK,
        "linewidth": style.AXIS_LINE,
        "solid_capstyle": "projecting",
    }
    sheet.line([axis.left, axis.left + axis.width], [line, line], **how)
    for tick, words in ticks.items():
        x = axis.at(tick)
        if tick not in ungridded:
            sheet.line([x, x], [top, bottom], color=GRID, linewidth=0.4, zorder=0.5)
        sheet.line([x, x], [line, line + 0.9], **how)
        sheet.write(x, line + 1.5, words, ha="center")
    sheet.write(axis.left + axis.width / 2, below, label, ha="center")
    return line, below
