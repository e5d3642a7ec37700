"""One-sample curves, each optionally by group."""

from hpcstats.nonparametric.curves import Curve, SurvivalCurves
from hpcstats.nonparametric.survival import kaplan_meier
from hpcstats.nonparametric.hazard import CumulativeHazard, nelson_aalen

__all__ = ["CumulativeHazard", "Curve", "SurvivalCurves", "kaplan_meier", "nelson_aalen"]
