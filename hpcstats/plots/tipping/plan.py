"""Where everything of a tipping map stands: cells, classes of p, the plausible box, the key."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from hpcstats import formats
from hpcstats.basis import Basis
from hpcstats.columns import FloatArray, IntArray
from hpcstats.errors import DesignError
from hpcstats.numbers import Number, Text
from hpcstats.plots.page import palette, style
from hpcstats.plots.page.ratio_axis import RatioAxis
from hpcstats.plots.page.ratio_axis import words as tick_words
from hpcstats.plots.page.sheet import LINE_HEIGHT, MARGIN, widest, wrap

if TYPE_CHECKING:
    from hpcstats.sensitivity.tipping.bounds import BestAndWorstCase
    from hpcstats.sensitivity.tipping.result import TippingPoint

TINTS = (0.72, 0.5, 0.3, 0.13, 0.0)
_MULTIPLES = (0.2, 1.0, 2.0, 10.0)

Box = tuple[tuple[float, float], tuple[float, float]]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MapPlan:
    """Everything that is drawn, ready to be placed.

    Attributes
    ----------
    result, bounds
        What is shown, and the best and worst case where they are given.
    names : tuple of str
        Printed names of the two groups.
    plausible : pair of pairs or None
        Limits of delta, of the first and of the second group.
    across, upwards : RatioAxis
        Axes of the deltas: of the first group from the left, of the second from below (its `left` is 0).
    wrapped : tuple of tuple of str
        Labels of both axes, in lines.
    """

    result: TippingPoint
    bounds: BestAndWorstCase | None
    names: tuple[str, str]
    plausible: Box | None
    across: RatioAxis
    upwards: RatioAxis
    wrapped: tuple[tuple[str, ...], tuple[str, ...]]

    @property
    def basis(self) -> Basis:
        """The patients the numbers rest on."""
        return Basis(patients=tuple(sorted(self.result.patients())))

    @property
    def limits(self) -> tuple[float, ...]:
        """p-values between the classes, the threshold of the conclusion among them."""
        threshold = 1 - self.result.level
        return tuple(
            float(f"{multiple * threshold:.6g}") for multiple in _MULTIPLES if multiple * threshold < 1
        )

    @property
    def classes(self) -> IntArray:
        """Class of each cell, (D2, D1), -1 where there is no p-value: rows are those of the second group."""
        p_values = self.result.p_value.T
        found = np.searchsorted(np.array(self.limits), p_values, side="right")
        return np.where(np.isnan(p_values), -1, found).astype(np.int64)

    @property
    def class_words(self) -> tuple[str, ...]:
        """How the classes are called."""
        limits = [f"{limit:g}" for limit in self.limits]
        between = [f"{low} to {high}" for low, high in pairwise(limits)]
        return (f"p < {limits[0]}", *between, f"{limits[-1]} or more")

    @property
    def colours(self) -> tuple[str, ...]:
        """Their tints, the smallest p the darkest."""
        return tuple(palette.tint(palette.BLUE, tint) for tint in TINTS[: len(self.limits) + 1])

    def number(self, place: tuple[int, int], name: str, where: str) -> tuple[Number, Number]:
        """Return hazard ratio and p-value of a cell as numbers."""
        ratio, p_value = float(self.result.hazard_ratio[place]), float(self.result.p_value[place])
        return self.pair(ratio, p_value, name, where)

    def pair(self, ratio: float, p_value: float, name: str, where: str) -> tuple[Number, Number]:
        """Return a hazard ratio and its p-value as numbers."""
        basis = self.basis.below(name)
        return (
            basis.number("hazard_ratio", ratio, formats.ratio(ratio), f"Hazard ratio {where}."),
            basis.number("p_value", p_value, formats.p_value(p_value), f"p-value {where}."),
        )

    @property
    def reversed_cells(self) -> tuple[tuple[float, float, float, float], ...]:
        """Cells with a difference to the other side, HR < 1: left, right, low, high."""
        x, y = edges(self.result.delta_first), edges(self.result.delta_second)
        found = np.argwhere(self.result.shown & (self.result.hazard_ratio < 1)).tolist()
        return tuple((float(x[a]), float(x[a + 1]), float(y[b]), float(y[b + 1])) for a, b in found)

    @property
    def centre_text(self) -> Text:
        """What is found with delta = 1 in both groups."""
        return Text.of(
            "\N{GREEK SMALL LETTER DELTA} = 1 in both: ",
            told(*self.number(self.result.centre, "delta_1", "with delta = 1 in both groups, pooled")),
        )

    @property
    def observed_text(self) -> Text:
        """What is found in the data as observed."""
        ratio, _, _, p_value = self.result.main
        where = "of the data as observed, by the same test"
        return Text.of("As observed: ", told(*self.pair(ratio, p_value, "as_observed", where)))


def told(ratio: Number, p_value: Number) -> Text:
    """Write a hazard ratio with its p-value."""
    return Text.of("HR ", ratio, ", p " if p_value.text.startswith("<") else ", p = ", p_value)


def plan(
    result: TippingPoint,
    bounds: BestAndWorstCase | None,
    plausible: Any,
    labels: Mapping[Any, str],
) -> MapPlan:
    """Choose the axes.

    Raises
    ------
    DesignError
        For fewer than two deltas in a group, a box that is none, and bounds of other groups.
    """
    if min(result.delta_first.size, result.delta_second.size) < 2:
        raise DesignError("A map needs two or more deltas in both groups. Give tipping_point more.")
    if bounds is not None and bounds.labels != result.labels:
        raise DesignError(f"The bounds compare {bounds.labels!r}, the map {result.labels!r}.")
    names = (
        str(labels.get(result.labels[0], result.labels[0])),
        str(labels.get(result.labels[1], result.labels[1])),
    )
    ends = [(float(delta[0]), float(delta[-1])) for delta in (result.delta_first, result.delta_second)]
    ticks = RatioAxis(*ends[1], 0.0, 50.0).ticks
    left = MARGIN + 2 * LINE_HEIGHT + 1.0 + widest([tick_words(tick) for tick in ticks]) + 2.5
    size = round(style.SINGLE_WIDTH - left - MARGIN - 1.5, 2)
    return MapPlan(
        result=result,
        bounds=bounds,
        names=names,
        plausible=None if plausible is None else _box(plausible),
        across=RatioAxis(*ends[0], round(left, 2), size),
        upwards=RatioAxis(*ends[1], 0.0, size),
        wrapped=(_label(names[0], size), _label(names[1], size)),
    )


def edges(delta: FloatArray) -> FloatArray:
    """Return where the cells of these deltas end: half-way between neighbours, and at the first and last.

    Examples
    --------
    >>> import numpy as np
    >>> edges(np.array([0.25, 1.0, 4.0])).tolist()
    [0.25, 0.5, 2.0, 4.0]
    """
    middle = np.sqrt(delta[1:] * delta[:-1])
    return style.settle(np.concatenate([delta[:1], middle, delta[-1:]]), 9)


def _label(name: str, room: float) -> tuple[str, ...]:
    return tuple(wrap(f"\N{GREEK SMALL LETTER DELTA} of {name[:1].lower() + name[1:]}", room)[:2])


def _box(given: Any) -> Box:
    try:
        pair = [(float(low), float(high)) for low, high in given]
    except (TypeError, ValueError):
        pair = []
    if len(pair) != 2 or not all(0 < low < high < math.inf for low, high in pair):
        raise DesignError(
            f"plausible={given!r} is no box. Write the limits of delta in both groups: ((0.5, 2), (0.5, 2))."
        )
    return pair[0], pair[1]
