"""Firth's penalised partial likelihood, l + log|I| / 2, batched as the likelihood itself.

The penalty (Jeffreys' prior; Heinze & Schemper 2001, doi:10.1111/j.0006-341X.2001.00114.x) keeps the estimate
finite where the likelihood is monotone, and takes off the leading bias. Its gradient is tr(A dI / db_k) / 2
with A the inverse of the information. For a step with mean m among those at risk

    tr(A dI / db_k) = E[h x_k] - E[h] m_k - 2 m'A (E[x x_k] - m m_k),      h = x'A x,

a third moment that needs cumulative sums of h and of the covariates alone. The penalty is that of the full
information: coefficients that are held stay in it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hpcstats.core.cox.moments import Moments, Risks, accumulate, linear_predictors, mean_hazards
from hpcstats.core.cox.partial_likelihood import Derivatives, PartialLikelihood
from hpcstats.core.cox.strata import Stratum
from hpcstats.core.cox.symmetric import inverse, pairs
from hpcstats.core.risk_sets import BoolArray, FloatArray, IntArray

_ROUNDING = 4 * float(np.finfo(np.float64).eps)


@dataclass(frozen=True, slots=True)
class FirthPenalty:
    """A partial likelihood with Firth's penalty; an objective for `core.cox.newton` and `core.cox.profile`.

    Where the information is singular the value is minus infinity.
    """

    likelihood: PartialLikelihood

    @property
    def parameters(self) -> int:
        """Number of coefficients p."""
        return self.likelihood.parameters

    @property
    def replicates(self) -> int:
        """Number of weight rows B."""
        return self.likelihood.replicates

    @property
    def at_once(self) -> int:
        """How many replicates are best evaluated together."""
        return max(1, self.likelihood.at_once // 2)

    @property
    def diameter(self) -> float:
        """Zero: a stationary point is a maximum."""
        return 0.0

    @property
    def bent(self) -> bool:
        """True: the penalty has a curvature that the information lacks."""
        return True

    def take(self, columns: IntArray) -> FirthPenalty:
        """Keep some replicates, in ascending order."""
        return FirthPenalty(self.likelihood.take(columns))

    def rises(self, directions: FloatArray) -> BoolArray:
        """Tell that the penalised likelihood rises for ever in no direction."""
        return np.zeros(directions.shape[0], dtype=bool)

    def evaluate(self, coefficients: FloatArray) -> Derivatives:
        """Return penalised value and score, and the plain information, at `coefficients` (B, p)."""
        parts = list(self.likelihood.moments(coefficients))
        plain = self.likelihood.combined(
            [(moments.value, moments.score, moments.information) for _, moments in parts], coefficients
        )
        spread, determinant, sound = inverse(plain.information)
        slope = np.zeros_like(coefficients)
        for stratum, moments in parts:
            slope += _contracted(stratum, moments, coefficients, spread)
        return Derivatives(
            value=np.where(sound, plain.value + determinant / 2, -np.inf),
            score=plain.score + np.where(sound[:, None], slope / 2, 0.0),
            information=plain.information,
            rounding=plain.rounding + _ROUNDING * (self.parameters + np.abs(determinant)),
        )


def _contracted(
    stratum: Stratum, moments: Moments, coefficients: FloatArray, spread: FloatArray
) -> FloatArray:
    """Return tr(A dI / db_k) of one stratum: (B, p)."""
    found = _by_sums(stratum, moments, spread)
    for b, shares in moments.far.items():
        found[b] = shares.contracted(spread[b])
    if stratum.exact is not None:
        third = stratum.exact.third(stratum, linear_predictors(stratum, coefficients))
        found += np.einsum("bij,bijk->bk", spread, third)
    return found


def _by_sums(stratum: Stratum, moments: Moments, spread: FloatArray) -> FloatArray:
    x, risks, p = stratum.covariates, moments.risks, stratum.covariates.shape[1]
    rows, columns, _ = pairs(p)
    folded = spread[:, rows, columns] * np.where(rows == columns, 1.0, 2.0)
    form = stratum.products.T @ folded.T
    inner = form * moments.expected
    grid, spared = mean_hazards(risks)
    paths = accumulate(stratum, risks, grid, spared)
    for j in range(p):
        inner -= 2 * paths[:, j] * (x @ spread[:, j].T)
    found = inner.T @ x
    form *= risks.risk
    if risks.further is not None:
        cells = risks.further.steps
        dying = cells.removed(form.reshape(-1).take(cells.spot)[None])[0]
    first = stratum.at_risk(form[:, None])[:, 0]
    if risks.further is not None:
        first[cells.time, cells.column] -= risks.further.mean * dying
    first *= risks.root
    length = _lengths(stratum, risks, spread)
    if risks.further is not None:
        length[cells.time, cells.column] = 0.0
    first -= 2 * length
    for k in range(p):
        found[:, k] -= np.einsum("tb,tb->b", first, risks.moment[:, k])
    if risks.further is not None:
        found -= _in_cells(stratum, risks, spread, dying)
    return found


def _lengths(stratum: Stratum, risks: Risks, spread: FloatArray) -> FloatArray:
    """Return m'A m of the means of the first steps, times the root of their weight: (T, B)."""
    moment, p = risks.moment, spread.shape[1]
    total = np.zeros(risks.root.shape)
    for j in range(p):
        for k in range(j, p):
            total += (1 if j == k else 2) * spread[:, j, k] * moment[:, j] * moment[:, k]
    root = stratum.root
    return np.divide(total, root, out=np.zeros_like(total), where=np.broadcast_to(root > 0, total.shape))


def _in_cells(stratum: Stratum, risks: Risks, spread: FloatArray, form: FloatArray) -> FloatArray:
    """Return what the cells of further steps add to the sum over steps of E[h] m_k - 2 m'A m m_k: (B, p)."""
    further = risks.further
    assert further is not None
    cells = further.steps
    time, column = cells.time, cells.column
    weight = np.broadcast_to(stratum.weight, risks.root.shape)[time, column]
    # In units of the risks at the first step, so that no power of them overflows.
    unit = risks.hazard[time, column] / weight
    dying = further.dying[1:] * unit
    present = risks.moment[time, :, column].T * (unit / risks.root[time, column]) + further.mean * dying
    cube = (further.inverse / unit[cells.cell]) ** 3
    powers = [cells.each * cells.by_cell(cube * cells.fraction**power) for power in range(4)]
    powers[0] += weight
    metric = spread[column].transpose(1, 2, 0)
    lifted = (metric * dying[:, None]).sum(axis=0)
    both, mixed = (
        ((metric * present[:, None]).sum(axis=0) * present).sum(axis=0),
        (lifted * present).sum(axis=0),
    )
    own = (lifted * dying).sum(axis=0)
    found = np.empty((spread.shape[0], dying.shape[0]))
    for k in range(dying.shape[0]):
        s, d = present[k], dying[k]
        cubic = powers[0] * both * s - powers[1] * (2 * mixed * s + both * d)
        cubic += powers[2] * (own * s + 2 * mixed * d) - powers[3] * own * d
        found[:, k] = cells.by_replicate(further.variance * form * further.dying[k + 1] - 2 * cubic)
    return found
