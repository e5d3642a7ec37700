"""The exact permutation log-rank test for many small data sets at once, by the matrix of all relabellings.

The score of a patient is event minus cumulative hazard at the own time, its sum over a group observed minus
expected. The public function is asked about each data set no more than a test needs to see that both agree.
"""

from __future__ import annotations

import functools
from itertools import combinations

import numpy as np

from hpcstats.core.product_limit import cumulative_hazard
from hpcstats.core.risk_sets import FloatArray, count, place
from tests.calibration.samples import KINDS, Orders, cells

TIE = 1e-9
"""With at most 18 patients the sums are fractions that differ by more, if they differ."""


@functools.lru_cache(maxsize=1)
def relabellings(n: int, first: int) -> FloatArray:
    """Return every choice of `first` out of n patients as a row of ones: (choices, n)."""
    chosen = np.array(list(combinations(range(n), first)))
    labels = np.zeros((len(chosen), n))
    np.put_along_axis(labels, chosen, 1.0, axis=1)
    return labels


def exact_p_values(seen: Orders, *, mid_p: bool = False) -> FloatArray:
    """Return the share of relabellings with |observed - expected| as large, NaN without events.

    The mid-p-value counts those that are equally large by half.
    """
    n = seen.place.shape[1]
    labels = relabellings(n, int((seen.group[0] == 0).sum()))
    parts = []
    for part in seen.chunks(max(1, 8_000_000 // len(labels))):
        scores = scores_of(part)
        centred = scores - scores.mean(axis=1, keepdims=True)
        observed = np.abs((centred * (part.group == 0)).sum(axis=1))
        sums = np.abs(centred @ labels.T)
        share = (sums >= observed[:, None] - TIE).mean(axis=1)
        if mid_p:
            share = (share + (sums > observed[:, None] + TIE).mean(axis=1)) / 2
        parts.append(np.where(part.event.any(axis=1), share, np.nan))
    return np.concatenate(parts)


def scores_of(seen: Orders) -> FloatArray:
    """Return the log-rank score of each patient, (P, n)."""
    rows = np.arange(KINDS * seen.place.shape[1])
    counts = count(place((rows // KINDS).astype(np.float64), rows % 2 == 0), cells(seen))
    hazard, _ = cumulative_hazard(counts, "poisson")
    return seen.event - np.take_along_axis(hazard, seen.place, axis=1)
