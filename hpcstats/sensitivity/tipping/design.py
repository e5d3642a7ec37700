"""Who is imputed, and from which hazards: the data of a tipping-point analysis."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from hpcstats.columns import BoolArray, FloatArray, IntArray
from hpcstats.core.risk_sets import count, distinct_times, place
from hpcstats.core.tipping.residual_times import LineHazard, StepHazard
from hpcstats.core.tipping.two_group_cox import posterior_quantiles
from hpcstats.core.tipping.two_group_tables import tabulate
from hpcstats.errors import DataError, DesignError, listing
from hpcstats.groups import Groups, needs_kind
from hpcstats.sensitivity.marked_rows import marked
from hpcstats.sensitivity.numeric_options import is_finite, is_whole
from hpcstats.sensitivity.tipping.curves import Imputed, Side
from hpcstats.surv import Surv


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Gaps:
    """The data sets to be completed: those known, and two sides of which the rest is imputed.

    Attributes
    ----------
    response, groups
        The data.
    rows : ndarray of int
        Rows that are imputed.
    unpublished : tuple of int
        Patients added to each group.
    time, event, second, entry : ndarray, shape (n_known,)
        The rows that stay; `entry` is None without delayed entry.
    sides : tuple of Side
        Both groups.
    """

    response: Surv
    groups: Groups
    rows: IntArray
    unpublished: tuple[int, int]
    time: FloatArray
    event: BoolArray
    second: BoolArray
    entry: FloatArray | None
    sides: tuple[Side, Side]

    @classmethod
    def of(cls, response: Any, group: Any, impute: Any, unpublished: Any, method: str) -> Gaps:
        """Read and check the data."""
        needs_kind(response, ("right",), method, "It needs one right-censored row a patient: Surv.right.")
        groups = Groups.two(group, response, method)
        if not response.n_events:
            raise DesignError(
                "There are no events, so nothing is known to impute from. Report the follow-up."
            )
        chosen = _chosen(response, impute)
        added = _added(unpublished, groups)
        if not chosen.any() and not any(added):
            raise DesignError("Nobody is censored (or marked in impute), so there is nothing to impute.")
        time, entry = _snapped(response)
        sides = []
        for code in (0, 1):
            own = groups.codes == code
            came = np.zeros(time.size) if entry is None else entry
            gap = np.flatnonzero(own & chosen)
            # In order of time: which random numbers a patient gets does not hang on the order of the rows.
            gap = gap[np.lexsort((came[gap], time[gap]))]
            zeros = np.zeros(added[code])
            side = Side(
                start=np.concatenate([time[gap], zeros]),
                entry=np.concatenate([came[gap], zeros]),
                time=time[own],
                event=response.event[own],
                entries=None if entry is None else entry[own],
            )
            sides.append(side)
        return cls(
            response=response,
            groups=groups,
            rows=np.flatnonzero(chosen),
            unpublished=added,
            time=time[~chosen],
            event=response.event[~chosen],
            second=np.asarray(groups.codes[~chosen] == 1, dtype=np.bool_),
            entry=None if entry is None else entry[~chosen],
            sides=(sides[0], sides[1]),
        )

    @property
    def counts(self) -> tuple[int, int]:
        """How many rows of each group are imputed, without the unpublished."""
        found = np.bincount(self.groups.codes[self.rows], minlength=2)
        return int(found[0]), int(found[1])

    @property
    def members(self) -> BoolArray:
        """Who belongs to the second group in a completed data set: known, first side, second side."""
        first, second = (np.full(side.start.size, bool(code)) for code, side in enumerate(self.sides))
        return np.concatenate([self.second, first, second])

    @property
    def entries(self) -> FloatArray | None:
        """Entry times in a completed data set."""
        if self.entry is None:
            return None
        return np.concatenate([self.entry, self.sides[0].entry, self.sides[1].entry])

    def hazards(
        self, curve: str, pieces: int, horizon: float, number: int, generator: np.random.Generator
    ) -> list[StepHazard | LineHazard]:
        """Draw `number` hazards of each group."""
        if curve == "proportional-hazards":
            return self._proportional(horizon, number, generator)
        return [side.hazard(curve, pieces, horizon, number, generator) for side in self.sides]

    def imputed(
        self,
        hazards: list[StepHazard | LineHazard],
        deltas: tuple[FloatArray, FloatArray],
        number: int,
        generator: np.random.Generator,
    ) -> tuple[Imputed, Imputed]:
        """Draw times and events (D, number, c) of both groups, the same waits for every delta."""
        first, second = (
            hazard.after(side.start, generator.standard_exponential((number, side.start.size)), delta)
            for hazard, side, delta in zip(hazards, self.sides, deltas, strict=True)
        )
        return first, second

    def _proportional(
        self, horizon: float, number: int, generator: np.random.Generator
    ) -> list[StepHazard | LineHazard]:
        """Draw the log hazard ratio, and given it the jumps of the baseline: gamma (d) / sum of the risks."""
        time, event, second, entry = self.observed()
        table = tabulate(time[None], event[None], second, entry)
        ratio = np.exp(posterior_quantiles(table, generator.random(number)))
        risk = place(time, event, entry)
        counts = count(risk, np.stack([np.ones(time.size), second.astype(np.float64)]))
        at = np.flatnonzero((counts.events[0] > 0) & (risk.times <= horizon))
        n, n_second, d = counts.at_risk[0, at], counts.at_risk[1, at], counts.events[0, at]
        jumps = generator.gamma(d, 1.0, (number, at.size)) / (n - n_second + ratio[:, None] * n_second)
        return [
            StepHazard.proportional(risk.times[at], jumps, one, horizon) for one in (np.ones(number), ratio)
        ]

    def observed(self) -> tuple[FloatArray, BoolArray, BoolArray, FloatArray | None]:
        """Return times, events, members of the second group and entries of the data as they are."""
        time, entry = _snapped(self.response)
        return time, self.response.event, np.asarray(self.groups.codes == 1, dtype=np.bool_), entry

    @property
    def compared(self) -> bool:
        """Whether both groups are at risk together at an event time: else no hazard ratio can be known."""
        time, event, second, entry = self.observed()
        return bool(tabulate(time[None], event[None], second, entry).informative.any())

    def horizon(self, given: Any) -> float:
        """Return the time up to which is imputed: the last follow-up of anybody, unless another is given."""
        last = float(self.response.time.max())
        if given is None and last <= 0:
            raise DesignError("Nobody was followed beyond time 0, so there is no hazard to impute from.")
        if given is None:
            return last
        if not is_finite(given) or given <= 0:
            raise DataError(f"horizon must be a positive time, not {given!r}.")
        return float(given)


def _chosen(response: Surv, impute: Any) -> BoolArray:
    if impute is None:
        return ~response.event
    chosen = marked(impute, response, "impute")
    rows = np.flatnonzero(chosen & response.event)
    if rows.size:
        named = "" if response.id is None else f"; patients {listing(response.patients(rows))}"
        raise DataError(
            f"impute marks patients with the event (rows {listing(rows)}{named}). Mark censored ones only.",
            rows=rows,
        )
    return chosen


def _added(unpublished: Any, groups: Groups) -> tuple[int, int]:
    if unpublished is None:
        return 0, 0
    if not isinstance(unpublished, Mapping):
        raise DataError(
            f"unpublished must say how many patients each group lacks, such as "
            f"{{{groups.labels[0]!r}: 10}}, not {unpublished!r}."
        )
    strangers = [label for label in unpublished if label not in groups.labels]
    if strangers:
        raise DataError(f"unpublished names {listing(strangers)}. The groups are {listing(groups.labels)}.")
    numbers = [unpublished.get(label, 0) for label in groups.labels]
    for number in numbers:
        if not is_whole(number, 0):
            raise DataError(f"unpublished must hold whole numbers, 0 or more, not {number!r}.")
    return int(numbers[0]), int(numbers[1])


def _snapped(response: Surv) -> tuple[FloatArray, FloatArray | None]:
    """Return times and entries, those equal but for rounding made equal."""
    if response.entry is None:
        values, position = distinct_times(response.time)
        return values[position], None
    values, position = distinct_times(np.concatenate([response.time, response.entry]))
    size = response.time.size
    return values[position[:size]], values[position[size:]]
