"""The permutation distribution of the log-rank statistic over its own hypergeometric variance."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import comb, inf

import numpy as np

from hpcstats.columns import FloatArray, IntArray
from hpcstats.compare.permutation.distribution import PermutationDistribution
from hpcstats.compare.permutation.shares import Shares, divided, shares_of
from hpcstats.core.logrank import WeightFunction, quadratic_form
from hpcstats.core.permutation.relabelling import RiskTable, group_sums, relabelled
from hpcstats.core.permutation.standardised_sums import all_statistics, standardise
from hpcstats.core.risk_sets import RiskSets, count
from hpcstats.errors import UnsupportedError

MOST_ARRANGEMENTS = 200_000_000
"""Relabellings whose variance is formed at most."""

AT_ONCE = 20_000_000
"""Relabellings that take about a second."""

_MOST_CELLS = 40_000_000


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class StandardisedDistribution:
    """As `PermutationDistribution`, each relabelling standardised by its own hypergeometric variance.

    A relabelling without variance counts as a statistic of 0.
    """

    sums: PermutationDistribution
    table: RiskTable

    @property
    def n_arrangements(self) -> int:
        """Number of relabellings."""
        return self.sums.n_arrangements

    def steps(self) -> float:
        """Return how many statistics an exact answer forms; infinite where it is not offered."""
        if self.sums.groups != 2 or len(self.sums.strata) > 1:
            return inf
        half = (self.sums.codes.size + 1) // 2
        lists = sum(comb(half, k) for k in range(int((self.sums.codes == 0).sum()) + 1))
        return inf if lists * self.table.at_risk.size > _MOST_CELLS else float(self.n_arrangements)

    @property
    def countable(self) -> bool:
        """Whether the exact answer takes about a second at most."""
        return self.steps() <= AT_ONCE

    def exact(self) -> Shares:
        """Return the shares of all relabellings.

        Raises
        ------
        UnsupportedError
            For strata or more than two groups, and when the relabellings are too many.
        """
        if self.steps() > MOST_ARRANGEMENTS:
            raise UnsupportedError(
                "The exact distribution with a hypergeometric variance for each relabelling is formed for "
                f"two groups, without strata, of at most {MOST_ARRANGEMENTS:,} relabellings. Write "
                "method='monte-carlo' or definition='score'."
            )
        first = int((self.sums.codes == 0).sum())
        statistics = all_statistics(self.sums.scores, self.table, first)
        sign = 1 if self.sums.trend is None or self.sums.trend[0] > self.sums.trend[1] else -1
        counts = self._shares((sign * values, None) for values in statistics)
        return divided(counts, float(self.n_arrangements))

    def monte_carlo(self, number: int, generator: np.random.Generator) -> Shares:
        """Return the numbers of random relabellings."""
        drawn = relabelled(self.sums.codes, self.sums.strata, number, generator)
        return self._shares((self._statistic(labels), None) for labels in drawn)

    def _shares(self, statistics: Iterator[tuple[FloatArray, None]]) -> Shares:
        seen = float(self._statistic(self.sums.codes[None])[0])
        return shares_of(statistics, seen, max(1.0, abs(seen)), signed=self.sums.signed)

    def _statistic(self, labels: IntArray) -> FloatArray:
        groups, trend = self.sums.groups, self.sums.trend
        sums = group_sums(labels, self.sums.scores, groups)
        variance = self.table.variances(labels, groups)
        if not self.sums.signed:
            return quadratic_form(sums, variance)[0]
        direction = np.ones(1) if trend is None else (trend[:-1] - trend[-1]) / np.ptp(trend)
        spread = np.einsum("g,bgh,h->b", direction, variance, direction)
        return standardise(sums @ direction, spread, float(self.table.spread.sum()))


def risk_table(strata: tuple[IntArray, ...], risks: tuple[RiskSets, ...], weigh: WeightFunction) -> RiskTable:
    """Return who is at risk at the event times of each stratum."""
    members, sizes, spreads = [], [], []
    for rows, risk in zip(strata, risks, strict=True):
        counts = count(risk, np.ones((1, rows.size)))
        n, d, weight = counts.at_risk[0], counts.events[0], weigh(counts)[0]
        times = np.flatnonzero((d > 0) & (n > 1))
        inside = risk.last[:, None] >= times
        if risk.first is not None:
            inside &= risk.first[:, None] <= times
        member = np.zeros((sum(part.size for part in strata), times.size))
        member[rows] = inside
        members.append(member)
        sizes.append(n[times])
        spreads.append((weight**2 * d * (n - d))[times] / (n[times] - 1))
    return RiskTable(np.concatenate(members, axis=1), np.concatenate(sizes), np.concatenate(spreads))
