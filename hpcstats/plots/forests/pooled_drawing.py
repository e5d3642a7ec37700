"""The drawing of a forest plot of pooled proportions."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from hpcstats import formats
from hpcstats.errors import DesignError
from hpcstats.plots.forests.axis import ZEBRA, draw_axis
from hpcstats.plots.forests.pooled_rows import ForestRow
from hpcstats.plots.page import palette, style
from hpcstats.plots.page.linear_axis import LinearAxis
from hpcstats.plots.page.sheet import LINE_HEIGHT, MARGIN, Sheet, text_width, widest

STUB, COUNTS, YEARS = "Cohort", "Events/n", "Follow-up, y"
STATED = palette.tint(palette.ORANGE, 0.3)
_HEAD = LINE_HEIGHT + 1.8
_FOOT = 2 * LINE_HEIGHT + 3.2
_GAP, _INDENT = 3.0, 2.0
_LINE, _TIGHTEST, _HEADING = 4.6, 4.0, 1.4
_LEAST_AXIS = 35.0
_SQUARE, _DOT = 6.0, 2.2
_TICKS = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
_COLOURS = {"study": palette.BLUE, "pooled": palette.BLACK, "prediction": palette.BLACK}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Plan:
    """Where the columns end, where the lines stand, and the axis."""

    rows: tuple[ForestRow, ...]
    tops: tuple[float, ...]
    line: float
    counts: float
    years: float
    printed: float
    axis: LinearAxis
    head: str

    @property
    def height(self) -> float:
        return round(MARGIN + _HEAD + self.tops[-1] + self.line + _FOOT + MARGIN, 2)


def draw(rows: Sequence[ForestRow], level: float) -> Sheet:
    """Draw the plot."""
    plan = _plan(rows, level)
    sheet, top = Sheet(style.DOUBLE_WIDTH, plan.height), MARGIN + _HEAD
    _draw_heads(sheet, plan)
    _draw_stated(sheet, plan, top)
    _draw_axis(sheet, plan, top)
    heaviest = max((row.weight for row in rows if not math.isnan(row.weight)), default=1.0)
    striped = 0
    for row, place in zip(plan.rows, plan.tops, strict=True):
        striped = 0 if row.kind == "heading" else striped + 1
        if striped % 2 == 1:
            _stripe(sheet, plan, top + place)
        middle = top + place + plan.line / 2
        _write(sheet, plan, row, middle)
        _mark(sheet, plan.axis, row, middle, heaviest)
    return sheet


def _plan(rows: Sequence[ForestRow], level: float) -> _Plan:
    head = f"Proportion ({formats.level(level)} CI)"
    labels = max(text_width(STUB, "bold"), *(_label_width(row) for row in rows))
    counts = MARGIN + labels + _GAP + widest([COUNTS, *(str(row.counts) for row in rows)])
    years = counts + _GAP + widest([YEARS, *(str(row.follow_up) for row in rows)])
    left = years + _GAP + widest([head, *(str(row.printed) for row in rows)], "bold") + _GAP + 1.5
    width = style.DOUBLE_WIDTH - MARGIN - 2.5 - left
    if width < _LEAST_AXIS:
        raise DesignError("The names of the cohorts leave no room for the axis. Give shorter labels.")
    axis = LinearAxis(0.0, 1.0, round(left, 2), round(width, 2))
    headings = sum(row.kind == "heading" for row in rows) - 1
    free = style.MAXIMUM_HEIGHT - 2 * MARGIN - _HEAD - _FOOT - headings * _HEADING
    line = math.floor(100 * min(_LINE, free / len(rows))) / 100
    if line < _TIGHTEST:
        raise DesignError(
            f"{len(rows)} lines do not fit on a page; at most {int(free / _TIGHTEST)} do. "
            "Draw fewer panels in one figure."
        )
    tops, top = [], 0.0
    for number, row in enumerate(rows):
        top += _HEADING if row.kind == "heading" and number else 0.0
        tops.append(round(top, 2))
        top += line
    return _Plan(
        rows=tuple(rows),
        tops=tuple(tops),
        line=line,
        counts=round(counts, 2),
        years=round(years, 2),
        printed=round(years + _GAP, 2),
        axis=axis,
        head=head,
    )


def _label_width(row: ForestRow) -> float:
    return text_width(row.label, "bold" if row.bold else "normal") + _indent(row)


def _indent(row: ForestRow) -> float:
    return 0.0 if row.kind == "heading" else _INDENT


def _draw_heads(sheet: Sheet, plan: _Plan) -> None:
    sheet.write(MARGIN, MARGIN, STUB, weight="bold")
    sheet.write(plan.counts, MARGIN, COUNTS, ha="right")
    sheet.write(plan.years, MARGIN, YEARS, ha="right")
    sheet.write(plan.printed, MARGIN, plan.head)
    line = MARGIN + _HEAD - 0.7
    sheet.line([MARGIN, sheet.width - MARGIN], [line, line], color=palette.GREY, linewidth=style.THIN_LINE)


def _stripe(sheet: Sheet, plan: _Plan, y: float) -> None:
    """Shade a line of words; the axis keeps its own ground, where the stated range is drawn."""
    width = plan.axis.left - 1.5 - MARGIN
    sheet.rectangle(MARGIN, y, width, plan.line, facecolor=ZEBRA, edgecolor="none", zorder=0)


def _draw_stated(sheet: Sheet, plan: _Plan, top: float) -> None:
    """Shade the stated range from the heading of its panel down to its own line."""
    for row, place in zip(plan.rows, plan.tops, strict=True):
        if row.kind != "reported":
            continue
        first = next(t for r, t in zip(plan.rows, plan.tops, strict=True) if r.panel == row.panel)
        left, right = plan.axis.at(row.low), plan.axis.at(row.high)
        height = place + plan.line - first
        sheet.rectangle(
            left, top + first, right - left, height, facecolor=STATED, edgecolor="none", zorder=0.1
        )


def _draw_axis(sheet: Sheet, plan: _Plan, top: float) -> None:
    bottom = sheet.height - MARGIN - _FOOT
    ticks = {tick: f"{100 * tick:g}" for tick in _TICKS}
    draw_axis(sheet, plan.axis, ticks, (top, bottom), "Patients with the event, %")


def _write(sheet: Sheet, plan: _Plan, row: ForestRow, middle: float) -> None:
    how: dict[str, Any] = {"va": "center_baseline", "weight": "bold" if row.bold else "normal"}
    style_of = {"style": "italic"} if row.kind == "subheading" else {}
    sheet.write(MARGIN + _indent(row), middle, row.label, **how, **style_of)
    for x, words, side in (
        (plan.counts, row.counts, "right"),
        (plan.years, row.follow_up, "right"),
        (plan.printed, row.printed, "left"),
    ):
        if str(words):
            sheet.write(x, middle, str(words), ha=side, **how)


def _mark(sheet: Sheet, axis: LinearAxis, row: ForestRow, y: float, heaviest: float) -> None:
    """Draw the interval and the estimate of a line, each kind in its own way."""
    if row.kind == "prediction":
        _open_bar(sheet, axis, row, y)
        return
    colour = _COLOURS.get(row.kind, palette.BLACK)
    if row.kind in {"study", "pooled"} and not math.isnan(row.low):
        width = 1.0 if row.kind == "study" else 2.4
        ends = [axis.at(row.low), axis.at(row.high)]
        sheet.line(ends, [y, y], color=colour, linewidth=width, solid_capstyle="butt", zorder=3)
    if row.kind == "study":
        _point(sheet, axis.at(row.estimate), y, "s", _size(row.weight, heaviest), colour)
    elif row.kind == "pooled" and not math.isnan(row.estimate):
        _point(sheet, axis.at(row.estimate), y, "D", 5.4, colour)
    elif row.kind == "fixed":
        _point(sheet, axis.at(row.estimate), y, "o", 4.6, colour, hollow=True)


def _size(weight: float, heaviest: float) -> float:
    """Return the width of a square whose area is a weight; one too small to see is drawn a little larger."""
    share = 0.0 if math.isnan(weight) else weight / heaviest
    return round(max(_DOT, _SQUARE * math.sqrt(share)), 3)


def _point(
    sheet: Sheet, x: float, y: float, marker: str, size: float, colour: str, *, hollow: bool = False
) -> None:
    sheet.line(
        [x],
        [y],
        linestyle="none",
        marker=marker,
        markersize=size,
        markerfacecolor="white" if hollow else colour,
        markeredgecolor=colour,
        markeredgewidth=0.9 if hollow else 0.4,
        zorder=6,
    )


def _open_bar(sheet: Sheet, axis: LinearAxis, row: ForestRow, y: float) -> None:
    left, right = axis.at(row.low), axis.at(row.high)
    sheet.rectangle(
        left,
        y - 0.7,
        right - left,
        1.4,
        facecolor="white",
        edgecolor=palette.BLACK,
        linewidth=0.8,
        zorder=3,
    )
