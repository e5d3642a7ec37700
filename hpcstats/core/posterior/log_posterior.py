"""Log posterior densities of Cox models: the partial likelihood with a normal, flat or Jeffreys prior.

They are objectives of `core.cox.newton`, so that modes and profile limits of a penalised likelihood need
nothing more. Quadrature asks for values alone, at very many coefficients: then one cumulative sum is
enough.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from hpcstats.core.cox.firth import FirthPenalty
from hpcstats.core.cox.moments import linear_predictors
from hpcstats.core.cox.partial_likelihood import Derivatives, PartialLikelihood
from hpcstats.core.cox.step_matrix import Steps
from hpcstats.core.cox.strata import Stratum
from hpcstats.core.cox.symmetric import inverse
from hpcstats.core.risk_sets import BoolArray, FloatArray, IntArray

_AT_ONCE = 200_000
"""Rows times positions evaluated together."""

_FAR_APART = 300.0


@dataclass(frozen=True, slots=True)
class NormalPosterior:
    """Log partial likelihood plus log density of independent normal priors around 0.

    Attributes
    ----------
    likelihood : PartialLikelihood
        Any number of replicates.
    precision : ndarray, shape (p,)
        One over the prior variances; 0 is a flat prior (which adds nothing to the value).
    """

    likelihood: PartialLikelihood
    precision: FloatArray

    @property
    def parameters(self) -> int:
        """Number of coefficients p."""
        return self.likelihood.parameters

    @property
    def replicates(self) -> int:
        """Number of weight rows."""
        return self.likelihood.replicates

    @property
    def at_once(self) -> int:
        """How many positions are best evaluated together."""
        return self.likelihood.at_once

    @property
    def diameter(self) -> float:
        """Largest distance between two rows of a stratum, at most."""
        return self.likelihood.diameter

    @property
    def bent(self) -> bool:
        """False: the information is the whole curvature."""
        return False

    @property
    def constant(self) -> float:
        """Log of the factor that makes the prior a density."""
        proper = self.precision[self.precision > 0]
        return 0.5 * float(np.log(proper / (2 * np.pi)).sum())

    def evaluate(self, coefficients: FloatArray, /) -> Derivatives:
        """Return value, score and information at `coefficients` (B, p)."""
        here = self.likelihood.evaluate(coefficients)
        pull = self.precision * coefficients
        return Derivatives(
            value=here.value + self.constant - 0.5 * (pull * coefficients).sum(axis=1),
            score=here.score - pull,
            information=here.information + np.diag(self.precision),
            rounding=here.rounding,
        )

    def take(self, columns: IntArray, /) -> NormalPosterior:
        """Keep some replicates."""
        return replace(self, likelihood=self.likelihood.take(columns))

    def rises(self, directions: FloatArray, /) -> BoolArray:
        """Tell where the posterior never falls along a direction; a proper prior sees to it that it does."""
        held = (directions * directions) @ self.precision > 0
        return self.likelihood.rises(directions) & ~held


Density = NormalPosterior | FirthPenalty
"""A log posterior density; Firth's penalty is Jeffreys' prior."""


@dataclass(frozen=True, slots=True)
class StepSums:
    """The steps of one stratum, for values alone.

    Attributes
    ----------
    stratum : Stratum
        The placement of its n rows.
    steps : Steps
        Its steps under the first weight row.
    counted : ndarray, shape (n,)
        Weight of each row's event.
    dying, starts : ndarray
        Rows with the event by ascending time, and where each time begins.
    """

    stratum: Stratum
    steps: Steps
    counted: FloatArray
    dying: IntArray
    starts: IntArray

    @classmethod
    def of(cls, stratum: Stratum) -> StepSums:
        """List the steps."""
        dying = np.flatnonzero(stratum.event)[::-1]
        return cls(
            stratum=stratum,
            steps=Steps.of(stratum, 0),
            counted=np.where(stratum.event, stratum.weights[:, 0], 0.0),
            dying=dying,
            starts=np.searchsorted(stratum.last[dying], np.arange(stratum.stops.size)),
        )

    def value(self, linear: FloatArray) -> FloatArray:
        """Return the log partial likelihood (B,) at linear predictors (n, B), which are overwritten."""
        linear -= linear.max(axis=0)
        value: FloatArray = self.counted @ linear
        risk = np.multiply(np.exp(linear, out=linear), self.stratum.weights[:, :1], out=linear)
        removed = self.steps.fraction[:, None]
        tied = np.add.reduceat(risk[self.dying], self.starts, axis=0) if removed.any() else None
        at_risk = self.stratum.at_risk(risk[:, None])[:, 0][self.steps.time]
        if tied is not None:
            at_risk -= removed * tied[self.steps.time]
        return value - self.steps.weight @ np.log(at_risk)


@dataclass(frozen=True, slots=True)
class Heights:
    """Values of a log posterior density alone, at any number of positions.

    Attributes
    ----------
    objective : Density
        The density.
    sums : tuple of StepSums or None
        The steps of each stratum; None where the density needs more than risks.
    """

    objective: Density
    sums: tuple[StepSums, ...] | None

    @classmethod
    def of(cls, objective: Density) -> Heights:
        """Prepare for many evaluations."""
        strata = objective.likelihood.strata
        if isinstance(objective, FirthPenalty) or any(s.exact is not None for s in strata):
            return cls(objective, None)
        return cls(objective, tuple(StepSums.of(stratum) for stratum in strata))

    def __call__(self, positions: FloatArray) -> FloatArray:
        """Return the values (B,) at `positions` (B, p), in batches of bounded memory."""
        size = max(self.objective.at_once, 1)
        if self.sums is not None:
            size = max(1, _AT_ONCE // sum(part.stratum.rows.size for part in self.sums))
        parts = [self._batch(positions[k : k + size]) for k in range(0, positions.shape[0], size)]
        return np.concatenate(parts)

    def _batch(self, positions: FloatArray) -> FloatArray:
        objective = self.objective
        if isinstance(objective, FirthPenalty):
            plain = objective.likelihood.evaluate(positions)
            _, determinant, sound = inverse(plain.information)
            return np.where(sound, plain.value + determinant / 2, -np.inf)
        if self.sums is None:
            return objective.evaluate(positions).value
        value = objective.constant - 0.5 * (positions * positions) @ objective.precision
        for part in self.sums:
            linear = linear_predictors(part.stratum, positions)
            if np.ptp(linear, axis=0).max() > _FAR_APART:
                return objective.evaluate(positions).value
            value += part.value(linear)
        return value
