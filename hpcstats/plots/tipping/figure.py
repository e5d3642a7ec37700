"""`tipping_map`: the conclusion over what may have become of those censored."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from hpcstats.numbers import Number, Text
from hpcstats.plots.page import style
from hpcstats.plots.page.figure import Figure
from hpcstats.plots.tipping.drawing import draw
from hpcstats.plots.tipping.plan import plan
from hpcstats.plots.tipping.words import alternative, default_caption

if TYPE_CHECKING:
    from hpcstats.sensitivity.tipping.bounds import BestAndWorstCase
    from hpcstats.sensitivity.tipping.result import TippingPoint


def tipping_map(
    result: TippingPoint,
    *,
    bounds: BestAndWorstCase | None = None,
    plausible: Any = None,
    labels: Mapping[Any, str] | None = None,
    caption: Text | None = None,
) -> Figure:
    """A map of p-values over the hazards after the censoring, with the lines where the conclusion turns.

    From left to right the delta of the first group, from below that of the second, both logarithmic. Shades
    are classes of p, darker for smaller ones, so that the map survives a photocopier; the solid line is
    p = 1 - level, the dashed one a hazard ratio of 1. Judge by whether they pass through what is plausible.

    Parameters
    ----------
    result : TippingPoint
        From `hpcstats.sensitivity.tipping_point`.
    bounds : BestAndWorstCase, optional
        The extreme cases, for the caption.
    plausible : pair of pairs, optional
        Limits of delta that are held plausible, first group then second: ``((0.5, 2), (0.5, 2))``.
    labels : mapping, optional
        Printed names of the groups.
    caption : Text, optional
        Default: what is drawn, what is found, and the method.

    Returns
    -------
    Figure
        85 mm wide; its data are `result.to_frame`.

    Raises
    ------
    DesignError
        For fewer than two deltas in a group, a box that is none, or bounds of other groups.

    Examples
    --------
    >>> import hpcstats as hs
    >>> from hpcstats.plots import tipping_map
    >>> from hpcstats.sensitivity import tipping_point
    >>> y = hs.Surv.right([1, 2, 3, 4, 5, 6, 7, 8], [1, 1, 0, 1, 0, 1, 0, 0])
    >>> found = tipping_point(y, list("aababbba"), deltas=[0.5, 1, 2], n_imputations=20, seed=1)
    >>> tipping_map(found).size[0]
    85.0
    """
    planned = plan(result, bounds, plausible, labels or {})
    with style.context():
        sheet = draw(planned)
    numbers: tuple[Number, ...] = (*planned.centre_text.numbers, *planned.observed_text.numbers)
    return Figure(
        figure=sheet.canvas,
        data=result.to_frame(),
        caption=caption or default_caption(planned),
        alt_text=alternative(planned),
        drawn_numbers=numbers,
    )
