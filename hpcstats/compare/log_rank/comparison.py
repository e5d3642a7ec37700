"""The patients a log-rank test compares, one row each, and their scores."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from hpcstats.columns import FloatArray, IntArray
from hpcstats.compare.permutation.distribution import PermutationDistribution, permutation_distribution
from hpcstats.compare.permutation.standardised import StandardisedDistribution, risk_table
from hpcstats.core.logrank import WeightFunction
from hpcstats.core.permutation import permutation_scores
from hpcstats.core.risk_sets import RiskSets, place
from hpcstats.groups import Groups
from hpcstats.surv import Surv


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """The data of a test, how often each row counts, and the rows and risk sets of each stratum."""

    response: Surv
    groups: Groups
    layers: Groups
    case: FloatArray
    weigh: WeightFunction
    trend: FloatArray | None
    strata: tuple[IntArray, ...]
    risks: tuple[RiskSets, ...]

    @classmethod
    def of(
        cls,
        response: Surv,
        groups: Groups,
        layers: Groups,
        case: FloatArray,
        weigh: WeightFunction,
        trend: FloatArray | None,
    ) -> Comparison:
        """Place the rows of each stratum on the grid of its times."""
        each = [layers.rows(number) for number in range(len(layers.labels))]
        strata = tuple(rows for rows in each if rows.size)
        return cls(
            response=response,
            groups=groups,
            layers=layers,
            case=case,
            weigh=weigh,
            trend=trend,
            strata=strata,
            risks=tuple(_placed(response, rows) for rows in strata),
        )

    def written_out(self) -> Comparison:
        """Return the same data with each row as often as it counts."""
        if (self.case == 1).all():
            return self
        rows = np.repeat(np.arange(self.case.size), self.case.astype(np.int64))
        return Comparison.of(
            # A row that stands for several patients has one identifier, of which none is needed here.
            replace(self.response, id=None).take(rows),
            Groups(self.groups.labels, self.groups.codes[rows]),
            Groups(self.layers.labels, self.layers.codes[rows]),
            np.ones(rows.size),
            self.weigh,
            self.trend,
        )

    def distribution(self, rule: str, *, exactly: bool = True) -> PermutationDistribution:
        """Return the permutation distribution of the scores: fractions where these exist and are wanted."""
        numbers = np.zeros(len(self.response))
        for rows, risk in zip(self.strata, self.risks, strict=True):
            numbers[rows] = permutation_scores.scores(risk, self.weigh, rule)
        fractions = [
            permutation_scores.exact(risk, self.weigh, rule) if exactly else None for risk in self.risks
        ]
        known = {
            row: value
            for rows, values in zip(self.strata, fractions, strict=True)
            for row, value in zip(rows.tolist(), values or (), strict=bool(values))
        }
        return permutation_distribution(
            [known[row] for row in range(numbers.size)] if len(known) == numbers.size else numbers,
            self.groups.codes,
            groups=len(self.groups.labels),
            strata=self.strata,
            trend=self.trend,
        )

    def standardised(self) -> StandardisedDistribution:
        """Return the distribution in which each relabelling has its own hypergeometric variance."""
        return StandardisedDistribution(
            sums=self.distribution("martingale", exactly=False),
            table=risk_table(self.strata, self.risks, self.weigh),
        )


def _placed(response: Surv, rows: IntArray) -> RiskSets:
    entry = None if response.entry is None else response.entry[rows]
    return place(response.time[rows], response.event[rows], entry)
