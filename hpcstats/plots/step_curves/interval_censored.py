"""`interval_censored_curve`: a curve with the regions in which it is not known, and others over it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from hpcstats import formats
from hpcstats.basis import Basis
from hpcstats.columns import FloatArray
from hpcstats.numbers import Text
from hpcstats.plots.page import palette, style
from hpcstats.plots.page.entries import Entry, draw_entries, height
from hpcstats.plots.page.figure import Figure
from hpcstats.plots.page.samples import box_sample, line_sample
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
from hpcstats.plots.page.time_axis import axis_end
from hpcstats.plots.step_curves.regions import (
    BOX_TINT,
    OverlaidCurve,
    RegionCurve,
    draw_overlaid,
    draw_region_curve,
    region_curve,
)
from hpcstats.plots.step_curves.steps import BAND_TINT, EDGE_TINT

if TYPE_CHECKING:
    import pandas as pd

    from hpcstats.nonparametric.interval_censored_curve import IntervalCensoredCurve

_HEIGHTS = {"single": 50.0, "double": 68.0}
_PROPORTIONS = ((0.0, "0"), (0.25, "0.25"), (0.5, "0.50"), (0.75, "0.75"), (1.0, "1"))
_COLUMNS = ("part", "curve", "start", "end", "estimate_low", "estimate_high", "low", "high")


def interval_censored_curve(
    curve: IntervalCensoredCurve,
    *,
    ylabel: str,
    xlabel: str | None = None,
    limit: float | None = None,
    width: style.Width = "single",
    label: str = "Interval-censored",
    others: Sequence[OverlaidCurve] = (),
    caption: Text | None = None,
) -> Figure:
    """Event-free proportion from interval-censored times, with the regions in which it is not known.

    Lines where the curve is known; a box for each region, from the height before to the height after it, in
    which any falling curve fits the data equally well; pointwise limits as a band. Other curves are drawn
    over it.

    Parameters
    ----------
    curve : IntervalCensoredCurve
        From `hpcstats.turnbull`.
    ylabel : str
        What the proportion is of.
    xlabel : str, optional
        Default "Time (unit)".
    limit : float, optional
        Where the time axis ends; default the last finite end of an interval, or of another curve.
    width : {"single", "double"}
        85 mm or 174 mm.
    label : str
        Name of the curve in the key.
    others : sequence of OverlaidCurve
        Other curves, for instance the Kaplan-Meier curve of the times as reported.
    caption : Text, optional
        Default: what is drawn, with n, events and median.

    Returns
    -------
    Figure
        Its data hold the pieces of the curve and the steps of the others.

    Raises
    ------
    DesignError
        For a time axis without length, or too many curves.

    Examples
    --------
    >>> import hpcstats as hs
    >>> from hpcstats.plots.step_curves.interval_censored import interval_censored_curve
    >>> y = hs.Surv.interval([0, 1, 2, 2, 3], [2, 3, 4, None, 5], id=list("abcde"))
    >>> figure = interval_censored_curve(
    ...     hs.turnbull(y, seed=1, n_resamples=200), ylabel="Proportion without recurrence"
    ... )
    >>> figure.size[0]
    85.0
    >>> [number.text for number in figure.numbers[:4]]
    ['5', '4', '2.0', '4.0']
    """
    end = _end(curve, others, limit)
    looks = palette.series(1 + len(others))
    drawn, numbers = region_curve(curve, end, looks[0]), _summary(curve)
    with style.context():
        sheet = _draw(
            drawn, others, looks, numbers, (label, ylabel, xlabel or f"Time ({curve.response.unit})"), width
        )
    return Figure(
        figure=sheet.canvas,
        data=_data(curve, others, end, label),
        caption=caption or _caption(curve, numbers, others),
        alt_text=_alternative(curve, ylabel, numbers, others),
        drawn_numbers=numbers.numbers,
    )


def _end(curve: IntervalCensoredCurve, others: Sequence[OverlaidCurve], limit: float | None) -> float:
    last = [float(np.max(other.time)) for other in others]
    return axis_end(limit, [float(curve.regions.times[-1]), *last])


def _summary(curve: IntervalCensoredCurve) -> Text:
    """Write n, events and the median with its limits."""
    basis, unit = Basis(patients=curve.patients()), curve.response.unit
    median = {name: float(values[0]) for name, values in curve.quantile(0.5).items()}
    first, last = median["estimate_low"], median["estimate_high"]
    limits = [
        basis.number(f"median.{name}", median[name], formats.years(median[name]), f"Limit: {curve.method}")
        for name in ("low", "high")
    ]
    about = f"Median between these times: {curve.method}"
    ends = [
        basis.number("median.from", first, formats.years(first), about),
        basis.number("median.to", last, formats.years(last), about),
    ]
    shown: tuple[Any, ...] = (ends[0],) if first == last else (ends[0], " to ", ends[1])
    return Text.of(
        "n = ",
        basis.count("n", curve.n, "Count of patients."),
        ", events ",
        basis.count("events", curve.n_events, "Count of finite intervals."),
        ", median ",
        *shown,
        f" {unit} ({formats.level(curve.level)} CI ",
        limits[0],
        " to ",
        limits[1],
        ")",
    )


def _draw(
    drawn: RegionCurve,
    others: Sequence[OverlaidCurve],
    looks: Sequence[palette.SeriesStyle],
    numbers: Text,
    words: tuple[str, str, str],
    width: style.Width,
) -> Sheet:
    label, ylabel, xlabel = words
    across, frame_height, end = style.width_in_mm(width), _HEIGHTS[width], float(drawn.time[-1])
    entries, room = _entries(label, others, looks), across - 2 * MARGIN
    names, remark = balanced(ylabel, frame_height), wrap(str(numbers), room)
    ticks = round_ticks(end, 6, [1, 2, 2.5, 5, 10])
    left = round(MARGIN + len(names) * LINE_HEIGHT + 2.8 + widest([text for _, text in _PROPORTIONS]), 2)
    right = MARGIN + 0.5 + max(text_width(f"{ticks[-1]:g}"), 4.0) / 2
    top = MARGIN + height(entries, room)
    frame_top = top + LINE_HEIGHT * len(remark) + 2.0
    sheet = Sheet(across, round(frame_top + frame_height + 2.6 + 2 * LINE_HEIGHT + MARGIN, 2))
    draw_entries(sheet, entries, room, MARGIN)
    sheet.write_lines(MARGIN, top, remark)
    frame_width = across - left - right
    axes = sheet.axes(left, frame_top, frame_width, frame_height)
    axes.set(xlim=(0, end), ylim=(0, 1))
    axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    axes.set_yticks([value for value, _ in _PROPORTIONS], [text for _, text in _PROPORTIONS])
    draw_region_curve(axes, drawn)
    draw_overlaid(axes, others, looks[1:], end)
    for number, name in enumerate(names):
        x = MARGIN + (number + 0.5) * LINE_HEIGHT
        sheet.write(x, frame_top + frame_height / 2, name, rotation=90, ha="center", va="center")
    sheet.write(left + frame_width / 2, frame_top + frame_height + 2.6 + LINE_HEIGHT, xlabel, ha="center")
    return sheet


def _entries(
    label: str, others: Sequence[OverlaidCurve], looks: Sequence[palette.SeriesStyle]
) -> list[Entry]:
    lines = [(label, looks[0]), *((other.label, look) for other, look in zip(others, looks[1:], strict=True))]
    colour = looks[0].colour
    entries = [(name, line_sample(look)) for name, look in lines]
    entries.insert(1, ("not determined", box_sample(palette.tint(colour, BOX_TINT), colour, 0.5)))
    band = box_sample(palette.tint(colour, BAND_TINT), palette.tint(colour, EDGE_TINT), 0.4)
    entries.insert(2, ("pointwise limits", band))
    return entries


def _data(
    curve: IntervalCensoredCurve, others: Sequence[OverlaidCurve], end: float, label: str
) -> pd.DataFrame:
    """Stack the pieces of the curve and the steps of the others, as far as they are drawn."""
    import pandas as pd

    own = curve.pieces()
    parts = [own[own["start"] < end].assign(part="curve", curve=label)]
    for other in others:
        time, steps = other.steps(end)
        columns: dict[str, FloatArray] = {"start": time[:-1], "end": time[1:]}
        columns |= {"estimate_low": steps[:-1], "estimate_high": steps[:-1]}
        parts.append(pd.DataFrame(columns).assign(part="other curve", curve=other.label))
    rows = [row for part in parts for row in part.to_dict(orient="records")]
    return pd.DataFrame(rows, columns=list(_COLUMNS))


def _caption(curve: IntervalCensoredCurve, numbers: Text, others: Sequence[OverlaidCurve]) -> Text:
    over = f" Drawn over it: {', '.join(other.label for other in others)}." if others else ""
    return Text.of(
        "Curve of interval-censored times. Lines: where the curve is known; boxes: regions in which any "
        "falling curve fits equally well; band: pointwise limits. ",
        numbers,
        f". {curve.method}{over}",
    )


def _alternative(
    curve: IntervalCensoredCurve, ylabel: str, numbers: Text, others: Sequence[OverlaidCurve]
) -> str:
    last = formats.proportion(float(curve.bounds.high[0, -1]))
    unit = curve.response.unit
    over = f" Drawn over it: {', '.join(other.label for other in others)}." if others else ""
    return (
        f"Curve with {int((curve.left < curve.right).sum())} regions in which it is not determined, and a "
        f"band of limits. Vertical axis: {ylabel}, 0 to 1. Horizontal axis: time in {unit}. {numbers}. "
        f"Beyond the last finite end the curve is at most {last}.{over}"
    )
