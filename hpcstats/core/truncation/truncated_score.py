"""Estimating equations of a Cox model under right truncation, by inverse probability of being seen.

With G_j = P(V >= x_j) the chance that a case with time x_j is seen, and a the probability that a patient
whose covariates are 0 has the event later than anybody can be seen,
U(b) = sum_i w_i (z_i - S1(x_i) / S0(x_i)),
Sm(t) = sum_j w_j z_j^m exp(b z_j) / G_j (1[x_j >= t] + o_j),  o_j = c_j / (1 - c_j),  c_j = a^exp(b z_j):
each case stands for 1 / G_j of those who can be seen, and for o_j / G_j who cannot and are always at risk.
(Vakulenko-Lagun, Mandel & Betensky 2020, doi:10.1111/biom.13162: IPW-S for a = 0, else IPW-SA.)
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hpcstats.core.risk_sets import BoolArray, FloatArray
from hpcstats.core.truncation.reverse_time import Windows, selection, tally_reverse

_SMALL, _MOST, _SHORTEST, _FURTHEST = 1e-10, 60, 2.0**-20, 40.0
_AT_ONCE = 2_000_000


@dataclass(frozen=True, slots=True)
class Solved:
    """Solutions under B weight rows: coefficients (B, p), NaN where `found` (B,) is false."""

    coef: FloatArray
    found: BoolArray


@dataclass(frozen=True, slots=True)
class TruncatedScore:
    """Cases in ascending order of time, with covariates (n, p) of about unit spread.

    Attributes
    ----------
    windows : Windows
        Their grid.
    covariates : ndarray, shape (n, p)
        Covariates.
    beyond : float
        Probability a of an event later than anybody can be seen, at covariates 0.
    """

    windows: Windows
    covariates: FloatArray
    beyond: float = 0.0

    def solve(self, weights: FloatArray, start: FloatArray) -> Solved:
        """Solve under each row of weights (B, n), from `start` (p,)."""
        n, p = self.covariates.shape
        step = max(1, _AT_ONCE // max(1, n * p * (p + 2)))
        parts = [self._solve(weights[at : at + step], start) for at in range(0, len(weights), step)]
        return Solved(np.concatenate([one.coef for one in parts]), np.concatenate([o.found for o in parts]))

    def _solve(self, weights: FloatArray, start: FloatArray) -> Solved:
        chance = self.chances(weights)
        shares = np.divide(weights, chance, out=np.zeros_like(weights), where=chance > 0)
        possible = ((chance > 0) | (weights == 0)).all(axis=1)
        coef = np.tile(start, (len(weights), 1))
        score, slope = self.evaluate(coef, weights, shares)
        length = np.ones(len(weights))
        size = _size(score, weights)
        going = possible & (size > _SMALL)
        for _ in range(_MOST):
            here = np.flatnonzero(going)
            if not here.size:
                break
            move = _steps(slope[here], score[here])
            there = coef[here] + length[here, None] * move
            trial, its_slope = self.evaluate(there, weights[here], shares[here])
            smaller = _size(trial, weights[here])
            better = (smaller < size[here]) & (np.abs(there) < _FURTHEST).all(axis=1)
            kept = here[better]
            coef[kept], score[kept], slope[kept] = there[better], trial[better], its_slope[better]
            size[kept] = smaller[better]
            length[here] = np.where(better, np.minimum(1.0, 2 * length[here]), length[here] / 2)
            going[here] = (size[here] > _SMALL) & (length[here] > _SHORTEST)
        found = possible & (size <= _SMALL) & informed(slope, weights)
        return Solved(np.where(found[:, None], coef, np.nan), found)

    def chances(self, weights: FloatArray) -> FloatArray:
        """Return G of each case under each row of weights: (B, n)."""
        return selection(tally_reverse(self.windows, weights))[:, self.windows.place]

    def evaluate(
        self, coef: FloatArray, weights: FloatArray, shares: FloatArray
    ) -> tuple[FloatArray, FloatArray]:
        """Return U (B, p) and its negative derivative (B, p, p) at coefficients (B, p)."""
        z = self.covariates
        linear = coef @ z.T
        linear -= linear.max(axis=1, keepdims=True) if self.beyond == 0 else 0.0
        risk = shares * np.exp(linear)
        odds, change = self._unseen(linear)
        zero = self._from_time_on(risk, risk * odds)
        one = self._from_time_on(risk[:, :, None] * z, (risk * odds)[:, :, None] * z)
        outer = z[:, :, None] * z[:, None, :]
        # The derivative of z exp(bz) (1[..] + o) by b, and that of its sum without z.
        two = self._from_time_on(
            risk[:, :, None, None] * outer, (risk * (odds + change))[..., None, None] * outer
        )
        slant = self._from_time_on(risk[:, :, None] * z, (risk * (odds + change))[:, :, None] * z)
        mean = one / zero[:, :, None]
        score = (weights[:, :, None] * (z - mean)).sum(axis=1)
        bent = two / zero[:, :, None, None] - mean[:, :, :, None] * (slant / zero[:, :, None])[:, :, None, :]
        return score, np.einsum("bn,bnpq->bpq", weights, bent)

    def _unseen(self, linear: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return o and its derivative by the linear predictor."""
        if self.beyond == 0:
            return np.zeros_like(linear), np.zeros_like(linear)
        logarithm = np.exp(np.minimum(linear, 500.0)) * np.log(self.beyond)
        rest = -np.expm1(logarithm)
        odds = np.exp(logarithm) / rest
        return odds, odds / rest * logarithm

    def _from_time_on(self, values: FloatArray, always: FloatArray) -> FloatArray:
        """Add `values` over the cases at risk at each case's time, and `always` over all."""
        totals = np.cumsum(values[:, ::-1], axis=1)[:, ::-1]
        first = np.searchsorted(self.windows.place, self.windows.place, "left")
        found: FloatArray = totals[:, first] + always.sum(axis=1, keepdims=True)
        # A replicate has nobody at risk at times it does not hold; their weight is 0.
        return np.where(found == 0, 1e-300, found) if values.ndim == 2 else found


def informed(slope: FloatArray, weights: FloatArray) -> BoolArray:
    """Tell where the derivative is regular."""
    with np.errstate(invalid="ignore", over="ignore"):
        sizes = np.linalg.svd(np.nan_to_num(slope), compute_uv=False)
    sound: BoolArray = sizes[:, -1] > 1e-9 * weights.sum(axis=1)
    return sound


def _size(score: FloatArray, weights: FloatArray) -> FloatArray:
    with np.errstate(invalid="ignore"):
        size = np.abs(score).max(axis=1) / weights.sum(axis=1)
    return np.where(np.isfinite(size), size, np.inf)


def _steps(slope: FloatArray, score: FloatArray) -> FloatArray:
    p = score.shape[1]
    ridge = 1e-12 * np.maximum(np.abs(slope).max(axis=(1, 2)), 1e-300)
    matrix = slope + ridge[:, None, None] * np.eye(p)
    step = np.linalg.solve(matrix, score[:, :, None])[:, :, 0]
    return np.asarray(np.clip(np.nan_to_num(step), -5, 5), dtype=np.float64)
