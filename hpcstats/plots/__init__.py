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
from hpcstats.plots.coverage_panels import coverage
from hpcstats.plots.curve_numbers import hazard_ratio_text
from hpcstats.plots.figure import Figure
from hpcstats.plots.flow import flow
from hpcstats.plots.forest import forest
from hpcstats.plots.influence import influence
from hpcstats.plots.journal_check import check
from hpcstats.plots.journals import JOURNALS, Journal
from hpcstats.plots.left_out import LeftOut
from hpcstats.plots.reported import ReportedStatement
from hpcstats.plots.saving import save
from hpcstats.plots.survival import survival_curves
from hpcstats.plots.swimmer import swimmer

__all__ = [
    "JOURNALS",
    "Figure",
    "Journal",
    "LeftOut",
    "ReportedStatement",
    "check",
    "coverage",
    "flow",
    "forest",
    "hazard_ratio_text",
    "influence",
    "problems",
    "save",
    "survival_curves",
    "swimmer",
]
