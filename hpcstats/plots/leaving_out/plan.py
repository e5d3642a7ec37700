"""Where everything of an influence plot stands: panels, units in their order, names beside the frames."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import Any

from hpcstats.errors import DesignError
from hpcstats.numbers import Number, Text, slug
from hpcstats.plots.page import linear_axis, ratio_axis, style
from hpcstats.plots.page.left_out import LeftOut
from hpcstats.plots.page.linear_axis import LinearAxis
from hpcstats.plots.page.ratio_axis import RatioAxis
from hpcstats.plots.page.sheet import LINE_HEIGHT, MARGIN, text_width

Axis = RatioAxis | LinearAxis

HEIGHT = 46.0
LEADER = 4.0
_BETWEEN = 6.0
_WIDEST_NAME = 42.0
_EDGE = 3.0
_INSET = 1.6
_FEW = 5
"""Different estimates up to which is said how often each occurs, where there are too many units for names."""
_DOTS = "\N{HORIZONTAL ELLIPSIS}"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Unit:
    """A patient or paper: the estimate without it, and where it stands.

    Attributes
    ----------
    row : mapping
        Its row of the result.
    place : int
        Its place in the panel, from the top.
    text : Text
        What is printed beside it: its name and the estimate without it, or how many have this estimate.
    named : bool
        Whether it is printed by its name.
    """

    row: Mapping[Any, Any]
    place: int
    text: Text = field(default_factory=Text)
    named: bool = False

    @property
    def estimate(self) -> float:
        """The estimate without it."""
        return float(self.row["estimate"])

    @property
    def limits(self) -> tuple[float, float]:
        """Its limits; NaN where there are none."""
        return float(self.row.get("low", math.nan)), float(self.row.get("high", math.nan))

    @property
    def kind(self) -> str:
        """Tell "ok", "firth", "beyond" (nothing finite, off to the right), or "not_estimable"."""
        if math.isfinite(self.estimate):
            return "firth" if self.row["status"] == "firth" else "ok"
        return "beyond" if self.row["change"] == math.inf else "not_estimable"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Panel:
    """One quantity without each unit of one kind."""

    quantity: LeftOut
    unit: str
    units: tuple[Unit, ...]
    axis: Axis

    @property
    def size(self) -> Number:
        """How many are left out in turn."""
        basis = self.quantity.basis.below(self.unit)
        return basis.count("left_out", len(self.units), f"Each {self.unit} left out in turn, counted.")

    @property
    def heading(self) -> Text:
        """What the panel shows."""
        return Text.of("Without each of ", self.size, f" {self.unit}s")

    def y(self, unit: Unit) -> float:
        """Return the height of a unit in millimetres below the upper edge of the frame."""
        step = (HEIGHT - 2 * _INSET) / max(1, len(self.units) - 1)
        return round(_INSET + unit.place * step if len(self.units) > 1 else HEIGHT / 2, 4)

    def names(self) -> list[tuple[Unit, float]]:
        """Return the units with words beside them and the heights of these, which keep their distance."""
        chosen, edge = [unit for unit in self.units if unit.text.parts], LINE_HEIGHT / 2
        heights = spread([self.y(unit) for unit in chosen], LINE_HEIGHT, edge, HEIGHT - edge)
        return list(zip(chosen, heights, strict=True))


def spread(wanted: Sequence[float], apart: float, first: float, last: float) -> list[float]:
    """Move sorted heights no more than needed so that they are `apart`, within `first` and `last`.

    Examples
    --------
    >>> spread([0.0, 1.0, 9.0], 2.0, 1.0, 10.0)
    [1.0, 3.0, 9.0]
    >>> spread([8.0, 9.0, 9.5], 2.0, 1.0, 10.0)
    [6.0, 8.0, 10.0]
    """
    heights: list[float] = []
    for height in wanted:
        heights.append(max(height, heights[-1] + apart if heights else first))
    ceiling = last
    for number in reversed(range(len(heights))):
        heights[number] = round(min(heights[number], ceiling), 4)
        ceiling = heights[number] - apart
    return heights


def panels_of(
    quantities: Sequence[LeftOut], named: int, labels: Mapping[str, str]
) -> tuple[tuple[Panel, ...], ...]:
    """Make the panels, a row for each quantity; those of a row share the limits of their axis.

    Raises
    ------
    DesignError
        For no quantity, two of one label, or names that cannot be told apart.
    """
    names = [slug(quantity.label) for quantity in quantities]
    if not names or len(set(names)) < len(names):
        raise DesignError("An influence plot needs at least one quantity, each with a label of its own.")
    number = max(len(quantity.by) for quantity in quantities)
    width = (style.DOUBLE_WIDTH - 2 * MARGIN - _BETWEEN * (number - 1)) / number
    most = int(HEIGHT / LINE_HEIGHT)
    rows = []
    for quantity in quantities:
        found = {unit: _units(quantity, unit, min(named, most), most, labels) for unit in quantity.by}
        limits = _limits(quantity, [one for units in found.values() for one in units])
        rows.append([(quantity, unit, units, limits) for unit, units in found.items()])
    gutters = [_gutter([row[place][2] for row in rows if place < len(row)]) for place in range(number)]
    return tuple(
        tuple(
            Panel(
                quantity=quantity,
                unit=unit,
                units=units,
                axis=_axis(quantity, limits, MARGIN + place * (width + _BETWEEN), width, gutters[place]),
            )
            for place, (quantity, unit, units, limits) in enumerate(row)
        )
        for row in rows
    )


def _gutter(panels: Sequence[Sequence[Unit]]) -> float:
    """Return the room for the names of panels below one another."""
    return max((text_width(str(unit.text)) for units in panels for unit in units), default=0.0)


def _axis(quantity: LeftOut, limits: tuple[float, float], start: float, width: float, gutter: float) -> Axis:
    left = start + gutter + LEADER
    kind = RatioAxis if quantity.is_ratio else LinearAxis
    return kind(*limits, round(left, 2), round(width - gutter - LEADER - _EDGE, 2))


def _units(
    quantity: LeftOut, unit: str, named: int, most: int, labels: Mapping[str, str]
) -> tuple[Unit, ...]:
    rows = quantity.rows(unit)
    order = sorted(range(len(rows)), key=lambda k: (*_height(rows[k]), k))
    units = [Unit(row=rows[k], place=place) for place, k in enumerate(order)]
    runs = _runs(units)
    few = len(rows) <= most
    if not few and len(runs) <= _FEW:
        return tuple(one for run in runs for one in _counted(quantity, unit, run))
    chosen = set(range(len(rows))) if few else set(_most_influential(rows, named))
    return tuple(
        replace(one, text=_name(quantity, unit, one, labels), named=not few) if k in chosen else one
        for k, one in zip(order, units, strict=True)
    )


def _height(row: Mapping[Any, Any]) -> tuple[bool, float]:
    """Sort by the estimate; one that is not reached comes after all, and unknown ones last."""
    value = float(row["estimate"])
    if math.isfinite(value):
        return False, value
    return row["change"] != math.inf, math.inf


def _runs(units: Sequence[Unit]) -> list[list[Unit]]:
    """Put sorted units of one estimate together."""
    return [list(run) for _, run in groupby(units, key=lambda unit: f"{unit.estimate:.9g} {unit.kind}")]


def _counted(quantity: LeftOut, unit: str, run: list[Unit]) -> Iterator[Unit]:
    """Say beside the middle of units of one estimate how many they are."""
    middle, printed = len(run) // 2, _printed(quantity, run[0])
    basis = quantity.basis.below(unit)
    how = f"{quantity.label} without each {unit}: {printed}, counted."
    count = basis.below(printed).count("count", len(run), how)
    for number, one in enumerate(run):
        words = Text.of(count, f" {unit}{'s' if len(run) != 1 else ''}: {printed}")
        yield replace(one, text=words) if number == middle else one


def _most_influential(rows: Sequence[Mapping[Any, Any]], most: int) -> Iterator[int]:
    """Give the units of the largest changes; none of several alike that would be too many."""
    ranks = [int(row["order"]) for row in rows]
    for k, rank in enumerate(ranks):
        if sum(other <= rank for other in ranks) <= most:
            yield k


def _name(quantity: LeftOut, unit: str, one: Unit, labels: Mapping[str, str]) -> Text:
    left, printed = str(one.row["left_out"]), _printed(quantity, one)
    basis = quantity.basis.below(unit, "without", left)
    number = basis.number("estimate", one.estimate, printed, f"{quantity.label}, without {left}.")
    return Text.of(f"{_cut(labels.get(left, left), _WIDEST_NAME - text_width(f': {printed}'))}: ", number)


def _cut(name: str, room: float) -> str:
    """Leave out the middle of a name that is too long: identifiers differ at their ends."""
    kept = len(name) - 1
    cut = name
    while text_width(cut) > room:
        kept -= 1
        cut = name[: kept - kept // 2] + _DOTS + name[len(name) - kept // 2 :]
    return cut


def _printed(quantity: LeftOut, unit: Unit) -> str:
    return "not reached" if unit.kind == "beyond" else quantity.printed(unit.estimate)


def _limits(quantity: LeftOut, units: Sequence[Unit]) -> tuple[float, float]:
    estimate, low, high = quantity.values
    estimates = [estimate, *(unit.estimate for unit in units)]
    ends = [low, high, *(end for unit in units for end in unit.limits)]
    if quantity.is_ratio:
        return ratio_axis.limits_of(estimates, ends)
    return linear_axis.limits_of(estimates, ends)
