"""Regression models of the hazard."""

from hpcstats.regression.fit import CoxFit, ChiSquaredTest
from hpcstats.regression.proportional_hazards import cox

__all__ = ["CoxFit", "ChiSquaredTest", "cox"]
