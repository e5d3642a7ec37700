"""Figures for print, drawn from results only: `survival_curves`, `swimmer`, `flow`.

Each returns a `Figure`: the drawing of exact size, the plotted numbers, the caption and the alternative text.
No statistic is computed here.
"""

from __future__ import annotations

from hpcstats.plots.figure import Figure
from hpcstats.plots.reported import ReportedStatement
from hpcstats.plots.survival import survival_curves
from hpcstats.plots.swimmer import swimmer

__all__ = ["Figure", "ReportedStatement", "survival_curves", "swimmer"]
