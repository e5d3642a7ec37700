"""`pooled_forest`: proportions of cohorts, pooled and predicted, beside what an earlier paper states."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from hpcstats.numbers import Text
from hpcstats.plots.forests import pooled_words as words
from hpcstats.plots.forests.pooled_drawing import draw
from hpcstats.plots.forests.pooled_rows import ReportedRange, forest_rows
from hpcstats.plots.page import style
from hpcstats.plots.page.figure import Figure

if TYPE_CHECKING:
    import pandas as pd

    from hpcstats.literature.pooling import PooledEstimate


def pooled_forest(
    panels: Mapping[str, PooledEstimate],
    *,
    follow_up: Mapping[str, float] | None = None,
    computed: Sequence[str] = (),
    reported: Mapping[str, ReportedRange] | None = None,
    fixed: pd.DataFrame | None = None,
    caption: Text | None = None,
) -> Figure:
    """Proportions of cohorts with their intervals, pooled and for a further cohort, panel by panel.

    Each cohort has its counts, its follow-up, its proportion with exact limits, and a square whose area is
    its weight; below stand the pooled proportion (diamond), what a further cohort is expected to have (open
    bar), the range an earlier paper states (shaded behind the cohorts), and estimates at stated times, which
    lack the standard errors that pooling needs (hollow).

    Parameters
    ----------
    panels : mapping of str to PooledEstimate
        Headings to pooled proportions, from `hpcstats.literature.pool_proportions`.
    follow_up : mapping of str to float, optional
        Stated follow-up in years, by the labels of the studies.
    computed : sequence of str, optional
        Labels of studies whose counts follow from a printed percentage; marked by an asterisk.
    reported : mapping of str to ReportedRange, optional
        Ranges an earlier paper states, by panel.
    fixed : DataFrame, optional
        Estimates at stated times: columns panel, label, source_id, time (years), estimate.
    caption : Text, optional
        Default: what is drawn and how it was pooled.

    Returns
    -------
    Figure
        174 mm wide; its data have a row a line: panel, kind, label, events, n, years, estimate, low, high,
        weight.

    Raises
    ------
    DesignError
        Without panels, for pooled rates or estimates, for ranges of panels there are not, and for more than
        fits on a page.
    DataError
        For columns that `fixed` lacks.

    Examples
    --------
    >>> import hpcstats as hs
    >>> pooled = hs.literature.pool_proportions([6, 1, 28, 3, 2], [13, 15, 39, 6, 10])
    >>> figure = hs.plots.pooled_forest({"Local recurrence": pooled})
    >>> figure.data.loc[figure.data["kind"] == "pooled", ["estimate", "low", "high"]].round(2)
       estimate  low  high
    5      0.37  0.1  0.74
    """
    rows = forest_rows(panels, follow_up or {}, computed, reported or {}, fixed)
    level = next(iter(panels.values())).level
    with style.context():
        sheet = draw(rows, level)
    return Figure(
        figure=sheet.canvas,
        data=words.data(rows),
        caption=caption or words.caption(rows, panels),
        alt_text=words.alt_text(rows),
        drawn_numbers=tuple(
            number
            for row in rows
            for cell in (row.counts, row.follow_up, row.printed)
            for number in cell.numbers
        ),
    )
