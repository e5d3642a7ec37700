"""The two small tables of a survival figure: the key above the curves and the risk table below them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hpcstats import formats
from hpcstats.numbers import Number
from hpcstats.plots.page.palette import GREY, SeriesStyle
from hpcstats.plots.page.sheet import LINE_HEIGHT, MARGIN, Sheet, balanced, text_width, widest, wrap
from hpcstats.plots.page.style import CURVE_LINE, THIN_LINE
from hpcstats.plots.step_curves.printed import GroupSummary

if TYPE_CHECKING:
    from hpcstats.nonparametric import SurvivalCurves

Cells = dict[str, tuple[Number, ...]]

ROWS = (("at_risk", "At risk"), ("events", "Events"), ("censored", "Censored"))
INDENT = 2.0
_SAMPLE = 7.0
_GAP = 3.0
_NARROWEST_MEDIAN = 22.0


@dataclass(frozen=True, slots=True)
class Key:
    """The key above the curves: line sample, name, n, events and median of each.

    Attributes
    ----------
    summaries : sequence of GroupSummary
        What is printed, a row each.
    looks : sequence of SeriesStyle
        The line of each row.
    median_head : str
        Heading of the last column.
    width : float
        Width of the figure in millimetres.
    """

    summaries: Sequence[GroupSummary]
    looks: Sequence[SeriesStyle]
    median_head: str
    width: float

    @property
    def columns(self) -> tuple[float, float, float, float]:
        """Left end of the names, right ends of n and events, left end of the medians."""
        events = max(text_width("Events"), widest([str(row.events) for row in self.summaries]))
        counts, medians = self._counts_width, self._medians_room
        room = self.width - 2 * MARGIN - _SAMPLE - counts - events - medians - 3 * _GAP
        names = MARGIN + _SAMPLE
        n_end = names + min(room, widest([row.name for row in self.summaries])) + _GAP + counts
        events_end = n_end + _GAP + events
        return names, n_end, events_end, events_end + _GAP

    @property
    def _counts_width(self) -> float:
        return widest(["n", *(str(row.n) for row in self.summaries)])

    @property
    def _medians_width(self) -> float:
        return widest([str(row.median) for row in self.summaries])

    @property
    def _medians_room(self) -> float:
        return max(_NARROWEST_MEDIAN, self._medians_width)

    @property
    def _head(self) -> list[str]:
        roomy = self.width > 120
        return [self.median_head] if roomy else balanced(self.median_head, self._medians_room)

    def _names(self, summary: GroupSummary) -> list[str]:
        names, n_end, _, _ = self.columns
        return wrap(summary.name, n_end - self._counts_width - _GAP - names + 0.05)

    @property
    def height(self) -> float:
        """Height in millimetres."""
        return LINE_HEIGHT * (len(self._head) + sum(len(self._names(row)) for row in self.summaries)) + 1.0

    def draw(self, sheet: Sheet, top: float) -> None:
        """Draw the key with its upper edge at `top`."""
        names, n_end, events_end, medians = self.columns
        head, y = self._head, top + (len(self._head) - 1) * LINE_HEIGHT
        sheet.write(n_end, y, "n", ha="right")
        sheet.write(events_end, y, "Events", ha="right")
        sheet.write_lines(medians, top, head)
        y += LINE_HEIGHT + 0.4
        right = medians + max(widest(head), self._medians_width)
        sheet.line([MARGIN, right], [y - 0.1, y - 0.1], color=GREY, linewidth=THIN_LINE)
        y += 0.6
        for row, look in zip(self.summaries, self.looks, strict=True):
            middle = y + LINE_HEIGHT * 0.42
            sheet.line(
                [MARGIN, MARGIN + _SAMPLE - 1.5],
                [middle, middle],
                color=look.colour,
                linestyle=look.dash,
                linewidth=CURVE_LINE,
            )
            lines = self._names(row)
            sheet.write_lines(names, y, lines)
            sheet.write(n_end, y, str(row.n), ha="right")
            sheet.write(events_end, y, str(row.events), ha="right")
            sheet.write(medians, y, str(row.median))
            y += LINE_HEIGHT * len(lines)


@dataclass(frozen=True, slots=True)
class RiskTable:
    """At risk, events and censored just after each tick, a block of three rows for each curve.

    Attributes
    ----------
    summaries : sequence of GroupSummary
        The groups.
    looks : sequence of SeriesStyle
        Their colours.
    cells : sequence of dict
        One a group: row name to the numbers, in the order of the ticks.
    """

    summaries: Sequence[GroupSummary]
    looks: Sequence[SeriesStyle]
    cells: Sequence[Cells]

    @property
    def label_width(self) -> float:
        """Width of the row labels with their indent."""
        return (INDENT if self._headed else 0.0) + widest([label for _, label in ROWS])

    @property
    def _headed(self) -> bool:
        return len(self.summaries) > 1

    @property
    def height(self) -> float:
        """Height in millimetres."""
        blocks = len(self.summaries)
        return LINE_HEIGHT * blocks * (len(ROWS) + self._headed) + 0.6 * (blocks - 1)

    def draw(self, sheet: Sheet, top: float, ticks: Sequence[float]) -> None:
        """Draw the table with its upper edge at `top` and its columns centred at `ticks` (in millimetres)."""
        for summary, look, cells in zip(self.summaries, self.looks, self.cells, strict=True):
            if self._headed:
                sheet.write(MARGIN, top, summary.name, color=look.colour, weight="bold")
                top += LINE_HEIGHT
            for key, label in ROWS:
                sheet.write(MARGIN + (INDENT if self._headed else 0.0), top, label)
                for x, number in zip(ticks, cells[key], strict=True):
                    sheet.write(x, top, str(number), ha="center")
                top += LINE_HEIGHT
            top += 0.6

    @property
    def numbers(self) -> tuple[Number, ...]:
        """All numbers of the table."""
        return tuple(number for block in self.cells for row in block.values() for number in row)


def risk_cells(km: SurvivalCurves, summaries: Sequence[GroupSummary], ticks: Sequence[float]) -> list[Cells]:
    """Read the risk table of `km` at `ticks` as printed numbers, one mapping a group."""
    table, size = km.risk_table(list(ticks)), len(ticks)
    cells = []
    for position, summary in enumerate(summaries):
        block = table.iloc[position * size : (position + 1) * size]
        patients = km.patients(summary.key)
        cells.append(
            {
                key: tuple(
                    Number(
                        id=f"{summary.slug}.{tick:g}.{key}",
                        value=float(value),
                        text=formats.count(value),
                        how=f"{label} just after {tick:g} {km.response.unit}, counted.",
                        patients=patients,
                    )
                    for tick, value in zip(ticks, block[key], strict=True)
                )
                for key, label in ROWS
            }
        )
    return cells
