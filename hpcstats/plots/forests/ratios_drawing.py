"""The drawing of a forest plot: words, markers, intervals with arrows, the axis."""

from __future__ import annotations

import math
from typing import Any

from hpcstats.model_rows import ModelRow
from hpcstats.plots.forests.axis import ZEBRA, draw_axis
from hpcstats.plots.forests.ratios_plan import (
    COUNTS,
    FOOT,
    HEAD,
    INDENT,
    STUB,
    Line,
    Plan,
    Shown,
    counts_of,
    ratio_of,
    weight,
)
from hpcstats.plots.page import palette, style
from hpcstats.plots.page.ratio_axis import RatioAxis, words
from hpcstats.plots.page.sheet import LINE_HEIGHT, MARGIN, Sheet, text_width

_SIZES = {"o": 4.6, "s": 4.2}
_LOWER, _HIGHER = "\N{LEFTWARDS ARROW} lower hazard", "higher hazard \N{RIGHTWARDS ARROW}"


def draw(plan: Plan) -> Sheet:
    """Draw the plot."""
    sheet, top = Sheet(style.DOUBLE_WIDTH, plan.height), MARGIN + HEAD
    _draw_heads(sheet, plan)
    _draw_axis(sheet, plan, top)
    for number, line in enumerate(plan.lines):
        if number % 2 == 0:
            width = sheet.width - 2 * MARGIN
            sheet.rectangle(
                MARGIN, top + line.top, width, line.height, facecolor=ZEBRA, edgecolor="none", zorder=0
            )
        _draw_words(sheet, plan, line, top)
        for model, (row, y) in zip(plan.models, levels(plan, line, top), strict=True):
            if row is not None:
                draw_row(sheet, plan.axis, row, model, y)
    return sheet


def levels(plan: Plan, line: Line, top: float) -> list[tuple[ModelRow | None, float]]:
    """Give each model's row of a line with the height of its marker; two share the line."""
    rows = line.source.rows
    shift = plan.apart / 2 if len(rows) == 2 else 0.0
    middle = top + line.middle
    return [(row, middle + (2 * number - 1) * shift) for number, row in enumerate(rows)]


def draw_row(sheet: Sheet, axis: RatioAxis, row: ModelRow, model: Shown, y: float) -> None:
    """Draw the interval with its arrows and the estimate of one model; the reference as hollow marker."""
    if row.kind == "reference" and axis.holds(1.0):
        marker(sheet, axis.at(1.0), y, model, hollow=True)
    if row.kind != "term" or (math.isnan(row.low) and math.isnan(row.high)):
        return
    low, high = ends(row)
    how: dict[str, Any] = {"color": model.look.colour, "linewidth": 1.0, "solid_capstyle": "butt"}
    sheet.line([axis.at(low), axis.at(high)], [y, y], zorder=3, **how)
    for end, sign, outside in ((low, "<", low < axis.low), (high, ">", high > axis.high)):
        if outside:
            arrow(sheet, axis.at(end), y, sign, model.look.colour)
        else:
            sheet.line([axis.at(end)] * 2, [y - 0.55, y + 0.55], zorder=3, **how)
    if row.status == "ok" and axis.holds(row.estimate):
        marker(sheet, axis.at(row.estimate), y, model)


def ends(row: ModelRow) -> tuple[float, float]:
    """Return the limits of a coefficient, an end that does not exist as open."""
    return (
        0.0 if math.isnan(row.low) else row.low,
        math.inf if math.isnan(row.high) else row.high,
    )


def marker(sheet: Sheet, x: float, y: float, model: Shown, *, hollow: bool = False) -> None:
    """Draw the marker of a model."""
    sheet.line(
        [x],
        [y],
        linestyle="none",
        marker=model.marker,
        markersize=_SIZES[model.marker] * (0.8 if hollow else 1.0),
        markerfacecolor="white" if hollow else model.look.colour,
        markeredgecolor=model.look.colour,
        markeredgewidth=0.7,
        zorder=5 if hollow else 6,
    )


def arrow(sheet: Sheet, x: float, y: float, sign: str, colour: str) -> None:
    """Draw the head of an arrow whose tip lies just beyond `x`."""
    tip = x + (1.3 if sign == ">" else -1.3)
    sheet.line([x, (x + tip) / 2], [y, y], color=colour, linewidth=1.0, zorder=3)
    sheet.line(
        [(x + tip) / 2],
        [y],
        linestyle="none",
        marker=sign,
        markersize=4.2,
        markerfacecolor=colour,
        markeredgecolor=colour,
        markeredgewidth=0.3,
        zorder=4,
    )


def _draw_heads(sheet: Sheet, plan: Plan) -> None:
    second = MARGIN + LINE_HEIGHT + 0.4
    sheet.write(MARGIN, second, STUB, weight="bold")
    for model, (counts, ratios) in zip(plan.models, plan.columns, strict=True):
        start = counts - text_width(COUNTS)
        marker(sheet, start + 1.0, MARGIN + LINE_HEIGHT * 0.42, model)
        sheet.write(start + 3.2, MARGIN, model.name, weight="bold")
        sheet.write(counts, second, COUNTS, ha="right")
        sheet.write(ratios, second, plan.ratio_head)
    line = MARGIN + HEAD - 0.5
    sheet.line([MARGIN, sheet.width - MARGIN], [line, line], color=palette.GREY, linewidth=style.THIN_LINE)


def _draw_words(sheet: Sheet, plan: Plan, line: Line, top: float) -> None:
    source, middle = line.source, top + line.middle
    first = middle - (len(line.words) - 1) / 2 * LINE_HEIGHT
    for number, label in enumerate(line.words):
        y = first + number * LINE_HEIGHT
        sheet.write(MARGIN + INDENT * source.indent, y, label, va="center_baseline", weight=weight(source))
    for row, (counts, ratios) in zip(source.rows, plan.columns, strict=True):
        if counts_of(row):
            sheet.write(counts, middle, counts_of(row), ha="right", va="center_baseline")
        if ratio_of(row):
            sheet.write(ratios, middle, ratio_of(row), va="center_baseline")


def _draw_axis(sheet: Sheet, plan: Plan, top: float) -> None:
    axis, bottom = plan.axis, sheet.height - MARGIN - FOOT
    ticks = {tick: words(tick) for tick in axis.ticks}
    line, label = draw_axis(sheet, axis, ticks, (top, bottom), "Hazard ratio (log scale)", ungridded={1.0})
    if axis.holds(1.0):
        sheet.line([axis.at(1.0)] * 2, [top, line], color=palette.BLACK, linewidth=style.THIN_LINE, zorder=1)
        for side, hazard in {-1: _LOWER, 1: _HIGHER}.items():
            _write_side(sheet, axis, label + LINE_HEIGHT, side, hazard)


def _write_side(sheet: Sheet, axis: RatioAxis, y: float, side: int, label: str) -> None:
    """Write which hazard a side of 1 means, at its end of the axis."""
    end = axis.left if side < 0 else axis.left + axis.width
    half = axis.width / 2
    short = label.replace(" hazard", "") if text_width(label) > half - 1 else label
    sheet.write(end, y, short, ha="left" if side < 0 else "right")
