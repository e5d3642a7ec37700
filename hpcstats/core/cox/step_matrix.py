"""The steps of few patients under one row of weights as a matrix: each risk-set sum is a product with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from hpcstats.core.risk_sets import FloatArray, IntArray

if TYPE_CHECKING:
    from hpcstats.core.cox.strata import Stratum

_FEW = 40_000
"""Steps times rows up to which the matrix is kept."""


@dataclass(frozen=True, slots=True)
class Steps:
    """The steps with weight of one replicate: event time, removed fraction and weight, each (S,)."""

    time: IntArray
    fraction: FloatArray
    weight: FloatArray

    @classmethod
    def of(cls, stratum: Stratum, column: int) -> Steps:
        """Collect them."""
        weight = stratum.weight[:, column]
        time = np.flatnonzero(weight > 0)
        weight, fraction = weight[time], np.zeros(time.size)
        further = stratum.further
        if further is None:
            return cls(time, fraction, weight)
        own = further.replicate == column
        return cls(
            np.concatenate([time, further.time[further.cell[own]]]),
            np.concatenate([fraction, further.fraction[own]]),
            np.concatenate([weight, further.weight[own]]),
        )

    def remaining(self, stratum: Stratum, piece: slice) -> FloatArray:
        """Return how much of each row is in the risk set of each step: 1, 0, less where its event is tied."""
        time = self.time[piece, None]
        inside = time <= stratum.last
        if stratum.first is not None:
            inside &= stratum.first <= time
        removed = self.fraction[piece, None]
        if not removed.any():
            return inside.astype(np.float64)
        tied = stratum.event & (stratum.last == time)
        return np.asarray(inside - removed * tied, dtype=np.float64)


@dataclass(frozen=True, slots=True)
class StepMatrix:
    """Weighted presence of the rows in the risk sets of the steps (S, n), the steps' weights, and [1, x]."""

    present: FloatArray
    weight: FloatArray
    root: FloatArray
    extended: FloatArray

    @classmethod
    def of(cls, stratum: Stratum) -> StepMatrix | None:
        """Form the matrix; None where it would be large, or stand for several replicates."""
        if stratum.weights.shape[1] > 1 or stratum.exact is not None:
            return None
        steps = Steps.of(stratum, 0)
        rows = stratum.rows.size
        if not steps.time.size or steps.time.size * rows > _FEW:
            return None
        extended = np.empty((rows, stratum.covariates.shape[1] + 1))
        extended[:, 0], extended[:, 1:] = 1.0, stratum.covariates
        present = steps.remaining(stratum, slice(None)) * stratum.weights[:, 0]
        return cls(present, steps.weight[:, None], np.sqrt(steps.weight)[:, None], extended)

    def sums(self, risk: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return sums (B,) of c log A, expected events (n, B) and mean covariates times root c (S, p, B)."""
        rows, batch = risk.shape
        stack = self.extended[:, :, None] * risk[:, None]
        totals = (self.present @ stack.reshape(rows, -1)).reshape(-1, self.extended.shape[1], batch)
        at_risk = totals[:, 0]
        expected = risk * (self.present.T @ (self.weight / at_risk))
        moment = totals[:, 1:] * (self.root / at_risk)[:, None]
        return (self.weight * np.log(at_risk)).sum(axis=0), expected, moment

    def alone(self, linear: FloatArray) -> tuple[float, FloatArray, FloatArray, FloatArray]:
        """Return the same for one set of linear predictors (n,), with products of covariates (p, p).

        These are the sum of c log A, the expected events (n,), their products of covariates, and those of the
        means.
        """
        risk = np.exp(linear)
        totals = self.present @ (self.extended * risk[:, None])
        at_risk = totals[:, 0]
        weight = self.weight[:, 0]
        expected = risk * ((weight / at_risk) @ self.present)
        x = self.extended[:, 1:]
        moment = totals[:, 1:] * (self.root[:, 0] / at_risk)[:, None]
        return float(weight @ np.log(at_risk)), expected, (x.T * expected) @ x, moment.T @ moment
