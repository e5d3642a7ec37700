"""Two groups on one grid of times: what the comparisons at a time and of medians start from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from hpcstats import formats
from hpcstats.columns import BoolArray, FloatArray, IntArray
from hpcstats.core.risk_sets import Counts, count, place
from hpcstats.core.step_function import weight_up_to
from hpcstats.errors import UnsupportedError
from hpcstats.groups import Groups, case_weights, needs_kind
from hpcstats.surv import Surv

FEW = 5
"""Fewer than so many at risk are named where an approximation rests on them."""

APPROXIMATE = (
    "p-value and limits rest on beta distributions matched by moments, which are approximate there: the "
    "p-value may be too small"
)


def limits_and_p(level: float, alternative: str, low: float, high: float, p_value: float) -> str:
    """Return limits and p-value as a heading prints them; of a one-sided interval the one limit it has."""
    shown, p = formats.level(level), f"p = {formats.p_value(p_value)}"
    if alternative == "two-sided":
        return f"({shown} CI {low:.4g} to {high:.4g}), {p}"
    name, end = ("lower", low) if alternative == "greater" else ("upper", high)
    return f"(one-sided {shown} {name} limit {end:.4g}), one-sided ({alternative}) {p}"


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
        groups = Groups.two(group, response, method)
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

    def few_after_censoring(self, asked: FloatArray) -> BoolArray:
        """Return whether each group (2, times) has few left at a time and censorings before it.

        There, but not without censoring before it, beta product distributions matched by moments are
        approximate.
        """
        left, censored = (
            np.stack([weight_up_to(self.times, part, asked, including=False) for part in parts])
            for parts in (self.counts.exits, self.counts.exits - self.counts.events)
        )
        return np.asarray((self.sizes[:, None] - left < FEW - 0.5) & (censored > 0.5))

    def own(self, number: int) -> tuple[FloatArray, Counts]:
        """Return the grid of one group alone and its counts (1, T)."""
        here = self.counts.exits[number] > 0
        return self.times[here], Counts(
            at_risk=self.counts.at_risk[number : number + 1, here],
            events=self.counts.events[number : number + 1, here],
            exits=self.counts.exits[number : number + 1, here],
        )
