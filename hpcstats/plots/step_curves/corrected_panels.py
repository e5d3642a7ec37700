"""The three panels of `corrected_curves`: what each draws, prints and hands out as data."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Polygon

from hpcstats import formats
from hpcstats.basis import Basis
from hpcstats.columns import FloatArray
from hpcstats.numbers import Text
from hpcstats.plots.page import palette, style
from hpcstats.plots.step_curves.regions import (
    BOX_TINT,
    OverlaidCurve,
    draw_overlaid,
    draw_region_curve,
    region_curve,
)
from hpcstats.plots.step_curves.steps import BAND_TINT, EDGE_TINT, band_outlines, draw_curves, step_curves

if TYPE_CHECKING:
    import pandas as pd

    from hpcstats.nonparametric import (
        IntervalCensoredCurve,
        SurvivalCurves,
        TruncatedDistribution,
        TruncationBand,
    )

AS_REPORTED, INTERVAL, CORRECTED = "As reported", "Rounding as intervals", "Corrected for truncation"
COLUMNS = ("panel", "start", "end", "estimate_low", "estimate_high", "low", "high")


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One panel.

    Attributes
    ----------
    title : str
        Its name.
    summary : Text
        n, events and median.
    data : DataFrame
        The pieces that are drawn.
    draw : callable
        Draws on axes.
    """

    title: str
    summary: Text
    data: pd.DataFrame
    draw: Callable[[Axes], None]


def as_reported(km: SurvivalCurves, end: float) -> Panel:
    """Plan the Kaplan-Meier curve of the times as they are printed."""
    [curve] = step_curves(km, end)
    median = km.quantile(0.5).iloc[0]
    values = {name: float(median[name]) for name in ("estimate", "low", "high")}
    frame = _pieces(curve.time, curve.estimate, curve.estimate, curve.low, curve.high, AS_REPORTED)
    basis = Basis(prefix="as_reported", patients=km.patients())
    return Panel(
        title=AS_REPORTED,
        summary=_summary(basis, km, values["estimate"], values["estimate"], values["low"], values["high"]),
        data=frame,
        draw=lambda axes: draw_curves(axes, [curve]),
    )


def as_intervals(curve: IntervalCensoredCurve, end: float, look: palette.SeriesStyle) -> Panel:
    """Plan the curve of the times as intervals, with the regions in which it is not determined."""
    drawn = region_curve(curve, end, look)
    median = {name: float(values[0]) for name, values in curve.quantile(0.5).items()}
    basis = Basis(prefix="intervals", patients=curve.patients())
    frame = _pieces(drawn.time, drawn.smallest, drawn.largest, drawn.low, drawn.high, INTERVAL)
    return Panel(
        title=INTERVAL,
        summary=_summary(
            basis, curve, median["estimate_low"], median["estimate_high"], median["low"], median["high"]
        ),
        data=frame,
        draw=lambda axes: draw_region_curve(axes, drawn),
    )


def corrected(
    curve: TruncatedDistribution,
    band: TruncationBand,
    naive: OverlaidCurve,
    looks: Sequence[palette.SeriesStyle],
) -> Panel:
    """Plan 1 - F(t | T <= t*), its range over the truncation times, and the uncorrected curve over it."""
    bounds, estimate = band.to_frame(), curve.to_frame()["estimate"].to_numpy(dtype=np.float64)
    time = np.concatenate([[0.0], curve.time, curve.time[-1:]])
    event_free = _closed(1 - estimate)
    lower, upper = (_closed(1 - bounds[name].to_numpy(dtype=np.float64)) for name in ("largest", "smallest"))
    low, high = (_closed(1 - bounds[name].to_numpy(dtype=np.float64)) for name in ("high", "low"))
    median, unit = band.quantile(0.5).iloc[0], curve.response.unit
    basis = Basis(prefix="corrected", patients=curve.patients())
    values = [float(median[name]) for name in ("smallest", "largest", "low", "high")]
    frame = _pieces(time, lower, upper, low, high, CORRECTED).assign(estimate=event_free[:-2])
    t_star = basis.number("t_star", curve.t_star, f"{curve.t_star:g}", "The longest time seen.")

    def draw(axes: Axes) -> None:
        _draw_range(axes, style.settle(time), (low, high), looks[0].colour, BAND_TINT, EDGE_TINT)
        _draw_range(axes, style.settle(time), (lower, upper), looks[0].colour, BOX_TINT, 1.0)
        own = OverlaidCurve(label="", time=curve.time, estimate=np.clip(1 - estimate, 0, 1))
        draw_overlaid(axes, [naive, own], [looks[1], looks[0]], float(time[-1]))

    return Panel(
        title=CORRECTED,
        summary=Text.of(_summary(basis, curve, *values), ", given at most ", t_star, f" {unit}"),
        data=frame,
        draw=draw,
    )


def _closed(values: FloatArray) -> FloatArray:
    """Begin with 1 and repeat the last height, which ends the curve."""
    return style.settle(np.concatenate([[1.0], values, values[-1:]]))


def _draw_range(
    axes: Axes, time: FloatArray, limits: tuple[FloatArray, FloatArray], colour: str, face: float, edge: float
) -> None:
    for outline in band_outlines(time, *limits):
        axes.add_patch(
            Polygon(outline, facecolor=palette.tint(colour, face), edgecolor="none", zorder=1 + face)
        )
        line: dict[str, Any] = {"edgecolor": palette.tint(colour, edge), "linewidth": 0.4, "clip_on": False}
        axes.add_patch(Polygon(outline, fill=False, zorder=2.5, **line))


def _pieces(
    time: FloatArray, smallest: FloatArray, largest: FloatArray, low: FloatArray, high: FloatArray, panel: str
) -> pd.DataFrame:
    import pandas as pd

    columns = dict(zip(COLUMNS[3:], (smallest, largest, low, high), strict=True))
    frame = pd.DataFrame({"start": time[:-1], "end": time[1:]} | {k: v[:-1] for k, v in columns.items()})
    frame.insert(0, "panel", panel)
    return frame[frame["end"] > frame["start"]].reset_index(drop=True)


def _summary(basis: Basis, result: Any, first: float, last: float, low: float, high: float) -> Text:
    """Write n, events and the median (or its range) with limits."""

    def time(name: str, value: float) -> Any:
        return basis.number(name, value, formats.years(value), f"Median. {result.method}")

    ends: tuple[Any, ...] = (time("median.from", first),)
    if first != last:
        ends = (*ends, " to ", time("median.to", last))
    limits = (" (", time("median.low", low), " to ", time("median.high", high), ")")
    return Text.of(
        "n = ",
        basis.count("n", result.n, "Count of patients."),
        ", events ",
        basis.count("events", result.n_events, "Count of events."),
        ", median ",
        *ends,
        *limits,
    )
