"""Which estimator is resampled: a fit, curves, or a user's function of weights."""

from __future__ import annotations

from typing import Any

import numpy as np

from hpcstats.errors import DataError, check_option, unknown_option
from hpcstats.nonparametric.competing.curves import CumulativeIncidence
from hpcstats.nonparametric.hazard import CumulativeHazard
from hpcstats.nonparametric.survival_curves import SurvivalCurves
from hpcstats.nonparametric.truncation.distribution import TruncatedDistribution
from hpcstats.regression.fit import CoxFit
from hpcstats.sensitivity.refitting.cox_refits import CoxRefits
from hpcstats.sensitivity.refitting.curve_refits import CurveRefits
from hpcstats.sensitivity.refitting.incidence_refits import IncidenceRefits
from hpcstats.sensitivity.refitting.refits import Evaluated, OwnStatistic, Refits
from hpcstats.sensitivity.refitting.sample import Sample
from hpcstats.sensitivity.refitting.truncated_refits import TruncatedRefits

OF_A_FIT = ("coefficient", "hazard_ratio")
PENALTIES = ("firth", "same", "None")


def choose(result: Any, statistic: Any, penalty: Any) -> tuple[Sample, Refits]:
    """Return the rows that are resampled, and how they are estimated again.

    `penalty` is "firth", None, "same" or a prior on log hazard ratios.

    Raises
    ------
    UnsupportedError
        For a result without resampling, or a penalty that is not known.
    DataError
        For a statistic that does not fit the result.
    """
    sample = Sample.of(result)
    if callable(statistic):
        return sample, OwnStatistic.of(statistic, sample.weights[None], sample.used, sample.given)
    if isinstance(result, CoxFit):
        if statistic is not None:
            check_option("statistic", statistic, OF_A_FIT)
        return sample, CoxRefits.of(result, _penalty(result, penalty), statistic == "hazard_ratio")
    if isinstance(result, (SurvivalCurves, CumulativeHazard)):
        refits = CurveRefits.of(result, statistic, sample.used)
        refits.within_follow_up(
            refits.evaluate(sample.weights[None], whole=sample.whole), result.response.unit
        )
        return sample, refits
    if isinstance(result, CumulativeIncidence):
        return sample, IncidenceRefits.of(result, statistic, sample.used)
    if isinstance(result, TruncatedDistribution):
        return sample, TruncatedRefits.of(result, statistic, sample.used)
    raise DataError(
        "A Surv has no statistic of its own. Write statistic=f with f a function of weights (B, n) that "
        "returns values (B, k)."
    )


def _penalty(fit: CoxFit, penalty: Any) -> Any:
    chosen = fit.penalty if isinstance(penalty, str) and penalty == "same" else penalty
    if chosen is None or chosen == "firth" or hasattr(chosen, "density"):
        return chosen
    raise unknown_option("penalty", penalty, PENALTIES)


def shown(refits: Refits, values: Any) -> Any:
    """Return values as they are shown: hazard ratios, and NaN for what is not reached."""
    if not refits.logarithmic:
        return values
    with np.errstate(over="ignore"):
        return np.exp(values)


def estimates(evaluated: Evaluated) -> Any:
    """Return the finite estimates of one weight row, NaN where there is none: (k,)."""
    return np.where(evaluated.finite[0], evaluated.values[0], np.nan)
