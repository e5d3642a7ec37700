"""Where a fit looks again at its likelihood: profile limits, and tests that leave factors out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hpcstats.columns import BoolArray, FloatArray
from hpcstats.core.cox.newton import maximise
from hpcstats.core.cox.partial_likelihood import Derivatives, PartialLikelihood
from hpcstats.core.cox.profile import profile_limits
from hpcstats.core.limits.pointwise import normal_quantile
from hpcstats.regression.choices import Objective


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Search:
    """The likelihood on columns of unit standard deviation, and where its climb ended.

    Attributes
    ----------
    likelihood : PartialLikelihood
        On the scaled columns.
    objective : Objective
        The same with the penalty, if there is one: what was maximised.
    null : Derivatives
        Of the objective at 0.
    climb : ndarray, shape (p,)
        The maximum, or for coefficients without one a point far out.
    maximum : float
        Maximum or supremum of the objective.
    scale : ndarray, shape (p,)
        What the columns were divided by.
    open_sides : ndarray of bool, shape (2, p)
        Sides (lower, upper) on which the objective never falls.
    """

    likelihood: PartialLikelihood
    objective: Objective
    null: Derivatives
    climb: FloatArray
    maximum: float
    scale: FloatArray
    open_sides: BoolArray

    def limits(self, errors: FloatArray, level: float, wanted: BoolArray) -> FloatArray:
        """Return profile limits (2, p) of the scaled coefficients; only those `wanted` are looked for.

        `errors` are first guesses; a coefficient without one is searched from 0.
        """
        z = normal_quantile(level)
        guess = np.where(np.isfinite(errors), errors, np.abs(self.climb) / z)
        skipped = self.open_sides | ~wanted
        return profile_limits(self.objective, self.climb, self.maximum, guess, z, skipped)

    def without(self, held: BoolArray) -> FloatArray:
        """Return the maximum with the coefficients `held` (rows, p) at 0, for each row.

        They stay in the penalty, which is that of the whole model.
        """
        start = np.where(held, 0.0, self.climb)
        return maximise(self.objective, start, held=held).derivatives.value
