"""Every way to deal the labels of patients out again, as label matrices.

For statistics that are not sums of fixed scores, so that each relabelling must be evaluated for itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain, combinations
from math import comb, prod

import numpy as np
from numpy.typing import NDArray

from hpcstats.core.risk_sets import IntArray

Labels = NDArray[np.int8]


def number_of_relabellings(codes: IntArray, strata: Sequence[IntArray]) -> int:
    """Return how many ways there are, patients told apart."""
    return prod(_ways(np.bincount(codes[rows]).tolist()) for rows in strata)


def all_relabellings(codes: IntArray, strata: Sequence[IntArray], length: int) -> Iterator[IntArray]:
    """Yield matrices of labels (B, n) with at most `length` rows, all ways together."""
    tables = [_table(np.bincount(codes[rows]).tolist()) for rows in strata]
    total = prod(table.shape[0] for table in tables)
    for start in range(0, total, length):
        number = np.arange(start, min(start + length, total))
        labels = np.tile(codes, (number.size, 1))
        for rows, table in zip(strata, tables, strict=True):
            labels[:, rows] = table[number % table.shape[0]]
            number = number // table.shape[0]
        yield labels


def _ways(sizes: list[int]) -> int:
    free, ways = sum(sizes), 1
    for size in sizes:
        ways *= comb(free, size)
        free -= size
    return ways


def _table(sizes: list[int], first: int = 0) -> Labels:
    """List all arrangements of `sizes` labels numbered from `first` on, one a row."""
    n = sum(sizes)
    if len(sizes) == 1:
        return np.full((1, n), first, dtype=np.int8)
    rest = _table(sizes[1:], first + 1)
    chosen = combinations(range(n), sizes[0])
    count = comb(n, sizes[0])
    places = np.fromiter(chain.from_iterable(chosen), dtype=np.int64, count=count * sizes[0])
    table = np.full((count, rest.shape[0], n), first, dtype=np.int8)
    taken = np.zeros((count, n), dtype=bool)
    np.put_along_axis(taken, places.reshape(count, sizes[0]), values=True, axis=1)
    left = np.argsort(taken, axis=1, kind="stable")[:, : n - sizes[0]]
    table[np.arange(count)[:, None, None], np.arange(rest.shape[0])[:, None], left[:, None]] = rest
    return table.reshape(-1, n)
