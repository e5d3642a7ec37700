"""Exact distribution of the log-rank statistic when its variance is formed anew for each relabelling.

With N_t members of the group at risk, the variance is the sum of a_t N_t - b_t N_t^2. A group is a part of
the left half and one of the right: N = L + R, so that all pairs of parts need one matrix product for the
mixed term, and no statistic is computed from the data again.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from hpcstats.core.permutation.relabelling import RiskTable
from hpcstats.core.risk_sets import FloatArray

_CELLS = 2_000_000


def standardise(difference: FloatArray, variance: FloatArray, scale: float) -> FloatArray:
    """Return z, 0 where the variance is nothing beside `scale`."""
    known = variance > 1e-10 * scale
    return np.where(known, difference / np.sqrt(np.where(known, variance, 1.0)), 0.0)


def all_statistics(scores: FloatArray, table: RiskTable, chosen: int) -> Iterator[FloatArray]:
    """Yield z of every choice of a group of `chosen` patients, in batches; 0 without variance."""
    first, second = table.spread / table.at_risk, table.spread / table.at_risk**2
    scale = float(table.spread.sum())
    half = scores.size // 2
    features = np.concatenate([scores[:, None], table.member], axis=1)
    left = _by_number_chosen(features[:half], chosen - (scores.size - half), chosen)
    right = _by_number_chosen(features[half:], chosen - half, chosen)
    for k, ours in enumerate(left):
        if not (ours.size and chosen - k < len(right) and right[chosen - k].size):
            continue
        theirs = right[chosen - k]
        own = theirs[:, 1:] @ first - theirs[:, 1:] ** 2 @ second
        length = max(1, _CELLS // theirs.shape[0])
        for start in range(0, ours.shape[0], length):
            part = ours[start : start + length]
            variance = (part[:, 1:] @ first - part[:, 1:] ** 2 @ second)[:, None] + own
            variance -= (2 * part[:, 1:] * second) @ theirs[:, 1:].T
            yield standardise(part[:, :1] + theirs[:, 0], variance, scale)


def _by_number_chosen(features: FloatArray, fewest: int, most: int) -> list[FloatArray]:
    """Return the sums of the features of k patients, one row a choice, for k = 0, 1, ..."""
    found = [np.zeros((1, features.shape[1]))]
    for place, row in enumerate(features):
        left = features.shape[0] - place - 1
        nothing = np.zeros((0, features.shape[1]))
        wider = [nothing, *found, nothing]
        found = [
            np.concatenate([wider[k + 1], wider[k] + row]) if k >= fewest - left else nothing
            for k in range(min(len(found), most) + 1)
        ]
    return found
