"""Sums over rows that cover runs of regions: what every step towards a Turnbull estimate is made of.

Row i covers the regions ``first[i] <= j <= last[i]``. All sums are of terms of one sign, so that weights of
very different size lose no digits; the curvature of two regions j <= k adds the rows with first <= j and last
>= k: one matrix product where there are few, else two cumulative sums.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hpcstats.core.risk_sets import BoolArray, FloatArray, IntArray, add_at

_FEW = 300_000
"""Pairs of regions, over all runs, of which a table is made."""


@dataclass(frozen=True, slots=True)
class Cover:
    """Different runs of regions that are covered by rows.

    Attributes
    ----------
    first, last : ndarray of int, shape (U,)
        First and last region of each run.
    matrix : ndarray, shape (U, m)
        1 where a run covers a region, else 0: the clique matrix.
    pairs : ndarray, shape (m, U, m), or None
        1 where a run covers both regions; None where that were too many numbers.
    """

    first: IntArray
    last: IntArray
    matrix: FloatArray
    pairs: FloatArray | None

    @classmethod
    def of(cls, first: IntArray, last: IntArray, size: int) -> tuple[Cover, IntArray]:
        """Find the different runs of `size` regions; return them and the number of the run of each row."""
        runs, number = np.unique(first * size + last, return_inverse=True)
        begin, end = runs // size, runs % size
        region = np.arange(size)
        matrix = ((begin[:, None] <= region) & (region <= end[:, None])).astype(np.float64)
        few = runs.size * size**2 <= _FEW
        pairs = matrix.T[:, :, None] * matrix if few else None
        return cls(begin, end, matrix, pairs), number.reshape(-1).astype(np.int64)

    @property
    def size(self) -> int:
        """Number of regions m."""
        return int(self.matrix.shape[1])

    def probability(self, mass: FloatArray) -> FloatArray:
        """Return the probability (B, U) that masses (B, m) give to each run."""
        return np.asarray(mass @ self.matrix.T, dtype=np.float64)

    def over_regions(self, values: FloatArray) -> FloatArray:
        """Add the values (B, U) of all runs that cover a region: (B, m)."""
        return np.asarray(values @ self.matrix, dtype=np.float64)

    def over_pairs(self, values: FloatArray) -> FloatArray:
        """Add the values (B, U) of all runs that cover both of two regions: (B, m, m)."""
        if self.pairs is not None:
            # Region by region: products so small that no linear algebra library deals them out to threads.
            return np.ascontiguousarray((values @ self.pairs).swapaxes(0, 1))
        table = np.zeros((values.shape[0], self.size, self.size))
        table[:, self.first, self.last] = values
        np.cumsum(table, axis=1, out=table)
        np.cumsum(table[:, :, ::-1], axis=2, out=table[:, :, ::-1])
        upper = np.triu(np.ones((self.size, self.size), dtype=bool))
        return np.where(upper, table, table.transpose(0, 2, 1))

    def innermost(self, present: BoolArray) -> BoolArray:
        """Say which regions are innermost for the runs that are present (B, U) alone: (B, m).

        Of several that these runs do not tell apart, the first stands for all.
        """
        counted = present.astype(np.float64)
        ends: BoolArray = np.empty((present.shape[0], 2 * self.size), dtype=bool)
        ends[:, ::2] = add_at(counted, self.first, self.size) > 0
        ends[:, 1::2] = add_at(counted, self.last, self.size) > 0
        position = np.where(ends, np.arange(2 * self.size), 2 * self.size)
        following = np.minimum.accumulate(position[:, ::-1], axis=1)[:, ::-1]
        return np.asarray(ends[:, ::2] & (following[:, 1::2] % 2 == 1))
