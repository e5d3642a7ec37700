"""`corrected_curves`: a curve as reported, with rounding as intervals, and corrected for truncation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from hpcstats import formats
from hpcstats.errors import DataError, DesignError
from hpcstats.numbers import Text
from hpcstats.plots.page import palette, style
from hpcstats.plots.page.entries import Entry, draw_entries, height
from hpcstats.plots.page.figure import Figure
from hpcstats.plots.page.samples import box_sample, line_sample
from hpcstats.plots.page.sheet import LINE_HEIGHT, MARGIN, Sheet, balanced, round_ticks, widest, wrap
from hpcstats.plots.step_curves.corrected_panels import COLUMNS, Panel, as_intervals, as_reported, corrected
from hpcstats.plots.step_curves.regions import BOX_TINT, OverlaidCurve
from hpcstats.plots.step_curves.reported import ReportedStatement, Strip
from hpcstats.plots.step_curves.steps import BAND_TINT, EDGE_TINT

if TYPE_CHECKING:
    import pandas as pd

    from hpcstats.nonparametric import (
        IntervalCensoredCurve,
        SurvivalCurves,
        TruncatedDistribution,
        TruncationBand,
    )

_HEIGHT = 50.0
_BETWEEN = 5.0
_LETTERS = "abc"
_PROPORTIONS = ((0.0, "0"), (0.25, "0.25"), (0.5, "0.50"), (0.75, "0.75"), (1.0, "1"))


def corrected_curves(
    reported: SurvivalCurves,
    intervals: IntervalCensoredCurve,
    truncated: TruncatedDistribution,
    band: TruncationBand,
    *,
    ylabel: str,
    xlabel: str | None = None,
    statement: ReportedStatement | None = None,
    caption: Text | None = None,
) -> Figure:
    """Three views of one endpoint side by side: as reported, interval-censored, truncation-corrected.

    The first takes the printed times at their word; the second draws a box where rounding leaves the curve
    open; the third shows the event-free proportion 1 - F(t | T <= t*) of the cases whose truncation time
    is known, its range over the bounds of the truncation times, and the uncorrected curve of the same cases.

    Parameters
    ----------
    reported : SurvivalCurves
        From `hpcstats.kaplan_meier`, one group.
    intervals : IntervalCensoredCurve
        From `hpcstats.turnbull`.
    truncated : TruncatedDistribution
        From `hpcstats.lynden_bell`.
    band : TruncationBand
        From `hpcstats.truncation_band`, of the same cases.
    ylabel : str
        What the proportion is of; it must say "reported cases".
    xlabel : str, optional
        Default "Time (unit)".
    statement : ReportedStatement, optional
        A statement of an earlier paper, drawn above the first panel.
    caption : Text, optional
        Default: what is drawn, and what each panel rests on.

    Returns
    -------
    Figure
        Its data hold the pieces of each panel.

    Raises
    ------
    DesignError
        For several groups, or a label that promises survival.
    DataError
        When band and curve rest on different cases.

    Examples
    --------
    >>> import hpcstats as hs
    >>> years, known_for = [2.0, 3.0, 5.0, 9.0], [11.0, 9.5, 10.0, 12.0]
    >>> cases = {"id": list("abcd"), "n_resamples": 99, "seed": 1}
    >>> figure = hs.plots.corrected_curves(
    ...     hs.kaplan_meier(hs.Surv.right(years, [1, 1, 1, 1])),
    ...     hs.turnbull(hs.Surv.interval([1.5, 2.5, 4.5, 8.5], [2.5, 3.5, 5.5, 9.5])),
    ...     hs.lynden_bell(hs.Surv.right_truncated(years, known_for, id=list("abcd"))),
    ...     hs.truncation_band(
    ...         years, [10.5, 9.5, 9.5, 11.5], [11.5, 10.0, 10.5, 12.5], **cases
    ...     ),
    ...     ylabel="Event-free among reported cases",
    ... )
    >>> figure.data["panel"].unique().tolist()
    ['As reported', 'Rounding as intervals', 'Corrected for truncation']
    """
    _check(reported, truncated, band, ylabel)
    end = max(reported.follow_up[reported.labels[0]], float(intervals.regions.times[-1]), truncated.t_star)
    end = max(end, statement.high if statement else 0.0)
    looks = palette.series(2)
    panels = (
        as_reported(reported, end),
        as_intervals(intervals, end, looks[0]),
        corrected(truncated, band, _uncorrected(truncated), looks),
    )
    unit = reported.response.unit
    with style.context():
        sheet = _draw(panels, end, (ylabel, xlabel or f"Time ({unit})"), statement, looks)
    summaries = [Text.of(f"{panel.title}: ", panel.summary) for panel in panels]
    return Figure(
        figure=sheet.canvas,
        data=_data(panels),
        caption=caption or _caption(summaries, reported, truncated, statement),
        alt_text=_alternative(summaries, ylabel, unit, statement),
        drawn_numbers=tuple(
            number
            for text in (*summaries, *([statement.text] if statement else []))
            for number in text.numbers
        ),
    )


def _check(
    reported: SurvivalCurves, truncated: TruncatedDistribution, band: TruncationBand, ylabel: str
) -> None:
    if len(reported.labels) != 1:
        raise DesignError(
            f"The curve as reported must be one, not {len(reported.labels)}. Leave the groups out."
        )
    lowered = ylabel.lower()
    if "surviv" in lowered or "reported cases" not in lowered:
        raise DesignError(
            f"ylabel={ylabel!r} does not say what these data can show: write 'Proportion of reported cases "
            "without ...'."
        )
    if not np.array_equal(truncated.time, band.smallest.time) or truncated.n != band.n:
        raise DataError("truncated and band must rest on the same cases, with the same times.")


def _uncorrected(truncated: TruncatedDistribution) -> OverlaidCurve:
    left = 1 - np.cumsum(truncated.events) / truncated.events.sum()
    return OverlaidCurve(label="uncorrected", time=truncated.time, estimate=np.maximum(left, 0.0))


def _draw(
    panels: Sequence[Panel],
    end: float,
    words: tuple[str, str],
    statement: ReportedStatement | None,
    looks: Sequence[palette.SeriesStyle],
) -> Sheet:
    ylabel, xlabel = words
    across = style.width_in_mm("double")
    entries = _entries(looks)
    names = balanced(ylabel, _HEIGHT)
    left = round(MARGIN + len(names) * LINE_HEIGHT + 2.8 + widest([text for _, text in _PROPORTIONS]), 2)
    ticks = round_ticks(end, 5, [1, 2, 2.5, 5, 10])
    width = round((across - left - MARGIN - 2.5 - 2 * _BETWEEN) / 3, 2)
    heads = [wrap(str(panel.summary), width) for panel in panels]
    strip = Strip(statement, width, 0.0) if statement else None
    top = MARGIN + height(entries, across - 2 * MARGIN) + 1.0
    head_lines = max(map(len, heads)) + 1
    frame_top = top + head_lines * LINE_HEIGHT + 2.0 + (strip.height if strip else 0.0)
    sheet = Sheet(across, round(frame_top + _HEIGHT + 2.6 + 2 * LINE_HEIGHT + MARGIN, 2))
    draw_entries(sheet, entries, across - 2 * MARGIN, MARGIN)
    for number, (panel, head) in enumerate(zip(panels, heads, strict=True)):
        x = left + number * (width + _BETWEEN)
        sheet.write(x, top, f"{_LETTERS[number]}  {panel.title}", weight="bold")
        sheet.write_lines(x, top + LINE_HEIGHT, head)
        axes = sheet.axes(x, frame_top, width, _HEIGHT)
        axes.set(xlim=(0, end), ylim=(0, 1))
        axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
        shown = _PROPORTIONS if number == 0 else tuple((value, "") for value, _ in _PROPORTIONS)
        axes.set_yticks([value for value, _ in shown], [text for _, text in shown])
        panel.draw(axes)
    if strip:
        strip.draw(sheet, left, frame_top - strip.height - 0.6, (0, end))
    for number, name in enumerate(names):
        x = MARGIN + (number + 0.5) * LINE_HEIGHT
        sheet.write(x, frame_top + _HEIGHT / 2, name, rotation=90, ha="center", va="center")
    middle = left + width * 1.5 + _BETWEEN
    sheet.write(middle, frame_top + _HEIGHT + 2.6 + LINE_HEIGHT, xlabel, ha="center")
    return sheet


def _entries(looks: Sequence[palette.SeriesStyle]) -> list[Entry]:
    colour = looks[0].colour
    band = box_sample(palette.tint(colour, BAND_TINT), palette.tint(colour, EDGE_TINT), 0.4)
    return [
        ("estimate", line_sample(looks[0])),
        ("pointwise limits", band),
        (
            "not determined by rounding or truncation times",
            box_sample(palette.tint(colour, BOX_TINT), colour, 0.5),
        ),
        ("same cases, uncorrected (c)", line_sample(looks[1])),
    ]


def _data(panels: Sequence[Panel]) -> pd.DataFrame:
    import pandas as pd

    rows = [row for panel in panels for row in panel.data.to_dict(orient="records")]
    return pd.DataFrame(rows, columns=[*COLUMNS[:3], "estimate", *COLUMNS[3:]])


def _caption(
    summaries: Sequence[Text],
    reported: SurvivalCurves,
    truncated: TruncatedDistribution,
    statement: ReportedStatement | None,
) -> Text:
    above = (" Above a: ", statement.text, ".") if statement else ()
    return Text.of(
        "Proportion of reported cases without the event, three ways. ",
        *(
            part
            for letter, text in zip(_LETTERS, summaries, strict=True)
            for part in (f"({letter}) ", text, ". ")
        ),
        f"Limits are pointwise {formats.level(reported.level)}: (a) {reported.interval}; (b) bootstrap; (c) "
        f"{truncated.interval}, over all truncation times within their bounds. The curve of c ends at 0 by "
        f"construction: it estimates 1 - {truncated.condition}, and nothing is known beyond.",
        *above,
    )


def _alternative(
    summaries: Sequence[Text], ylabel: str, unit: str, statement: ReportedStatement | None
) -> str:
    above = f" Above the first: {statement.text}." if statement else ""
    return (
        f"Three panels of step curves. Vertical axes: {ylabel}, 0 to 1. Horizontal axes: time in {unit}. "
        f"{'. '.join(str(text) for text in summaries)}.{above}"
    )
