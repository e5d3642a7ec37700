"""Figures for print, drawn from results only.

`survival_curves`, `swimmer`, `flow`, `coverage`, `forest` and `influence`.

Each returns a `Figure`: the drawing of exact size, the plotted numbers, the caption and the alternative text.
`save` writes its files, for a journal if one is named, and `check` says which of the journal's rules it would
break. No statistic is computed here, and Matplotlib's global state is left alone.

>>> import hpcstats as hs
>>> remission = hs.Surv.right([6, 6, 7, 10, 13, 22], [1, 1, 1, 0, 1, 1], unit="weeks")
>>> figure = hs.plots.survival_curves(
...     hs.kaplan_meier(remission), ylabel="Proportion in remission"
... )
>>> sorted(figure.render(["pdf"]))
['.csv', '.pdf', '.txt']
"""

from __future__ import annotations

from hpcstats.plots.checks import problems
from hpcstats.plots.compatible_curves_figure import compatible_curves
from hpcstats.plots.compatible_curves_plan import CompatiblePanel
from hpcstats.plots.corrected_curves import corrected_curves
from hpcstats.plots.coverage_panels import coverage
from hpcstats.plots.cumulative_incidence_curves import cumulative_incidence
from hpcstats.plots.curve_numbers import hazard_ratio_text
from hpcstats.plots.figure import Figure
from hpcstats.plots.flow import flow
from hpcstats.plots.forest import forest
from hpcstats.plots.influence import influence
from hpcstats.plots.interval_censored import interval_censored_curve
from hpcstats.plots.journal_check import check
from hpcstats.plots.journals import JOURNALS, Journal
from hpcstats.plots.left_out import LeftOut
from hpcstats.plots.lexis import lexis_diagram
from hpcstats.plots.mean_cumulative import mean_cumulative_curves
from hpcstats.plots.missingness import missingness_map
from hpcstats.plots.parametric_curves import parametric_models
from hpcstats.plots.pooled_forest import pooled_forest
from hpcstats.plots.pooled_forest_rows import ReportedRange
from hpcstats.plots.region_curves import OverlaidCurve
from hpcstats.plots.reported import ReportedStatement
from hpcstats.plots.residual_risk_curves import residual_risk_curves
from hpcstats.plots.rounding_band import rounding_band
from hpcstats.plots.saving import save
from hpcstats.plots.specification_curve_figure import specification_curve
from hpcstats.plots.survival import survival_curves
from hpcstats.plots.swimmer import swimmer
from hpcstats.plots.tipping_map_figure import tipping_map

__all__ = [
    "JOURNALS",
    "CompatiblePanel",
    "Figure",
    "Journal",
    "LeftOut",
    "OverlaidCurve",
    "ReportedRange",
    "ReportedStatement",
    "check",
    "compatible_curves",
    "corrected_curves",
    "coverage",
    "cumulative_incidence",
    "flow",
    "forest",
    "hazard_ratio_text",
    "influence",
    "interval_censored_curve",
    "lexis_diagram",
    "mean_cumulative_curves",
    "missingness_map",
    "parametric_models",
    "pooled_forest",
    "problems",
    "residual_risk_curves",
    "rounding_band",
    "save",
    "specification_curve",
    "survival_curves",
    "swimmer",
    "tipping_map",
]
