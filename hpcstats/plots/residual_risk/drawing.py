"""The drawing of a figure of residual risk: small panels above, the curve and the follow-up below."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from hpcstats import formats
from hpcstats.plots.page import palette, style
from hpcstats.plots.page.palette import SeriesStyle
from hpcstats.plots.page.sheet import LINE_HEIGHT, MARGIN, Sheet, round_ticks, text_width, widest
from hpcstats.plots.residual_risk.plan import Need, Plan, assumed_values

_PANEL, _GAP, _LOWER = 34.0, 5.2, 42.0
_LEFT = 12.0
_SAMPLE = 8.0
_ROW = 4.4
GRID = palette.tint(palette.BLACK, 0.15)
_MARKS = ("o", "s")


def draw(plan: Plan, event: str) -> Sheet:
    """Draw the figure."""
    looks = dict(zip(plan.names, palette.series(len(plan.names)), strict=True))
    key = MARGIN + LINE_HEIGHT + 2.0
    words = 2 if plan.answers else 1
    top = key + LINE_HEIGHT + 1.6 + words * LINE_HEIGHT + 1.2
    bottom = top + _PANEL + 2 * LINE_HEIGHT + 4.5
    height = bottom + 2 * LINE_HEIGHT + 1.0 + _LOWER + 2 * LINE_HEIGHT + 2.0 + MARGIN
    sheet = Sheet(style.DOUBLE_WIDTH, round(height, 2))
    _draw_key(sheet, plan, looks)
    sheet.write(MARGIN, key, f"A  Risk of {event} still to come, in a patient without it for", weight="bold")
    _draw_panels(sheet, plan, looks, top)
    sheet.write(MARGIN, bottom, "B  When it comes, in those who have it", weight="bold")
    lower = bottom + 2 * LINE_HEIGHT + 1.0
    half = style.DOUBLE_WIDTH / 2
    _draw_distribution(sheet, plan, looks, lower, half - _LEFT - 4.0)
    sheet.write(half + 2, bottom, "C  Follow-up that catches a share of it", weight="bold")
    _draw_needs(sheet, plan, looks, half + 2, lower)
    return sheet


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _draw_key(sheet: Sheet, plan: Plan, looks: Mapping[str, SeriesStyle]) -> None:
    x, y = MARGIN, MARGIN + LINE_HEIGHT / 2
    for number, (name, look) in enumerate(looks.items()):
        if number == 0:
            tint = palette.tint(look.colour, 0.22)
            sheet.rectangle(x, y - 1.3, _SAMPLE, 2.6, facecolor=tint, edgecolor="none", zorder=0)
        else:
            for shift in (-1.3, 1.3):
                sheet.line([x, x + _SAMPLE], [y + shift] * 2, color=look.colour, linewidth=style.THIN_LINE)
        how: dict[str, Any] = {"color": look.colour, "linestyle": look.dash, "linewidth": style.CURVE_LINE}
        sheet.line([x, x + _SAMPLE], [y, y], **how)
        words = f"{name} (n = {plan.risks[name].n})" if plan.risks[name].n else name
        sheet.write(x + _SAMPLE + 1.2, MARGIN, words)
        x += _SAMPLE + 1.2 + text_width(words) + 6.0
    for label in dict.fromkeys(ever.label for ever in plan.first.ever if not ever.fixed):
        sheet.line([x + 2], [y], linestyle="none", marker="D", markersize=4.2, color=palette.BLACK)
        sheet.write(x + 4.4, MARGIN, label)
        x += 4.4 + text_width(label) + 6.0


def _draw_panels(sheet: Sheet, plan: Plan, looks: Mapping[str, SeriesStyle], top: float) -> None:
    count = len(plan.given)
    width = (style.DOUBLE_WIDTH - _LEFT - MARGIN - 1.5 - (count - 1) * _GAP) / count
    values, highest = assumed_values(plan), _highest(plan)
    across, up = _round(values[-1]), _round(highest)
    for number, given in enumerate(plan.given):
        left = _LEFT + number * (width + _GAP)
        answer = plan.answers.get(given)
        above = top - (LINE_HEIGHT if answer is None else 2 * LINE_HEIGHT) - 1.0
        sheet.write(left + width / 2, above, plan.duration(given), ha="center")
        if answer is not None:
            first = looks[plan.names[0]].colour
            sheet.write(left + width / 2, above + LINE_HEIGHT, str(answer), ha="center", color=first)
        axes = sheet.axes(left, top, width, _PANEL)
        axes.set(xlim=(0, values[-1]), ylim=(0, highest))
        axes.set_xticks(across, [f"{100 * tick:g}" for tick in across])
        axes.set_yticks(up, [f"{100 * tick:g}" if number == 0 else "" for tick in up])
        for tick in up[1:]:
            axes.axhline(tick, color=GRID, linewidth=0.4, zorder=0.5)
        drawn = [_draw_risk(axes, plan, name, given, look) for name, look in looks.items()]
        if not drawn[0]:
            words = f"beyond {formats.as_given(plan.first.t_star)}:\nnot identified"
            colour = looks[plan.names[0]].colour
            axes.text(values[-1] * 0.05, highest * 0.97, words, color=colour, ha="left", va="top")
    middle = _LEFT + (style.DOUBLE_WIDTH - MARGIN - _LEFT) / 2
    sheet.write(
        middle, top + _PANEL + LINE_HEIGHT + 2.0, "Patients who ever have it, P(ever), %", ha="center"
    )
    sheet.write(MARGIN, top + _PANEL / 2, "Risk, %", rotation=90, ha="left", va="center")


def _highest(plan: Plan) -> float:
    frames = [*plan.lines.values(), *plan.points.values()]
    ends = [float(value) for frame in frames for value in frame["high"] if math.isfinite(value)]
    return math.ceil(20 * max([*ends, 0.05]) - 1e-9) / 20


def _round(end: float) -> list[float]:
    return round_ticks(end, 4, [1, 2, 2.5, 5, 10])


def _draw_risk(axes: Axes, plan: Plan, name: str, given: float, look: SeriesStyle) -> bool:
    """Draw the line of a curve with its limits, and the points with theirs; tell whether there is one."""
    frame = plan.lines[name, given]
    frame = frame[frame["estimate"].notna()]
    if frame.empty:
        return False
    x = style.settle(frame["ever_estimate"])
    low, middle, high = (style.settle(frame[part]) for part in ("low", "estimate", "high"))
    if name == plan.names[0]:
        axes.fill_between(x, low, high, facecolor=palette.tint(look.colour, 0.22), edgecolor="none", zorder=1)
    else:
        for end in (low, high):
            axes.plot(x, end, color=look.colour, linewidth=style.THIN_LINE, zorder=2)
    axes.plot(x, middle, color=look.colour, linestyle=look.dash, linewidth=style.CURVE_LINE, zorder=3)
    place = plan.names.index(name)
    points = plan.points[name, given].to_dict(orient="records")
    for row in points:
        _draw_point(axes, row, look.colour, shift=0.006 * (2 * place - 1) if len(plan.names) > 1 else 0.0)
    return True


def _draw_point(axes: Axes, row: Mapping[Any, Any], colour: str, shift: float) -> None:
    """Draw the risk at an estimated P(ever) with the limits that carry both uncertainties."""
    x, y, low, high = style.settle([row["ever_estimate"] + shift, row["estimate"], row["low"], row["high"]])
    axes.plot([x, x], [low, high], color=palette.BLACK, linewidth=0.9, zorder=4)
    axes.plot(
        [x], [y], linestyle="none", marker="D", markersize=3.8, color=colour, zorder=5,
        markeredgecolor=palette.BLACK, markeredgewidth=0.5,
    )  # fmt: skip


def _draw_distribution(
    sheet: Sheet, plan: Plan, looks: Mapping[str, SeriesStyle], top: float, width: float
) -> None:
    axes = sheet.axes(_LEFT, top, width, _LOWER)
    axes.set(xlim=(0, plan.last), ylim=(0, 1))
    ticks = _round(plan.last)
    axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    axes.set_yticks([0, 0.25, 0.5, 0.75, 1], ["0", "25", "50", "75", "100"])
    for share in plan.first.catch:
        axes.axhline(share, color=GRID, linewidth=0.5, zorder=0.5)
    for name, look in looks.items():
        frame = plan.steps[name]
        x = np.concatenate([[0.0], style.settle(frame["time"])])
        low, middle, high = (
            np.concatenate([[0.0], style.settle(frame[part])]) for part in ("low", "estimate", "high")
        )
        if name == plan.names[0]:
            axes.fill_between(
                x,
                low,
                high,
                step="post",
                facecolor=palette.tint(look.colour, 0.22),
                edgecolor="none",
                zorder=1,
            )
        else:
            for end in (low, high):
                axes.step(x, end, where="post", color=look.colour, linewidth=style.THIN_LINE, zorder=2)
        how: dict[str, Any] = {"color": look.colour, "linestyle": look.dash, "linewidth": style.CURVE_LINE}
        axes.step(x, middle, where="post", zorder=3, **how)
    unit = plan.first.curve.unit
    below = top + _LOWER + LINE_HEIGHT + 2.0
    sheet.write(_LEFT + width / 2, below, f"{_capital(unit)} from the primary tumour", ha="center")
    sheet.write(MARGIN, top + _LOWER / 2, "Already come, %", rotation=90, ha="left", va="center")


def _draw_needs(sheet: Sheet, plan: Plan, looks: Mapping[str, SeriesStyle], left: float, top: float) -> None:
    """Draw for each share how long it takes, with its limits, and write it beside."""
    shares = [f"{100 * share:g}%" for share in plan.first.catch]
    level = formats.level(plan.first.level)
    head = f"{_capital(plan.first.curve.unit)} ({level})"
    stub = left + widest([*shares, "Share"]) + 2.5
    words = widest([head, *(str(need.words) for need in plan.needs)])
    start = stub + words + 3.0
    width = style.DOUBLE_WIDTH - MARGIN - 2.0 - start
    axes = sheet.axes(start, top, width, _LOWER)
    axes.set(xlim=(0, plan.last), ylim=(_LOWER, 0))
    axes.spines["left"].set_visible(False)
    ticks = _round(plan.last)[::2] if width < 45 else _round(plan.last)
    axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    axes.set_yticks([])
    above = top - LINE_HEIGHT - 0.6
    sheet.write(left, above, "Share")
    sheet.write(stub, above, head)
    step = _LOWER / len(shares)
    for number, share in enumerate(plan.first.catch):
        needs = [need for need in plan.needs if need.share == share]
        for place, need in enumerate(needs):
            y = step * (number + 0.5) + _ROW * (place - (len(needs) - 1) / 2)
            if place == 0:
                sheet.write(left, top + step * (number + 0.5), shares[number], va="center")
            sheet.write(stub, top + y, str(need.words), va="center", color=looks[need.curve].colour)
            _draw_need(axes, need, looks[need.curve], _MARKS[place], y, plan.last)
    across = f"{_capital(plan.first.curve.unit)} from the primary tumour"
    sheet.write(start + width / 2, top + _LOWER + LINE_HEIGHT + 2.0, across, ha="center")


def _draw_need(axes: Axes, need: Need, look: SeriesStyle, marker: str, y: float, last: float) -> None:
    ends = [min(end, last) for end in (need.low, need.high)]
    axes.plot(ends, [y, y], color=look.colour, linewidth=1.2, zorder=2, clip_on=False)
    if math.isfinite(need.estimate):
        axes.plot([need.estimate], [y], marker=marker, markersize=4.6, color=look.colour, clip_on=False)
    if math.isinf(need.high):
        axes.plot([last], [y], marker=">", markersize=4.6, color=look.colour, clip_on=False, linestyle="none")
