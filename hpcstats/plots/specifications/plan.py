"""Where everything of a specification curve stands: ranks, columns, the lines of the options, both axes."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from hpcstats import formats
from hpcstats.basis import Basis, named
from hpcstats.columns import FloatArray, IntArray
from hpcstats.errors import DesignError
from hpcstats.numbers import Number, slug
from hpcstats.plots.page import style
from hpcstats.plots.page.ratio_axis import RatioAxis
from hpcstats.plots.page.sheet import LINE_HEIGHT, MARGIN, text_width
from hpcstats.plots.specifications.axis import PlainAxis, axis_of, shown

if TYPE_CHECKING:
    from hpcstats.sensitivity.specifications import CurveTest, Multiverse

INDENT = 2.5
MEDIAN = "Median"
_NARROWEST = 0.28
_WIDEST_NAME = 60.0
BEFORE_TICKS = 3.0
_GAP = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionLine:
    """A line of the matrix: a choice (heading), or one of its options.

    Attributes
    ----------
    words : str
        What is printed at the left.
    main : bool
        Whether the main analysis has the option.
    having : tuple of float
        For each column the share of its specifications that have the option; empty for a heading.
    median : Number or None
        The median estimate with the option.
    """

    words: str
    main: bool = False
    having: tuple[float, ...] = ()
    median: Number | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Plan:
    """A specification curve, ready to be drawn.

    Attributes
    ----------
    found, test : Multiverse, CurveTest or None
        The results.
    labels : mapping
        Printed names of choices and options.
    order : ndarray of int
        Positions of the specifications that have a place, by their estimates.
    column : ndarray of int
        The column of each of them.
    lines : tuple of OptionLine
        The lines of the matrix.
    axis : RatioAxis or PlainAxis
        Of the estimates; it runs upwards from 0 to `HEIGHT` millimetres.
    ticks : float
        Width of the words at its ticks.
    left, width : float
        Where the panels lie on the sheet.
    """

    found: Multiverse
    test: CurveTest | None
    labels: Mapping[str, str]
    order: IntArray
    column: IntArray
    lines: tuple[OptionLine, ...]
    axis: RatioAxis | PlainAxis
    ticks: float
    left: float
    width: float

    @property
    def columns(self) -> int:
        """Number of columns."""
        return int(self.column[-1]) + 1

    @property
    def together(self) -> int:
        """How many specifications share a column."""
        return int(np.bincount(self.column).max())

    @property
    def null(self) -> str:
        """The value that separates two conclusions, as printed; empty where none does."""
        value = self.found.null
        return "" if value is None else f"{formats.settled(value):g}".replace("-", "\N{MINUS SIGN}")

    @property
    def basis(self) -> Basis:
        """The patients its numbers rest on."""
        return Basis(patients=self.found.patients())

    @property
    def xs(self) -> FloatArray:
        """Where each specification stands, in millimetres from the left."""
        ranks = np.arange(self.order.size)
        return style.settle(self.left + (ranks + 0.5) / self.order.size * self.width, 4)

    @property
    def edges(self) -> FloatArray:
        """Where the columns begin and end."""
        ends = np.searchsorted(self.column, np.arange(self.columns + 1))
        return style.settle(self.left + ends / self.order.size * self.width, 4)

    @property
    def main(self) -> int | None:
        """Rank of the main analysis; None where it has no place."""
        rank = np.flatnonzero(self.order == self.found.main)
        return int(rank[0]) if rank.size else None

    def named(self, choice: str, option: str | None = None) -> str:
        """Return the printed name of a choice or of an option of it."""
        return named(choice, self.labels) if option is None else named(option, self.labels, level_of=choice)

    def of_columns(self, values: FloatArray) -> FloatArray:
        """Return the medians of a number of the specifications (all of them) by column; NaN where unknown."""
        ordered = values[self.order]
        parts = [ordered[self.column == k] for k in range(self.columns)]
        known = [part[~np.isnan(part)] for part in parts]
        return np.array([np.median(part) if part.size else np.nan for part in known])


def printed(value: float | None, *, ratio: bool) -> str:
    """Print an estimate: a ratio as such, all else with three digits."""
    if value is None or math.isnan(value):
        return formats.NOT_ESTIMABLE
    if ratio:
        return "0" if value == 0 else formats.ratio(value)
    if math.isinf(value):
        return formats.fixed(value, 0)
    return f"{formats.settled(value):.3g}".replace("-", "\N{MINUS SIGN}")


def plan(found: Multiverse, test: CurveTest | None, labels: Mapping[str, str]) -> Plan:
    """Order the specifications, put them into columns, and make the lines of the matrix.

    Raises
    ------
    DesignError
        If no specification has an estimate, or a name is too long.
    """
    places = found.estimates
    order = np.argsort(np.where(np.isnan(places), np.inf, places), kind="stable")
    order = order[~np.isnan(places[order])]
    if not order.size:
        raise DesignError("No specification has an estimate to draw.")
    texts = {
        name: (named(name, labels), [named(label, labels, level_of=name) for label in options])
        for name, options in found.choices.items()
    }
    longest = max((*(one for _, several in texts.values() for one in several),), key=text_width)
    if text_width(longest) > _WIDEST_NAME:
        raise DesignError(f"The name {longest!r} is too long. Give a shorter one in labels.")
    names = max(
        *(text_width(heading, "bold") for heading, _ in texts.values()),
        *(text_width(one, "bold") + INDENT for _, several in texts.values() for one in several),
    )
    axis = axis_of(found, order)
    ticks = max((text_width(shown(tick, ratio=found.logarithmic)) for tick in axis.ticks), default=0.0)
    left = round(MARGIN + max(names, ticks + BEFORE_TICKS + LINE_HEIGHT) + _GAP, 2)
    width = round(style.DOUBLE_WIDTH - MARGIN - text_width(MEDIAN) - _GAP - left, 2)
    column = columns_of(order.size, int(width / _NARROWEST))
    return Plan(
        found=found,
        test=test,
        labels=labels,
        order=order,
        column=column,
        lines=tuple(_lines(found, order, column, texts)),
        axis=axis,
        ticks=ticks,
        left=left,
        width=width,
    )


def columns_of(size: int, most: int) -> IntArray:
    """Put `size` ranks into at most `most` columns of equally many (the last one may have fewer).

    Examples
    --------
    >>> columns_of(5, 3).tolist()
    [0, 0, 1, 1, 2]
    """
    together = -(-size // max(1, most))
    found: IntArray = np.arange(size) // together
    return found


def _lines(
    found: Multiverse, order: IntArray, column: IntArray, texts: Mapping[str, tuple[str, Sequence[str]]]
) -> list[OptionLine]:
    """Make the lines of all choices, that with the largest influence first."""
    told = found.options().set_index(["choice", "option"])
    basis = Basis(patients=found.patients())
    sizes = np.bincount(column)
    lines = []
    for name in found.influence()["choice"]:
        place = list(found.choices).index(name)
        heading, words = texts[name]
        lines.append(OptionLine(words=heading))
        for label, word in zip(found.choices[name], words, strict=True):
            has = np.array([found.declared.kept[row][place] == label for row in order], dtype=np.float64)
            median = float(told.loc[(name, label), "median"])
            text = printed(median, ratio=found.logarithmic)
            how = f"{found.label}: median of the specifications with {name} = {label}."
            lines.append(
                OptionLine(
                    words=word,
                    main=bool(told.loc[(name, label), "main"]),
                    having=tuple((np.bincount(column, weights=has) / sizes).tolist()),
                    median=basis.below(slug(name), slug(label)).number("median", median, text, how),
                )
            )
    return lines
