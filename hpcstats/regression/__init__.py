"""Regression models of the hazard."""

from hpcstats.regression.fit import ChiSquaredTest, CoxFit
from hpcstats.regression.proportional_hazards import cox

__all__ = ["ChiSquaredTest", "CoxFit", "cox"]
