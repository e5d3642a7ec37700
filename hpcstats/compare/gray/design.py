"""The patients that Gray's test compares, and its statistic under any labels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hpcstats.columns import FloatArray, IntArray
from hpcstats.core.competing.gray import Placed, scores
from hpcstats.core.logrank import quadratic_form
from hpcstats.core.risk_sets import place
from hpcstats.errors import DesignError
from hpcstats.groups import Groups
from hpcstats.surv import Surv

_CELLS = 1_000_000
"""Numbers (relabellings, pairs of groups, times) in one array: 8 MB, of which some eight are held at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GrayDesign:
    """Data of the test with its strata placed on their grids.

    Attributes
    ----------
    response, groups, layers
        The patients, their groups and strata.
    rho : float
        Power of the weight.
    strata : tuple of ndarray of int
        The rows of each stratum.
    grids : tuple of tuple
        For each stratum the grid position of each of its rows, and the number of distinct times.
    """

    response: Surv
    groups: Groups
    layers: Groups
    rho: float
    strata: tuple[IntArray, ...]
    grids: tuple[tuple[IntArray, int], ...]

    @classmethod
    def of(cls, response: Surv, groups: Groups, layers: Groups, rho: float) -> GrayDesign:
        """Place the rows of each stratum on the grid of its times."""
        if not response.n_events:
            raise DesignError(
                "There are no events, so there is nothing to compare. Report the follow-up instead."
            )
        strata = tuple(layers.rows(number) for number in range(len(layers.labels)))
        placed = (place(response.time[rows], response.event[rows]) for rows in strata)
        grids = tuple((risk.last, risk.times.size) for risk in placed)
        return cls(response=response, groups=groups, layers=layers, rho=rho, strata=strata, grids=grids)

    @property
    def at_once(self) -> int:
        """How many relabellings are evaluated together."""
        cells = len(self.groups.labels) ** 2 * max(size for _, size in self.grids)
        return max(1, _CELLS // cells)

    def scores(self, cause: int, labels: IntArray) -> tuple[FloatArray, FloatArray]:
        """Return scores (B, G) and variance (B, G, G) of cause 1, 2, ... under labels (B, n)."""
        groups = len(self.groups.labels)
        total, spread = np.zeros((labels.shape[0], groups)), np.zeros((labels.shape[0], groups, groups))
        for rows, (last, size) in zip(self.strata, self.grids, strict=True):
            status = self.response.status[rows]
            kind = np.where(status == cause, 1, np.where(status > 0, 2, 0))
            if not (kind == 1).any():
                continue
            found, variance = scores(Placed(last, kind, size), labels[:, rows], groups, self.rho)
            total += found
            spread += variance
        return total, spread

    def statistics(self, cause: int, labels: IntArray) -> tuple[FloatArray, IntArray]:
        """Return chi-squared and its degrees of freedom under labels (B, n); 0 and 0 without a variance."""
        found, variance = self.scores(cause, labels)
        return quadratic_form(found[:, :-1], variance[:, :-1, :-1])
