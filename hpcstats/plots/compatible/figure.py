"""`compatible_curves`: all survival curves that a published summary allows, beside collected cases."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from hpcstats import formats
from hpcstats.errors import DesignError
from hpcstats.numbers import Number, Text
from hpcstats.plots.compatible.drawing import draw
from hpcstats.plots.compatible.plan import CollectedCurve, CompatiblePanel, medians
from hpcstats.plots.page import style
from hpcstats.plots.page.figure import Figure
from hpcstats.plots.page.sheet import round_ticks

if TYPE_CHECKING:
    import pandas as pd

    from hpcstats.nonparametric import SurvivalCurves

_COLUMNS = (
    "part", "panel", "grid", "time", "minimum", "low", "median", "high", "maximum", "estimate", "data_sets",
    "share",
)  # fmt: skip


def compatible_curves(
    panels: Sequence[CompatiblePanel],
    *,
    curve: SurvivalCurves | None = None,
    curve_label: str = "Collected cases",
    ylabel: str,
    xlabel: str | None = None,
    ticks: Sequence[float] | None = None,
    caption: Text | None = None,
) -> Figure:
    """Bands of all survival curves that agree with a summary, a panel for each state of knowledge.

    Above, the least and the greatest S(t) over all data sets, within it the central share of the data sets at
    each time, and the curve of cases collected one by one; below, how many of the data sets have which
    median. The shares count data sets, which are not equally likely in any sense that the summary gives.

    Parameters
    ----------
    panels : sequence of CompatiblePanel
        One or two, from left to right.
    curve : SurvivalCurves, optional
        One curve drawn in each panel.
    curve_label : str
        Its name in the key.
    ylabel : str
        What the proportion is of.
    xlabel : str, optional
        Default "Time (unit)".
    ticks : sequence of float, optional
        Ticks of the time axis.
    caption : Text, optional
        Default: what is drawn, with the statements, and the medians on other grids.

    Returns
    -------
    Figure
        174 mm wide; its data have a `part` column: band, median, curve, and grid (the medians on all grids).

    Raises
    ------
    DesignError
        For no panel or more than two, two of one label, or several curves.

    Examples
    --------
    >>> import hpcstats as hs
    >>> from hpcstats.literature.reconstruct import from_summary
    >>> from hpcstats.plots.compatible.figure import compatible_curves
    >>> from hpcstats.plots.compatible.plan import CompatiblePanel
    >>> nine = CompatiblePanel(
    ...     label="Mean and range", data_sets=from_summary(9, mean=5, minimum=0, maximum=16)
    ... )
    >>> figure = compatible_curves([nine], ylabel="Proportion without metastasis")
    >>> [number.text for number in figure.drawn_numbers]
    ['12,552', '0', '8', '0', '6']
    """
    if not 1 <= len(panels) <= 2 or len({panel.basis.prefix for panel in panels}) < len(panels):
        raise DesignError("Give one or two panels, each with a label of its own.")
    if curve is not None and len(curve.labels) != 1:
        raise DesignError(f"One curve is drawn, not {len(curve.labels)}. Estimate it without groups.")
    collected = None if curve is None else CollectedCurve(km=curve, label=curve_label)
    end = max(float(panel.band.time[-1]) for panel in panels)
    end = max(end, *curve.follow_up.values()) if curve is not None else end
    if end <= 0:
        raise DesignError("All compatible values are 0 or less: there is no time axis.")
    chosen = round_ticks(end, 8, [1, 2, 5, 10]) if ticks is None else [tick for tick in ticks if tick <= end]
    unit = panels[0].data_sets.unit
    with style.context():
        sheet = draw(panels, collected, chosen, end, (xlabel or f"Time ({unit})", ylabel))
    numbers: list[Number] = [number for panel in panels for number in panel.heading.numbers]
    numbers += collected.text.numbers if collected is not None else ()
    return Figure(
        figure=sheet.canvas,
        data=_data(panels, collected),
        caption=caption or default_caption(panels, collected),
        alt_text=alternative(panels, collected, ylabel),
        drawn_numbers=tuple(numbers),
    )


def default_caption(panels: Sequence[CompatiblePanel], collected: CollectedCurve | None) -> Text:
    """Say what is drawn and what it rests on."""
    share = formats.level(panels[0].band.share)
    words = (
        "Survival curves compatible with a published summary. Outlined: the least and the greatest "
        f"proportion over all data sets that agree with it; darker: the central {share} of the data sets at "
        "each time. A data set is a multiset of values on the grid, and each counts once: the shares are no "
        "probabilities, and no single curve need run along an edge. Below: share of data sets by median."
    )
    parts: list[Any] = [words]
    if collected is not None:
        parts += [" Line: ", collected.text, ", Kaplan-Meier."]
    for panel in panels:
        parts += [" ", panel.told()]
    return Text.of(*parts)


def alternative(panels: Sequence[CompatiblePanel], collected: CollectedCurve | None, ylabel: str) -> str:
    """Describe the figure in words."""
    unit = panels[0].data_sets.unit
    first = (
        f"{len(panels)} panel{'s' if len(panels) > 1 else ''} with a band of survival curves and, below, "
        f"bars of the share of data sets by median. Vertical axis: {ylabel}, 0 to 1. Horizontal axis: {unit}."
    )
    sentences = [first]
    for panel in panels:
        band = panel.band
        widest = float((band.maximum - band.minimum).max())
        at = float(band.time[(band.maximum - band.minimum).argmax()])
        sentences.append(
            f"{panel.label}: {panel.heading}. The band is widest at {formats.as_given(at)} {unit}, "
            f"where it spans {formats.proportion(widest)}."
        )
    if collected is not None:
        sentences.append(f"The line drawn over each band: {collected.text}. {_place(panels, collected)}")
    return " ".join(sentences)


def _place(panels: Sequence[CompatiblePanel], collected: CollectedCurve) -> str:
    """Say how far the curve leaves each band."""
    said = []
    for panel in panels:
        # Between the steps of both nothing changes; where both step, the later height counts.
        heights = dict(zip(*collected.steps, strict=True))
        times = sorted({*heights, *(time for time in panel.band.time if time <= max(heights))})
        band = panel.data_sets.survival_band(times)
        height = [heights[max(step for step in heights if step <= time)] for time in times]
        away = np.maximum(0, np.maximum(height - band.maximum, band.minimum - height))
        at = formats.as_given(float(band.time[away.argmax()]))
        out = f"leaves the band by at most {formats.proportion(float(away.max()))}, at {at}"
        said.append(f"{panel.label}: it {out if away.max() > 1e-9 else 'stays within the band'}")
    return f"{'; '.join(said)}."


def _data(panels: Sequence[CompatiblePanel], collected: CollectedCurve | None) -> pd.DataFrame:
    import pandas as pd

    rows: list[dict[str, Any]] = []
    for panel in panels:
        about = {"panel": panel.label, "grid": str(panel.data_sets.grid)}
        for part, frame in (
            ("band", panel.band.to_frame()),
            ("median", panel.data_sets.median().distribution().rename(columns={"value": "estimate"})),
        ):
            records = [{str(key): value for key, value in row.items()} for row in frame.to_dict("records")]
            rows += [{"part": part, **about, **row} for row in records]
        for sets in (panel.data_sets, *panel.others.values()):
            grid, count = getattr(sets, "grid", "none"), getattr(sets, "count", None)
            told = {key: value for key, value in medians(sets).items() if key != "share"}
            rows.append({"part": "grid", "panel": panel.label, "grid": str(grid), "data_sets": count, **told})
    if collected is not None:
        times, heights = collected.steps
        rows += [
            {"part": "curve", "time": time, "estimate": height}
            for time, height in zip(times, heights, strict=True)
        ]
    return pd.DataFrame(rows, columns=list(_COLUMNS))
