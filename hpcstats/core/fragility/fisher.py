"""Fisher's exact test of a 2 x 2 table, equally probable tables recognised as such."""

from __future__ import annotations

from math import comb

import numpy as np
from scipy.special import gammaln

_WHOLE = 2000
"""Patients up to which tables are counted in whole numbers; above, by logarithms of factorials."""

_EQUAL = 1e-7
"""Relative difference up to which two probabilities are one, but for rounding."""


def p_value(first: int, of_first: int, second: int, of_second: int) -> float:
    """Return the two-sided p-value: the probability of all tables no more probable than this one.

    Parameters
    ----------
    first, second : int
        Events in each group.
    of_first, of_second : int
        Patients in each group.
    """
    if of_first + of_second > _WHOLE:
        return _by_logarithms(first, of_first, second, of_second)
    events, everybody = first + second, of_first + of_second
    ways = [
        comb(of_first, k) * comb(of_second, events - k)
        for k in range(max(0, events - of_second), min(events, of_first) + 1)
    ]
    seen = comb(of_first, first) * comb(of_second, second)
    return sum(count for count in ways if count <= seen) / comb(everybody, events)


def _by_logarithms(first: int, of_first: int, second: int, of_second: int) -> float:
    events = first + second
    k = np.arange(max(0, events - of_second), min(events, of_first) + 1, dtype=np.float64)
    cells = np.stack([k, of_first - k, events - k, of_second - events + k])
    ways = -gammaln(cells + 1).sum(axis=0)
    weights = np.exp(ways - ways.max())
    alike = weights <= weights[first - int(k[0])] * (1 + _EQUAL)
    return float(weights[alike].sum() / weights.sum())
