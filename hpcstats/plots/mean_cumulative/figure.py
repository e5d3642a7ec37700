"""`mean_cumulative_curves`: mean numbers of events with bands and the risk table, in one figure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from hpcstats import formats
from hpcstats.numbers import Text
from hpcstats.plots.mean_cumulative import plan
from hpcstats.plots.mean_cumulative.drawing import Drawing
from hpcstats.plots.page import style
from hpcstats.plots.page.figure import Figure
from hpcstats.plots.page.linear_axis import limits_of
from hpcstats.plots.page.time_axis import axis_end, axis_horizon, axis_ticks
from hpcstats.plots.step_curves.steps import StepCurve

if TYPE_CHECKING:
    from hpcstats.recurrence import MeanCumulative, MeanCumulativeComparison


def mean_cumulative_curves(
    means: MeanCumulative,
    *,
    ylabel: str,
    xlabel: str | None = None,
    horizon: float | None = None,
    ticks: Sequence[float] | None = None,
    limit: float | None = None,
    width: style.Width = "single",
    labels: Mapping[Any, str] | None = None,
    comparison: MeanCumulativeComparison | None = None,
    caption: Text | None = None,
) -> Figure:
    """Mean numbers of events per patient over time, with pointwise bands and what they rest on.

    Right-continuous steps from (0, 0) to the end of follow-up, bands from the first event on, a mark for each
    time at which somebody's observation ends alive; above, the key with n, events and the mean number at the
    horizon (interval) and the test; below, who is under observation, how many events and deaths there were
    and who was censored just after each tick (at risk, deaths and censored add up to n; events are more than
    patients).

    Parameters
    ----------
    means : MeanCumulative
        From `hpcstats.mean_cumulative`.
    ylabel : str
        What is counted, for instance "Mean number of local recurrences".
    xlabel : str, optional
        Default "Time (unit)".
    horizon : float, optional
        Time of the means in the key; default the last tick that every curve reaches.
    ticks : sequence of float, optional
        Times of the axis ticks and of the risk table.
    limit : float, optional
        Where the time axis ends; default the last observation.
    width : {"single", "double"}
        85 mm or 174 mm.
    labels : mapping, optional
        Group label to the name shown.
    comparison : MeanCumulativeComparison, optional
        The test printed above the curves.
    caption : Text, optional
        Default: what is drawn, with n, events and means.

    Returns
    -------
    Figure
        Its data hold a `part` column: curve, risk table, annotation.

    Raises
    ------
    DesignError
        For labels of unknown groups, more than five groups, ticks outside the axis, or a horizon beyond
        follow-up.

    Examples
    --------
    >>> import hpcstats as hs
    >>> y = hs.Surv.counting(
    ...     [0, 2, 5, 0, 0], [2, 5, 9, 3, 6], [1, 1, 0, 1, 0], id=list("aaabc")
    ... )
    >>> means = hs.mean_cumulative(y)
    >>> figure = hs.plots.mean_cumulative_curves(means, ylabel="Mean number of recurrences")
    >>> figure.size[0], [number.text for number in figure.numbers[:3]]
    (85.0, ['3', '3', '1.17'])
    """
    end = axis_end(limit, means.follow_up.values())
    shown = axis_ticks(ticks, end)
    at = axis_horizon(horizon, shown, means.follow_up.values())
    summaries, curves = plan.summarise(means, labels, at), plan.step_curves(means, end)
    remark = plan.comparison_text(comparison)
    drawing = Drawing(
        curves=curves,
        end=end,
        top=_top(curves),
        ticks=shown,
        xlabel=xlabel or f"Time ({means.response.unit})",
        ylabel=ylabel,
        summaries=summaries,
        head=f"Mean by {at:g}\N{NO-BREAK SPACE}{means.response.unit} ({formats.level(means.level)} CI)",
        remark=remark,
        cells=plan.risk_cells(means, summaries, shown),
        rows=plan.rows_shown(means),
        width=width,
    )
    with style.context():
        sheet = drawing.draw()
    numbers = [number for summary in summaries for number in summary.numbers]
    table = [number for block in drawing.cells for row in block.values() for number in row]
    return Figure(
        figure=sheet.canvas,
        data=plan.figure_data(means, end, shown, remark),
        caption=caption or plan.default_caption(means, summaries, at),
        alt_text=plan.alternative(means, summaries, ylabel, at, remark),
        drawn_numbers=(*numbers, *remark.numbers, *table),
    )


def _top(curves: Sequence[StepCurve]) -> float:
    """Choose where the vertical axis ends: above all curves, and above limits as far as is sensible."""
    estimates = np.concatenate([curve.estimate for curve in curves])
    limits = np.concatenate([curve.high for curve in curves])
    return limits_of(estimates.tolist(), limits.tolist())[1] if estimates.any() else 1.0
