"""The drawing of compatible curves: bands and curve above, the share of data sets by median below."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Polygon

from hpcstats.columns import FloatArray
from hpcstats.plots.compatible.plan import CollectedCurve, CompatiblePanel
from hpcstats.plots.page import palette, style
from hpcstats.plots.page.entries import Draw, Entry, draw_entries, height
from hpcstats.plots.page.sheet import LINE_HEIGHT, MARGIN, Sheet, balanced, widest, wrap
from hpcstats.plots.step_curves.steps import band_outlines

OUTER = palette.tint(palette.BLUE, 0.14)
INNER = palette.tint(palette.BLUE, 0.42)
EDGE = palette.tint(palette.BLUE, 0.7)
_FRAME = 58.0
_STRIP = 17.0
_GAP = 7.0
_TICKS = ((0.0, "0"), (0.25, "0.25"), (0.5, "0.50"), (0.75, "0.75"), (1.0, "1"))
_SHARE = "Share of data sets with this median"


def draw(
    panels: Sequence[CompatiblePanel],
    curve: CollectedCurve | None,
    ticks: Sequence[float],
    end: float,
    names: tuple[str, str],
) -> Sheet:
    """Draw the panels side by side below one key; `names` are those of the time axis and the upper axis."""
    width = style.DOUBLE_WIDTH
    upper, lower = balanced(names[1], _FRAME), balanced(_SHARE, _STRIP + 12)
    shares = _share_ticks(panels)
    labels = widest([text for _, text in _TICKS] + [text for _, text in shares])
    left = MARGIN + max(len(upper), len(lower)) * LINE_HEIGHT + 1.0 + labels + 2.0
    frame = (width - left - MARGIN - 3.0 - (len(panels) - 1) * _GAP) / len(panels)
    entries = _entries(panels, curve)
    heads = [_head(panel, frame) for panel in panels]
    lines = max(len(bold) + len(plain) for bold, plain in heads)
    top = MARGIN + height(entries, width - 2 * MARGIN) + 1.2
    frame_top = top + lines * LINE_HEIGHT + 2.0
    strip_top = frame_top + _FRAME + 5.0
    below = strip_top + _STRIP + 1.6 + LINE_HEIGHT + 0.6
    sheet = Sheet(width, round(below + LINE_HEIGHT + MARGIN, 2))
    draw_entries(sheet, entries, width - 2 * MARGIN, MARGIN)
    for number, (panel, (bold, plain)) in enumerate(zip(panels, heads, strict=True)):
        x = round(left + number * (frame + _GAP), 2)
        sheet.write_lines(x, top, bold, weight="bold")
        sheet.write_lines(x, top + len(bold) * LINE_HEIGHT, plain)
        axes = sheet.axes(x, frame_top, frame, _FRAME)
        _draw_band(axes, panel, curve, end)
        _set_axes(axes, ticks, _TICKS, (end, 1.0), first=number == 0, last=False)
        strip = sheet.axes(x, strip_top, frame, _STRIP)
        _draw_medians(strip, panel, curve, end)
        _set_axes(strip, ticks, shares, (end, 1.15 * _highest(panels)), first=number == 0, last=True)
        sheet.write(x + frame / 2, below, names[0], ha="center")
    for words, middle in ((upper, frame_top + _FRAME / 2), (lower, strip_top + _STRIP / 2)):
        for number, line in enumerate(words):
            x = MARGIN + (number + 0.5) * LINE_HEIGHT
            sheet.write(x, middle, line, rotation=90, ha="center", va="center")
    return sheet


def _head(panel: CompatiblePanel, frame: float) -> tuple[list[str], list[str]]:
    return wrap(panel.label, frame, "bold"), wrap(str(panel.heading), frame)


def _draw_band(axes: Axes, panel: CompatiblePanel, curve: CollectedCurve | None, end: float) -> None:
    band = panel.band
    time = style.settle(band.time)
    for low, high, colour, order in (
        (band.minimum, band.maximum, OUTER, 1.0),
        (band.low, band.high, INNER, 2.0),
    ):
        for outline in band_outlines(time, style.settle(low), style.settle(high)):
            axes.add_patch(Polygon(outline, facecolor=colour, edgecolor="none", zorder=order))
            if order == 1.0:
                axes.add_patch(Polygon(outline, fill=False, edgecolor=EDGE, linewidth=0.5, zorder=3))
    if curve is not None:
        times, heights = (style.settle(values) for values in curve.steps)
        axes.step(
            times,
            heights,
            where="post",
            color=palette.BLACK,
            linewidth=style.CURVE_LINE,
            clip_on=False,
            zorder=4,
        )
    axes.plot([0, end], [0.5, 0.5], color=palette.GREY, linewidth=0.6, linestyle=(0, (1, 2)), zorder=3.5)


def _draw_medians(axes: Axes, panel: CompatiblePanel, curve: CollectedCurve | None, end: float) -> None:
    frame = panel.data_sets.median().distribution()
    values, shares = style.settle(frame["value"]), style.settle(frame["share"])
    wide = _bar(values, end)
    for value, share in zip(values, shares, strict=True):
        axes.plot([value, value], [0, share], color=palette.BLUE, linewidth=wide, clip_on=False, zorder=2)
    if curve is not None and math.isfinite(curve.median) and curve.median <= end:
        middle = style.settle([curve.median])
        axes.plot(
            middle,
            [0],
            linestyle="none",
            marker="^",
            markersize=5,
            color=palette.BLACK,
            markeredgecolor="white",
            markeredgewidth=0.5,
            clip_on=False,
            zorder=5,
        )


def _bar(values: FloatArray, end: float) -> float:
    """Return the width of a bar in points: bars keep a distance where the values do."""
    apart = float(np.min(np.diff(values))) if len(values) > 1 else 1.0
    return round(min(6.0, max(style.THIN_LINE, 0.6 * apart / end * 200)), 2)


def _highest(panels: Sequence[CompatiblePanel]) -> float:
    return max(float(panel.data_sets.median().distribution()["share"].max()) for panel in panels)


def _share_ticks(panels: Sequence[CompatiblePanel]) -> tuple[tuple[float, str], ...]:
    highest = _highest(panels)
    step = next((step for step in (0.5, 0.25, 0.1, 0.05, 0.02, 0.01, 0.002) if step <= highest), 0.001)
    return (0.0, "0"), (step, f"{step:g}")


def _set_axes(
    axes: Axes,
    ticks: Sequence[float],
    heights: Sequence[tuple[float, str]],
    ends: tuple[float, float],
    *,
    first: bool,
    last: bool,
) -> None:
    axes.set(xlim=(0, ends[0]), ylim=(0, ends[1]))
    axes.set_xticks(ticks, [f"{tick:g}" if last else "" for tick in ticks])
    axes.set_yticks([value for value, _ in heights], [text if first else "" for _, text in heights])


def _entries(panels: Sequence[CompatiblePanel], curve: CollectedCurve | None) -> list[Entry]:
    share = panels[0].band.share
    entries: list[Entry] = [
        ("All compatible curves", _patch(OUTER, EDGE)),
        (f"Central {100 * share:g}% of the data sets at each time", _patch(INNER, "none")),
    ]
    if curve is not None:
        entries.append((str(curve.text), _line))
        if math.isfinite(curve.median):
            entries.append(("Its median", _triangle))
    return entries


def _patch(colour: str, edge: str) -> Draw:
    def draw_patch(sheet: Sheet, x: float, y: float) -> None:
        sheet.rectangle(x - 2.2, y - 1.4, 4.4, 2.8, facecolor=colour, edgecolor=edge, linewidth=0.5)

    return draw_patch


def _line(sheet: Sheet, x: float, y: float) -> None:
    sheet.line([x - 2.2, x + 2.2], [y, y], color=palette.BLACK, linewidth=style.CURVE_LINE)


def _triangle(sheet: Sheet, x: float, y: float) -> None:
    sheet.line([x], [y], linestyle="none", marker="^", markersize=5, color=palette.BLACK)
