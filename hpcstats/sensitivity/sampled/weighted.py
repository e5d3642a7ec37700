"""An estimate under inverse-probability weights, with limits that take them as sampling weights."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np

from hpcstats.columns import FloatArray, IntArray
from hpcstats.errors import DataError, HpcstatsError, HpcstatsWarning, UnsupportedError
from hpcstats.nonparametric.competing.curves import CumulativeIncidence
from hpcstats.nonparametric.survival_curves import SurvivalCurves
from hpcstats.regression.fit import CoxFit
from hpcstats.regression.prior import NormalPrior
from hpcstats.sensitivity.refitting.choice import shown
from hpcstats.sensitivity.refitting.curve_refits import CurveRefits
from hpcstats.sensitivity.refitting.fitted_again import cox_again
from hpcstats.sensitivity.refitting.incidence_refits import IncidenceRefits
from hpcstats.sensitivity.refitting.limits import Limits, of_fit, rows_of
from hpcstats.sensitivity.refitting.refits import Evaluated, Refits
from hpcstats.sensitivity.refitting.sample import Sample
from hpcstats.sensitivity.sampled.survival_limits import survival_limits, weighted_incidence

NO_LIMITS = "no limits: a variance under sampling weights is not defined here for this estimate"
NO_PRIOR_LIMITS = "no limits: the mode under a prior has no robust variance"


@dataclass(frozen=True, slots=True, eq=False)
class Weighted:
    """What is estimated, from whom, and the label of each row.

    Attributes
    ----------
    result : object
        The fit or the curves.
    sample, refits
        Its rows, and how they are estimated again.
    codes : ndarray of int, shape (n,)
        Number of the label of each row.
    """

    result: Any
    sample: Sample
    refits: Refits
    codes: IntArray

    @classmethod
    def of(cls, result: Any, sample: Sample, refits: Refits, codes: IntArray) -> Weighted:
        """Refuse what sampling weights have no meaning for.

        Raises
        ------
        UnsupportedError
            For the exact likelihood of tied events, which counts patients.
        DataError
            For rows that stand for several patients.
        """
        if isinstance(result, CoxFit) and result.ties == "exact":
            raise UnsupportedError(
                "ties='exact' counts patients, so that sampling weights have no meaning. "
                "Fit with ties='efron'."
            )
        frequency = isinstance(result, CoxFit) and result.inputs.frequency
        if frequency or (sample.whole and (sample.weights > 1).any()):
            raise DataError("Rows stand for several patients. Give each patient a row of its own.")
        return cls(result, sample, refits, codes)

    def weights(self, fractions: FloatArray) -> FloatArray:
        """Return weights (C, n) for fractions of the labels (C, L), with the total of the fit's own."""
        raw: FloatArray = self.sample.weights / fractions[:, self.codes]
        total: float = float(self.sample.weights.sum())
        return np.asarray(raw * (total / raw.sum(axis=1, keepdims=True)), dtype=np.float64)

    def estimates(self, weights: FloatArray) -> Evaluated:
        """Estimate under each row of weights."""
        return self.refits.evaluate(weights, whole=False)

    def shown(self, found: Evaluated) -> FloatArray:
        """Return estimates as they are shown, infinite where they are beyond any number."""
        ranked = found.finite | np.isinf(found.values)
        return np.asarray(shown(self.refits, np.where(ranked, found.values, np.nan)), dtype=np.float64)

    def limits(self, weights: FloatArray) -> tuple[Limits, tuple[str, ...]]:
        """Return the limits under one row of weights (n,), and for each quantity why there are none."""
        size = len(next(iter(self.refits.columns.values())))
        try:
            with warnings.catch_warnings(), np.errstate(over="ignore"):
                warnings.simplefilter("ignore", HpcstatsWarning)
                return self._limits(weights, size)
        except HpcstatsError as error:
            return Limits.none(size, str(error)), (str(error),) * size

    def _limits(self, weights: FloatArray, size: int) -> tuple[Limits, tuple[str, ...]]:
        result, fine = self.result, ("",) * size
        if isinstance(result, CoxFit):
            if isinstance(result.penalty, NormalPrior):
                return Limits.none(size), (NO_PRIOR_LIMITS,) * size
            again = cox_again(result, rows_of(result), weights=weights, robust=True)
            return of_fit(again, self.refits), fine
        if isinstance(result, CumulativeIncidence) and isinstance(self.refits, IncidenceRefits):
            curves = weighted_incidence(result, result.response, result.interval, weights)
            frame = curves.at(self.refits.times)
            return Limits(frame["low"].to_numpy(), frame["high"].to_numpy()), fine
        if isinstance(result, SurvivalCurves) and isinstance(self.refits, CurveRefits):
            return survival_limits(result, self.refits, weights)
        return Limits.none(size), (NO_LIMITS,) * size
