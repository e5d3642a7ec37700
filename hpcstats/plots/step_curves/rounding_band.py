"""`rounding_band`: a curve of rounded times, with all that the rounding leaves open around it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes

from hpcstats import formats
from hpcstats.basis import Basis, with_limits
from hpcstats.errors import DesignError
from hpcstats.numbers import Text
from hpcstats.plots.page import palette, style
from hpcstats.plots.page.entries import Entry, draw_entries, height
from hpcstats.plots.page.figure import Figure
from hpcstats.plots.page.sheet import (
    LINE_HEIGHT,
    MARGIN,
    Sheet,
    balanced,
    round_ticks,
    text_width,
    widest,
    wrap,
)
from hpcstats.plots.step_curves.rounding_pieces import curve_of, last_observations, pieces_of
from hpcstats.plots.step_curves.steps import BAND_TINT, EDGE_TINT, StepCurve, draw_bands

if TYPE_CHECKING:
    import pandas as pd

    from hpcstats.sensitivity.rounding import RoundingBounds

_HEIGHTS = {"single": 50.0, "double": 68.0}
_PROPORTIONS = ((0.0, "0"), (0.25, "0.25"), (0.5, "0.50"), (0.75, "0.75"), (1.0, "1"))


def rounding_band(
    bounds: RoundingBounds,
    *,
    ylabel: str,
    xlabel: str | None = None,
    limit: float | None = None,
    width: style.Width = "single",
    labels: Mapping[Any, str] | None = None,
    medians: RoundingBounds | None = None,
    caption: Text | None = None,
) -> Figure:
    """Event-free proportion of the times as reported, in the band of all curves their rounding allows.

    The band is what rounding alone leaves open, at each time by itself; it is no confidence band, and no
    single data set need run along its edge.

    Parameters
    ----------
    bounds : RoundingBounds
        From ``rounding_bounds(..., of="survival")``, without times.
    ylabel : str
        What the proportion is of.
    xlabel : str, optional
        Default "Time (unit)".
    limit : float, optional
        Where the time axis ends; default the last finite limit or reported time.
    width : {"single", "double"}
        85 mm or 174 mm.
    labels : mapping, optional
        Group label to the name shown.
    medians : RoundingBounds, optional
        From ``rounding_bounds(..., of="median")``: printed above the curves.
    caption : Text, optional
        Default: what is drawn, with n, events and medians.

    Returns
    -------
    Figure
        Its data hold group, start, end, estimate (at `start`), low and high of each piece of the time axis.

    Raises
    ------
    DesignError
        For bounds of something else, or at some times only, and for a time axis without length.

    Examples
    --------
    >>> import hpcstats as hs
    >>> from hpcstats.plots.step_curves.rounding_band import rounding_band
    >>> from hpcstats.sensitivity.rounding import rounding_bounds
    >>> y = hs.Surv.right([5, 13, 17, 8], [True, True, False, True], id=list("abcd"))
    >>> bounds, medians = (
    ...     rounding_bounds(y, of=of, rounded_to=1) for of in ("survival", "median")
    ... )
    >>> figure = rounding_band(bounds, medians=medians, ylabel="Proportion without recurrence")
    >>> [number.text for number in figure.numbers]
    ['4', '3', '10.5', '10.0', '11.0']
    """
    if bounds.of != "survival" or not bounds.everywhere:
        raise DesignError("rounding_band draws whole curves: rounding_bounds(..., of='survival').")
    if medians is not None and medians.of != "quantile":
        raise DesignError("medians must come from rounding_bounds(..., of='median').")
    pieces = pieces_of(bounds, limit)
    names = {label: (labels or {}).get(label, str(label)) for label in bounds.reported.groups.labels}
    looks = palette.series(len(names))
    ends = last_observations(bounds)
    curves = [
        curve_of(pieces[pieces["group"] == label], look, ends.get(label))
        for label, look in zip(names, looks, strict=True)
    ]
    summaries = _summaries(bounds, medians, names)
    with style.context():
        sheet = _draw(curves, list(names.values()), summaries, (ylabel, xlabel or _axis(bounds)), width)
    words = Text.of(*(part for summary in summaries for part in (summary, ". ")))
    return Figure(
        figure=sheet.canvas,
        data=pieces,
        caption=caption or Text.of(_WHAT, words, bounds.method),
        alt_text=_alternative(bounds, pieces, ylabel, words),
        drawn_numbers=tuple(number for summary in summaries for number in summary.numbers),
    )


_WHAT = (
    "Curves of the times as reported (lines), and between which curves all data lie that the rounding of the "
    "times allows (bands; each time by itself, no confidence band). "
)


def _axis(bounds: RoundingBounds) -> str:
    return f"Time ({bounds.reported.response.unit})"


def _summaries(
    bounds: RoundingBounds, medians: RoundingBounds | None, names: Mapping[Any, str]
) -> list[Text]:
    """Write n, events and the median with its bounds, a line for each group."""
    found, given = [], bounds.reported
    for number, (label, name) in enumerate(names.items()):
        rows = given.groups.rows(number)
        basis = Basis(patients=given.response.patients(rows))
        if len(names) > 1:
            basis = basis.below(name)
        parts: list[Any] = [f"{name}: " if len(names) > 1 else ""]
        parts += ["n = ", basis.count("n", rows.size, "Count of patients."), ", events "]
        parts.append(basis.count("events", int(given.event[rows].sum()), "Count of events."))
        if medians is not None:
            [median] = [one for one in medians.quantities if one.labels["group"] == label]
            values = (median.estimate, median.low.value, median.high.value)
            about = ("Median of the times as reported.", "medians of all data the rounding allows")
            limits = with_limits(basis.below("median"), values, formats.years, about)
            parts += [", median ", limits, f" {given.response.unit}"]
        found.append(Text.of(*parts))
    return found


def _draw(
    curves: Sequence[StepCurve],
    names: Sequence[str],
    summaries: Sequence[Text],
    words: tuple[str, str],
    width: style.Width,
) -> Sheet:
    ylabel, xlabel = words
    across, frame_height = style.width_in_mm(width), _HEIGHTS[width]
    end, room = max(float(curve.time[-1]) for curve in curves), across - 2 * MARGIN
    entries, label = _entries(curves, names), balanced(ylabel, frame_height)
    remarks = [line for summary in summaries for line in wrap(str(summary), room)]
    ticks = round_ticks(end, 6, [1, 2, 2.5, 5, 10])
    left = round(MARGIN + len(label) * LINE_HEIGHT + 2.8 + widest([text for _, text in _PROPORTIONS]), 2)
    right = MARGIN + 0.5 + max(text_width(f"{ticks[-1]:g}"), 4.0) / 2
    top = MARGIN + height(entries, room)
    frame_top = top + LINE_HEIGHT * len(remarks) + 2.0
    sheet = Sheet(across, round(frame_top + frame_height + 2.6 + 2 * LINE_HEIGHT + MARGIN, 2))
    draw_entries(sheet, entries, room, MARGIN)
    sheet.write_lines(MARGIN, top, remarks)
    axes = sheet.axes(left, frame_top, across - left - right, frame_height)
    axes.set(xlim=(0, end), ylim=(0, 1))
    axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    axes.set_yticks([value for value, _ in _PROPORTIONS], [text for _, text in _PROPORTIONS])
    draw_bands(axes, curves)
    for rank, curve in enumerate(curves):
        _draw_line(axes, curve, 4 + 0.1 * rank)
    for number, line in enumerate(label):
        x = MARGIN + (number + 0.5) * LINE_HEIGHT
        sheet.write(x, frame_top + frame_height / 2, line, rotation=90, ha="center", va="center")
    middle = left + (across - left - right) / 2
    sheet.write(middle, frame_top + frame_height + 2.6 + LINE_HEIGHT, xlabel, ha="center")
    return sheet


def _draw_line(axes: Axes, curve: StepCurve, order: float) -> None:
    """Draw the curve of the reported times up to its mark, the last observation."""
    if curve.marks.size:
        known = curve.time < curve.marks[0, 0]
        axes.step(
            np.append(curve.time[known], curve.marks[0]),
            np.append(curve.estimate[known], curve.marks[1]),
            where="post",
            color=curve.look.colour,
            linestyle=curve.look.dash,
            linewidth=style.CURVE_LINE,
            clip_on=False,
            zorder=order,
        )


def _entries(curves: Sequence[StepCurve], names: Sequence[str]) -> list[Entry]:
    several = len(curves) > 1
    found: list[Entry] = []
    for curve, name in zip(curves, names, strict=True):
        if not np.isnan(curve.estimate).all():
            found.append((name if several else "As reported", _line(curve.look)))
        band = f"{name}, within rounding" if several else "All data within rounding"
        found.append((band, _box(curve.look.colour)))
    return found


def _line(look: palette.SeriesStyle) -> Any:
    def draw(sheet: Sheet, x: float, y: float) -> None:
        ends = [x - 2.3, x + 2.3]
        sheet.line(ends, [y, y], color=look.colour, linestyle=look.dash, linewidth=style.CURVE_LINE)

    return draw


def _box(colour: str) -> Any:
    face, edge = palette.tint(colour, BAND_TINT), palette.tint(colour, EDGE_TINT)

    def draw(sheet: Sheet, x: float, y: float) -> None:
        sheet.rectangle(x - 2.3, y - 1.2, 4.6, 2.4, facecolor=face, edgecolor=edge, linewidth=0.4)

    return draw


def _alternative(bounds: RoundingBounds, pieces: pd.DataFrame, ylabel: str, words: Text) -> str:
    widest_gap = float((pieces["high"] - pieces["low"]).max())
    return (
        f"Step curves in bands of what rounding leaves open. Vertical axis: {ylabel}, 0 to 1. Horizontal "
        f"axis: time in {bounds.reported.response.unit}. {words}The bands are at most "
        f"{formats.proportion(widest_gap)} high."
    )
