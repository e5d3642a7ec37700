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

from hpcstats.plots.compatible.figure import compatible_curves
from hpcstats.plots.compatible.plan import CompatiblePanel
from hpcstats.plots.coverage_panels import coverage
from hpcstats.plots.evidence.figure import flow
from hpcstats.plots.forests.pooled import pooled_forest
from hpcstats.plots.forests.pooled_rows import ReportedRange
from hpcstats.plots.forests.ratios import forest
from hpcstats.plots.incidence.curves import cumulative_incidence
from hpcstats.plots.lanes.figure import swimmer
from hpcstats.plots.leaving_out.figure import influence
from hpcstats.plots.lexis.figure import lexis_diagram
from hpcstats.plots.mean_cumulative.figure import mean_cumulative_curves
from hpcstats.plots.missing_values.figure import missingness_map
from hpcstats.plots.page.checks import problems
from hpcstats.plots.page.figure import Figure
from hpcstats.plots.page.left_out import LeftOut
from hpcstats.plots.page.saving import save
from hpcstats.plots.publishers.conformity import check
from hpcstats.plots.publishers.journals import JOURNALS, Journal
from hpcstats.plots.residual_risk.curves import residual_risk_curves
from hpcstats.plots.specifications.figure import specification_curve
from hpcstats.plots.step_curves.corrected import corrected_curves
from hpcstats.plots.step_curves.interval_censored import interval_censored_curve
from hpcstats.plots.step_curves.parametric import parametric_models
from hpcstats.plots.step_curves.printed import hazard_ratio_text
from hpcstats.plots.step_curves.regions import OverlaidCurve
from hpcstats.plots.step_curves.reported import ReportedStatement
from hpcstats.plots.step_curves.rounding_band import rounding_band
from hpcstats.plots.step_curves.survival import survival_curves
from hpcstats.plots.tipping.figure import tipping_map

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
