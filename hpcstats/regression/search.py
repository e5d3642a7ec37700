"""Where a fit looks again at its likelihood: profile limits, and tests that leave factors out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hpcstats.columns import BoolArray, FloatArray
from hpcstats.core.newton import maximise
from hpcstats.core.partial_likelihood import PartialLikelihood
from hpcstats.core.pointwise import normal_quantile
from hpcstats.core.profile import profile_limits


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Search:
    """The likelihood on columns of unit standard deviation, and where its climb ended.

    Attributes
    ----------
    likelihood : PartialLikelihood
        On the scaled columns.
    climb : ndarray, shape (p,)
        The maximum, or for coefficients without one a point far out.
    maximum : float
        Maximum or supremum of the log-likelihood.
    scale : ndarray, shape (p,)
        What the columns were divided by.
    open_sides : ndarray of bool, shape (2, p)
        Sides (lower, upper) on which the likelihood never falls.
    """

    likelihood: PartialLikelihood
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
        return profile_limits(self.likelihood.evaluate, self.climb, self.maximum, guess, z, skipped)

    def without(self, held: BoolArray) -> FloatArray:
        """Return the maximum with the coefficients `held` (rows, p) at 0, for each row."""
        start = np.where(held, 0.0, self.climb)
        return maximise(self.likelihood.evaluate, start, held=held).derivatives.value
