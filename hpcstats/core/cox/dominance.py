"""How much weight lies below a bound within a range of positions: many questions of one sequence at once.

The sequence is split by the bits of its ranks, the highest first; each bit is one stable partition and one
running sum, so that n positions and q questions cost (n + q) log n (a wavelet matrix: Claude & Navarro 2012,
doi:10.1007/978-3-642-34109-0_18).
"""

from __future__ import annotations

import numpy as np

from hpcstats.core.risk_sets import FloatArray, IntArray


def weight_below(
    ranks: IntArray, weights: FloatArray, left: IntArray, right: IntArray, bound: IntArray
) -> FloatArray:
    """Sum the weights of the positions ``left <= position < right`` whose rank is below the bound: (q,).

    Parameters
    ----------
    ranks, weights : ndarray, shape (n,)
        Whole numbers from 0 on, and what each counts.
    left, right, bound : ndarray of int, shape (q,)
        The questions.
    """
    total = np.zeros(bound.size)
    highest = int(max(ranks.max(initial=0), bound.max(initial=0)))
    for bit in reversed(range(highest.bit_length())):
        one = (ranks >> bit) & 1
        places = np.concatenate([[0], np.cumsum(1 - one)])
        sums = np.concatenate([[0.0], np.cumsum(np.where(one == 1, 0.0, weights))])
        above = ((bound >> bit) & 1) == 1
        total += np.where(above, sums[right] - sums[left], 0.0)
        left = np.where(above, places[-1] + left - places[left], places[left])
        right = np.where(above, places[-1] + right - places[right], places[right])
        order = np.concatenate([np.flatnonzero(one == 0), np.flatnonzero(one)])
        ranks, weights = ranks[order], weights[order]
    return total
