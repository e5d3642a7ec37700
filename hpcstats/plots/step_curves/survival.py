"""`survival_curves`: step curves with bands, medians, the test and the risk table, in one figure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from matplotlib.axes import Axes

from hpcstats import formats
from hpcstats.errors import DesignError
from hpcstats.numbers import Text
from hpcstats.plots.page import alt_text, style
from hpcstats.plots.page.figure import Figure
from hpcstats.plots.page.sheet import LINE_HEIGHT, MARGIN, Sheet, balanced, text_width, widest, wrap
from hpcstats.plots.page.time_axis import axis_end, axis_ticks
from hpcstats.plots.step_curves.data import curve_data
from hpcstats.plots.step_curves.printed import (
    comparison_text,
    default_caption,
    hazard_ratio_text,
    summarise,
)
from hpcstats.plots.step_curves.reported import ReportedStatement, Strip
from hpcstats.plots.step_curves.risk_table import Key, RiskTable, risk_cells
from hpcstats.plots.step_curves.steps import StepCurve, draw_curves, draw_medians, step_curves

if TYPE_CHECKING:
    from hpcstats.compare import LogrankResult
    from hpcstats.nonparametric import SurvivalCurves
    from hpcstats.regression import CoxFit

_HEIGHTS = {"single": 50.0, "double": 68.0}
_PROPORTIONS = ((0.0, "0"), (0.25, "0.25"), (0.5, "0.50"), (0.75, "0.75"), (1.0, "1"))


def survival_curves(
    km: SurvivalCurves,
    *,
    ylabel: str,
    xlabel: str | None = None,
    ticks: Sequence[float] | None = None,
    limit: float | None = None,
    width: style.Width = "single",
    labels: Mapping[Any, str] | None = None,
    median: bool = True,
    comparison: LogrankResult | None = None,
    comparison_name: str = "Log-rank",
    hazard_ratio: Text | tuple[CoxFit, str] | None = None,
    reported: ReportedStatement | None = None,
    among_reported_cases: bool = False,
    caption: Text | None = None,
) -> Figure:
    """Event-free proportions over time, drawn as the KMunicate study recommends.

    Right-continuous steps from (0, 1) to the end of follow-up; pointwise bands that stop where a limit is
    undefined; a mark for each time of censoring; the medians, dropped to the time axis; above, the key with
    n, events and median (interval) and the test; below, who is at risk, has had the event or is censored
    just after each tick (three rows that add up to n). Morris et al. 2019, doi:10.1136/bmjopen-2019-030215.

    Parameters
    ----------
    km : SurvivalCurves
        From `hpcstats.kaplan_meier`.
    ylabel : str
        What the proportion is of, for instance "Proportion without local recurrence".
    xlabel : str, optional
        Default "Time (unit)".
    ticks : sequence of float, optional
        Times of the axis ticks and of the risk table.
    limit : float, optional
        Where the time axis ends; default the last observation.
    width : {"single", "double"}
        85 mm or 174 mm.
    labels : mapping, optional
        Group label to the name shown.
    median : bool
        Draw the lines to the medians.
    comparison : LogrankResult, optional
        The test printed above the curves.
    comparison_name : str
        What it is called there.
    hazard_ratio : Text, or (CoxFit, term), optional
        Printed behind the test.
    reported : ReportedStatement, optional
        An earlier paper's own statement, drawn above the curves on the same time axis.
    among_reported_cases : bool
        All are published cases of the event: the axis must say "reported cases", and not survival.
    caption : Text, optional
        Default: what is drawn, with n, events and medians.

    Returns
    -------
    Figure
        Its data hold a `part` column: curve, band, median, risk table, annotation, reported.

    Raises
    ------
    DesignError
        For labels of unknown groups, more than five groups, ticks outside the axis, or a misleading axis
        label.

    Examples
    --------
    >>> import hpcstats as hs
    >>> y = hs.Surv.right([5, 13, 17, 8], [True, True, False, True], id=["a", "b", "c", "d"])
    >>> figure = hs.plots.survival_curves(
    ...     hs.kaplan_meier(y), ylabel="Proportion without recurrence"
    ... )
    >>> figure.size[0]
    85.0
    >>> [number.text for number in figure.numbers[:5]]
    ['4', '3', '10.5', '0.0', '∞']
    """
    _honest_label(ylabel, among_reported_cases)
    if isinstance(hazard_ratio, tuple):
        hazard_ratio = hazard_ratio_text(*hazard_ratio)
    end = axis_end(limit, [*km.follow_up.values(), reported.high if reported else 0.0])
    summaries, curves, shown = summarise(km, labels), step_curves(km, end), axis_ticks(ticks, end)
    content = _Content(
        km=km,
        curves=curves,
        end=end,
        ticks=shown,
        xlabel=xlabel or f"Time ({km.response.unit})",
        ylabel=ylabel,
        key=Key(
            summaries,
            [curve.look for curve in curves],
            f"Median, {km.response.unit} ({formats.level(km.level)} CI)",
            style.width_in_mm(width),
        ),
        remark=comparison_text(comparison, hazard_ratio, comparison_name),
        reported=reported,
        medians=tuple(float(value) for value in km.quantile(0.5)["estimate"]) if median else (),
        table=RiskTable(summaries, [curve.look for curve in curves], risk_cells(km, summaries, shown)),
        width=width,
    )
    with style.context():
        sheet = _draw(content)
    words = caption or default_caption(km, summaries, reported, among_reported_cases=among_reported_cases)
    numbers = [number for summary in summaries for number in summary.numbers]
    numbers += [*content.remark.numbers, *content.table.numbers]
    return Figure(
        figure=sheet.canvas,
        data=curve_data(km, end, shown, content.remark, reported),
        caption=words,
        alt_text=alt_text.survival(km, summaries, ylabel, content.remark, reported),
        drawn_numbers=(*numbers, *(reported.text.numbers if reported else ())),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Content:
    """Everything that is drawn, ready to be placed."""

    km: SurvivalCurves
    curves: tuple[StepCurve, ...]
    end: float
    ticks: tuple[float, ...]
    xlabel: str
    ylabel: str
    key: Key
    remark: Text
    reported: ReportedStatement | None
    medians: tuple[float, ...]
    table: RiskTable
    width: style.Width


def _honest_label(ylabel: str, among_reported_cases: bool) -> None:
    lowered = ylabel.lower()
    if among_reported_cases and ("surviv" in lowered or "reported cases" not in lowered):
        raise DesignError(
            f"ylabel={ylabel!r} does not say what these data can show. Published cases of the event identify "
            "the time to it among reported cases only: write 'Proportion of reported cases without ...'."
        )


def _draw(content: _Content) -> Sheet:
    width = style.width_in_mm(content.width)
    frame_height = _HEIGHTS[content.width]
    names = balanced(content.ylabel, frame_height)
    left = _left(content, names)
    frame_width = width - left - _right(content)
    remark = wrap(str(content.remark), width - 2 * MARGIN) if content.remark.parts else []
    strip = Strip(content.reported, frame_width, left - MARGIN) if content.reported else None
    top = MARGIN + content.key.height + LINE_HEIGHT * len(remark) + 2.4
    frame_top = top + (strip.height + 1.6 if strip else 0.0)
    below = frame_top + frame_height + 1.6 + 2 * LINE_HEIGHT + 1.4
    sheet = Sheet(width, round(below + content.table.height + MARGIN - 0.4, 2))
    content.key.draw(sheet, MARGIN)
    sheet.write_lines(MARGIN, MARGIN + content.key.height + 0.6, remark)
    if strip:
        strip.draw(sheet, left, top + 0.4, (0, content.end))
    _draw_frame(sheet.axes(left, frame_top, frame_width, frame_height), content)
    middle = frame_top + frame_height / 2
    for number, name in enumerate(names):
        x = left - _beside_axis(names) + (number + 0.5) * LINE_HEIGHT
        sheet.write(x, middle, name, rotation=90, ha="center", va="center")
    sheet.write(left + frame_width / 2, below - LINE_HEIGHT - 1.4, content.xlabel, ha="center")
    content.table.draw(sheet, below, [left + tick / content.end * frame_width for tick in content.ticks])
    return sheet


def _left(content: _Content, names: Sequence[str]) -> float:
    first = text_width(str(content.table.cells[0]["at_risk"][0])) / 2 if content.ticks else 0.0
    return round(MARGIN + max(_beside_axis(names), content.table.label_width + 1.5 + first), 2)


def _beside_axis(names: Sequence[str]) -> float:
    return len(names) * LINE_HEIGHT + 1.0 + widest([text for _, text in _PROPORTIONS]) + 1.8


def _right(content: _Content) -> float:
    last = max(text_width(f"{content.ticks[-1]:g}"), 4.0) / 2 if content.ticks else 0.0
    return MARGIN + 0.5 + last


def _draw_frame(axes: Axes, content: _Content) -> None:
    axes.set(xlim=(0, content.end), ylim=(0, 1))
    axes.set_xticks(content.ticks, [f"{tick:g}" for tick in content.ticks])
    axes.set_yticks([value for value, _ in _PROPORTIONS], [text for _, text in _PROPORTIONS])
    draw_curves(axes, content.curves)
    if content.medians:
        draw_medians(axes, content.curves, content.medians)
