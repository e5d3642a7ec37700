"""The Cox log partial likelihood with its first two derivatives, batched over case weights.

Efron's and Breslow's tie rules are sums over *steps*. A step s belongs to an event time k(s), carries a
weight c_s and removes the fraction f_s of the tied events from the risk set:

    log L = sum_i w_i d_i eta_i - sum_s c_s log A_s,      A_s = S0_k - f_s D0_k,

with S0 the weighted risks exp(eta) of those at risk and D0 those of the tied events. Breslow: one step
a time, f = 0, c = their weight. Efron (doi:10.1080/01621459.1977.10480613): d steps, f = 0, 1/d, ...,
(d-1)/d, each with the mean weight of the d events. Under sampling weights d counts events (R's case
weights); under frequency weights d is their sum, so that whole numbers give what the repeated rows give.
The exact rule (`core.cox.exact_ties`) takes the place of the steps at times with d > 1; it knows frequency
weights alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from hpcstats.core.cox.moments import Moments, derivatives_of, moments_of
from hpcstats.core.cox.monotone import rises
from hpcstats.core.cox.step_matrix import StepMatrix
from hpcstats.core.cox.strata import Stratum, place_stratum
from hpcstats.core.risk_sets import BoolArray, FloatArray, IntArray

_AT_ONCE = 250_000
"""Elements (rows, moments, replicates) that are evaluated at once, so that they stay in the cache."""
_KEPT = 3_900_000
"""Numbers in an array that is made and dropped before a batch: once that much has been freed, the allocator
of glibc keeps memory for the next evaluation, where it would otherwise hand every array back and forth."""

_ROUNDING = 4 * float(np.finfo(np.float64).eps)


@dataclass(frozen=True, slots=True)
class Derivatives:
    """Log-likelihood (B,), score (B, p), information (B, p, p), and the rounding error of the value (B,)."""

    value: FloatArray
    score: FloatArray
    information: FloatArray
    rounding: FloatArray

    def merged(self, other: Derivatives, chosen: BoolArray) -> Derivatives:
        """Take `other` for the replicates `chosen`."""
        return Derivatives(
            np.where(chosen, other.value, self.value),
            np.where(chosen[:, None], other.score, self.score),
            np.where(chosen[:, None, None], other.information, self.information),
            np.where(chosen, other.rounding, self.rounding),
        )

    @classmethod
    def joined(cls, parts: Sequence[Derivatives]) -> Derivatives:
        """Put batches one after the other."""
        return cls(
            np.concatenate([part.value for part in parts]),
            np.concatenate([part.score for part in parts]),
            np.concatenate([part.information for part in parts]),
            np.concatenate([part.rounding for part in parts]),
        )

    def take(self, rows: IntArray) -> Derivatives:
        """Keep the replicates `rows`."""
        return Derivatives(self.value[rows], self.score[rows], self.information[rows], self.rounding[rows])


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
    matrices : tuple of StepMatrix or None
        For each stratum the matrix of its steps, where it is small and there is one weight row.
    """

    strata: tuple[Stratum, ...]
    parameters: int
    replicates: int
    matrices: tuple[StepMatrix | None, ...]

    @property
    def at_once(self) -> int:
        """How many replicates are best evaluated together."""
        rows = sum(stratum.rows.size for stratum in self.strata)
        return max(1, _AT_ONCE // max(1, rows * (self.parameters + 1)))

    @property
    def diameter(self) -> float:
        """Largest distance between two rows of a stratum, at most."""
        return max((2 * float(np.linalg.norm(s.extent)) for s in self.strata), default=0.0)

    @property
    def bent(self) -> bool:
        """False: the curvature is the information."""
        return False

    def evaluate(self, coefficients: FloatArray) -> Derivatives:
        """Return value, score and information at `coefficients` (B, p)."""
        parts = [
            derivatives_of(stratum, matrix, coefficients)
            for stratum, matrix in zip(self.strata, self.matrices, strict=True)
        ]
        return self.combined(parts, coefficients)

    def combined(
        self, parts: Sequence[tuple[FloatArray, FloatArray, FloatArray]], coefficients: FloatArray
    ) -> Derivatives:
        """Add what the strata give."""
        if not parts:
            batch, p = coefficients.shape
            return Derivatives(
                np.zeros(batch), np.zeros((batch, p)), np.zeros((batch, p, p)), np.zeros(batch)
            )
        value, score, information = parts[0]
        for more, steeper, wider in parts[1:]:
            value, score, information = value + more, score + steeper, information + wider
        return Derivatives(value, score, information, self.rounding(coefficients))

    def rounding(self, coefficients: FloatArray) -> FloatArray:
        """Return the rounding error of the value at `coefficients` (B, p)."""
        size = np.abs(coefficients)
        summed = sum(
            ((size * stratum.sizes).sum(axis=1) + stratum.moved * stratum.total for stratum in self.strata),
            start=np.zeros(size.shape[0]),
        )
        return np.asarray(_ROUNDING * summed, dtype=np.float64)

    def moments(self, coefficients: FloatArray) -> Iterator[tuple[Stratum, Moments]]:
        """Evaluate the risk-set moments of each stratum at `coefficients` (B, p)."""
        return ((stratum, moments_of(stratum, coefficients)) for stratum in self.strata)

    def rises(self, directions: FloatArray) -> BoolArray:
        """Tell where the likelihood never falls along a direction (B, p), and somewhere rises."""
        return rises(self.strata, directions)

    def take(self, columns: IntArray) -> PartialLikelihood:
        """Keep some replicates, in ascending order; a single weight row serves them all."""
        if self.replicates == 1:
            return self
        return PartialLikelihood(
            tuple(stratum.take(columns) for stratum in self.strata),
            self.parameters,
            columns.size,
            (None,) * len(self.strata),
        )


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
    ties : {"efron", "breslow", "exact"}
        Tie rule; the exact one takes whole weights only.
    frequency : bool
        Whether weights say how often each row stands for a patient.
    """
    if weights.shape[0] > 1:
        np.empty(_KEPT)
    if strata is None:
        layers = [np.arange(exit_.size)]
    else:
        layers = [np.flatnonzero(strata == code) for code in np.unique(strata)]
    made = (
        place_stratum(rows, exit_, event, entry, covariates, offset, weights, ties, frequency)
        for rows in layers
    )
    kept = tuple(stratum for stratum in made if stratum is not None)
    return PartialLikelihood(
        strata=kept,
        parameters=covariates.shape[1],
        replicates=weights.shape[0],
        matrices=tuple(StepMatrix.of(stratum) for stratum in kept),
    )
