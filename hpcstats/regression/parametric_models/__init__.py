"""Parametric models: distributions fitted by maximum likelihood, and their comparison."""

from hpcstats.regression.parametric_models.comparison import DistributionComparison, compare_distributions
from hpcstats.regression.parametric_models.fit import ParametricFit
from hpcstats.regression.parametric_models.model import parametric
from hpcstats.regression.parametric_models.prediction import ParametricCurves

__all__ = [
    "DistributionComparison",
    "ParametricCurves",
    "ParametricFit",
    "compare_distributions",
    "parametric",
]
