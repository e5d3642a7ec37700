"""Permutation of residuals against covariates: sums over patients for all arrangements, or for some drawn.

The sums are U = sum_i x_i r_i, x_i the covariates of patient i and r the residuals in another order within
strata. What has fewer different arrangements, covariates or residuals, is the one that moves.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from hpcstats.core.risk_sets import FloatArray, IntArray

_AT_ONCE = 2_000_000


@dataclass(frozen=True, slots=True)
class Layer:
    """Patients of one stratum who may change places.

    Attributes
    ----------
    covariates : ndarray, shape (n, q)
        Covariates, centred.
    residuals : ndarray, shape (n,)
        Residuals.
    """

    covariates: FloatArray
    residuals: FloatArray

    @property
    def moving(self) -> tuple[IntArray, IntArray, bool]:
        """Numbers of the equal values that move (n,), one row of each, and whether they are covariates."""
        of_x, of_r = _equal_rows(self.covariates), _equal_rows(self.residuals[:, None])
        if _arrangements(of_x[0]) <= _arrangements(of_r[0]):
            return of_x[0], of_x[1], True
        return of_r[0], of_r[1], False

    @property
    def arrangements(self) -> int:
        """Number of different arrangements."""
        return _arrangements(self.moving[0])

    @property
    def covariance(self) -> FloatArray:
        """Covariance of the sums over all permutations: (q, q)."""
        n = self.residuals.size
        if n < 2:
            return np.zeros((self.covariates.shape[1],) * 2)
        away = self.residuals - self.residuals.mean()
        return np.asarray(away @ away / (n - 1) * (self.covariates.T @ self.covariates), dtype=np.float64)

    def all_sums(self) -> FloatArray:
        """Return the sums of every arrangement: (A, q)."""
        code, first, covariates_move = self.moving
        placed = _place(np.bincount(code))
        if not covariates_move:
            return np.asarray(self.residuals[first][placed] @ self.covariates, dtype=np.float64)
        columns = [
            self.covariates[first, j][placed] @ self.residuals for j in range(self.covariates.shape[1])
        ]
        return np.stack(columns, axis=1)

    def drawn_sums(self, generator: np.random.Generator, size: int) -> FloatArray:
        """Return the sums of `size` random permutations: (size, q)."""
        parts = []
        length = max(1, _AT_ONCE // max(1, self.residuals.size))
        for start in range(0, size, length):
            rows = np.tile(self.residuals, (min(length, size - start), 1))
            parts.append(generator.permuted(rows, axis=1, out=rows) @ self.covariates)
        return np.concatenate(parts)


def arrangements(layers: Sequence[Layer]) -> int:
    """Return the number of different arrangements of all strata together."""
    return math.prod(layer.arrangements for layer in layers)


def every_sum(layers: Sequence[Layer]) -> FloatArray:
    """Return the sums of all arrangements of all strata: (A, q)."""
    total: FloatArray = np.zeros((1, layers[0].covariates.shape[1]))
    for layer in layers:
        total = (total[:, None] + layer.all_sums()).reshape(-1, total.shape[1])
    return total


def some_sums(layers: Sequence[Layer], generators: Sequence[np.random.Generator], size: int) -> FloatArray:
    """Return the sums of random permutations within the strata: (size, q)."""
    parts: Iterator[FloatArray] = (
        layer.drawn_sums(generator, size) for layer, generator in zip(layers, generators, strict=True)
    )
    return np.asarray(sum(parts), dtype=np.float64)


def quadratic_form(sums: FloatArray, covariance: FloatArray) -> FloatArray:
    """Return U' V^- U of each row: (B,)."""
    inverse = np.linalg.pinv(covariance, hermitian=True)
    return np.asarray(((sums @ inverse) * sums).sum(axis=1), dtype=np.float64)


def _equal_rows(values: FloatArray) -> tuple[IntArray, IntArray]:
    """Number equal rows, up to rounding, and give the first of each."""
    size = np.abs(values).max(axis=0, initial=0.0)
    rounded = np.round(values / np.where(size > 0, size, 1.0), 9) + 0.0
    _, first, code = np.unique(rounded, axis=0, return_index=True, return_inverse=True)
    return code.reshape(-1).astype(np.int64), first.astype(np.int64)


def _arrangements(code: IntArray) -> int:
    ways, free = 1, code.size
    for number in np.bincount(code).tolist():
        ways *= math.comb(free, number)
        free -= number
    return ways


def _place(counts: IntArray) -> IntArray:
    """Return every way to write `counts` of each number in a row: (A, n)."""
    n = int(counts.sum())
    placed, free = np.full((1, n), -1), np.arange(n)[None]
    for number, count in enumerate(counts.tolist()):
        chosen = np.array(list(itertools.combinations(range(free.shape[1]), count)), dtype=np.int64)
        chosen = chosen.reshape(-1, count)
        rows = np.repeat(np.arange(placed.shape[0]), chosen.shape[0])
        which = np.tile(chosen, (placed.shape[0], 1))
        placed, free = placed[rows], free[rows]
        spots = np.take_along_axis(free, which, axis=1)
        np.put_along_axis(placed, spots, number, axis=1)
        kept = np.ones(free.shape, dtype=bool)
        np.put_along_axis(kept, which, values=False, axis=1)
        free = free[kept].reshape(rows.size, -1)
    return placed
