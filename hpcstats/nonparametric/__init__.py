"""One-sample curves, each optionally by group, and what is read off them."""

from hpcstats.nonparametric.beta_product import BetaProduct
from hpcstats.nonparametric.competing.curves import CumulativeIncidence
from hpcstats.nonparametric.competing.incidence import aalen_johansen
from hpcstats.nonparametric.confidence_band import ConfidenceBand
from hpcstats.nonparametric.curves import Curve
from hpcstats.nonparametric.hazard import CumulativeHazard, nelson_aalen
from hpcstats.nonparametric.interval_censored import turnbull
from hpcstats.nonparametric.interval_censored_curve import IntervalCensoredCurve
from hpcstats.nonparametric.multistate import StateProbabilities, illness_death
from hpcstats.nonparametric.pseudo_values import PseudoObservations, pseudo_observations
from hpcstats.nonparametric.survival import kaplan_meier
from hpcstats.nonparametric.survival_curves import SurvivalCurves
from hpcstats.nonparametric.truncation.band import TruncationBand, truncation_band
from hpcstats.nonparametric.truncation.distribution import TruncatedDistribution
from hpcstats.nonparametric.truncation.estimate import lynden_bell

__all__ = [
    "BetaProduct",
    "ConfidenceBand",
    "CumulativeHazard",
    "CumulativeIncidence",
    "Curve",
    "IntervalCensoredCurve",
    "PseudoObservations",
    "StateProbabilities",
    "SurvivalCurves",
    "TruncatedDistribution",
    "TruncationBand",
    "aalen_johansen",
    "illness_death",
    "kaplan_meier",
    "lynden_bell",
    "nelson_aalen",
    "pseudo_observations",
    "truncation_band",
    "turnbull",
]
