"""The drawing of a tipping map: cells, the contours at which the conclusion turns, the point of delta = 1."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import BoundaryNorm, ListedColormap
from matplotlib.patches import Rectangle

from hpcstats.plots.page import palette, style
from hpcstats.plots.page.entries import Entry, draw_entries, height
from hpcstats.plots.page.ratio_axis import words
from hpcstats.plots.page.sheet import LINE_HEIGHT, MARGIN, Sheet
from hpcstats.plots.tipping.plan import MapPlan, edges

NO_P = "#FFFFFF"
_DASH = (0, (3.0, 1.6))
_BOX = (0, (1.0, 1.2))
_HATCH: dict[str, Any] = {
    "facecolor": "none",
    "edgecolor": palette.BLACK,
    "linewidth": 0.0,
    "hatch": "////",
}
_GAP = 1.4
_SEAM = 0.6
"""Points by which cells overlap: without it, screens show a light line between neighbours of one colour."""


def draw(plan: MapPlan) -> Sheet:
    """Draw the map below its key."""
    size, width = plan.across.width, style.SINGLE_WIDTH
    entries = _entries(plan)
    top = MARGIN + height(entries, width - 2 * MARGIN) + _GAP
    below = 2.0 + LINE_HEIGHT * (1 + len(plan.wrapped[0])) + 0.8
    sheet = Sheet(width, round(top + size + below + MARGIN, 2))
    draw_entries(sheet, entries, width - 2 * MARGIN, MARGIN)
    axes = sheet.axes(plan.across.left, top, size, size)
    _draw_cells(axes, plan)
    _draw_reversed(axes, plan)
    _draw_contours(axes, plan)
    _draw_marks(axes, plan)
    _draw_axes(sheet, axes, plan, top)
    return sheet


def _draw_cells(axes: Axes, plan: MapPlan) -> None:
    x, y = np.log(edges(plan.result.delta_first)), np.log(edges(plan.result.delta_second))
    colours = ListedColormap([NO_P, *plan.colours])
    norm = BoundaryNorm(np.arange(-1.5, len(plan.colours)), len(plan.colours) + 1)
    axes.pcolormesh(
        style.settle(x),
        style.settle(y),
        plan.classes,
        cmap=colours,
        norm=norm,
        edgecolors="face",
        linewidth=_SEAM,
        zorder=0,
    )
    axes.set(xlim=(x[0], x[-1]), ylim=(y[0], y[-1]))


def _draw_reversed(axes: Axes, plan: MapPlan) -> None:
    for left, right, low, high in plan.reversed_cells:
        x, y, width, tall = style.settle(
            [np.log(left), np.log(low), np.log(right / left), np.log(high / low)]
        ).tolist()
        axes.add_patch(Rectangle((x, y), width, tall, zorder=1, **_HATCH))


def _draw_contours(axes: Axes, plan: MapPlan) -> None:
    result = plan.result
    x, y = style.settle(np.log(result.delta_first)), style.settle(np.log(result.delta_second))
    with np.errstate(divide="ignore"):
        p_values = style.settle(np.log(np.maximum(result.p_value, 1e-300)).T)
        ratios = style.settle(np.log(result.hazard_ratio).T)
    looks: tuple[tuple[float, Any], ...] = ((style.CURVE_LINE, "solid"), (1.0, _DASH))
    for field, at, (thick, dashes) in zip(
        (p_values, ratios), (np.log(1 - result.level), 0.0), looks, strict=True
    ):
        known = field[np.isfinite(field)]
        if known.size and known.min() < at < known.max():
            axes.contour(
                x,
                y,
                np.ma.masked_invalid(field),
                levels=[float(at)],
                colors=palette.BLACK,
                linewidths=thick,
                linestyles=[dashes],
                zorder=3,
            )


def _draw_marks(axes: Axes, plan: MapPlan) -> None:
    if plan.plausible is not None:
        (left, right), (low, high) = np.log(plan.plausible)
        x = style.settle([left, right, right, left, left])
        y = style.settle([low, low, high, high, low])
        # Black on white: seen on every shade, also in print without colours.
        axes.plot(x, y, color=palette.WHITE, linewidth=2.2, zorder=4)
        axes.plot(x, y, color=palette.BLACK, linewidth=1.2, linestyle=_BOX, zorder=4.1)
    axes.plot([0.0], [0.0], zorder=5, **_POINT)


_POINT: dict[str, Any] = {
    "linestyle": "none",
    "marker": "o",
    "markersize": 5.0,
    "markerfacecolor": palette.BLACK,
    "markeredgecolor": "white",
    "markeredgewidth": 0.9,
}


def _draw_axes(sheet: Sheet, axes: Axes, plan: MapPlan, top: float) -> None:
    for axis, ticks in ((axes.xaxis, plan.across.ticks), (axes.yaxis, plan.upwards.ticks)):
        axis.set_ticks(style.settle(np.log(ticks)), [words(tick) for tick in ticks])
        axis.set_tick_params(which="both", length=2.0, pad=3.4 if axis is axes.xaxis else 1.6)
    for name in ("top", "right"):
        axes.spines[name].set_visible(True)
    size = plan.across.width
    beneath = top + size + 2.0 + LINE_HEIGHT
    for number, line in enumerate(plan.wrapped[0]):
        sheet.write(plan.across.left + size / 2, beneath + number * LINE_HEIGHT, line, ha="center")
    for number, line in enumerate(plan.wrapped[1]):
        sheet.write(MARGIN + number * LINE_HEIGHT, top + size / 2, line, ha="left", va="center", rotation=90)


def _entries(plan: MapPlan) -> list[Entry]:
    entries: list[Entry] = [
        (words_of, _patch(colour)) for words_of, colour in zip(plan.class_words, plan.colours, strict=True)
    ]
    level = f"{1 - plan.result.level:.6g}"
    entries.append((f"p = {level}", _line(linewidth=style.CURVE_LINE, color=palette.BLACK)))
    entries.append(("HR = 1", _line(linewidth=1.0, color=palette.BLACK, linestyle=_DASH)))
    if plan.reversed_cells:
        entries.append(("HR < 1 shown", _hatched))
    if plan.plausible is not None:
        entries.append(("Plausible", _line(linewidth=1.2, color=palette.BLACK, linestyle=_BOX)))
    entries.append((str(plan.centre_text), _point))
    entries.append((str(plan.observed_text), _nothing))
    return entries


def _nothing(sheet: Sheet, x: float, y: float) -> None:
    """Draw no symbol."""


def _hatched(sheet: Sheet, x: float, y: float) -> None:
    sheet.rectangle(x - 2.2, y - 1.3, 4.4, 2.6, **_HATCH)


def _patch(colour: str) -> Any:
    def draw_patch(sheet: Sheet, x: float, y: float) -> None:
        sheet.rectangle(x - 2.2, y - 1.3, 4.4, 2.6, facecolor=colour, edgecolor=palette.GREY, linewidth=0.4)

    return draw_patch


def _line(**how: Any) -> Any:
    def draw_line(sheet: Sheet, x: float, y: float) -> None:
        sheet.line([x - 2.5, x + 2.5], [y, y], **how)

    return draw_line


def _point(sheet: Sheet, x: float, y: float) -> None:
    sheet.line([x], [y], **_POINT)
