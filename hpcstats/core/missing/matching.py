"""Predictive mean matching: a missing number is borrowed from one of those whose prediction lies nearest."""

from __future__ import annotations

import numpy as np

from hpcstats.core.risk_sets import FloatArray, IntArray

_APART = 1e-9
"""Share of the largest prediction below which two distances count as tied."""


def donors_of(known: FloatArray, wanted: FloatArray, size: int, rng: np.random.Generator) -> IntArray:
    """Draw for each wanted prediction one of the `size` nearest known ones, ties in random order: (r,).

    Distances are rounded before they are sorted, so that equal predictions tie on every processor.

    Parameters
    ----------
    known, wanted : ndarray, shapes (o,) and (r,)
        Predictions of the rows whose value is known, and of those whose value is missing.
    size : int
        Number of donors; all rows if there are fewer.
    rng : Generator
        Where the random numbers come from.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> donors_of(np.array([1.0, 2.0, 3.0, 9.0]), np.array([8.5, 1.1]), 1, rng)
    array([3, 0])
    """
    step = _APART * (1 + np.abs(known).max())
    distance = np.rint(np.abs(wanted[:, None] - known[None, :]) / step)
    order = np.lexsort((rng.random(distance.shape), distance), axis=-1)
    chosen = rng.integers(0, min(size, known.size), wanted.size)
    nearest: IntArray = order[np.arange(wanted.size), chosen]
    return nearest
