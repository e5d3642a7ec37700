"""One-sample curves, each optionally by group, and what is read off them."""

from hpcstats.nonparametric.beta_product import BetaProduct
from hpcstats.nonparametric.confidence_band import ConfidenceBand
from hpcstats.nonparametric.curves import Curve
from hpcstats.nonparametric.hazard import CumulativeHazard, nelson_aalen
from hpcstats.nonparametric.pseudo_values import PseudoObservations, pseudo_observations
from hpcstats.nonparametric.survival import kaplan_meier
from hpcstats.nonparametric.survival_curves import SurvivalCurves

__all__ = [
    "BetaProduct",
    "ConfidenceBand",
    "CumulativeHazard",
    "Curve",
    "PseudoObservations",
    "SurvivalCurves",
    "kaplan_meier",
    "nelson_aalen",
    "pseudo_observations",
]
