"""Partial likelihoods along one direction each: the calibration slopes of many sets of coefficients."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hpcstats.core.cox.newton import maximise
from hpcstats.core.cox.partial_likelihood import Derivatives, PartialLikelihood
from hpcstats.core.risk_sets import BoolArray, FloatArray, IntArray


@dataclass(frozen=True, slots=True)
class _Rays:
    """The log-likelihoods of gamma times each of the directions (B, p), as functions of gamma (B, 1)."""

    likelihood: PartialLikelihood
    directions: FloatArray

    @property
    def replicates(self) -> int:
        return int(self.directions.shape[0])

    @property
    def at_once(self) -> int:
        return self.likelihood.at_once

    @property
    def diameter(self) -> float:
        longest = np.sqrt((self.directions**2).sum(axis=1)).max(initial=0.0)
        return float(self.likelihood.diameter * longest)

    @property
    def bent(self) -> bool:
        return False

    def evaluate(self, coefficients: FloatArray) -> Derivatives:
        along = self.directions
        full = self.likelihood.evaluate(coefficients * along)
        score = (full.score * along).sum(axis=1, keepdims=True)
        information = np.einsum("bp,bpq,bq->b", along, full.information, along)
        return Derivatives(full.value, score, information[:, None, None], full.rounding)

    def take(self, columns: IntArray) -> _Rays:
        return _Rays(self.likelihood.take(columns), self.directions[columns])

    def rises(self, directions: FloatArray) -> BoolArray:
        return self.likelihood.rises(directions * self.directions)


def slopes(likelihood: PartialLikelihood, coefficients: FloatArray) -> FloatArray:
    """Return for each set of coefficients (B, p) the factor that makes it fit best, NaN without a finite one.

    Parameters
    ----------
    likelihood : PartialLikelihood
        Of the data to be fitted, with one weight row.
    coefficients : ndarray, shape (B, p)
        The sets of coefficients.
    """
    top = maximise(_Rays(likelihood, coefficients), np.ones((coefficients.shape[0], 1)), give_up=True)
    found: FloatArray = np.where(top.converged, top.position[:, 0], np.nan)
    return found
