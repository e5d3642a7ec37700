"""A statement of an earlier paper (n, mean, range), drawn beside what the case-level data give."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from hpcstats.errors import DataError
from hpcstats.numbers import Number, Text
from hpcstats.plots.page import style
from hpcstats.plots.page.palette import BLACK
from hpcstats.plots.page.sheet import LINE_HEIGHT, Sheet, widest, wrap


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedStatement:
    """What a publication says of its own cases: how many, the mean and the range of a time.

    Attributes
    ----------
    label : str
        Short name of the publication, for instance "Brass 2004".
    n : int
        Cases it counts.
    mean, low, high : float
        Mean and range as printed there.
    source_id : str
        The publication in the data, for tracing.
    unit : str
        Unit of the times.

    Raises
    ------
    DataError
        Unless ``low <= mean <= high``.

    Examples
    --------
    >>> str(ReportedStatement(label="Brass 2004", n=9, mean=5, low=0, high=16).text)
    'Brass 2004: 9 cases, mean 5, range 0–16 years'
    """

    label: str
    n: int
    mean: float
    low: float
    high: float
    source_id: str = ""
    unit: str = "years"

    def __post_init__(self) -> None:
        if not self.low <= self.mean <= self.high:
            raise DataError(
                f"{self.label}: the mean {self.mean:g} is not within the range {self.low:g} to "
                f"{self.high:g}. Check the statement against the paper."
            )

    @property
    def text(self) -> Text:
        """The statement as printed, with its numbers."""
        return Text.template(
            "{label}: {n} cases, mean {mean}, range {low}\N{EN DASH}{high} {unit}",
            label=self.label,
            unit=self.unit,
            **{name: self._number(name) for name in ("n", "mean", "low", "high")},
        )

    def _number(self, name: str) -> Number:
        value = getattr(self, name)
        return Number(
            id=f"reported.{name}",
            value=value,
            text=f"{value:g}",
            how=f"As printed in {self.label}.",
            sources=(self.source_id,) if self.source_id else (),
        )


@dataclass(frozen=True, slots=True)
class Strip:
    """The strip above the curves that holds the statement, on the same time axis.

    Attributes
    ----------
    statement : ReportedStatement
        What is drawn.
    width : float
        Length of the time axis in millimetres.
    spare : float
        Room to its left, used by words that are wider than the axis.
    """

    statement: ReportedStatement
    width: float
    spare: float

    @property
    def _lines(self) -> list[str]:
        return wrap(str(self.statement.text), self.width + self.spare)

    @property
    def height(self) -> float:
        """Height in millimetres."""
        return LINE_HEIGHT * len(self._lines) + 5.0

    def draw(self, sheet: Sheet, left: float, top: float, limits: Sequence[float]) -> None:
        """Draw the words, then the range with a diamond at the mean; `limits` are those of the time axis."""
        sheet.write_lines(left - max(0.0, widest(self._lines) - self.width), top, self._lines)
        statement, height = self.statement, 3.4
        axes = sheet.axes(left, top + LINE_HEIGHT * len(self._lines), self.width, height)
        axes.set(xlim=limits, ylim=(-1, 1))
        axes.set_axis_off()
        low, mean, high = style.settle([statement.low, statement.mean, statement.high])
        line: dict[str, Any] = {"color": BLACK, "clip_on": False, "solid_capstyle": "butt"}
        axes.plot([low, high], [0, 0], linewidth=1.0, **line)
        for end in (low, high):
            axes.plot([end, end], [-0.55, 0.55], linewidth=1.0, **line)
        axes.plot([mean], [0], marker="D", markersize=4.5, color=BLACK, clip_on=False)
