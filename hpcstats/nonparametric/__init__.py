"""One-sample curves, each optionally by group."""

from hpcstats.nonparametric.curve import Curve
from hpcstats.nonparametric.curves import SurvivalCurves
from hpcstats.nonparametric.hazard import CumulativeHazard, nelson_aalen
from hpcstats.nonparametric.survival import kaplan_meier

__all__ = ["CumulativeHazard", "Curve", "SurvivalCurves", "kaplan_meier", "nelson_aalen"]
