"""Cox models: the fit, what one asks of it, frailty by cluster, and posterior summaries."""

from hpcstats.regression.chi_squared import ChiSquaredTest
from hpcstats.regression.concordance import Concordance
from hpcstats.regression.cure_models import (
    CureFit,
    FollowUpSufficiency,
    FollowUpTest,
    Plateau,
    SemiparametricCureFit,
    cure,
    sufficient_follow_up,
)
from hpcstats.regression.curves import PredictedCurves
from hpcstats.regression.fit import CoxFit
from hpcstats.regression.frailty_fit import FrailtyFit
from hpcstats.regression.markov_assumption import MarkovCheck, markov_check
from hpcstats.regression.parametric_models import (
    DistributionComparison,
    ParametricCurves,
    ParametricFit,
    compare_distributions,
    parametric,
)
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
    "CureFit",
    "DistributionComparison",
    "FineGrayFit",
    "FlatPrior",
    "FollowUpSufficiency",
    "FollowUpTest",
    "FrailtyFit",
    "JeffreysPrior",
    "MarkovCheck",
    "NormalPrior",
    "ParametricCurves",
    "ParametricFit",
    "Performance",
    "Plateau",
    "Posterior",
    "PredictedCurves",
    "PredictedIncidence",
    "ProportionalHazardsTest",
    "SemiparametricCureFit",
    "TruncatedCoxFit",
    "compare_distributions",
    "cox",
    "cure",
    "fine_gray",
    "frailty",
    "markov_check",
    "parametric",
    "posterior",
    "sufficient_follow_up",
    "truncated_cox",
]
