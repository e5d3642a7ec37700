"""Log-rank statistics and Cox coefficients of many orders of the same patients at once.

An order is a row of integer keys, equal keys are tied times; events precede censorings of the same key.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import chdtrc

from hpcstats.core.logrank import quadratic_form
from hpcstats.core.risk_sets import BoolArray, FloatArray, IntArray, reverse_cumulate

_STEPS = 40
_LONGEST_STEP = 2.0
_CONVERGED = 1e-9
UNBOUNDED = 12.0
"""Log hazard ratio over the range of a covariate beyond which a coefficient counts as infinite."""


@dataclass(frozen=True, slots=True, eq=False)
class Sorted:
    """Orders (B, n) sorted by time: rows, whether events, and for each the start and size of its tie.

    Attributes
    ----------
    rows : ndarray of int, shape (B, n)
        Patients in the order of their times, events before censorings.
    event : ndarray of bool, shape (B, n)
        Whether each of them has the event.
    start : ndarray of int, shape (B, n)
        Position at which those with the same time begin, who are all at risk.
    tied : ndarray of int, shape (B, n)
        Number of events at that time (meaningful where `event`).
    """

    rows: IntArray
    event: BoolArray
    start: IntArray
    tied: IntArray

    @classmethod
    def of(cls, keys: IntArray, event: BoolArray) -> Sorted:
        """Sort the orders in the rows of `keys`."""
        code = 2 * keys + ~event
        rows = np.argsort(code, axis=1, kind="stable")
        code = np.take_along_axis(code, rows, axis=1)
        place = np.arange(code.shape[1])
        change = np.diff(code // 2, axis=1, prepend=-1) != 0
        start = np.maximum.accumulate(np.where(change, place, 0), axis=1)
        ends = np.diff(code, axis=1, append=np.iinfo(np.int64).max) != 0
        last = np.minimum.accumulate(np.where(ends, place, place[-1])[:, ::-1], axis=1)[:, ::-1]
        return cls(rows, event[rows], start.astype(np.int64), (last - start + 1).astype(np.int64))

    def from_start(self, sums: FloatArray) -> FloatArray:
        """Look up sums over those from each position on, (B, n, ...), where the tie begins."""
        index = self.start.reshape(*self.start.shape, *(1,) * (sums.ndim - 2))
        return np.take_along_axis(sums, index, axis=1)


def logrank_statistics(
    keys: IntArray, event: BoolArray, codes: IntArray, groups: int
) -> tuple[FloatArray, IntArray]:
    """Return the log-rank statistic (O - E)' V^- (O - E) of each order and its degrees of freedom, (B,).

    Without information both are 0.
    """
    order = Sorted.of(keys, event)
    member = np.eye(groups)[codes]
    inside = order.from_start(_from_the_end(member[order.rows]))
    at_risk = keys.shape[1] - order.start
    share = inside / at_risk[..., None]
    difference = (member * event[:, None]).sum(axis=0) - (share * order.event[..., None]).sum(axis=1)
    factor = np.where(order.event, (at_risk - order.tied) / np.maximum(at_risk - 1, 1), 0.0)
    spent = share * factor[..., None]
    variance = spent.sum(axis=1)[:, :, None] * np.eye(groups) - np.swapaxes(spent, 1, 2) @ share
    return quadratic_form(difference, variance)


def chi_squared_tail(statistic: float, df: int) -> float:
    """Return the p-value of a chi-squared statistic; 1 without degrees of freedom."""
    return float(chdtrc(df, statistic)) if df else 1.0


def cox_coefficients(keys: IntArray, event: BoolArray, x: FloatArray, *, efron: bool) -> FloatArray:
    """Return the maximum partial likelihood coefficients (B, p) of each order by Newton's method.

    Coefficients beyond `UNBOUNDED`, counted over the range of their column, are infinite: their likelihood
    rises without end, or as good as.
    """
    order = Sorted.of(keys, event)
    centred = x - x.mean(axis=0)
    spread = np.ptp(centred, axis=0)
    scaled = centred / spread
    beta = np.zeros((keys.shape[0], x.shape[1]))
    for _ in range(_STEPS):
        score, information = _derivatives(order, scaled, beta, efron=efron)
        ridge = 1e-12 * np.eye(x.shape[1])
        step = np.linalg.solve(information + ridge, score[:, :, None])[:, :, 0]
        size = np.abs(step).max(axis=1, initial=0.0)
        step *= np.minimum(1.0, _LONGEST_STEP / np.maximum(size, 1e-300))[:, None]
        beta = np.clip(beta + step, -2 * UNBOUNDED, 2 * UNBOUNDED)
        if size.max(initial=0.0) < _CONVERGED:
            break
    beta[np.abs(beta) > UNBOUNDED] *= np.inf
    return np.asarray(beta / spread, dtype=np.float64)


def _derivatives(
    order: Sorted, x: FloatArray, beta: FloatArray, *, efron: bool
) -> tuple[FloatArray, FloatArray]:
    """Return score (B, p) and information (B, p, p)."""
    covariate = x[order.rows]
    linear = np.einsum("bnp,bp->bn", covariate, beta)
    risk = np.exp(linear - linear.max(axis=1, keepdims=True))
    place = np.arange(risk.shape[1])
    gone = (place - order.start) / order.tied if efron else np.zeros_like(risk)

    def left(values: FloatArray) -> FloatArray:
        sums = _from_the_end(values)
        everybody = order.from_start(sums)
        if not efron:
            return everybody
        padded = np.concatenate([sums, np.zeros_like(sums[:, :1])], axis=1)
        after = np.minimum(order.start + order.tied, risk.shape[1])
        index = after.reshape(*after.shape, *(1,) * (sums.ndim - 2))
        tied = everybody - np.take_along_axis(padded, index, axis=1)
        share = gone.reshape(*gone.shape, *(1,) * (sums.ndim - 2))
        return np.asarray(everybody - share * tied, dtype=np.float64)

    weighted = risk[..., None] * covariate
    total = np.where(order.event, left(risk[..., None])[..., 0], 1.0)
    mean = left(weighted) / total[..., None]
    square = left(weighted[..., None] * covariate[:, :, None, :]) / total[..., None, None]
    counted = order.event[..., None]
    score = ((covariate - mean) * counted).sum(axis=1)
    spread = square - mean[..., None] * mean[:, :, None, :]
    return score, (spread * counted[..., None]).sum(axis=1)


def _from_the_end(values: FloatArray) -> FloatArray:
    """Sum from each position to the end along the second axis."""
    return np.asarray(np.swapaxes(reverse_cumulate(np.swapaxes(values, 1, -1)), 1, -1), dtype=np.float64)
