"""Curves that are known between regions only, drawn on given axes, with other curves over them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Polygon, Rectangle

from hpcstats.columns import FloatArray, as_numbers
from hpcstats.errors import DesignError
from hpcstats.plots.page import palette, style
from hpcstats.plots.step_curves.steps import BAND_TINT, EDGE_TINT, band_outlines

if TYPE_CHECKING:
    from hpcstats.nonparametric.interval_censored_curve import IntervalCensoredCurve

BOX_TINT = 0.5
_EDGE = 0.5


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RegionCurve:
    """Bounds of a curve from 0 to the end of the axis, and limits around them.

    Attributes
    ----------
    time : ndarray, shape (K,)
        Where a bound or limit may change, beginning with 0; the last entry is the end of the axis.
    smallest, largest : ndarray, shape (K,)
        Bounds between ``time[i]`` and ``time[i + 1]``; they are equal where the curve is known.
    low, high : ndarray, shape (K,)
        Limits there.
    look : SeriesStyle
        Colour and dashes.
    """

    time: FloatArray
    smallest: FloatArray
    largest: FloatArray
    low: FloatArray
    high: FloatArray
    look: palette.SeriesStyle

    @property
    def boxes(self) -> list[tuple[float, float, float, float]]:
        """Return start, end, smallest and largest value of each region in which the curve is not known."""
        open_ = np.flatnonzero((self.largest > self.smallest)[:-1])
        found: list[tuple[float, float, float, float]] = []
        for k in open_.tolist():
            piece = (self.time[k], self.time[k + 1], self.smallest[k], self.largest[k])
            start, end, low, high = (float(value) for value in piece)
            if found and found[-1][1:] == (start, low, high):
                start = found.pop()[0]
            found.append((start, end, low, high))
        return found


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class OverlaidCurve:
    """Another curve drawn over one, without its limits.

    Attributes
    ----------
    label : str
        Name in the key.
    time, estimate : columns of numbers
        Heights from each time on; before the first the curve is 1.
    end : float, optional
        Where it ends; by default at its last time.
    """

    label: str
    time: Any
    estimate: Any
    end: float | None = None

    def steps(self, end: float) -> tuple[FloatArray, FloatArray]:
        """Return times and heights from (0, 1) to the end of the curve or of the axis.

        Raises
        ------
        DesignError
            For times that do not rise, or columns of different length.
        """
        time, height = as_numbers(self.time, "time"), as_numbers(self.estimate, "estimate")
        if time.size != height.size or not time.size or (np.diff(time) <= 0).any():
            raise DesignError(f"The curve {self.label!r} needs one estimate for each of its rising times.")
        last = min(end, float(time[-1]) if self.end is None else self.end)
        kept = time <= last
        steps = np.concatenate([[0.0], time[kept], [last]])
        heights = np.concatenate([[1.0], height[kept]])
        return style.settle(steps), style.settle(np.append(heights, heights[-1]))


def region_curve(curve: IntervalCensoredCurve, end: float, look: palette.SeriesStyle) -> RegionCurve:
    """Cut a curve at `end`."""
    frame = curve.pieces()
    frame = frame[(frame["end"] > frame["start"]) & (frame["start"] < end)]
    names = ("start", "estimate_low", "estimate_high", "low", "high")
    time, *values = (frame[name].to_numpy(dtype=np.float64) for name in names)
    smallest, largest, low, high = (style.settle(np.append(part, part[-1])) for part in values)
    return RegionCurve(
        time=style.settle(np.append(time, end)),
        smallest=smallest,
        largest=largest,
        low=low,
        high=high,
        look=look,
    )


def draw_region_curve(axes: Axes, curve: RegionCurve, *, band: bool = True, order: float = 4.0) -> None:
    """Draw limits as a band, regions as boxes from height to height, and the curve where it is known.

    Parameters
    ----------
    axes : matplotlib Axes
        Where to draw.
    curve : RegionCurve
        What to draw.
    band : bool
        Whether to draw the limits.
    order : float
        Height of the lines in the order of drawing.
    """
    colour = curve.look.colour
    if band:
        edge = palette.tint(colour, EDGE_TINT)
        for outline in band_outlines(curve.time, curve.low, curve.high):
            face = palette.tint(colour, BAND_TINT)
            axes.add_patch(Polygon(outline, facecolor=face, edgecolor="none", zorder=1))
            axes.add_patch(
                Polygon(outline, fill=False, edgecolor=edge, linewidth=0.4, zorder=2.5, clip_on=False)
            )
    for start, end, low, high in curve.boxes:
        face = palette.tint(colour, BOX_TINT)
        box = Rectangle((start, low), end - start, high - low, facecolor=face, edgecolor=colour)
        box.set(linewidth=_EDGE, zorder=order - 1, clip_on=False)
        axes.add_patch(box)
    known = np.where(curve.largest > curve.smallest, np.nan, curve.smallest)
    axes.step(
        curve.time,
        known,
        where="post",
        color=colour,
        linestyle=curve.look.dash,
        linewidth=style.CURVE_LINE,
        clip_on=False,
        zorder=order,
    )


def draw_overlaid(
    axes: Axes, curves: Sequence[OverlaidCurve], looks: Sequence[palette.SeriesStyle], end: float
) -> None:
    """Draw other curves as lines in the styles given."""
    for rank, (curve, look) in enumerate(zip(curves, looks, strict=True)):
        time, height = curve.steps(end)
        axes.step(
            time,
            height,
            where="post",
            color=look.colour,
            linestyle=look.dash,
            linewidth=style.CURVE_LINE,
            clip_on=False,
            zorder=5 + 0.1 * rank,
        )
