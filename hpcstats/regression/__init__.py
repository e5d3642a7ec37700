"""Cox models: the fit, what one asks of it, frailty by cluster, and posterior summaries."""

from hpcstats.regression.chi_squared import ChiSquaredTest
from hpcstats.regression.concordance import Concordance
from hpcstats.regression.curves import PredictedCurves
from hpcstats.regression.fit import CoxFit
from hpcstats.regression.frailty_fit import FrailtyFit
from hpcstats.regression.performance_result import Performance
from hpcstats.regression.posterior_result import Posterior
from hpcstats.regression.posterior_summary import posterior
from hpcstats.regression.prior import FlatPrior, JeffreysPrior, NormalPrior
from hpcstats.regression.proportional_hazards import cox
from hpcstats.regression.proportionality import ProportionalHazardsTest
from hpcstats.regression.shared_frailty import frailty

__all__ = [
    "ChiSquaredTest",
    "Concordance",
    "CoxFit",
    "FlatPrior",
    "FrailtyFit",
    "JeffreysPrior",
    "NormalPrior",
    "Performance",
    "Posterior",
    "PredictedCurves",
    "ProportionalHazardsTest",
    "cox",
    "frailty",
    "posterior",
]
