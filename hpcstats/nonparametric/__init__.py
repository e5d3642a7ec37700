"""One-sample curves, each optionally by group."""

from hpcstats.nonparametric.curves import Curve
from hpcstats.nonparametric.hazard import CumulativeHazard, nelson_aalen
from hpcstats.nonparametric.survival import kaplan_meier
from hpcstats.nonparametric.survival_curves import SurvivalCurves

__all__ = ["CumulativeHazard", "Curve", "SurvivalCurves", "kaplan_meier", "nelson_aalen"]
