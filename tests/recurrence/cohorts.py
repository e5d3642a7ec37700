"""Patients with recurrent events, and slow second opinions written from the definitions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from hypothesis import strategies as st

import hpcstats as hs

TINY = {
    "start": [0, 2, 5, 0, 3, 0, 0, 4, 0],
    "stop": [2, 5, 9, 3, 7, 6, 4, 8, 3],
    "event": [1, 1, 0, 1, 0, 0, 1, 1, 0],
    "id": [1, 1, 1, 2, 2, 3, 4, 4, 5],
}
GROUP = [0, 0, 0, 1, 1, 1, 0, 0, 1]
Row = tuple[int, float, float, bool, bool]
"""Patient, start, stop, event, death."""


def tiny() -> hs.Surv:
    """Five patients, two of them with two events."""
    return hs.Surv.counting(**TINY)


@dataclass(frozen=True)
class Cohort:
    """Rows in any order."""

    rows: tuple[Row, ...]

    @property
    def patients(self) -> list[int]:
        return sorted({row[0] for row in self.rows})

    @property
    def response(self) -> hs.Surv:
        patient, start, stop, event, death = zip(*self.rows, strict=True)
        return hs.Surv.counting(start, stop, event, id=patient, terminal=death)

    @property
    def times(self) -> list[float]:
        return sorted({row[2] for row in self.rows})

    def repeated(self, times: Sequence[int]) -> Cohort:
        """Each patient as often as said, under numbers of their own."""
        return Cohort(
            tuple(
                (100 * row[0] + copy, *row[1:])
                for row in self.rows
                for copy in range(times[self.patients.index(row[0])])
            )
        )


@st.composite
def cohorts(draw: st.DrawFn, *, gaps: bool = True, deaths: bool = True, largest: int = 8) -> Cohort:
    """Draw one to eight patients with ties, gaps, late entry, deaths, and nobody or everybody with events."""
    rows: list[Row] = []
    for patient in range(draw(st.integers(1, largest))):
        time = draw(st.integers(0, 2)) if gaps and draw(st.booleans()) else 0
        number = draw(st.integers(1, 4))
        for k in range(number):
            start = time + (draw(st.integers(0, 1)) if gaps else 0) * (k > 0)
            time = start + draw(st.integers(1, 3))
            last = deaths and k == number - 1
            rows.append((patient, start, time, draw(st.booleans()), last and draw(st.booleans())))
    return Cohort(tuple(draw(st.permutations(rows))))


def mean_number(
    cohort: Cohort, t: float, weights: Sequence[float] | None = None, *, death: bool = True
) -> float:
    """Mean number of events by t: loops over times and patients."""
    weight = dict(zip(cohort.patients, weights or [1.0] * len(cohort.patients), strict=True))
    alive, total = 1.0, 0.0
    for u in cohort.times:
        if u > t:
            break
        here = [row for row in cohort.rows if row[1] < u <= row[2]]
        present = sum(weight[row[0]] for row in here)
        if present:
            total += alive * sum(weight[row[0]] for row in here if row[2] == u and row[3]) / present
            if death:
                alive *= 1 - sum(weight[row[0]] for row in here if row[2] == u and row[4]) / present
    return total


def influence(cohort: Cohort, t: float, weights: Sequence[float] | None = None) -> np.ndarray:
    """Derivative of the mean number by the weight of each patient, by central differences."""
    base = np.array(weights or [1.0] * len(cohort.patients), dtype=float)
    found, step = [], 1e-5
    for k in range(base.size):
        change = step * np.eye(base.size)[k]
        up, down = (mean_number(cohort, t, (base + sign * change).tolist()) for sign in (1, -1))
        found.append((up - down) / (2 * step))
    return np.array(found)


def lawless_nadeau(cohort: Cohort, t: float) -> float:
    """Lawless and Nadeau's variance as they write it: squared sums of each patient's own deviations."""
    variance = 0.0
    for patient in cohort.patients:
        deviation = 0.0
        for u in cohort.times:
            if u > t:
                break
            here = [row for row in cohort.rows if row[1] < u <= row[2]]
            if any(row[0] == patient for row in here):
                own = sum(row[3] for row in here if row[2] == u and row[0] == patient)
                rate = sum(row[3] for row in here if row[2] == u) / len(here)
                deviation += (own - rate) / len(here)
        variance += deviation**2
    return variance
