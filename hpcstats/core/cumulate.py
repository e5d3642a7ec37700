"""Running sums of many columns at once.

`numpy.cumsum` runs down each column alone. Adding whole rows is faster from a few columns on, and needs few
calls where the rows are taken in blocks: first within all blocks at once, then from block to block.
"""

from __future__ import annotations

from itertools import pairwise
from math import isqrt

import numpy as np

from hpcstats.core.risk_sets import FloatArray

_FEW = 16
"""Columns up to which, and rows up to which, `numpy.cumsum` is as fast."""


def cumulate(values: FloatArray) -> FloatArray:
    """Sum from the first to each position along the first axis; `values`, contiguous, may be overwritten."""
    rows = values.shape[0]
    width = values.size // rows
    if width <= _FEW:
        return np.cumsum(values, axis=0, dtype=np.float64)
    flat = values.reshape(rows, width)
    length = isqrt(rows) if rows > _FEW else 1
    number = rows // length
    blocks = flat[: number * length].reshape(number, length, width)
    for place in range(1, length):
        blocks[:, place] += blocks[:, place - 1]
    for before, after in pairwise(blocks):
        np.add(after, before[-1], out=after)
    for row in range(number * length, rows):
        flat[row] += flat[row - 1]
    return values
