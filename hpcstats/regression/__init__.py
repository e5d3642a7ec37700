"""Regression models of the hazard."""

from hpcstats.regression.chi_squared import ChiSquaredTest
from hpcstats.regression.fit import CoxFit
from hpcstats.regression.proportional_hazards import cox

__all__ = ["ChiSquaredTest", "CoxFit", "cox"]
