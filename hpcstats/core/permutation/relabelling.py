"""Random relabellings of patients, many at once: a matrix of labels times a vector of scores.

Labels move within their stratum. Statistics of a thousand relabellings are a matrix product, in chunks of
bounded memory.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from hpcstats.core.risk_sets import FloatArray, IntArray

_CELLS = 2_000_000
"""Labels held at once: 16 MB for each matrix of numbers made from them."""


def relabelled(
    codes: IntArray, strata: Sequence[IntArray], number: int, generator: np.random.Generator
) -> Iterator[IntArray]:
    """Yield matrices of labels (B, n), in all `number` rows; `strata` lists the rows of each stratum."""
    length = max(1, _CELLS // max(codes.size, 1))
    whole = len(strata) == 1
    for start in range(0, number, length):
        batch = np.tile(codes, (min(length, number - start), 1))
        if whole:
            generator.permuted(batch, axis=1, out=batch)
        else:
            for rows in strata:
                batch[:, rows] = generator.permuted(batch[:, rows], axis=1)
        yield batch


def group_sums(labels: IntArray, scores: FloatArray, groups: int) -> FloatArray:
    """Sum the scores over all groups but the last: (B, groups - 1)."""
    return np.stack([(labels == group).astype(np.float64) @ scores for group in range(groups - 1)], axis=1)


@dataclass(frozen=True, slots=True)
class RiskTable:
    """Who is at risk at which event time (n, T), how many (T,), and w^2 d (n - d) / (n - 1) (T,).

    Event times of all strata stand side by side; nobody is at risk at those of another stratum.
    """

    member: FloatArray
    at_risk: FloatArray
    spread: FloatArray

    def variances(self, labels: IntArray, groups: int) -> FloatArray:
        """Return the hypergeometric variance of observed minus expected, (B, groups - 1, groups - 1)."""
        shares = [
            (labels == group).astype(np.float64) @ self.member / self.at_risk for group in range(groups - 1)
        ]
        variance = np.empty((labels.shape[0], groups - 1, groups - 1))
        for g, mine in enumerate(shares):
            for h, other in enumerate(shares[: g + 1]):
                covered = mine * ((g == h) - other) @ self.spread
                variance[:, g, h] = variance[:, h, g] = covered
        return variance
