"""Symmetric matrices of a few rows, one for each replicate: pairs of their entries, and solving with them."""

from __future__ import annotations

from functools import cache

import numpy as np

from hpcstats.core.risk_sets import BoolArray, FloatArray, IntArray

_TINY = 1e-200
_SOUND = 1e-9
"""Share of a diagonal entry that must be left after elimination."""


@cache
def pairs(p: int) -> tuple[IntArray, IntArray, IntArray]:
    """Return rows and columns (q,) of the upper triangle, and the place (p, p) of each entry in it."""
    rows, columns = np.triu_indices(p)
    place = np.empty((p, p), dtype=np.int64)
    place[rows, columns] = place[columns, rows] = np.arange(rows.size)
    return rows, columns, place


def products(x: FloatArray) -> FloatArray:
    """Return the products of the columns of x (n, p) in pairs: (q, n)."""
    if x.shape[1] == 1:
        return (x * x).T
    rows, columns, _ = pairs(x.shape[1])
    return np.ascontiguousarray((x[:, rows] * x[:, columns]).T)


def unfold(triangle: FloatArray, p: int) -> FloatArray:
    """Write triangles (q, B) as matrices (B, p, p)."""
    if p == 1:
        return triangle.T[:, :, None]
    return triangle[pairs(p)[2]].transpose(2, 0, 1)


def solve(matrices: FloatArray, right: FloatArray) -> tuple[FloatArray, BoolArray]:
    """Solve positive definite systems (B, p, p) for `right` (B, p), and tell which are soundly so."""
    p = right.shape[1]
    if p == 1:
        entry = matrices[:, 0, 0]
        sound = entry > _TINY
        return right / np.where(sound, entry, 1.0)[:, None], sound
    factors, pivots, sound = _factorised(matrices)
    forward = [right[:, j] for j in range(p)]
    for j in range(p):
        for k in range(j):
            forward[j] = forward[j] - factors[j][k] * forward[k]
    solution = [forward[j] / pivots[j] for j in range(p)]
    for j in reversed(range(p)):
        for k in range(j + 1, p):
            solution[j] = solution[j] - factors[k][j] * solution[k]
    return np.stack(solution, axis=1), sound


def inverse(matrices: FloatArray) -> tuple[FloatArray, FloatArray, BoolArray]:
    """Return inverses (B, p, p), log determinants (B,), and which matrices are soundly positive definite."""
    p = matrices.shape[1]
    if p == 1:
        entry = matrices[:, 0, 0]
        sound = entry > _TINY
        entry = np.where(sound, entry, 1.0)
        return (1 / entry)[:, None, None], np.log(entry), sound
    factors, pivots, sound = _factorised(matrices)
    determinant = np.sum(np.log(pivots), axis=0)
    # The inverse of the unit triangle, then its product with itself over the pivots.
    lower = np.zeros((p, p, matrices.shape[0]))
    for j in range(p):
        lower[j, j] = 1.0
        for i in range(j + 1, p):
            for k in range(j, i):
                lower[i, j] -= factors[i][k] * lower[k, j]
    found = np.einsum("kib,kjb->bij", lower / np.stack(pivots)[:, None], lower)
    return found, determinant, sound


def _factorised(matrices: FloatArray) -> tuple[list[list[FloatArray]], list[FloatArray], BoolArray]:
    """Factorise L D L': the rows of L below its diagonal, the pivots (1 where unsound), and soundness."""
    p = matrices.shape[1]
    factors: list[list[FloatArray]] = []
    pivots: list[FloatArray] = []
    sound = np.ones(matrices.shape[0], dtype=bool)
    for j in range(p):
        row: list[FloatArray] = []
        scaled: list[FloatArray] = []
        diagonal = matrices[:, j, j]
        left = diagonal
        for k in range(j):
            value = matrices[:, j, k]
            for m in range(k):
                value = value - factors[k][m] * scaled[m]
            scaled.append(value)
            row.append(value / pivots[k])
            left = left - value * row[k]
        kept = left > np.maximum(_SOUND * diagonal, _TINY)
        sound &= kept
        pivots.append(np.where(kept, left, 1.0))
        factors.append(row)
    return factors, pivots, sound
