"""Risk-set moments of one stratum: sums, means and the information, at given coefficients.

Two ways to the same numbers. *By sums*: the second-moment part of the information is one matrix product
of the risks with the hazard accumulated while at risk, so only the zeroth and first moments need cumulative
sums. *By shares*: where the linear predictors lie so far apart that risks would vanish beside each other
(an outlying covariate), each step's shares of the patients at risk are formed on the log scale.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.special import logsumexp

from hpcstats.core.risk_sets import FloatArray, IntArray, add_runs
from hpcstats.core.strata import Stratum

_FAR_APART = 300.0
"""Range of linear predictors from which risks are formed on the log scale (exp(-745) is 0)."""

_PIECE = 1_000_000
"""Steps times rows whose shares are formed at once."""


@dataclass(frozen=True, slots=True)
class Moments:
    """What one evaluation leaves behind.

    Attributes
    ----------
    linear : ndarray, shape (B, n)
        Linear predictors.
    log_sum : ndarray, shape (B, S)
        log A of each step.
    mean : ndarray, shape (B, S, p)
        Mean covariates among those at risk, by risk.
    information : ndarray, shape (B, p, p)
        Sum over steps of their covariance.
    risk, hazard : ndarray, shapes (B, n) and (B, S)
        Weighted risks and c / A up to a common factor; of no meaning in the rows `far`.
    far : tuple of int
        Rows formed by shares.
    """

    linear: FloatArray
    log_sum: FloatArray
    mean: FloatArray
    information: FloatArray
    risk: FloatArray
    hazard: FloatArray
    far: tuple[int, ...] = ()


def moments_of(stratum: Stratum, coefficients: FloatArray) -> Moments:
    """Evaluate the moments at `coefficients` (B, p)."""
    linear = coefficients @ stratum.covariates.T + stratum.offset
    far = np.ptp(linear, axis=1) > _FAR_APART
    if not far.any():
        return _by_sums(stratum, linear)
    near = _by_sums(stratum, np.where(far[:, None], 0.0, linear))
    return _with_shares(stratum, near, linear, np.flatnonzero(far))


def accumulate(stratum: Stratum, moments: Moments, values: FloatArray) -> FloatArray:
    """Sum over steps the expected events of each row times `values` (B, S): (B, n)."""
    steps, size = stratum.steps, stratum.times.size
    increments = moments.hazard * values
    met = stratum.while_at_risk(add_runs(increments, steps.time, size))
    spared = add_runs(increments * steps.fraction, steps.time, size)
    expected: FloatArray = moments.risk * (met - np.where(stratum.event, spared[:, stratum.last], 0.0))
    for b in moments.far:
        parts = _shares(stratum, moments.linear[b], b)
        expected[b] = np.sum([values[b, piece] @ shares for piece, shares, _ in parts], axis=0)
    return expected


def _by_sums(stratum: Stratum, linear: FloatArray) -> Moments:
    steps, x = stratum.steps, stratum.covariates
    shift = linear.max(axis=1, keepdims=True)
    risk = stratum.weights * np.exp(linear - shift)
    dying = np.where(stratum.event, risk, 0.0)
    sums = _less_tied(stratum, risk, dying)
    wanted = steps.weight > 0
    hazard = np.divide(steps.weight, sums, out=np.zeros_like(sums), where=wanted)
    mean = np.empty((*sums.shape, x.shape[1]))
    for j in range(x.shape[1]):
        first = _less_tied(stratum, risk * x[:, j], dying * x[:, j])
        mean[..., j] = np.divide(first, sums, out=np.zeros_like(sums), where=wanted)
    made = Moments(
        linear=linear,
        log_sum=np.log(np.where(wanted, sums, 1.0)) + shift,
        mean=mean,
        information=np.empty((linear.shape[0], x.shape[1], x.shape[1])),
        risk=risk,
        hazard=hazard,
    )
    expected = accumulate(stratum, made, np.ones_like(hazard))
    weighted = steps.weight[..., None] * mean
    made.information[:] = (expected @ stratum.squares).reshape(made.information.shape)
    made.information[:] -= np.matmul(weighted.swapaxes(1, 2), mean)
    return made


def _less_tied(stratum: Stratum, values: FloatArray, dying: FloatArray) -> FloatArray:
    """Sum `values` over the risk set of each step, less the removed fraction of the tied events."""
    steps = stratum.steps
    total = stratum.at_risk(values)[:, steps.time]
    if not steps.fraction.any():
        return total
    return total - steps.fraction * add_runs(dying, stratum.last, stratum.times.size)[:, steps.time]


def _with_shares(stratum: Stratum, near: Moments, linear: FloatArray, far: IntArray) -> Moments:
    """Replace the rows `far` of `near` by what the shares give."""
    x = stratum.covariates
    log_sum, mean, information = near.log_sum.copy(), near.mean.copy(), near.information.copy()
    for b in far:
        information[b] = 0.0
        for piece, expected, log_sums in _shares(stratum, linear[b], b):
            log_sum[b, piece] = log_sums
            total = expected.sum(axis=1, keepdims=True)
            mean[b, piece] = expected @ x / np.where(total > 0, total, 1.0)
            for j in range(x.shape[1]):
                distance = expected * (x[:, j] - mean[b, piece, j, None])
                information[b, j] += distance.sum(axis=0) @ x - distance.sum(axis=1) @ mean[b, piece]
    return Moments(linear, log_sum, mean, information, near.risk, near.hazard, tuple(far.tolist()))


def _shares(stratum: Stratum, linear: FloatArray, row: int) -> Iterator[tuple[slice, FloatArray, FloatArray]]:
    """Give, for pieces of the steps, expected events (S, n) and log A (S,) under one weight row."""
    chosen = min(row, stratum.steps.weight.shape[0] - 1)
    with np.errstate(divide="ignore"):
        level = linear + np.log(stratum.weights[chosen])
    length = max(1, _PIECE // linear.size)
    for start in range(0, stratum.steps.time.size, length):
        piece = slice(start, start + length)
        weight = stratum.steps.weight[chosen, piece]
        with np.errstate(divide="ignore"):
            logs = level + np.log(_remaining(stratum, piece, stratum.steps.fraction[chosen, piece]))
        wanted = weight > 0
        log_sum = np.where(wanted, logsumexp(np.where(wanted[:, None], logs, 0.0), axis=1), 0.0)
        expected = np.where(wanted[:, None], weight[:, None] * np.exp(logs - log_sum[:, None]), 0.0)
        yield piece, expected, log_sum


def _remaining(stratum: Stratum, piece: slice, fraction: FloatArray) -> FloatArray:
    """Return how much of each row is in the risk set of each step: 1, 0, or less where its event is tied."""
    time = stratum.steps.time[piece, None]
    inside = (
        time <= stratum.last if stratum.first is None else (stratum.first <= time) & (time <= stratum.last)
    )
    return np.asarray(inside - fraction[:, None] * (stratum.event & (stratum.last == time)), dtype=np.float64)
