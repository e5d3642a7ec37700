"""The Cox log partial likelihood with its first two derivatives, batched over case weights.

Every tie rule is a sum over *steps*. A step s belongs to an event time k(s), carries a weight c_s and
removes the fraction f_s of the tied events from the risk set:

    log L = sum_i w_i d_i eta_i - sum_s c_s log A_s,      A_s = S0_k - f_s D0_k,

with S0 the weighted risks exp(eta) of those at risk and D0 those of the tied events. Breslow: one step
a time, f = 0, c = their weight. Efron (doi:10.1080/01621459.1977.10480613): d steps, f = 0, 1/d, ...,
(d-1)/d, each with the mean weight of the d events. Under sampling weights d counts events (R's case
weights); under frequency weights d is their sum, so that whole numbers give what the repeated rows give.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from hpcstats.core.moments import Moments, moments_of
from hpcstats.core.risk_sets import BoolArray, FloatArray, IntArray
from hpcstats.core.strata import Stratum, place_stratum


@dataclass(frozen=True, slots=True)
class Derivatives:
    """Log-likelihood (B,), score (B, p), information (B, p, p), and the rounding error of the value (B,)."""

    value: FloatArray
    score: FloatArray
    information: FloatArray
    rounding: FloatArray


@dataclass(frozen=True, slots=True)
class PartialLikelihood:
    """The likelihood prepared once; evaluate it at any coefficients.

    Attributes
    ----------
    strata : tuple of Stratum
        Strata that hold at least one event.
    parameters : int
        Number of coefficients p.
    replicates : int
        Number of weight rows B; with one, any number of coefficient rows may be evaluated at once.
    """

    strata: tuple[Stratum, ...]
    parameters: int
    replicates: int

    def evaluate(self, coefficients: FloatArray) -> Derivatives:
        """Return value, score and information at `coefficients` (B, p)."""
        batch, p = coefficients.shape
        value, score, information = np.zeros(batch), np.zeros((batch, p)), np.zeros((batch, p, p))
        summed = np.zeros(batch)
        for stratum, moments in self.moments(coefficients):
            counted = np.where(stratum.event, stratum.weights, 0.0)
            c = stratum.steps.weight
            value += (counted * moments.linear).sum(axis=1) - (c * moments.log_sum).sum(axis=1)
            score += counted @ stratum.covariates - (c[..., None] * moments.mean).sum(axis=1)
            information += moments.information
            summed += (counted * np.abs(moments.linear)).sum(axis=1)
        return Derivatives(value, score, information, rounding=4 * np.finfo(np.float64).eps * summed)

    def moments(self, coefficients: FloatArray) -> Iterator[tuple[Stratum, Moments]]:
        """Evaluate the risk-set moments of each stratum at `coefficients` (B, p)."""
        return ((stratum, moments_of(stratum, coefficients)) for stratum in self.strata)


def prepare(
    exit_: FloatArray,
    event: BoolArray,
    covariates: FloatArray,
    weights: FloatArray,
    *,
    entry: FloatArray | None = None,
    strata: IntArray | None = None,
    offset: FloatArray | None = None,
    ties: str = "efron",
    frequency: bool = False,
) -> PartialLikelihood:
    """Sort the data once.

    Parameters
    ----------
    exit_, event, covariates : ndarray, shapes (n,), (n,), (n, p)
        The data.
    weights : ndarray, shape (B, n)
        Case weights, a row for each replicate.
    entry, strata, offset : ndarray, shape (n,), optional
        Delayed entry, stratum number, fixed part of the linear predictor.
    ties : {"efron", "breslow"}
        Tie rule.
    frequency : bool
        Whether weights say how often each row stands for a patient.
    """
    codes = np.zeros(exit_.size, dtype=np.int64) if strata is None else strata
    fixed = np.zeros(exit_.size) if offset is None else offset
    made = (
        place_stratum(
            np.flatnonzero(codes == code), exit_, event, entry, covariates, fixed, weights, ties, frequency
        )
        for code in np.unique(codes)
    )
    return PartialLikelihood(
        strata=tuple(stratum for stratum in made if stratum is not None),
        parameters=covariates.shape[1],
        replicates=weights.shape[0],
    )
