"""Cox models: the fit, what one asks of it, frailty by cluster, and posterior summaries."""

from hpcstats.regression.chi_squared import ChiSquaredTest
from hpcstats.regression.concordance import Concordance
from hpcstats.regression.curves import PredictedCurves
from hpcstats.regression.fit import CoxFit
from hpcstats.regression.frailty_fit import FrailtyFit
from hpcstats.regression.markov_assumption import MarkovCheck, markov_check
from hpcstats.regression.performance_result import Performance
from hpcstats.regression.posterior_result import Posterior
from hpcstats.regression.posterior_summary import posterior
from hpcstats.regression.prior import FlatPrior, JeffreysPrior, NormalPrior
from hpcstats.regression.proportional_hazards import cox
from hpcstats.regression.proportionality import ProportionalHazardsTest
from hpcstats.regression.shared_frailty import frailty
from hpcstats.regression.subdistribution.fit import FineGrayFit
from hpcstats.regression.subdistribution.model import fine_gray
from hpcstats.regression.subdistribution.prediction import PredictedIncidence
from hpcstats.regression.truncated import truncated_cox
from hpcstats.regression.truncated_fit import TruncatedCoxFit

__all__ = [
    "ChiSquaredTest",
    "Concordance",
    "CoxFit",
    "FineGrayFit",
    "FlatPrior",
    "FrailtyFit",
    "JeffreysPrior",
    "MarkovCheck",
    "NormalPrior",
    "Performance",
    "Posterior",
    "PredictedCurves",
    "PredictedIncidence",
    "ProportionalHazardsTest",
    "TruncatedCoxFit",
    "cox",
    "fine_gray",
    "frailty",
    "markov_check",
    "posterior",
    "truncated_cox",
]
