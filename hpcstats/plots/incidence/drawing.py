"""The drawing of cumulative incidences: key, labelled curves with bands, risk table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes

from hpcstats import formats
from hpcstats.numbers import Text
from hpcstats.plots.incidence.plan import Plan, Series
from hpcstats.plots.page import palette, style
from hpcstats.plots.page.sheet import LINE_HEIGHT, MARGIN, Sheet, balanced, text_width, widest, wrap
from hpcstats.plots.step_curves.steps import draw_curves

_HEIGHTS = {"single": 50.0, "double": 68.0}
_SAMPLE = 7.0
_GAP = 3.0
_INDENT = 2.0
_HEADED = 24.0
_LABEL = 26.0
"""Widest label of a curve, in millimetres; a single column has no room for labels beside the key."""
TOPS = (0.05, 0.1, 0.2, 0.25, 0.5, 0.75, 1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Axis labels and the printed test."""

    xlabel: str
    ylabel: str
    remark: Text


def draw(plan: Plan, words: Words, width: style.Width) -> Sheet:
    """Place everything on a sheet of exact size."""
    across, height = style.width_in_mm(width), _HEIGHTS[width]
    names = balanced(words.ylabel, height)
    left = _left(plan, names)
    labels = [balanced(one.name, _LABEL) for one in plan.series] if width == "double" else []
    right = MARGIN + (1.2 + widest([line for label in labels for line in label]) if labels else 2.5)
    frame = (left, across - left - right)
    key = _Key(plan, across)
    remark = wrap(str(words.remark), across - 2 * MARGIN) if words.remark.parts else []
    top = MARGIN + key.height + LINE_HEIGHT * len(remark) + 2.4
    below = top + height + 1.6 + 2 * LINE_HEIGHT + 1.4
    sheet = Sheet(across, round(below + _table_height(plan) + MARGIN - 0.4, 2))
    key.draw(sheet, MARGIN)
    sheet.write_lines(MARGIN, MARGIN + key.height + 0.6, remark)
    _draw_frame(sheet.axes(frame[0], top, frame[1], height), plan)
    for number, name in enumerate(names):
        x = left - _beside_axis(plan, names) + (number + 0.5) * LINE_HEIGHT
        sheet.write(x, top + height / 2, name, rotation=90, ha="center", va="center")
    sheet.write(left + frame[1] / 2, below - LINE_HEIGHT - 1.4, words.xlabel, ha="center")
    _draw_labels(sheet, plan, labels, frame, (top, height))
    _draw_table(sheet, plan, below, [left + tick / plan.end * frame[1] for tick in plan.ticks])
    return sheet


def steps_of(top: float) -> tuple[float, ...]:
    """Return the ticks of the axis of incidences."""
    quarters = top in (0.05, 0.1, 0.2, 1.0)
    parts = 4 if top == 1.0 or quarters else 5 if top in (0.25, 0.5) else 3
    return tuple(round(top * part / parts, 6) for part in range(parts + 1))


def _left(plan: Plan, names: Sequence[str]) -> float:
    labels = [label for block in plan.blocks for label, _ in block.rows]
    indent = _INDENT if len(plan.blocks) > 1 else 0.0
    first = text_width(str(plan.blocks[0].rows[0][1][0])) / 2 if plan.ticks else 0.0
    return round(MARGIN + max(_beside_axis(plan, names), indent + widest(labels) + 1.5 + first), 2)


def _beside_axis(plan: Plan, names: Sequence[str]) -> float:
    ticks = widest([f"{tick:g}" for tick in steps_of(plan.top)])
    return len(names) * LINE_HEIGHT + 1.0 + ticks + 1.8


def _draw_frame(axes: Axes, plan: Plan) -> None:
    axes.set(xlim=(0, plan.end), ylim=(0, plan.top))
    axes.set_xticks(plan.ticks, [f"{tick:g}" for tick in plan.ticks])
    steps = steps_of(plan.top)
    axes.set_yticks(steps, [f"{step:g}" for step in steps])
    draw_curves(axes, [one.curve for one in plan.series])


def _draw_labels(
    sheet: Sheet,
    plan: Plan,
    labels: Sequence[list[str]],
    across: tuple[float, float],
    down: tuple[float, float],
) -> None:
    """Write the name of each curve beside its end, none over another."""
    if not labels:
        return
    (left, width), (top, height) = across, down
    heights = [LINE_HEIGHT * len(label) for label in labels]
    wanted = [
        top + height * (1 - float(one.curve.estimate[-1]) / plan.top) - size / 2
        for one, size in zip(plan.series, heights, strict=True)
    ]
    for one, label, y in zip(plan.series, labels, apart(wanted, heights, top + height + 1.6), strict=True):
        sheet.write_lines(left + width + 1.2, y, label, color=one.curve.look.colour)


def apart(wanted: Sequence[float], heights: Sequence[float], bottom: float) -> list[float]:
    """Move pieces of given heights as little as needed so that none covers another or passes `bottom`.

    Examples
    --------
    >>> apart([10.0, 11.0, 40.0], [4.0, 4.0, 4.0], 42.0)
    [10.0, 14.0, 38.0]
    """
    order = sorted(range(len(wanted)), key=lambda place: wanted[place])
    placed = list(wanted)
    floor = float("-inf")
    for place in order:
        placed[place] = max(placed[place], floor)
        floor = placed[place] + heights[place]
    ceiling = bottom
    for place in reversed(order):
        placed[place] = min(placed[place], ceiling - heights[place])
        ceiling = placed[place]
    return placed


@dataclass(frozen=True, slots=True)
class _Key:
    """The key above the curves: line sample, name, n, events and incidence at the horizon."""

    plan: Plan
    width: float

    @property
    def _head(self) -> list[str]:
        curves = self.plan.curves
        words = (
            f"Cumulative incidence at {self.plan.horizon:g} {curves.response.unit} "
            f"({formats.level(curves.level)} CI)"
        )
        return [words] if self.width > 120 else balanced(words, max(_HEADED, self._estimates))

    @property
    def _all(self) -> str:
        """How many patients all causes share; empty for groups, which have their own."""
        return f"n = {self.plan.series[0].n}" if self.plan.by_cause else ""

    @property
    def _estimates(self) -> float:
        return widest([str(one.estimate) for one in self.plan.series])

    @property
    def _columns(self) -> tuple[float, float, float, float]:
        """Left end of the names, right ends of n and events, left end of the estimates."""
        series = self.plan.series
        names = MARGIN + _SAMPLE
        counts = 0.0 if self.plan.by_cause else _GAP + widest(["n", *(str(one.n) for one in series)])
        events = max(text_width("Events"), widest([str(one.events) for one in series]))
        room = self.width - MARGIN - names - counts - events - 2 * _GAP - max(_HEADED, self._estimates)
        widths = min(room, widest([self._all, *(one.name for one in series)]))
        n_end = names + widths + counts
        return names, n_end, n_end + _GAP + events, n_end + 2 * _GAP + events

    def _names(self, one: Series) -> list[str]:
        names, n_end, _, _ = self._columns
        counts = 0.0 if self.plan.by_cause else _GAP + widest(["n", *(str(s.n) for s in self.plan.series)])
        return wrap(one.name, n_end - counts - names + 0.05)

    @property
    def height(self) -> float:
        """Height in millimetres."""
        lines = len(self._head) + sum(len(self._names(one)) for one in self.plan.series)
        return LINE_HEIGHT * lines + 1.0

    def draw(self, sheet: Sheet, top: float) -> None:
        """Draw the key with its upper edge at `top`."""
        names, n_end, events_end, estimates = self._columns
        head, y = self._head, top + (len(self._head) - 1) * LINE_HEIGHT
        if self.plan.by_cause:
            sheet.write(names, y, self._all)
        else:
            sheet.write(n_end, y, "n", ha="right")
        sheet.write(events_end, y, "Events", ha="right")
        sheet.write_lines(estimates, top, head)
        y += LINE_HEIGHT + 0.4
        right = estimates + max(widest(head), self._estimates)
        sheet.line([MARGIN, right], [y - 0.1, y - 0.1], color=palette.GREY, linewidth=style.THIN_LINE)
        y += 0.6
        for one in self.plan.series:
            self._row(sheet, one, y)
            y += LINE_HEIGHT * len(self._names(one))

    def _row(self, sheet: Sheet, one: Series, y: float) -> None:
        names, n_end, events_end, estimates = self._columns
        middle, look = y + LINE_HEIGHT * 0.42, one.curve.look
        sheet.line(
            [MARGIN, MARGIN + _SAMPLE - 1.5],
            [middle, middle],
            color=look.colour,
            linestyle=look.dash,
            linewidth=style.CURVE_LINE,
        )
        sheet.write_lines(names, y, self._names(one))
        if not self.plan.by_cause:
            sheet.write(n_end, y, str(one.n), ha="right")
        sheet.write(events_end, y, str(one.events), ha="right")
        sheet.write(estimates, y, str(one.estimate))


def _table_height(plan: Plan) -> float:
    headed = len(plan.blocks) > 1
    rows = sum(len(block.rows) + headed for block in plan.blocks)
    return LINE_HEIGHT * rows + 0.6 * (len(plan.blocks) - 1)


def _draw_table(sheet: Sheet, plan: Plan, top: float, ticks: Sequence[float]) -> None:
    headed = len(plan.blocks) > 1
    for block in plan.blocks:
        if headed:
            sheet.write(MARGIN, top, block.name, color=block.colour, weight="bold")
            top += LINE_HEIGHT
        for label, numbers in block.rows:
            sheet.write(MARGIN + (_INDENT if headed else 0.0), top, label)
            for x, number in zip(ticks, numbers, strict=True):
                sheet.write(x, top, str(number), ha="center")
            top += LINE_HEIGHT
        top += 0.6
