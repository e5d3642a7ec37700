"""What a figure of cumulative incidences shows, before any drawing: series, numbers, risk table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from hpcstats import formats
from hpcstats.basis import Basis, with_limits
from hpcstats.columns import FloatArray
from hpcstats.errors import DesignError, listing
from hpcstats.numbers import Number, Text, slug
from hpcstats.plots.incidence.risk_table import Block, named
from hpcstats.plots.page import palette, style
from hpcstats.plots.step_curves.steps import StepCurve

if TYPE_CHECKING:
    from hpcstats.nonparametric.competing.curves import CumulativeIncidence, IncidenceCurve


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """One curve: a cause of a group.

    Attributes
    ----------
    group, cause : object
        Which one of the result.
    name : str
        As shown.
    curve : StepCurve
        Steps, band and look.
    n, events : Number
        Patients of the group; events of the cause up to the end of the axis.
    estimate : Text
        Cumulative incidence at the horizon with its limits.
    """

    group: Any
    cause: str
    name: str
    curve: StepCurve
    n: Number
    events: Number
    estimate: Text

    @property
    def numbers(self) -> tuple[Number, ...]:
        """All numbers of the series."""
        return (self.n, self.events, *self.estimate.numbers)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Everything a figure of cumulative incidences holds.

    Attributes
    ----------
    curves : CumulativeIncidence
        The result.
    series : tuple of Series
        The curves.
    blocks : tuple of Block
        The risk table.
    ticks : tuple of float
        Ticks of the time axis.
    end, horizon, top : float
        End of the time axis, time of the printed estimates, upper end of the other axis.
    by_cause : bool
        Whether the series are the causes of one group, not the groups of one cause.
    """

    curves: CumulativeIncidence
    series: tuple[Series, ...]
    blocks: tuple[Block, ...]
    ticks: tuple[float, ...]
    end: float
    horizon: float
    top: float
    by_cause: bool

    @property
    def numbers(self) -> tuple[Number, ...]:
        """Numbers printed in the key and in the risk table."""
        key = [number for one in self.series for number in one.numbers]
        table = [number for block in self.blocks for _, numbers in block.rows for number in numbers]
        return (*key, *table)

    @property
    def shown(self) -> list[tuple[Any, str]]:
        """Group and cause of each series."""
        return [(one.group, one.cause) for one in self.series]


def _within(curves: CumulativeIncidence, groups: Sequence[Any], horizon: float) -> None:
    short = [group for group in groups if horizon > curves.follow_up[group]]
    if horizon < 0 or short:
        ends = listing(f"{group}: {curves.follow_up[group]:g}" for group in dict.fromkeys(short or groups))
        raise DesignError(
            f"The horizon {horizon:g} lies outside the follow-up ({ends}). Give a time within it."
        )


def chosen(curves: CumulativeIncidence, cause: Any, group: Any) -> list[tuple[Any, str]]:
    """Return the curves that are drawn: all causes of one group, or one cause of all groups.

    Raises
    ------
    DesignError
        When both are several.
    DataError
        For a group or cause that is not there.
    """
    groups = list(curves.labels) if group is None else [curves.labels[curves.groups.number(group)]]
    causes = list(curves.causes) if cause is None else [curves.causes[curves.cause_number(cause)]]
    if len(groups) > 1 and len(causes) > 1:
        raise DesignError(
            f"{len(groups)} groups and {len(causes)} causes do not go into one figure. Write cause=... to "
            "compare groups, or group=... to draw all causes of one."
        )
    return [(one, of) for one in groups for of in causes]


def series_of(
    curves: CumulativeIncidence,
    pairs: Sequence[tuple[Any, str]],
    names: Mapping[Any, str],
    end: float,
    horizon: float,
) -> tuple[Series, ...]:
    """Collect curves, counts and estimates at the horizon."""
    looks, by_group = palette.series(len(pairs)), len({group for group, _ in pairs}) > 1
    _within(curves, [group for group, _ in pairs], horizon)
    made = []
    for (group, cause), look in zip(pairs, looks, strict=True):
        place = curves.labels.index(group)
        own, number = curves.curves[place], curves.cause_number(cause)
        name = named(group if by_group else cause, names)
        whole = Basis(prefix=slug(group) if by_group else "", patients=curves.patients(group))
        basis = whole if by_group else whole.below(cause)
        made.append(
            Series(
                group=group,
                cause=cause,
                name=name,
                curve=_step_curve(own, number, end, look),
                n=whole.count("n", float(curves.groups.sizes[place]), "Count of patients."),
                events=basis.count("events", float(own.events_by_cause[number].sum()), "Count of events."),
                estimate=_estimate(curves, basis, (own, number), horizon),
            )
        )
    return tuple(made)


def at_horizon(curve: IncidenceCurve, number: int, horizon: float) -> tuple[float, float, float]:
    """Read estimate and limits of one cause at a time; before the first observation 0."""
    place = int(np.searchsorted(curve.time, horizon, side="right")) - 1
    if place < 0:
        return 0.0, 0.0, 0.0
    low, high = curve.limits
    return float(curve.estimate[number, place]), float(low[number, place]), float(high[number, place])


def _estimate(
    curves: CumulativeIncidence, basis: Basis, which: tuple[IncidenceCurve, int], horizon: float
) -> Text:
    """Print the incidence at the horizon; of no events without limits, whose width of 0 would mislead."""
    values = at_horizon(*which, horizon)
    at, printed = f"at {horizon:g} {curves.response.unit}", formats.proportion
    below, how = basis.below(f"{horizon:g}"), f"Cumulative incidence {at}. {curves.method}"
    if values[0] == 0:
        return Text.of(below.number("estimate", 0.0, printed(0.0), how))
    return with_limits(below, values, printed, (how, f"cumulative incidence {at}"))


def _step_curve(curve: IncidenceCurve, number: int, end: float, look: palette.SeriesStyle) -> StepCurve:
    last = min(end, curve.end)
    kept = curve.time <= last
    low, high = curve.limits

    def from_zero(values: FloatArray) -> FloatArray:
        heights = np.concatenate([[0.0], values[number][kept]])
        return style.settle(np.append(heights, heights[-1]))

    return StepCurve(
        time=style.settle(np.concatenate([[0.0], curve.time[kept], [last]])),
        estimate=from_zero(curve.estimate),
        low=from_zero(low),
        high=from_zero(high),
        marks=np.empty((2, 0)),
        look=look,
    )
