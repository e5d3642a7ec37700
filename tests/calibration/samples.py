"""Many data sets of one scenario at once, and what they have in common: the order in which patients leave.

Most methods look at the order of times alone. So a data set becomes a row of codes (place in the order,
group, event), sorted; equal rows get equal answers, and each is worked out once.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from hpcstats.core.risk_sets import BoolArray, FloatArray, IntArray
from tests.calibration.scenarios import EXACT, MEAN_YEARS, RECORDED, YEARS, Scenario

KINDS = 4


@dataclass(frozen=True)
class Samples:
    """B data sets of n patients: time and event (B, n), group (n,)."""

    time: FloatArray
    event: BoolArray
    group: IntArray

    def __len__(self) -> int:
        return len(self.time)


@dataclass(frozen=True)
class Orders:
    """Distinct orders of leaving, and which of them each data set shows.

    Attributes
    ----------
    place : ndarray of int, shape (P, n)
        Place of each patient's time among the distinct times, ascending from 0.
    group : ndarray of int, shape (P, n)
    event : ndarray of bool, shape (P, n)
        At equal times events come first.
    which : ndarray of int, shape (B,)
        The order that each data set shows.
    """

    place: IntArray
    group: IntArray
    event: BoolArray
    which: IntArray

    def __len__(self) -> int:
        return len(self.place)

    def chunks(self, size: int = 5_000) -> Iterator[Orders]:
        """Yield the orders in parts of bounded size; `which` is left out of them."""
        for start in range(0, len(self), size):
            part = slice(start, start + size)
            yield Orders(self.place[part], self.group[part], self.event[part], self.which[:0])

    def often(self) -> FloatArray:
        """Return how many data sets show each order."""
        return np.bincount(self.which, minlength=len(self)).astype(np.float64)


def cells(seen: Orders) -> FloatArray:
    """Count each order's patients by place, group and event: (P, 4 n), a row of case weights for each order.

    Column 4 k + 2 g + 0 (event) or 1 (censored) belongs to place k and group g.
    """
    number, n = seen.place.shape
    column = KINDS * seen.place + 2 * seen.group + ~seen.event
    flat = (column + KINDS * n * np.arange(number)[:, None]).ravel()
    return np.bincount(flat, minlength=KINDS * n * number).reshape(number, -1).astype(np.float64)


def draw(scenario: Scenario, replicates: int) -> Samples:
    """Draw data sets; the first of them are the same, however many are asked for."""
    group = np.repeat(np.arange(len(scenario.sizes)), scenario.sizes)
    drawn = scenario.generator().exponential(MEAN_YEARS, (replicates, 2, group.size))
    censored = np.array(scenario.censored)[group]
    with np.errstate(divide="ignore"):
        follow_up = drawn[:, 1] * ((1 - censored) / censored)
    return rounded(drawn[:, 0] / hazards(scenario)[group], follow_up, group, scenario.rounding)


def hazards(scenario: Scenario) -> FloatArray:
    """Return the hazard of each group in units of the first."""
    return np.array([1.0, scenario.hazard_ratio])[: len(scenario.sizes)]


def rounded(event_time: FloatArray, follow_up: FloatArray, group: IntArray, rounding: str) -> Samples:
    """Show the earlier of both times, as it is known."""
    if rounding == YEARS:
        event_time, follow_up = np.round(event_time), np.round(follow_up)
    time = np.minimum(event_time, follow_up)
    if rounding == RECORDED:
        time = np.round(time)
    elif rounding not in (EXACT, YEARS):
        raise ValueError(f"unknown rounding {rounding!r}")
    return Samples(time=time, event=event_time <= follow_up, group=group)


def orders(samples: Samples) -> Orders:
    """Reduce data sets to the orders in which patients leave, each distinct order once."""
    code = KINDS * places(samples.time) + 2 * samples.group + ~samples.event
    distinct, which = np.unique(np.sort(code, axis=1), axis=0, return_inverse=True)
    return Orders(
        place=distinct // KINDS,
        group=distinct // 2 % 2,
        event=distinct % 2 == 0,
        which=which.reshape(-1),
    )


def places(time: FloatArray) -> IntArray:
    """Return the place of each time among the distinct times of its row, from 0."""
    order = np.argsort(time, axis=1)
    ascending = np.take_along_axis(time, order, axis=1)
    step = np.zeros(time.shape, dtype=np.int64)
    step[:, 1:] = np.diff(ascending, axis=1) > 0
    found = np.empty_like(step)
    np.put_along_axis(found, order, step.cumsum(axis=1), axis=1)
    return found


@dataclass(frozen=True)
class Positions:
    """Where a time lies in each data set, all (B,).

    Attributes
    ----------
    number : ndarray of int
        How many distinct times lie at or before it.
    at_one : ndarray of bool
        Whether it is one of them.
    beyond : ndarray of bool
        Whether it lies after the last.
    """

    number: IntArray
    at_one: BoolArray
    beyond: BoolArray


def positions(samples: Samples, times: FloatArray) -> list[Positions]:
    """Say where each of the times lies in each data set."""
    counted, last = places(samples.time) + 1, samples.time.max(axis=1)
    return [
        Positions(
            number=np.where(samples.time <= time, counted, 0).max(axis=1),
            at_one=(samples.time == time).any(axis=1),
            beyond=time > last,
        )
        for time in times
    ]
