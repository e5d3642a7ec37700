"""`parametric_models`: parametric curves over the Kaplan-Meier curve, what is extrapolated dashed on grey."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from hpcstats import formats
from hpcstats.errors import DesignError
from hpcstats.numbers import Text
from hpcstats.plots.page import palette, style
from hpcstats.plots.page.figure import Figure
from hpcstats.plots.page.sheet import LINE_HEIGHT, MARGIN, Sheet, balanced, round_ticks, text_width, widest
from hpcstats.plots.step_curves.parametric_plan import (
    ModelCurve,
    alternative_text,
    curves_table,
    default_caption,
    model_curves,
)
from hpcstats.plots.step_curves.steps import StepCurve, draw_bands, step_curves

if TYPE_CHECKING:
    from hpcstats.nonparametric import SurvivalCurves
    from hpcstats.regression.parametric_models.estimates import ParametricEstimates

_HEIGHTS = {"single": 52.0, "double": 78.0}
_PROPORTIONS = ((0.0, "0"), (0.25, "0.25"), (0.5, "0.50"), (0.75, "0.75"), (1.0, "1"))
_GROUND = "#EFEFEF"
_DASHED = (0, (3.2, 1.6))
_MARKERS = ("o", "s", "^", "D")
_EMPIRICAL = palette.SeriesStyle(colour=palette.GREY, dash="solid", marker="|")
_SAMPLE = 8.0
_GAP = 3.5
_REACH = 1.5
_STEP_LINE = 0.9


def parametric_models(
    km: SurvivalCurves,
    fits: Mapping[str, ParametricEstimates],
    *,
    ylabel: str,
    xlabel: str | None = None,
    limit: float | None = None,
    at: float | None = None,
    ticks: Sequence[float] | None = None,
    width: style.Width = "single",
    caption: Text | None = None,
) -> Figure:
    """Parametric curves over the Kaplan-Meier curve: what is seen, and what is only said beyond it.

    Within follow-up the curves are solid and lie over the steps and their band, so that the eye can judge the
    fit. After the last observation the ground is grey, the curves are dashed, and the word "extrapolated"
    stands there. Markers tell the curves apart without colour. The key gives AIC and what each says at `at`.

    Parameters
    ----------
    km : SurvivalCurves
        From `hpcstats.kaplan_meier`, one curve.
    fits : mapping of str to ParametricFit or CureFit
        Up to four models without covariates, by the name shown.
    ylabel : str
        What the proportion is of.
    xlabel : str, optional
        Default "Time (unit)".
    limit : float, optional
        Where the time axis ends; default one and a half times the last observation.
    at : float, optional
        Time of the values in the key; default where the axis ends.
    ticks : sequence of float, optional
        Times of the axis ticks.
    width : {"single", "double"}
        85 mm or 174 mm.
    caption : Text, optional
        Default: what is drawn, with every printed value.

    Returns
    -------
    Figure
        Its data hold the columns part, curve, time, estimate, low, high, extrapolated.

    Raises
    ------
    DesignError
        For several Kaplan-Meier curves, models with covariates or without an estimate, no or too many models.

    Examples
    --------
    >>> import hpcstats as hs
    >>> weeks = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
    >>> relapse = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]
    >>> y = hs.Surv.right(weeks, relapse, unit="weeks")
    >>> fits = {"Exponential": hs.parametric(y, distribution="exponential")}
    >>> figure = hs.plots.parametric_models(
    ...     hs.kaplan_meier(y), fits, ylabel="Proportion in remission", limit=60
    ... )
    >>> figure.data.groupby("extrapolated").size().tolist()
    [157, 100]
    """
    if len(km.labels) != 1:
        raise DesignError(f"Parametric curves are drawn over one Kaplan-Meier curve, not {len(km.labels)}.")
    last = max(km.follow_up.values())
    end = _REACH * last if limit is None else float(limit)
    if not end > 0:
        raise DesignError(f"limit={limit!r} leaves no time axis. Give a time after 0.")
    asked = end if at is None else float(at)
    models = model_curves(fits, end, asked, km.response.unit)
    [steps] = step_curves(km, end)
    content = _Content(
        steps=StepCurve(
            time=steps.time,
            estimate=steps.estimate,
            low=steps.low,
            high=steps.high,
            marks=steps.marks,
            look=_EMPIRICAL,
        ),
        models=models,
        last=last,
        end=end,
        ticks=tuple(round_ticks(end, 6, [1, 2, 2.5, 5, 10]) if ticks is None else map(float, ticks)),
        xlabel=xlabel or f"Time ({km.response.unit})",
        ylabel=ylabel,
        heads=("AIC", f"At {asked:g} {km.response.unit} ({formats.level(km.level)} CI)"),
        width=width,
    )
    with style.context():
        sheet = _draw(content)
    words = caption or default_caption(km, models, last, asked)
    numbers = [number for m in models for number in (m.criterion, *m.value.numbers)]
    return Figure(
        figure=sheet.canvas,
        data=curves_table(km, models),
        caption=words,
        alt_text=alternative_text(km, models, ylabel, last, asked),
        drawn_numbers=tuple(numbers),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Content:
    """Everything that is drawn, ready to be placed."""

    steps: StepCurve
    models: tuple[ModelCurve, ...]
    last: float
    end: float
    ticks: tuple[float, ...]
    xlabel: str
    ylabel: str
    heads: tuple[str, str]
    width: style.Width


def _draw(content: _Content) -> Sheet:
    width, height = style.width_in_mm(content.width), _HEIGHTS[content.width]
    names = balanced(content.ylabel, height)
    beside = len(names) * LINE_HEIGHT + 1.0 + widest([text for _, text in _PROPORTIONS]) + 1.8
    left = round(MARGIN + beside, 2)
    key = LINE_HEIGHT * (len(content.models) + 2) + 2.6
    top = MARGIN + key + 1.6
    last_tick = max(text_width(f"{content.ticks[-1]:g}"), 4.0) / 2
    frame_width = width - left - MARGIN - 0.5 - last_tick
    below = top + height + 1.6 + LINE_HEIGHT
    sheet = Sheet(width, round(below + LINE_HEIGHT + MARGIN, 2))
    _draw_key(sheet, content)
    _draw_frame(sheet.axes(left, top, frame_width, height), content)
    _mark_beyond(sheet, content, left, top, frame_width)
    for number, name in enumerate(names):
        x = left - beside + (number + 0.5) * LINE_HEIGHT
        sheet.write(x, top + height / 2, name, rotation=90, ha="center", va="center")
    sheet.write(left + frame_width / 2, below, content.xlabel, ha="center")
    return sheet


def _draw_key(sheet: Sheet, content: _Content) -> None:
    """Write a row for each curve: sample, name, AIC, value."""
    names = MARGIN + _SAMPLE
    labels = ["Kaplan-Meier", *(model.name for model in content.models)]
    criteria = [str(model.criterion) for model in content.models]
    aic_end = names + widest(labels) + _GAP + widest([content.heads[0], *criteria])
    values = aic_end + _GAP
    right = values + widest([content.heads[1], *(str(model.value) for model in content.models)])
    sheet.write(aic_end, MARGIN, content.heads[0], ha="right")
    sheet.write(values, MARGIN, content.heads[1])
    line = MARGIN + LINE_HEIGHT + 0.3
    sheet.line([MARGIN, right], [line, line], color=palette.GREY, linewidth=style.THIN_LINE)
    y = line + 0.6
    for row, label in enumerate(labels):
        middle = y + LINE_HEIGHT * 0.42
        colour = content.models[row - 1].look.colour if row else palette.BLACK
        thick = style.CURVE_LINE if row else _STEP_LINE
        ends = [MARGIN, MARGIN + _SAMPLE - 1.5]
        sheet.line(ends, [middle, middle], color=colour, linewidth=thick)
        sheet.write(names, y, label)
        if row:
            model = content.models[row - 1]
            sheet.line([sum(ends) / 2], [middle], **_marker(row - 1, colour))
            sheet.write(aic_end, y, str(model.criterion), ha="right")
            sheet.write(values, y, str(model.value))
        y += LINE_HEIGHT


def _marker(number: int, colour: str) -> dict[str, Any]:
    return {
        "linestyle": "none",
        "marker": _MARKERS[number],
        "markersize": 3.4,
        "markerfacecolor": palette.WHITE,
        "markeredgecolor": colour,
        "markeredgewidth": 0.8,
    }


def _draw_frame(axes: Axes, content: _Content) -> None:
    axes.set(xlim=(0, content.end), ylim=(0, 1))
    axes.set_xticks(content.ticks, [f"{tick:g}" for tick in content.ticks])
    axes.set_yticks([value for value, _ in _PROPORTIONS], [text for _, text in _PROPORTIONS])
    if content.last < content.end:
        box = Rectangle((content.last, 0), content.end - content.last, 1, facecolor=_GROUND, edgecolor="none")
        axes.add_patch(box)
    draw_bands(axes, [content.steps])
    steps = content.steps
    axes.step(
        steps.time,
        steps.estimate,
        where="post",
        color=palette.BLACK,
        linewidth=_STEP_LINE,
        clip_on=False,
        zorder=3.5,
    )
    for rank, model in enumerate(content.models):
        _draw_model(axes, model, rank, content.end)


def _draw_model(axes: Axes, model: ModelCurve, rank: int, end: float) -> None:
    """Draw one curve: solid where it was observed, dashed where not; markers at times of its own."""
    order, count = 4 + 0.1 * rank, len(_MARKERS)
    seen = ~model.extrapolated
    beyond = model.extrapolated.copy()
    beyond[:-1] |= model.extrapolated[1:]
    for shown, dash in ((seen, "solid"), (beyond, _DASHED)):
        heights = np.where(shown, model.estimate, np.nan)
        axes.plot(
            model.time,
            heights,
            color=model.look.colour,
            linestyle=dash,
            linewidth=style.CURVE_LINE,
            zorder=order,
        )
    places = end * (np.arange(5) + (rank + 0.6) / count) / 5
    axes.plot(
        style.settle(places),
        style.settle(np.interp(places, model.time, model.estimate)),
        zorder=order + 0.05,
        **_marker(rank, model.look.colour),
    )


def _mark_beyond(sheet: Sheet, content: _Content, left: float, top: float, width: float) -> None:
    """Write what the grey ground means, across it or along its edge."""
    if content.last >= content.end:
        return
    start = left + content.last / content.end * width
    room, word = left + width - start, "extrapolated"
    if room > text_width(word) + 2:
        sheet.write(start + room / 2, top + 1.0, word, ha="center", color=palette.GREY)
    elif room > LINE_HEIGHT:
        sheet.write(start + room / 2, top + 1.0, word, rotation=90, ha="center", color=palette.GREY)
