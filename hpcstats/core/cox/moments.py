"""Risk-set moments of one stratum: value, score and information at given coefficients.

The second-moment part of the information is one matrix product of the risks with the hazard accumulated
while at risk, so that only the zeroth and first moments need cumulative sums. Where the linear predictors lie
so far apart that risks would vanish beside each other (an outlying covariate), a replicate is formed by
shares.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from hpcstats.core.cox.further import Further
from hpcstats.core.cox.shares import Shares
from hpcstats.core.cox.step_matrix import StepMatrix
from hpcstats.core.cox.strata import Stratum
from hpcstats.core.cox.symmetric import pairs, unfold
from hpcstats.core.risk_sets import FloatArray

_FAR_APART = 300.0
"""Range of linear predictors from which risks are formed on the log scale (exp(-745) is 0)."""


_NOBODY = 1e-300
"""Stands for the risks at a time without weight."""

_NOISE = 1e-14
"""Variances below this share of the raw second moment are rounding."""


@dataclass(frozen=True, slots=True)
class Risks:
    """Risks and risk-set sums of the steps, those of an event time folded into one (`core.cox.further`).

    Attributes
    ----------
    risk : ndarray, shape (n, B)
        Weighted risks up to a common factor.
    hazard : ndarray, shape (T, B)
        c / A of the first steps.
    root : ndarray, shape (T, B)
        Square root of c / A^2, summed over the steps of the time.
    moment : ndarray, shape (T, p, B)
        First moments times `root`.
    further : Further or None
        What Efron's further steps add.
    """

    risk: FloatArray
    hazard: FloatArray
    root: FloatArray
    moment: FloatArray
    further: Further | None


@dataclass(frozen=True, slots=True)
class Moments:
    """What one evaluation leaves behind.

    Attributes
    ----------
    value, score, information : ndarray, shapes (B,), (B, p), (B, p, p)
        Log-likelihood and derivatives.
    risks : Risks
        Risks and the means of the steps; of no meaning for the replicates `far`.
    expected : ndarray, shape (n, B)
        Expected events of each row; likewise.
    far : dict
        Replicates formed by shares.
    """

    value: FloatArray
    score: FloatArray
    information: FloatArray
    risks: Risks
    expected: FloatArray
    far: dict[int, Shares] = field(default_factory=dict)


def moments_of(stratum: Stratum, coefficients: FloatArray) -> Moments:
    """Evaluate the moments at `coefficients` (B, p)."""
    linear = linear_predictors(stratum, coefficients)
    if _near(stratum, coefficients):
        made = _by_sums(stratum, coefficients, linear)
    else:
        made = _by_shares(stratum, coefficients, linear)
    if stratum.exact is not None:
        value, mean, spread = stratum.exact.derivatives(stratum, linear_predictors(stratum, coefficients))
        made.value[:] -= value
        made.score[:] -= mean
        made.information[:] += spread
    return made


def derivatives_of(
    stratum: Stratum, matrix: StepMatrix | None, coefficients: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Evaluate value, score and information at `coefficients` (B, p)."""
    if matrix is None or not _near(stratum, coefficients):
        made = moments_of(stratum, coefficients)
        return made.value, made.score, made.information
    if coefficients.shape[0] == 1:
        return _alone(stratum, matrix, coefficients)
    logs, expected, moment = matrix.sums(np.exp(linear_predictors(stratum, coefficients)))
    value = (stratum.seen * coefficients).sum(axis=1) + stratum.fixed - logs
    information = _covariance(stratum.products @ expected, moment)
    return value, stratum.seen - expected.T @ stratum.covariates, information


def _alone(
    stratum: Stratum, matrix: StepMatrix, coefficients: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Evaluate one row of coefficients."""
    linear = stratum.covariates @ coefficients[0]
    if stratum.offset is not None:
        linear += stratum.offset
    logs, expected, second, taken = matrix.alone(linear)
    information = second - taken
    nothing = information.diagonal() <= _NOISE * second.diagonal()
    if nothing.any():
        information[nothing, nothing] = 0.0
    value = coefficients @ stratum.seen[0] + (stratum.fixed - logs)
    return value, stratum.seen - expected @ stratum.covariates, information[None]


def _near(stratum: Stratum, coefficients: FloatArray) -> bool:
    """Tell whether no linear predictors can lie far apart."""
    furthest = np.abs(coefficients) @ stratum.extent
    return bool(furthest.max(initial=0.0) + stratum.moved <= _FAR_APART / 2)


def linear_predictors(stratum: Stratum, coefficients: FloatArray) -> FloatArray:
    """Return the linear predictors (n, B)."""
    linear: FloatArray = stratum.covariates @ coefficients.T
    if stratum.offset is not None:
        linear += stratum.offset[:, None]
    return linear


def expected_events(stratum: Stratum, risks: Risks) -> FloatArray:
    """Return the expected events of each row: (n, B)."""
    further, grid = risks.further, risks.hazard
    if further is None:
        return accumulate(stratum, risks, grid[:, None].copy())[:, 0]
    grid = grid.copy()
    grid[further.steps.time, further.steps.column] += further.hazard
    return accumulate(stratum, risks, grid[:, None], further.spared[None])[:, 0]


def accumulate(
    stratum: Stratum, risks: Risks, grid: FloatArray, spared: FloatArray | None = None
) -> FloatArray:
    """Sum risks times increments over the event times that each row is at risk at: (n, m, B).

    `grid` (T, m, B) holds the increments and is overwritten, `spared` (m, C) those that the rows that die in
    a cell of further steps are spared.
    """
    total = stratum.while_at_risk(grid)
    total *= risks.risk[:, None]
    if risks.further is not None and spared is not None:
        risks.further.steps.take_from_rows(spared, risks.further.risk, total)
    return total


def mean_hazards(risks: Risks) -> tuple[FloatArray, FloatArray | None]:
    """Return c / A times the mean covariates for `accumulate`: by time (T, p, B), and what is spared."""
    grid, further = risks.moment * risks.root[:, None], risks.further
    if further is None:
        return grid, None
    time, column = further.steps.time, further.steps.column
    folded = further.mean * grid[time, :, column].T
    return grid, folded - further.variance * further.dying[1:]


def _by_sums(
    stratum: Stratum, coefficients: FloatArray, linear: FloatArray, shift: FloatArray | None = None
) -> Moments:
    x = stratum.covariates
    risk = np.exp(linear, out=linear)
    risk = np.multiply(risk, stratum.weights, out=risk)
    stack = np.empty((x.shape[0], x.shape[1] + 1, risk.shape[1]))
    stack[:, 0] = risk
    for j in range(x.shape[1]):
        np.multiply(risk, x[:, j : j + 1], out=stack[:, j + 1])
    sums = stratum.at_risk(stack)
    at_risk = sums[:, 0]
    if stratum.idle:
        at_risk = np.maximum(at_risk, _NOBODY)
    value = (stratum.seen * coefficients).sum(axis=1) + stratum.fixed
    value -= np.einsum("tb,tb->b", np.broadcast_to(stratum.weight, at_risk.shape), np.log(at_risk))
    if shift is not None:
        value -= stratum.total * shift
    hazard, root = stratum.weight / at_risk, stratum.root / at_risk
    further = None
    if stratum.further is not None:
        further = Further.folded(stratum.further, x, risk, sums, root)
        value -= further.value
    for j in range(x.shape[1]):
        sums[:, j + 1] *= root
    risks = Risks(risk, hazard, root, sums[:, 1:], further)
    expected = expected_events(stratum, risks)
    information = _covariance(stratum.products @ expected, risks.moment, further)
    return Moments(value, stratum.seen - expected.T @ x, information, risks, expected)


def _covariance(second: FloatArray, moment: FloatArray, further: Further | None = None) -> FloatArray:
    """Return the sum over steps of the covariance of the covariates; within rounding of 0 it is 0.

    `second` (q, B) holds the expected products, `moment` (T, p, B) what the means take from them.
    """
    p, floor = moment.shape[1], _NOISE * second
    rows, columns, _ = pairs(p)
    for q, (j, k) in enumerate(zip(rows.tolist(), columns.tolist(), strict=True)):
        second[q] -= np.einsum("tb,tb->b", moment[:, j], moment[:, k])
        if further is not None:
            second[q] -= further.spread(j, k)
    nothing = (second <= floor) & (rows == columns)[:, None]
    if nothing.any():
        second[nothing] = 0.0
    return unfold(second, p)


def _by_shares(stratum: Stratum, coefficients: FloatArray, linear: FloatArray) -> Moments:
    """Evaluate the replicates whose linear predictors lie far apart one by one, the others by sums."""
    far = np.ptp(linear, axis=0) > _FAR_APART
    shares = {
        int(b): Shares.of(stratum, linear[:, b], min(int(b), stratum.weights.shape[1] - 1))
        for b in np.flatnonzero(far)
    }
    linear = np.where(far, 0.0, linear)
    shift = linear.max(axis=0)
    made = _by_sums(stratum, np.where(far[:, None], 0.0, coefficients), linear - shift, shift)
    for b, each in shares.items():
        made.value[b], made.score[b], made.information[b] = each.derivatives()
        made.far[b] = each
    return made
