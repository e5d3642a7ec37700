"""`cumulative_incidence`: what happens first, and how often, in one figure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from hpcstats.errors import DesignError
from hpcstats.numbers import Text
from hpcstats.plots.incidence.drawing import TOPS, Words, draw
from hpcstats.plots.incidence.plan import Plan, Series, chosen, series_of
from hpcstats.plots.incidence.risk_table import blocks_of
from hpcstats.plots.incidence.words import alt_text_of, caption_of, comparison_text, data_of
from hpcstats.plots.page import style
from hpcstats.plots.page.figure import Figure
from hpcstats.plots.page.time_axis import axis_end, axis_horizon, axis_ticks

if TYPE_CHECKING:
    from hpcstats.compare.gray.result import GrayTest
    from hpcstats.nonparametric.competing.curves import CumulativeIncidence


def cumulative_incidence(
    curves: CumulativeIncidence,
    *,
    cause: Any = None,
    group: Any = None,
    ylabel: str | None = None,
    xlabel: str | None = None,
    ticks: Sequence[float] | None = None,
    limit: float | None = None,
    horizon: float | None = None,
    width: style.Width = "double",
    labels: Mapping[Any, str] | None = None,
    comparison: GrayTest | None = None,
    among_reported_cases: bool = False,
    caption: Text | None = None,
) -> Figure:
    """Cumulative incidences of competing events as labelled step curves, with bands and a risk table.

    All causes of one group, or one cause in several groups. Right-continuous steps from (0, 0); pointwise
    bands, solid where they overlap; the name beside each curve; above, the key with n, events and incidence
    at a horizon; below, who is at risk, has had each event first, or is censored just after each tick (rows
    that add up to n).

    Parameters
    ----------
    curves : CumulativeIncidence
        From `hpcstats.aalen_johansen`.
    cause : str or int, optional
        Draw this cause, given by name or number, for all groups. Without it all causes of the only group, or
        of `group`, are drawn.
    group : optional
        Draw the causes of this group.
    ylabel, xlabel : str, optional
        Defaults "Cumulative incidence" and "Time (unit)".
    ticks : sequence of float, optional
        Times of the axis ticks and of the risk table.
    limit : float, optional
        Where the time axis ends; default the last observation.
    horizon : float, optional
        Time of the printed incidences; default the last tick after 0 within the follow-up of all groups.
    width : {"single", "double"}
        85 mm or 174 mm.
    labels : mapping, optional
        Group or cause to the name shown.
    comparison : GrayTest, optional
        The test printed above the curves.
    among_reported_cases : bool
        The patients are published cases: the axis must say "reported cases".
    caption : Text, optional
        Default: what is drawn, with n, events and incidences.

    Returns
    -------
    Figure
        Its data hold a `part` column: curve, estimate, risk table, annotation.

    Raises
    ------
    DesignError
        For several groups and causes at once, more than five curves, ticks outside the axis, a horizon beyond
        follow-up, or a misleading axis label.
    DataError
        For a group or cause that is not there.

    Examples
    --------
    >>> import hpcstats as hs
    >>> y = hs.Surv.competing(
    ...     [1, 2, 2, 3, 5, 7], [1, 2, 1, 0, 2, 0], causes=["relapse", "death"]
    ... )
    >>> figure = hs.plots.cumulative_incidence(hs.aalen_johansen(y), horizon=5)
    >>> [str(number) for number in figure.numbers[:5]]
    ['6', '2', '0.33', '0.05', '0.68']
    """
    words = Words(
        xlabel=xlabel or f"Time ({curves.response.unit})",
        ylabel=ylabel or "Cumulative incidence" + (" among reported cases" if among_reported_cases else ""),
        remark=Text(),
    )
    if among_reported_cases and "reported cases" not in words.ylabel.lower():
        raise DesignError(
            f"ylabel={words.ylabel!r} does not say what these data can show. Write 'Cumulative incidence "
            "among reported cases'."
        )
    plan = _plan(curves, (cause, group), ticks, limit, horizon, labels or {})
    words = Words(xlabel=words.xlabel, ylabel=words.ylabel, remark=comparison_text(comparison, plan))
    with style.context():
        sheet = draw(plan, words, width)
    return Figure(
        figure=sheet.canvas,
        data=data_of(plan, words.remark),
        caption=caption or caption_of(plan, among_reported_cases=among_reported_cases),
        alt_text=alt_text_of(plan, words.ylabel, words.remark),
        drawn_numbers=(*plan.numbers, *words.remark.numbers),
    )


def _plan(
    curves: CumulativeIncidence,
    which: tuple[Any, Any],
    ticks: Sequence[float] | None,
    limit: float | None,
    horizon: float | None,
    names: Mapping[Any, str],
) -> Plan:
    pairs = chosen(curves, *which)
    known = {*curves.labels, *curves.causes}
    strangers = [name for name in names if name not in known]
    if strangers:
        raise DesignError(f"labels names {strangers[0]!r}, which is neither a group nor a cause.")
    followed = [curves.follow_up[group] for group, _ in pairs]
    end = axis_end(limit, followed)
    shown = axis_ticks(ticks, end)
    at = axis_horizon(horizon, shown, followed)
    series = series_of(curves, pairs, names, end, at)
    return Plan(
        curves=curves,
        series=series,
        blocks=blocks_of(curves, pairs, names, shown),
        ticks=shown,
        end=end,
        horizon=at,
        top=_top(series),
        by_cause=len({group for group, _ in pairs}) == 1,
    )


def _top(series: Sequence[Series]) -> float:
    """Return the least round height that holds all curves and bands."""
    heights = [float(np.nanmax(values)) for one in series for values in (one.curve.estimate, one.curve.high)]
    return next(top for top in TOPS if top >= max(heights))
