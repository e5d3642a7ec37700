"""Where everything of a forest plot stands: the lines, the columns of words, and the axis."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from hpcstats import formats
from hpcstats.errors import DesignError
from hpcstats.model_lines import FactorLine
from hpcstats.model_rows import ModelRow
from hpcstats.plots.page import style
from hpcstats.plots.page.palette import SERIES, SeriesStyle
from hpcstats.plots.page.ratio_axis import RatioAxis, limits_of
from hpcstats.plots.page.sheet import LINE_HEIGHT, MARGIN, widest, wrap

STUB, COUNTS = "Factor", "Events/n"
ABSENT = "\N{EN DASH}"
INDENT = 3.0
GAP = 3.2
MARKER_ROOM = 4.0
HEAD = 2 * LINE_HEIGHT + 1.6
FOOT = 3 * LINE_HEIGHT + 3.2
_LINE, _TIGHTEST, _APART = 5.4, 4.25, 0.42
_GOOD_AXIS, _LEAST_AXIS = 44.0, 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One of the models: its name, its marker and its colour."""

    key: str
    name: str
    look: SeriesStyle
    marker: str


MARKERS = ("o", "s")
NAMES = {"univariable": "Univariable", "multivariable": "Multivariable"}


def shown(keys: Sequence[str]) -> tuple[Shown, ...]:
    """Give each model its colour and marker, the same whether it is drawn alone or beside the other."""
    order = list(NAMES)
    return tuple(
        Shown(key=key, name=NAMES[key], look=SERIES[order.index(key)], marker=MARKERS[order.index(key)])
        for key in keys
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Line:
    """A line of the plot: its words and the height it takes."""

    source: FactorLine
    words: tuple[str, ...]
    top: float
    height: float

    @property
    def middle(self) -> float:
        """Height of its markers, in millimetres below the first line."""
        return self.top + self.height / 2


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Plan:
    """The forest plot before it is drawn.

    Attributes
    ----------
    models : tuple of Shown
        One or two models.
    lines : tuple of Line
        From top to bottom.
    columns : tuple of (float, float)
        For each model the right end of the counts and the left end of the ratios, in millimetres.
    axis : RatioAxis
        The axis of the hazard ratios.
    level : float
        Confidence level.
    """

    models: tuple[Shown, ...]
    lines: tuple[Line, ...]
    columns: tuple[tuple[float, float], ...]
    axis: RatioAxis
    level: float

    @classmethod
    def of(
        cls,
        sources: Sequence[FactorLine],
        models: tuple[Shown, ...],
        level: float,
        limits: tuple[float, float] | None,
    ) -> Plan:
        """Measure the words and share out the page.

        Raises
        ------
        DesignError
            For more lines than fit on a page, or words that leave no room for the axis.
        """
        widths = [_widths(sources, number, level) for number in range(len(models))]
        cells = sum(counts + ratios + 2 * GAP for counts, ratios in widths)
        labels = _label_room(sources, style.DOUBLE_WIDTH - 2 * MARGIN - cells - GAP)
        columns, left = [], MARGIN + labels + GAP
        for counts, ratios in widths:
            columns.append((round(left + counts, 2), round(left + counts + GAP, 2)))
            left += counts + ratios + 2 * GAP
        low, high = limits or _limits(sources)
        right = style.DOUBLE_WIDTH - MARGIN - MARKER_ROOM / 2
        axis = RatioAxis(low, high, round(left, 2), round(right - left, 2))
        return cls(
            models=models, lines=_placed(sources, labels), columns=tuple(columns), axis=axis, level=level
        )

    @property
    def apart(self) -> float:
        """Millimetres between the markers of two models on one line."""
        return round(_APART * min(line.height for line in self.lines), 3)

    @property
    def ratio_head(self) -> str:
        """Heading of the ratios."""
        return ratio_head(self.level)

    @property
    def height(self) -> float:
        """Height of the figure in millimetres."""
        last = self.lines[-1]
        return round(MARGIN + HEAD + last.top + last.height + FOOT + MARGIN, 2)


def ratio_head(level: float) -> str:
    """Write the heading of the ratios."""
    return f"HR ({formats.level(level)} CI)"


def counts_of(row: ModelRow | None) -> str:
    """Write events and patients of a line."""
    return "" if row is None else ABSENT if row.kind == "absent" else str(row.events)


def ratio_of(row: ModelRow | None) -> str:
    """Write the hazard ratio of a line."""
    return "" if row is None else ABSENT if row.kind == "absent" else str(row.ratio)


def weight(line: FactorLine) -> str:
    """Tell factors from their levels by the weight of their words."""
    return "normal" if line.indent else "bold"


def terms(sources: Sequence[FactorLine]) -> Iterator[ModelRow]:
    """Give every coefficient of every model."""
    return (row for line in sources for row in line.rows if row is not None and row.kind == "term")


def _widths(sources: Sequence[FactorLine], number: int, level: float) -> tuple[float, float]:
    rows = [line.rows[number] for line in sources]
    counts = widest([COUNTS, *(counts_of(row) for row in rows)])
    return counts, widest([ratio_head(level), *(ratio_of(row) for row in rows)])


def _limits(sources: Sequence[FactorLine]) -> tuple[float, float]:
    found = list(terms(sources))
    estimates = [row.estimate for row in found]
    # A coefficient without an estimate is seen by its one finite limit alone.
    alone = [end for row in found if row.status != "ok" for end in (row.low, row.high)]
    return limits_of([*estimates, *alone], [end for row in found for end in (row.low, row.high)])


def _label_room(sources: Sequence[FactorLine], room: float) -> float:
    """Return the width of the labels: what they want, or their longest word where the axis needs the room."""
    head = widest([STUB], "bold")
    wanted = max(head, *(INDENT * line.indent + widest([line.label], weight(line)) for line in sources))
    longest = max(
        head, *(INDENT * line.indent + widest(line.label.split(" "), weight(line)) for line in sources)
    )
    room -= MARKER_ROOM / 2
    granted = max(min(wanted, room - _GOOD_AXIS), longest)
    if room - granted < _LEAST_AXIS:
        raise DesignError(
            "The words of the forest plot leave no room for its axis. Give shorter labels, without very long "
            "words, or draw the univariable and the multivariable models in two figures."
        )
    return granted


def _placed(sources: Sequence[FactorLine], room: float) -> tuple[Line, ...]:
    wrapped = [tuple(wrap(line.label, room - INDENT * line.indent + 0.05, weight(line))) for line in sources]
    further = LINE_HEIGHT * sum(len(words) - 1 for words in wrapped)
    free = style.MAXIMUM_HEIGHT - 2 * MARGIN - HEAD - FOOT - further
    height = math.floor(100 * min(_LINE, free / len(sources))) / 100
    if height < _TIGHTEST:
        raise DesignError(
            f"{len(sources)} lines do not fit on a page; at most {int(free / _TIGHTEST)} do. "
            "Draw fewer factors."
        )
    lines, top = [], 0.0
    for source, words in zip(sources, wrapped, strict=True):
        whole = round(height + LINE_HEIGHT * (len(words) - 1), 2)
        lines.append(Line(source=source, words=words, top=top, height=whole))
        top = round(top + whole, 2)
    return tuple(lines)
