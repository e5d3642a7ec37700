"""Step curves with pointwise bands on given axes: the drawing of `survival_curves`, without its words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Polygon

from hpcstats.columns import FloatArray
from hpcstats.plots.page import palette, style

if TYPE_CHECKING:
    from hpcstats.nonparametric import SurvivalCurves
    from hpcstats.nonparametric.survival_curve import SurvivalCurve

BAND_TINT = 0.22
EDGE_TINT = 0.55
_MARK_SIZE = 3.6


@dataclass(frozen=True, slots=True, kw_only=True)
class StepCurve:
    """One right-continuous curve from (0, 1) to the end of follow-up or of the axis.

    Attributes
    ----------
    time : ndarray
        Where the curve or a limit may step, beginning with 0; the last entry is the end of the curve.
    estimate, low, high : ndarray
        Values from ``time[i]`` on, up to ``time[i + 1]``; low and high are NaN where undefined.
    marks : ndarray, shape (2, marks)
        Times at which somebody is censored, and the height of the curve there.
    look : SeriesStyle
        Colour, dashes and marker.
    """

    time: FloatArray
    estimate: FloatArray
    low: FloatArray
    high: FloatArray
    marks: FloatArray
    look: palette.SeriesStyle

    def at(self, times: FloatArray, values: FloatArray) -> FloatArray:
        """Read one of the step functions at given times; NaN from the end of the curve on."""
        found = values[np.searchsorted(self.time, times, side="right") - 1]
        return np.where(times < self.time[-1], found, np.nan)


def step_curves(km: SurvivalCurves, end: float) -> tuple[StepCurve, ...]:
    """Cut every curve of `km` at `end` and let it begin at (0, 1)."""
    looks = palette.series(len(km.labels))
    return tuple(
        _step_curve(curve, min(end, km.follow_up[label]), look)
        for label, curve, look in zip(km.labels, km.curves, looks, strict=True)
    )


def _step_curve(curve: SurvivalCurve, end: float, look: palette.SeriesStyle) -> StepCurve:
    limits = curve.limits
    kept = np.append(limits.start[limits.start <= end], end)
    piece = np.append(np.flatnonzero(limits.start <= end), -1)
    piece[-1] = piece[-2]
    steps = np.searchsorted(curve.time, limits.start, side="right")
    steps[0] = 0
    heights = np.concatenate([[1.0], curve.estimate])[steps]
    marked = (curve.censored > 0) & (curve.time <= end)
    return StepCurve(
        time=style.settle(kept),
        estimate=style.settle(heights[piece]),
        low=style.settle((limits.low if limits.low_after is None else limits.low_after)[piece]),
        high=style.settle((limits.high if limits.high_after is None else limits.high_after)[piece]),
        marks=np.stack([style.settle(curve.time[marked]), style.settle(curve.estimate[marked])]),
        look=look,
    )


def draw_curves(axes: Axes, curves: Sequence[StepCurve]) -> None:
    """Draw bands (overlaps in the product of their tints), band edges, curves and censoring marks."""
    draw_bands(axes, curves)
    for rank, curve in enumerate(curves):
        look, order = curve.look, 4 + 0.1 * rank
        axes.step(
            curve.time,
            curve.estimate,
            where="post",
            color=look.colour,
            linestyle=look.dash,
            linewidth=style.CURVE_LINE,
            clip_on=False,
            zorder=order,
        )
        axes.plot(
            *curve.marks,
            linestyle="none",
            marker=look.marker,
            markersize=_MARK_SIZE + (1.4 if look.marker == "|" else 0.0),
            markeredgewidth=0.8,
            color=look.colour,
            clip_on=False,
            zorder=order + 0.05,
        )


def draw_bands(axes: Axes, curves: Sequence[StepCurve]) -> None:
    """Fill each band, and each region shared by several bands, with one solid colour."""
    grid = np.unique(np.concatenate([curve.time for curve in curves]))
    for size in range(1, len(curves) + 1):
        for shared in combinations(curves, size):
            fill = palette.multiply(palette.tint(curve.look.colour, BAND_TINT) for curve in shared)
            low = np.max([curve.at(grid, curve.low) for curve in shared], axis=0)
            high = np.min([curve.at(grid, curve.high) for curve in shared], axis=0)
            for outline in band_outlines(grid, low, high):
                axes.add_patch(Polygon(outline, facecolor=fill, edgecolor="none", zorder=1 + 0.1 * size))
    for curve in curves:
        for outline in band_outlines(curve.time, curve.low, curve.high):
            edge = palette.tint(curve.look.colour, EDGE_TINT)
            axes.add_patch(
                Polygon(outline, fill=False, edgecolor=edge, linewidth=0.4, zorder=2.5, clip_on=False)
            )


def band_outlines(time: FloatArray, low: FloatArray, high: FloatArray) -> Iterator[FloatArray]:
    """Outline a step band, one closed polygon for each stretch on which both limits exist.

    Examples
    --------
    >>> import numpy as np
    >>> nan = float("nan")
    >>> [outline] = band_outlines(
    ...     np.array([0.0, 1, 2]), np.array([0.2, nan, nan]), np.array([0.8, nan, nan])
    ... )
    >>> outline.tolist()
    [[0.0, 0.8], [1.0, 0.8], [1.0, 0.2], [0.0, 0.2]]
    """
    lasts = np.append(np.diff(time) > 0, False)
    exists = lasts & np.isfinite(low) & np.isfinite(high) & (high >= low)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], exists, [False]]).astype(int)))
    for first, last in zip(edges[::2], edges[1::2], strict=True):
        across = np.repeat(time[first : last + 1], 2)[1:-1]
        upper, lower = np.repeat(high[first:last], 2), np.repeat(low[first:last], 2)
        if np.any(upper > lower):
            yield np.column_stack(
                [np.concatenate([across, across[::-1]]), np.concatenate([upper, lower[::-1]])]
            )


def draw_medians(axes: Axes, curves: Sequence[StepCurve], medians: Sequence[float]) -> None:
    """Draw the line at one half and drop it to the time axis where each curve crosses."""
    end = axes.get_xlim()[1]
    reached = [value for value in style.settle(medians) if np.isfinite(value) and value <= end]
    if reached:
        axes.plot(
            [0, max(reached)], [0.5, 0.5], color=palette.GREY, linewidth=0.6, linestyle=(0, (1, 2)), zorder=3
        )
    for curve, median in zip(curves, style.settle(medians), strict=True):
        if np.isfinite(median) and median <= end:
            axes.plot(
                [median, median],
                [0, 0.5],
                color=curve.look.colour,
                linewidth=0.7,
                linestyle=(0, (1, 2)),
                zorder=3,
            )
