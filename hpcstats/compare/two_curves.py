"""Two groups on one grid of times: what the comparisons at a time and of medians start from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from hpcstats.columns import FloatArray, IntArray
from hpcstats.core.risk_sets import Counts, count, place
from hpcstats.errors import DesignError, UnsupportedError, listing
from hpcstats.groups import Groups, case_weights, needs_kind
from hpcstats.surv import Surv

ALTERNATIVES = ("two-sided", "greater", "less")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TwoCurves:
    """Counts of two groups on their common grid.

    Attributes
    ----------
    response, groups
        The data; labels in order.
    frequencies : ndarray
        How often each row counts.
    times : ndarray, shape (T,)
        Distinct times of both groups.
    counts : Counts
        At risk, events and exits of the two groups, (2, T).
    """

    response: Surv
    groups: Groups
    frequencies: FloatArray
    times: FloatArray
    counts: Counts

    @classmethod
    def of(cls, response: Any, group: Any, frequencies: Any, method: str) -> TwoCurves:
        """Read and check the data of a comparison of two groups."""
        needs_kind(response, ("right",), method, "It needs one right-censored row a patient: Surv.right.")
        if response.entry is not None:
            raise UnsupportedError(
                f"{method} is not defined for delayed entry: beta product limits have no definition there."
            )
        groups = Groups.of(group, response)
        if len(groups.labels) != 2:
            raise DesignError(
                f"{method} compares two groups, and group has {len(groups.labels)} "
                f"({listing(groups.labels)}). Choose two of them, or another grouping."
            )
        case = case_weights(frequencies, response, "frequencies", whole=True)
        for number in (0, 1):
            groups.counted_rows(number, case)
        rows = np.flatnonzero(case > 0)
        risk = place(response.time[rows], response.event[rows])
        weights = np.where(groups.codes[rows] == np.array([[0], [1]]), case[rows], 0.0)
        return cls(
            response=response,
            groups=groups,
            frequencies=case,
            times=risk.times,
            counts=count(risk, weights),
        )

    @property
    def sizes(self) -> IntArray:
        """Patients in each group."""
        return np.asarray(self.counts.exits.sum(axis=1), dtype=np.int64)

    @property
    def n(self) -> int:
        """All patients."""
        return int(self.sizes.sum())

    @property
    def n_events(self) -> int:
        """All events."""
        return int(self.counts.events.sum())

    def own(self, number: int) -> tuple[FloatArray, Counts]:
        """Return the grid of one group alone and its counts (1, T)."""
        here = self.counts.exits[number] > 0
        return self.times[here], Counts(
            at_risk=self.counts.at_risk[number : number + 1, here],
            events=self.counts.events[number : number + 1, here],
            exits=self.counts.exits[number : number + 1, here],
        )
