"""The drawing of a specification curve: the sorted estimates above, the matrix of the options below."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from hpcstats.columns import BoolArray, FloatArray
from hpcstats.numbers import Text
from hpcstats.plots.page import palette, style
from hpcstats.plots.page.entries import Entry, draw_entries, height
from hpcstats.plots.page.sheet import LINE_HEIGHT, MARGIN, Sheet, wrap
from hpcstats.plots.specifications.axis import HEIGHT, shown
from hpcstats.plots.specifications.plan import BEFORE_TICKS, INDENT, MEDIAN, Plan

OPEN = palette.tint(palette.GREY, 0.42)
CLEAR = palette.BLUE
MAIN = palette.VERMILLION
CELLS = tuple(palette.tint(palette.BLACK, depth) for depth in (0.15, 0.32, 0.55, 0.8))
"""Tints of a cell by the share of its column that has the option: up to 1/4, 1/2, 3/4, all."""
_FEW = 120
_CELL = 2.5
_PAD = 1.0
_BETWEEN = 3.0
_APART = 1.2
"""Heads of arrows that stand closer are one."""


def draw(plan: Plan, heading: Sequence[Text]) -> Sheet:
    """Draw words, key, curve and matrix below one another."""
    width = style.DOUBLE_WIDTH - 2 * MARGIN
    entries = _entries(plan)
    title, *told = [wrap(str(text), width, "normal" if k else "bold") for k, text in enumerate(heading)]
    lines = [*title, *(line for several in told for line in several)]
    top = MARGIN + len(lines) * LINE_HEIGHT + 1.0
    curve = top + height(entries, width) + 1.2
    matrix = curve + HEIGHT + 2 * _PAD + _BETWEEN + LINE_HEIGHT * 0.4
    sheet = Sheet(style.DOUBLE_WIDTH, round(matrix + len(plan.lines) * LINE_HEIGHT + MARGIN + 0.6, 2))
    sheet.write_lines(MARGIN, MARGIN, title, weight="bold")
    sheet.write_lines(MARGIN, MARGIN + len(title) * LINE_HEIGHT, lines[len(title) :])
    draw_entries(sheet, entries, width, top)
    _draw_curve(sheet, plan, curve + _PAD)
    _draw_matrix(sheet, plan, matrix)
    _draw_main(sheet, plan, curve + _PAD, matrix)
    return sheet


def _draw_curve(sheet: Sheet, plan: Plan, top: float) -> None:
    found, bottom = plan.found, top + HEIGHT
    _draw_axis(sheet, plan, top)
    if found.null is not None and plan.axis.holds(found.null):
        y = bottom - plan.axis.at(found.null)
        how: dict[str, Any] = {"color": palette.GREY, "linewidth": style.THIN_LINE, "zorder": 1}
        sheet.line([plan.left, plan.left + plan.width], [y, y], linestyle=(0, (2.0, 2.0)), **how)
    _draw_limits(sheet, plan, bottom)
    if plan.test is not None:
        for edge in (plan.test.low, plan.test.high):
            _draw_path(
                sheet,
                plan,
                edge[: plan.order.size],
                bottom,
                color=palette.BLACK,
                linewidth=0.7,
                linestyle=(0, (1.2, 1.2)),
                zorder=3,
            )
    estimates = found.estimates[plan.order]
    few = plan.order.size <= _FEW
    finite = np.where(_on_axis(plan, estimates), estimates, np.nan)
    look: dict[str, Any] = {"linestyle": "none", "marker": "o", "markersize": 1.8} if few else {}
    _draw_path(sheet, plan, finite, bottom, color=palette.BLACK, linewidth=1.1, zorder=4, **look)
    _draw_beyond(sheet, plan, estimates, bottom)


def _on_axis(plan: Plan, estimates: FloatArray) -> BoolArray:
    return np.array([plan.axis.holds(float(value)) for value in estimates])


def _draw_limits(sheet: Sheet, plan: Plan, bottom: float) -> None:
    """Draw an upright line a column from limit to limit; dark where that leaves out the null value."""
    found, edges = plan.found, plan.edges
    low, high = (plan.of_columns(found.shown(found.column(name))) for name in ("low", "high"))
    null = math.nan if found.null is None else found.null
    clear = (low > null) | (high < null)
    slot = float(np.diff(edges).min())
    thickness = max(style.THINNEST_LINE, min(2.0, 0.62 * slot * 72 / 25.4))
    for colour, chosen in ((OPEN, ~clear), (CLEAR, clear)):
        xs, ys = [], []
        for k in np.flatnonzero(chosen & ~np.isnan(low) & ~np.isnan(high)):
            x = (edges[k] + edges[k + 1]) / 2
            xs += [x, x, math.nan]
            ys += [bottom - plan.axis.at(float(low[k])), bottom - plan.axis.at(float(high[k])), math.nan]
        if xs:
            sheet.line(xs, ys, color=colour, linewidth=round(thickness, 3), zorder=2)


def _draw_path(sheet: Sheet, plan: Plan, values: FloatArray, bottom: float, **how: Any) -> None:
    """Draw values of the ranks from left to right; unknown ones leave a gap, those beyond lie at the end."""
    ys = [math.nan if math.isnan(value) else bottom - plan.axis.at(value) for value in values.tolist()]
    sheet.line(plan.xs[: len(ys)].tolist(), ys, **how)


def _draw_beyond(sheet: Sheet, plan: Plan, estimates: FloatArray, bottom: float) -> None:
    """Mark the columns in which estimates lie beyond any number, or beyond the axis."""
    beyond = np.flatnonzero(~_on_axis(plan, estimates))
    for marker, y, rows in (
        ("v", bottom, beyond[estimates[beyond] < plan.axis.low]),
        ("^", bottom - HEIGHT, beyond[estimates[beyond] > plan.axis.high]),
    ):
        xs: list[float] = []
        for x in plan.xs[rows].tolist():
            if not xs or x - xs[-1] >= _APART:
                xs.append(x)
        if xs:
            draw_arrows(sheet, xs, [y] * len(xs), marker)


def draw_arrows(sheet: Sheet, xs: Sequence[float], ys: Sequence[float], marker: str) -> None:
    """Draw heads of arrows for what lies beyond."""
    look: dict[str, Any] = {"markerfacecolor": "white", "markeredgecolor": palette.BLACK}
    sheet.line(xs, ys, linestyle="none", marker=marker, markersize=2.4, markeredgewidth=0.4, zorder=4, **look)


def _draw_axis(sheet: Sheet, plan: Plan, top: float) -> None:
    axis, x = plan.axis, plan.left - 0.8
    how: dict[str, Any] = {
        "color": palette.BLACK,
        "linewidth": style.AXIS_LINE,
        "solid_capstyle": "projecting",
    }
    sheet.line([x, x], [top, top + HEIGHT], **how)
    for tick in axis.ticks:
        y = top + HEIGHT - axis.at(tick)
        sheet.line([x - 0.9, x], [y, y], **how)
        word = shown(tick, ratio=plan.found.logarithmic)
        sheet.write(x - 1.5, y, word, ha="right", va="center_baseline")
    name = "Hazard ratio (log scale)" if _is_hazard_ratio(plan) else _scale(plan)
    sheet.write(x - plan.ticks - BEFORE_TICKS, top + HEIGHT / 2, name, rotation=90, ha="right", va="center")


def _is_hazard_ratio(plan: Plan) -> bool:
    return plan.found.logarithmic and plan.found.label.lower().startswith("hazard ratio")


def _scale(plan: Plan) -> str:
    return "Estimate (log scale)" if plan.found.logarithmic else "Estimate"


def _draw_matrix(sheet: Sheet, plan: Plan, top: float) -> None:
    right = style.DOUBLE_WIDTH - MARGIN
    sheet.write(right, top, MEDIAN, ha="right", weight="bold")
    for number, line in enumerate(plan.lines):
        y = top + number * LINE_HEIGHT
        if line.median is None:
            sheet.write(MARGIN, y, line.words, weight="bold")
            continue
        sheet.write(MARGIN + INDENT, y, line.words, weight="bold" if line.main else "normal")
        sheet.write(right, y, line.median.text, ha="right", weight="bold" if line.main else "normal")
        _draw_cells(sheet, plan, line.having, y + LINE_HEIGHT * 0.42)


def _draw_cells(sheet: Sheet, plan: Plan, having: Sequence[float], y: float) -> None:
    """Draw the cells of an option, neighbours of one tint as one."""
    how: dict[str, Any] = {"linewidth": round(_CELL * 72 / 25.4, 3), "solid_capstyle": "butt", "zorder": 2}
    ends = [plan.left, plan.left + plan.width]
    sheet.line(ends, [y, y], color=palette.tint(palette.GREY, 0.1), **(how | {"zorder": 1}))
    depth = np.array([math.ceil(4 * round(share, 6)) for share in having])
    begin = np.flatnonzero(np.diff(depth, prepend=-1))
    end = np.append(begin[1:], depth.size)
    for level, colour in enumerate(CELLS, start=1):
        xs: list[float] = []
        for first, last in zip(begin.tolist(), end.tolist(), strict=True):
            if depth[first] == level:
                xs += [float(plan.edges[first]), float(plan.edges[last]), math.nan]
        if xs:
            sheet.line(xs, [y] * len(xs), color=colour, **how)


def _draw_main(sheet: Sheet, plan: Plan, top: float, matrix: float) -> None:
    if plan.main is None:
        return
    x = float(plan.xs[plan.main])
    last = matrix + (len(plan.lines) - 0.2) * LINE_HEIGHT
    sheet.line([x, x], [top - 0.6, last], color=MAIN, linewidth=0.7, zorder=3)
    y = top + HEIGHT - plan.axis.at(float(plan.found.estimates[plan.found.main]))
    draw_main(sheet, x, y, 4.6)
    for number, line in enumerate(plan.lines):
        if line.main:
            draw_main(sheet, x, matrix + (number + 0.42) * LINE_HEIGHT, 3.4)


def draw_main(sheet: Sheet, x: float, y: float, size: float) -> None:
    """Draw the mark of the main analysis."""
    look: dict[str, Any] = {"markerfacecolor": MAIN, "markeredgecolor": "white", "markeredgewidth": 0.6}
    sheet.line([x], [y], linestyle="none", marker="D", markersize=size, zorder=6, **look)


def _entries(plan: Plan) -> list[Entry]:
    def interval(colour: str) -> Any:
        def draw_interval(sheet: Sheet, x: float, y: float) -> None:
            sheet.line([x, x], [y - 1.5, y + 1.5], color=colour, linewidth=1.4)
            sheet.line([x], [y], linestyle="none", marker="o", markersize=1.8, color=palette.BLACK, zorder=4)

        return draw_interval

    def dotted(sheet: Sheet, x: float, y: float) -> None:
        how: dict[str, Any] = {"color": palette.BLACK, "linewidth": 0.7, "linestyle": (0, (1.2, 1.2))}
        sheet.line([x - 2.4, x + 2.4], [y, y], **how)

    entries: list[Entry] = [("Main analysis", lambda sheet, x, y: draw_main(sheet, x, y, 4.6))]
    told = f" that holds {plan.null}" if plan.null else ""
    entries.append((f"Estimate, interval{told}", interval(OPEN)))
    if any(one.side in ("above", "below") for one in plan.found.outcomes):
        entries.append(("that leaves it out", interval(CLEAR)))
    if np.isinf(plan.found.estimates[plan.order]).any() or (plan.found.estimates[plan.order] == 0).any():
        entries.append(("No finite estimate", lambda sheet, x, y: draw_arrows(sheet, [x], [y], "v")))
    if plan.test is not None:
        entries.append(("Limits of the curve under permutation", dotted))
    return entries
