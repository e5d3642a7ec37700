"""Efron's further steps at given coefficients, folded into the first step of their event time.

A step of a cell has A = S0 - f D0 and first moments S_j - f D_j, with S over the risk set and D over those
that die. Summed over all steps of the cell

    sum c (S_j - f D_j) (S_k - f D_k) / A^2 = W (S_j - g D_j) (S_k - g D_k) + V D_j D_k,

with W = sum c / A^2, g the mean and V the variance (times W) of f under the weights c / A^2. So a cell looks
like one step with other sums and weight, but for V, and covariates are met once a cell, not once a step.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hpcstats.core.cox.further_steps import FurtherSteps
from hpcstats.core.risk_sets import FloatArray


@dataclass(frozen=True, slots=True)
class Further:
    """The sums of the cells.

    Attributes
    ----------
    steps : FurtherSteps
        The cells.
    risk : ndarray, shape (M,)
        Risks of the rows that die in the cells.
    value : ndarray, shape (B,)
        Sum of c log A over the further steps.
    inverse : ndarray, shape (E,)
        1 / A of each of them.
    dying : ndarray, shape (1 + p, C)
        Zeroth and first moments over those that die.
    hazard, spared : ndarray, shape (C,)
        Sums of c / A and of c f / A over the further steps.
    mean, variance : ndarray, shape (C,)
        g and V.
    """

    steps: FurtherSteps
    risk: FloatArray
    value: FloatArray
    inverse: FloatArray
    dying: FloatArray
    hazard: FloatArray
    spared: FloatArray
    mean: FloatArray
    variance: FloatArray

    @classmethod
    def folded(
        cls, steps: FurtherSteps, x: FloatArray, risk: FloatArray, sums: FloatArray, root: FloatArray
    ) -> Further:
        """Fold the steps into the risk-set sums (T, 1 + p, B) and the roots sqrt(c) / A (T, B)."""
        cells = steps.spread(risk.shape[1])
        own = risk.reshape(-1).take(cells.spot)
        moments = np.empty((x.shape[1] + 1, own.size))
        moments[0] = own
        for j in range(x.shape[1]):
            np.multiply(own, x[:, j].take(cells.row), out=moments[j + 1])
        dying = cells.removed(moments)
        flat, place, width = sums.reshape(-1), cells.places(sums), risk.shape[1]
        left = flat.take(place).take(cells.cell)
        left -= cells.fraction * dying[0].take(cells.cell)
        value = cells.by_replicate(cells.each * cells.by_cell(np.log(left)))
        inverse = 1.0 / left
        hazard, spared = (cells.each * cells.by_cell(v) for v in (inverse, inverse * cells.fraction))
        squared = inverse * inverse
        once = squared * cells.fraction
        weight, first, second = (
            cells.each * cells.by_cell(v) for v in (squared, once, once * cells.fraction)
        )
        roots, spot = root.reshape(-1), cells.time * width + cells.column
        weight += roots.take(spot) ** 2
        mean = first / weight
        for j in range(1, dying.shape[0]):
            flat[place + j * width] -= mean * dying[j]
        roots[spot] = np.sqrt(weight)
        return cls(cells, own, value, inverse, dying, hazard, spared, mean, second - first * mean)

    def spread(self, j: int, k: int) -> FloatArray:
        """Return V D_j D_k, added over the cells of each replicate: (B,)."""
        return self.steps.by_replicate(self.variance * self.dying[j + 1] * self.dying[k + 1])
