"""Multinomial logistic regression of many data sets at once, with the rows that keep its estimates finite.

With p_k(x) proportional to exp(x'b_k) and b_0 = 0, the score of b_a is the sum of w (y_a - p_a) x and the
information block (a, b) the sum of w p_a (1[a = b] - p_b) x x'. Where a predictor tells the levels apart
there is no maximum; `augmented` adds for each predictor and level two rows, half a standard deviation above
and below the means, of total weight one more than the number of predictors (White, Daniel & Royston 2010,
doi:10.1016/j.csda.2010.04.005).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hpcstats.core.risk_sets import BoolArray, FloatArray, IntArray

_STEPS = 60
_DECREMENT = 1e-16
_LONGEST = 4.0


@dataclass(frozen=True, slots=True)
class LogisticFit:
    """Coefficients (B, (K-1) q), level by level, their covariance, and which climbs arrived (B,)."""

    coefficients: FloatArray
    covariance: FloatArray
    converged: BoolArray


def augmented(
    design: FloatArray, codes: IntArray, levels: int, spread: FloatArray
) -> tuple[FloatArray, IntArray, FloatArray]:
    """Append the rows of White, Daniel & Royston to designs (B, n, q) whose first column is the intercept.

    Parameters
    ----------
    design, codes : ndarray, shapes (B, n, q) and (B, n)
        Predictors with intercept, and the level of each row.
    levels : int
        Number of levels K.
    spread : ndarray, shapes (B, 2, q)
        Means and standard deviations of the columns.

    Returns
    -------
    tuple of ndarray
        Design, codes and weights (n + 2 K (q - 1),).
    """
    batch, n, q = design.shape
    added = 2 * levels * (q - 1)
    if not added:
        return design, codes, np.ones(n)
    means, widths = spread[:, :1], spread[:, 1]
    rows = np.repeat(means, added, axis=1)
    number = np.arange(added)
    column, sign = 1 + number // (2 * levels), np.where(number % 2, -0.5, 0.5)
    rows[:, number, column] += sign * widths[:, column]
    rows[:, :, 0] = 1.0
    level = np.broadcast_to((number // 2) % levels, (batch, added))
    weights = np.concatenate([np.ones(n), np.full(added, q / added)])
    return np.concatenate([design, rows], axis=1), np.concatenate([codes, level], axis=1), weights


def fit_multinomial(design: FloatArray, codes: IntArray, levels: int, weights: FloatArray) -> LogisticFit:
    """Climb to the maximum by Newton's method.

    Parameters
    ----------
    design, codes : ndarray, shapes (B, n, q) and (B, n)
        Predictors, and the level 0 to K - 1 of each row.
    levels : int
        Number of levels K.
    weights : ndarray, shape (n,)
        Weights of the rows.
    """
    batch, _, q = design.shape
    member = (codes[..., None] == np.arange(1, levels)).astype(np.float64)
    position: FloatArray = np.zeros((batch, (levels - 1) * q))
    length, going = np.ones(batch), np.ones(batch, dtype=bool)
    value, score, information = _derivatives(design, member, weights, position)
    for _ in range(_STEPS):
        step = np.linalg.solve(information, score[..., None])[..., 0]
        going &= np.einsum("bi,bi->b", step, score) > _DECREMENT
        if not going.any():
            break
        longest = np.abs(step).max(axis=1)
        scale = length * np.minimum(1.0, _LONGEST / np.where(longest > 0, longest, 1.0))
        at = position + np.where(going, scale, 0.0)[:, None] * step
        there = _derivatives(design, member, weights, at)
        better = there[0] >= value - 1e-12 * (1 + np.abs(value))
        position = np.where(better[:, None], at, position)
        value = np.where(better, there[0], value)
        score = np.where(better[:, None], there[1], score)
        information = np.where(better[:, None, None], there[2], information)
        length = np.where(better, 1.0, length / 2)
    covariance = np.asarray(np.linalg.inv(information), dtype=np.float64)
    return LogisticFit(position, covariance, ~going)


def probabilities(design: FloatArray, coefficients: FloatArray, levels: int) -> FloatArray:
    """Return the probability of each level (B, n, K) at coefficients (B, (K-1) q)."""
    batch, n, q = design.shape
    linear: FloatArray = np.zeros((batch, n, levels))
    linear[..., 1:] = design @ coefficients.reshape(batch, levels - 1, q).transpose(0, 2, 1)
    linear -= linear.max(axis=2, keepdims=True)
    risk = np.exp(linear)
    shares: FloatArray = risk / risk.sum(axis=2, keepdims=True)
    return shares


def _derivatives(
    design: FloatArray, member: FloatArray, weights: FloatArray, position: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return log-likelihood (B,), score (B, d) and information (B, d, d)."""
    batch, _, q = design.shape
    others = member.shape[2]
    shares = probabilities(design, position, others + 1)
    first = 1 - member.sum(axis=2)
    chosen = first * shares[..., 0] + np.einsum("bnk,bnk->bn", member, shares[..., 1:])
    value = np.log(np.maximum(chosen, 1e-300)) @ weights
    share = shares[..., 1:]
    score = np.einsum("bnk,bnq,n->bkq", member - share, design, weights).reshape(batch, -1)
    information = np.empty((batch, others, q, others, q))
    for a in range(others):
        for b in range(others):
            curvature = weights * share[..., a] * ((a == b) - share[..., b])
            information[:, a, :, b] = design.transpose(0, 2, 1) @ (design * curvature[..., None])
    return value, score, information.reshape(batch, others * q, others * q)
