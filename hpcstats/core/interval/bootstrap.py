"""Pointwise bootstrap limits of a Turnbull estimate, over the whole time axis.

Percentile limits: the lower one is a quantile of the smallest curves that the resamples allow, the upper one
a quantile of the largest, so that they hold wherever in its regions the mass lies. As in Fay & Shaw 2010
(doi:10.18637/jss.v036.i02) no lower limit exceeds, and no upper one falls below, the limit that a proportion
of n in n, or of 0 in n, has by Clopper and Pearson: resamples of data without an early event have none
either.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from hpcstats.core.interval.bounds import Bounds, bounds
from hpcstats.core.interval.regions import Regions
from hpcstats.core.resampling.resampling_weights import Units, block_of_weights
from hpcstats.core.risk_sets import FloatArray

BLOCK = 1000
"""Resamples of one block, which has random numbers of its own."""

_CELLS = 2_000_000


def bootstrap_limits(
    regions: Regions, units: Units, number: int, level: float, entropy: Sequence[int]
) -> Bounds:
    """Return the limits at every place of the time axis, each (1, 2T + 1).

    Parameters
    ----------
    regions : Regions
        Regions of the data.
    units : Units
        What is drawn.
    number : int
        Resamples.
    level : float
        Confidence level.
    entropy : sequence of int
        Where the random numbers begin.
    """
    share = (1 - level) / 2
    kept = int(share * (number - 1)) + 2
    size = 2 * regions.times.size + 1
    at_once = max(1, min(units.at_once, _CELLS // size))
    lowest, highest = np.zeros((0, size)), np.zeros((0, size))
    for block, start in enumerate(range(0, number, BLOCK)):
        length = min(BLOCK, number - start)
        for weights in block_of_weights(units, "multinomial", entropy, block, length, at_once):
            found = bounds(regions, weights)
            lowest = _smallest(np.concatenate([lowest, found.low]), kept)
            highest = -_smallest(np.concatenate([-highest, -found.high]), kept)
    n = float(units.repeats.sum())
    surely, hardly = share ** (1 / n), 1 - share ** (1 / n)
    low = np.minimum(_quantile(lowest, share, number), surely)
    high = np.maximum(-_quantile(-highest, share, number), hardly)
    return Bounds(regions.times, low[None], high[None])


def _smallest(values: FloatArray, kept: int) -> FloatArray:
    """Keep the smallest values of each column."""
    return values if len(values) <= kept else np.partition(values, kept - 1, axis=0)[:kept]


def _quantile(tail: FloatArray, share: float, number: int) -> FloatArray:
    """Return a low quantile of `number` values a column from the smallest of them, linearly interpolated."""
    ordered = np.sort(tail, axis=0)
    place = share * (number - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    quantile: FloatArray = ordered[below] + (place - below) * (ordered[above] - ordered[below])
    return quantile
