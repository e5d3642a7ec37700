"""The exact (discrete) partial likelihood at tied times, with derivatives, by recursion.

Where d events tie, the conditional probability of just these d among those at risk is exp(sum of their eta)
over e_d, the sum of exp(sum of eta) over all subsets of d. The sums obey e_k(with i) = e_k + r_i e_{k-1}
(Gail, Lubin & Rubinstein 1981, doi:10.1093/biomet/68.3.703), which is a mixture: given d, patient i is in
the subset with probability r_i e_{k-1} / e_k(with i). So log e_k, and the mean, covariance and third central
moment of the covariate sum of the subset (the derivatives of log e_k), follow from those of k and k - 1 by
the laws of total expectation and covariance: nothing cancels, nothing overflows. A frequency weight w repeats
the row.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import expit

from hpcstats.core.risk_sets import FloatArray, IntArray

if TYPE_CHECKING:
    from hpcstats.core.cox.strata import Stratum

_NEVER = -1e300
"""log e_k while fewer than k are at risk."""

_AT_ONCE = 4_000_000
"""Numbers that the subsets of the cells under delayed entry may take at once."""


@dataclass(slots=True)
class Subsets:
    """Subsets of k = 0, ..., D of those met so far, in W columns.

    Attributes
    ----------
    level : ndarray, shape (D + 1, W)
        log e_k.
    mean, spread : ndarray, shapes (D + 1, p, W), (D + 1, p, p, W)
        First and second derivative of it.
    third : ndarray or None, shape (D + 1, p, p, p, W)
        Third derivative.
    """

    level: FloatArray
    mean: FloatArray
    spread: FloatArray
    third: FloatArray | None

    @classmethod
    def nobody(cls, size: int, p: int, columns: int, third: bool) -> Subsets:
        """Begin with nobody at risk."""
        level = np.full((size + 1, columns), _NEVER)
        level[0] = 0.0
        return cls(
            level,
            np.zeros((size + 1, p, columns)),
            np.zeros((size + 1, p, p, columns)),
            np.zeros((size + 1, p, p, p, columns)) if third else None,
        )

    def add(self, x: FloatArray, linear: FloatArray, columns: IntArray, size: int) -> None:
        """Let a patient with covariates x (p,) and linear predictors (W',) join in some columns."""
        low, high = slice(0, size), slice(1, size + 1)
        level, mean, spread = self.level[:, columns], self.mean[..., columns], self.spread[..., columns]
        share = expit(linear + level[low] - level[high])
        both = share * (1 - share)
        away = mean[low] + x[:, None] - mean[high]
        gap = spread[low] - spread[high]
        across = away[:, :, None] * away[:, None]
        if self.third is not None:
            third = self.third[..., columns]
            step = share[:, None, None, None] * (third[low] - third[high])
            mixed = both[:, None, None, None] * gap[:, :, :, None] * away[:, None, None]
            step += mixed + mixed.transpose(0, 1, 3, 2, 4) + mixed.transpose(0, 3, 2, 1, 4)
            skewed = (both * (1 - 2 * share))[:, None, None, None]
            step += skewed * across[:, :, :, None] * away[:, None, None]
            self.third[high, ..., columns] += step
        self.level[high, columns] = np.logaddexp(level[high], linear + level[low])
        step = share[:, None, None] * gap + both[:, None, None] * across
        self.spread[high, ..., columns] += step
        self.mean[high, ..., columns] += share[:, None] * away


@dataclass(frozen=True, slots=True)
class ExactTies:
    """Number of tied events (T, B) at each event time."""

    tied: FloatArray

    def take(self, columns: IntArray) -> ExactTies:
        """Keep the replicates `columns`."""
        return ExactTies(self.tied[:, columns])

    def derivatives(self, stratum: Stratum, linear: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Sum log e_d (B,), its gradient (B, p) and Hessian (B, p, p) over the times with ties."""
        p, batch = stratum.covariates.shape[1], linear.shape[1]
        value, mean, spread = np.zeros(batch), np.zeros((batch, p)), np.zeros((batch, p, p))
        for subsets, number, columns, replicates in self._read(stratum, linear, third=False):
            np.add.at(value, replicates, subsets.level[number, columns])
            np.add.at(mean, replicates, subsets.mean[number, :, columns])
            np.add.at(spread, replicates, subsets.spread[number, :, :, columns])
        return value, mean, spread

    def third(self, stratum: Stratum, linear: FloatArray) -> FloatArray:
        """Sum the third derivatives of log e_d: (B, p, p, p)."""
        p, batch = stratum.covariates.shape[1], linear.shape[1]
        found = np.zeros((batch, p, p, p))
        for subsets, number, columns, replicates in self._read(stratum, linear, third=True):
            assert subsets.third is not None
            np.add.at(found, replicates, subsets.third[number, ..., columns])
        return found

    def _read(
        self, stratum: Stratum, linear: FloatArray, third: bool
    ) -> Iterator[tuple[Subsets, IntArray, IntArray, IntArray]]:
        """Give subsets with the sizes, columns and replicates to be read off."""
        tied = np.broadcast_to(self.tied, (self.tied.shape[0], linear.shape[1])).astype(np.int64)
        if stratum.first is None:
            return _nested(stratum, linear, tied, third)
        return _by_cells(stratum, linear, tied, third)


def _nested(
    stratum: Stratum, linear: FloatArray, tied: IntArray, third: bool
) -> Iterator[tuple[Subsets, IntArray, IntArray, IntArray]]:
    """Let patients join from the last to leave on; every risk set is met on the way."""
    x, batch = stratum.covariates, linear.shape[1]
    weights = np.broadcast_to(stratum.weights, linear.shape)
    needed = np.maximum.accumulate(np.where(tied > 1, tied, 0).max(axis=1))
    subsets = Subsets.nobody(int(needed[-1]), x.shape[1], batch, third)
    met, row = 0, 0
    for time in range(tied.shape[0] - 1, -1, -1):
        for i in range(row, int(stratum.stops[time])):
            for again in range(int(weights[i].max())):
                columns = np.flatnonzero(weights[i] > again)
                met += 1
                size = min(int(needed[time]), met)
                if size:
                    subsets.add(x[i], linear[i, columns], columns, size)
        row = int(stratum.stops[time])
        columns = np.flatnonzero(tied[time] > 1)
        if columns.size:
            yield subsets, tied[time, columns], columns, columns


def _by_cells(
    stratum: Stratum, linear: FloatArray, tied: IntArray, third: bool
) -> Iterator[tuple[Subsets, IntArray, IntArray, IntArray]]:
    """Give every cell of a time and a replicate a column of its own, where risk sets are not nested."""
    assert stratum.first is not None
    x = stratum.covariates
    p = x.shape[1]
    weights = np.broadcast_to(stratum.weights, linear.shape)
    times, replicates = np.nonzero(tied > 1)
    order = np.argsort(tied[times, replicates], kind="stable")
    times, replicates = times[order], replicates[order]
    start = 0
    while start < times.size:
        size = int(tied[times[start], replicates[start]])
        end = start + max(1, _AT_ONCE // ((size + 1) * (1 + p) ** (3 if third else 2)))
        time, replicate = times[start:end], replicates[start:end]
        number = tied[time, replicate]
        subsets = Subsets.nobody(int(number.max(initial=0)), p, time.size, third)
        for i in range(x.shape[0]):
            times_over = np.where(
                (stratum.first[i] <= time) & (time <= stratum.last[i]), weights[i, replicate], 0
            )
            for again in range(int(times_over.max())):
                columns = np.flatnonzero(times_over > again)
                subsets.add(x[i], linear[i, replicate[columns]], columns, int(number.max()))
        yield subsets, number, np.arange(time.size), replicate
        start = end
