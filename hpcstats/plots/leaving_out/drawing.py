"""The drawing of an influence plot: the band of the whole, a marker for each unit left out, names."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from hpcstats.plots.leaving_out.plan import HEIGHT, LEADER, Panel, Unit
from hpcstats.plots.page import palette, style
from hpcstats.plots.page.entries import Entry, draw_entries, height
from hpcstats.plots.page.ratio_axis import words
from hpcstats.plots.page.sheet import LINE_HEIGHT, MARGIN, Sheet, wrap

BAND = palette.tint(palette.BLACK, 0.13)
LIMITS = palette.tint(palette.BLUE, 0.45)
PLAIN, NAMED = palette.BLUE, palette.VERMILLION
_HEAD = LINE_HEIGHT + 1.0
_FOOT = 2 * LINE_HEIGHT + 4.2
_BETWEEN = 2.0
_MARKS = {"ok": "o", "firth": "o", "beyond": ">", "not_estimable": "x"}


def draw(rows: Sequence[Sequence[Panel]]) -> Sheet:
    """Draw all panels below one key."""
    entries, width = _entries(rows), style.DOUBLE_WIDTH - 2 * MARGIN
    titles = [wrap(row[0].quantity.label, width, "bold") for row in rows]
    top = MARGIN + height(entries, width) + 1.2
    lines = sum(len(title) + 1 for title in titles) * LINE_HEIGHT + 0.6 * len(titles)
    whole = top + lines + len(rows) * (_HEAD + HEIGHT + _FOOT) + (len(rows) - 1) * _BETWEEN
    sheet = Sheet(style.DOUBLE_WIDTH, round(whole + MARGIN, 2))
    draw_entries(sheet, entries, width, MARGIN)
    for row, title in zip(rows, titles, strict=True):
        sheet.write_lines(MARGIN, top, title, weight="bold")
        top += LINE_HEIGHT * len(title)
        sheet.write(MARGIN, top, f"With everybody {row[0].quantity.shown}")
        top += LINE_HEIGHT + 0.6
        for panel in row:
            sheet.write(panel.axis.left, top + 0.4, str(panel.heading))
            _draw_panel(sheet, panel, top + _HEAD)
        top += _HEAD + HEIGHT + _FOOT + _BETWEEN
    return sheet


def _draw_panel(sheet: Sheet, panel: Panel, top: float) -> None:
    axis, (estimate, low, high) = panel.axis, panel.quantity.values
    if not (math.isnan(low) and math.isnan(high)):
        first = axis.at(axis.low if math.isnan(low) else low)
        last = axis.at(axis.high if math.isnan(high) else high)
        sheet.rectangle(first, top, last - first, HEIGHT, facecolor=BAND, edgecolor="none", zorder=0)
    if axis.holds(estimate):
        _upright(sheet, axis.at(estimate), top, color=palette.BLACK, linewidth=0.9, zorder=1.5)
    if panel.quantity.is_ratio and axis.holds(1.0):
        _upright(
            sheet,
            axis.at(1.0),
            top,
            color=palette.GREY,
            linewidth=style.THIN_LINE,
            linestyle=(0, (2.0, 2.0)),
            zorder=1,
        )
    for unit in panel.units:
        _draw_unit(sheet, panel, unit, top + panel.y(unit))
    for unit, y in panel.names():
        _draw_name(sheet, panel, unit, top + y, top + panel.y(unit))
    _draw_axis(sheet, panel, top + HEIGHT)


def _upright(sheet: Sheet, x: float, top: float, **how: Any) -> None:
    sheet.line([x, x], [top, top + HEIGHT], **how)


def _draw_unit(sheet: Sheet, panel: Panel, unit: Unit, y: float) -> None:
    axis, (low, high) = panel.axis, unit.limits
    if not (math.isnan(low) or math.isnan(high)):
        colour = palette.tint(NAMED, 0.6) if unit.named else LIMITS
        sheet.line([axis.at(low), axis.at(high)], [y, y], color=colour, linewidth=0.4, zorder=2)
    draw_mark(sheet, _x(panel, unit), y, unit.kind, named=unit.named)


def _x(panel: Panel, unit: Unit) -> float:
    if unit.kind == "beyond":
        return panel.axis.left + panel.axis.width + 1.0
    return panel.axis.left if unit.kind == "not_estimable" else panel.axis.at(unit.estimate)


def draw_mark(sheet: Sheet, x: float, y: float, kind: str, *, named: bool) -> None:
    """Draw the marker of a unit: filled, hollow for Firth's estimate, an arrow head or a cross for none."""
    colour = NAMED if named else PLAIN
    sheet.line(
        [x],
        [y],
        linestyle="none",
        marker="D" if named and kind in ("ok", "firth") else _MARKS[kind],
        markersize=3.4 if named else 2.8,
        markerfacecolor="white" if kind == "firth" else colour,
        markeredgecolor=colour,
        markeredgewidth=0.9 if kind == "not_estimable" else 0.6,
        zorder=5 if named else 4,
    )


def _draw_name(sheet: Sheet, panel: Panel, unit: Unit, y: float, point: float) -> None:
    left = panel.axis.left
    how: dict[str, Any] = {"color": palette.GREY, "linewidth": 0.4, "zorder": 1.2}
    sheet.line([left - LEADER + 0.6, left - 1.0, left], [y, point, point], **how)
    if unit.named:
        sheet.line([left, _x(panel, unit)], [point, point], **how)
    sheet.write(left - LEADER, y, str(unit.text), ha="right", va="center_baseline")


def _draw_axis(sheet: Sheet, panel: Panel, bottom: float) -> None:
    axis, line = panel.axis, bottom + 0.8
    how: dict[str, Any] = {
        "color": palette.BLACK,
        "linewidth": style.AXIS_LINE,
        "solid_capstyle": "projecting",
    }
    sheet.line([axis.left, axis.left + axis.width], [line, line], **how)
    for tick in axis.ticks:
        sheet.line([axis.at(tick)] * 2, [line, line + 0.9], **how)
        sheet.write(axis.at(tick), line + 1.5, words(tick) if tick else "0", ha="center")
    label = panel.quantity.axis_label
    sheet.write(axis.left + axis.width / 2, line + 1.7 + LINE_HEIGHT, label, ha="center")


def _entries(rows: Sequence[Sequence[Panel]]) -> list[Entry]:
    panels = [panel for row in rows for panel in row]
    units = [unit for panel in panels for unit in panel.units]
    kinds = {unit.kind for unit in units}
    limited = any(not math.isnan(unit.limits[0]) for unit in units)
    entries: list[Entry] = [("With everybody, and interval", _whole)]
    entries.append((f"Without one{', and interval' if limited else ''}", _one(limited=limited)))
    if any(unit.named for unit in units):
        entries.append(("Largest changes", _sample("ok", named=True)))
    if "firth" in kinds:
        entries.append(("Firth's estimate, no other exists", _sample("firth", named=False)))
    if "beyond" in kinds:
        entries.append(("Not reached", _sample("beyond", named=False)))
    if "not_estimable" in kinds:
        entries.append(("Not estimable", _sample("not_estimable", named=False)))
    return entries


def _whole(sheet: Sheet, x: float, y: float) -> None:
    sheet.rectangle(x - 2.2, y - 1.4, 4.4, 2.8, facecolor=BAND, edgecolor="none", zorder=0)
    sheet.line([x, x], [y - 1.4, y + 1.4], color=palette.BLACK, linewidth=0.9, zorder=1)


def _one(*, limited: bool) -> Any:
    def draw_one(sheet: Sheet, x: float, y: float) -> None:
        if limited:
            sheet.line([x - 2.2, x + 2.2], [y, y], color=LIMITS, linewidth=0.4, zorder=2)
        draw_mark(sheet, x, y, "ok", named=False)

    return draw_one


def _sample(kind: str, *, named: bool) -> Any:
    def draw_sample(sheet: Sheet, x: float, y: float) -> None:
        draw_mark(sheet, x, y, kind, named=named)

    return draw_sample
