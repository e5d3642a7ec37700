"""The drawing of mean numbers of events: the key above, the curves, the risk table below."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes

from hpcstats.numbers import Text
from hpcstats.plots.mean_cumulative.plan import Cells
from hpcstats.plots.page import style
from hpcstats.plots.page.sheet import (
    LINE_HEIGHT,
    MARGIN,
    Sheet,
    balanced,
    round_ticks,
    text_width,
    widest,
    wrap,
)
from hpcstats.plots.step_curves.printed import GroupSummary
from hpcstats.plots.step_curves.risk_table import INDENT, Key
from hpcstats.plots.step_curves.steps import StepCurve, draw_curves

_HEIGHTS = {"single": 50.0, "double": 68.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """Everything that is drawn, ready to be placed.

    Attributes
    ----------
    curves : tuple of StepCurve
        The curves.
    end, top : float
        Where the axes end.
    ticks : tuple of float
        Ticks of the time axis, and times of the risk table.
    xlabel, ylabel : str
        What the axes show.
    summaries : tuple of GroupSummary
        The rows of the key.
    head : str
        Heading of its last column.
    remark : Text
        The test.
    cells : list of dict
        The risk table, one mapping a curve.
    rows : dict
        Its rows and their names.
    width : {"single", "double"}
        Width of the figure.
    """

    curves: tuple[StepCurve, ...]
    end: float
    top: float
    ticks: tuple[float, ...]
    xlabel: str
    ylabel: str
    summaries: tuple[GroupSummary, ...]
    head: str
    remark: Text
    cells: list[Cells]
    rows: dict[str, str]
    width: style.Width

    def draw(self) -> Sheet:
        """Measure, place and draw."""
        width, height = style.width_in_mm(self.width), _HEIGHTS[self.width]
        names = balanced(self.ylabel, height)
        left, frame = self._left(names), 0.0
        frame = width - left - self._right
        remark = wrap(str(self.remark), width - 2 * MARGIN) if self.remark.parts else []
        key = Key(self.summaries, [curve.look for curve in self.curves], self.head, width)
        top = MARGIN + key.height + LINE_HEIGHT * len(remark) + 2.4
        below = top + height + 1.6 + 2 * LINE_HEIGHT + 1.4
        sheet = Sheet(width, round(below + self._table_height + MARGIN - 0.4, 2))
        key.draw(sheet, MARGIN)
        sheet.write_lines(MARGIN, MARGIN + key.height + 0.6, remark)
        self._frame(sheet.axes(left, top, frame, height))
        for number, name in enumerate(names):
            x = left - self._beside(names) + (number + 0.5) * LINE_HEIGHT
            sheet.write(x, top + height / 2, name, rotation=90, ha="center", va="center")
        sheet.write(left + frame / 2, below - LINE_HEIGHT - 1.4, self.xlabel, ha="center")
        self._table(sheet, below, [left + tick / self.end * frame for tick in self.ticks])
        return sheet

    @property
    def heights(self) -> list[float]:
        """Ticks of the vertical axis."""
        return round_ticks(self.top, 5, [1, 2, 2.5, 5, 10])

    def _frame(self, axes: Axes) -> None:
        axes.set(xlim=(0, self.end), ylim=(0, self.top))
        axes.set_xticks(self.ticks, [f"{tick:g}" for tick in self.ticks])
        axes.set_yticks(self.heights, [f"{height:g}" for height in self.heights])
        draw_curves(axes, self.curves)

    @property
    def _headed(self) -> bool:
        return len(self.summaries) > 1

    @property
    def _table_height(self) -> float:
        blocks = len(self.summaries)
        return LINE_HEIGHT * blocks * (len(self.rows) + self._headed) + 0.6 * (blocks - 1)

    def _table(self, sheet: Sheet, top: float, ticks: Sequence[float]) -> None:
        """Draw who is at risk, and what has happened, with the columns centred at `ticks`."""
        for summary, curve, cells in zip(self.summaries, self.curves, self.cells, strict=True):
            if self._headed:
                sheet.write(MARGIN, top, summary.name, color=curve.look.colour, weight="bold")
                top += LINE_HEIGHT
            for key, name in self.rows.items():
                sheet.write(MARGIN + self._indent, top, name)
                for x, number in zip(ticks, cells[key], strict=True):
                    sheet.write(x, top, str(number), ha="center")
                top += LINE_HEIGHT
            top += 0.6

    @property
    def _indent(self) -> float:
        return INDENT if self._headed else 0.0

    def _left(self, names: Sequence[str]) -> float:
        first = text_width(str(self.cells[0]["at_risk"][0])) / 2 if self.ticks else 0.0
        labels = self._indent + widest(list(self.rows.values())) + 1.5 + first
        return round(MARGIN + max(self._beside(names), labels), 2)

    def _beside(self, names: Sequence[str]) -> float:
        return len(names) * LINE_HEIGHT + 1.0 + widest([f"{height:g}" for height in self.heights]) + 1.8

    @property
    def _right(self) -> float:
        last = max(text_width(f"{self.ticks[-1]:g}"), 4.0) / 2 if self.ticks else 0.0
        return MARGIN + 0.5 + last
