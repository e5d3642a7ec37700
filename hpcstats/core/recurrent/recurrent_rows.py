"""Who is under observation, has an event and dies when: the rows of recurrent events on one grid of times.

A row is a stretch ``(start, stop]`` of a patient's observation; events and death happen at its stop. At risk
at t means ``start < t <= stop``: the events at t count against everybody who is censored or dies at t. On the
grid t_0 < ... < t_{T-1} of distinct stops a row is at risk at the points ``first <= k <= last``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hpcstats.core.risk_sets import (
    BoolArray,
    FloatArray,
    IntArray,
    add_at,
    distinct_times,
    not_yet_entered,
    reverse_cumulate,
)

_NEGLIGIBLE = 1e-12


@dataclass(frozen=True, slots=True)
class RecurrentRows:
    """Rows on the grid, those of a patient together and in order of time.

    Attributes
    ----------
    times : ndarray, shape (T,)
        Distinct stops, ascending.
    patient : ndarray of int, shape (R,)
        Patient of each row, ascending.
    first, last : ndarray of int, shape (R,)
        First and last grid point of each row.
    events : ndarray, shape (R,)
        Number of events at the stop.
    deaths : ndarray, shape (R,)
        1 where the patient dies at the stop.
    patients : int
        Number of patients P.
    """

    times: FloatArray
    patient: IntArray
    first: IntArray
    last: IntArray
    events: FloatArray
    deaths: FloatArray
    patients: int

    @property
    def size(self) -> int:
        """Number of grid points T."""
        return self.times.size

    @property
    def terminal(self) -> bool:
        """Whether anybody dies."""
        return bool(self.deaths.any())

    @property
    def leaving(self) -> BoolArray:
        """Which rows end the observation of a living patient."""
        final = np.append(self.patient[1:] != self.patient[:-1], True)
        leaving: BoolArray = final & (self.deaths == 0)
        return leaving

    @property
    def happening(self) -> BoolArray:
        """Tell at which grid points (T,) somebody has an event, dies or leaves, if only for a time."""
        goes_on = (self.patient[1:] == self.patient[:-1]) & (self.first[1:] == self.last[:-1] + 1)
        rows = ~np.append(goes_on, False) | (self.events > 0) | (self.deaths > 0)
        found = np.zeros(self.size, dtype=np.bool_)
        found[self.last[rows]] = True
        return found

    def of_patients(self, values: FloatArray) -> FloatArray:
        """Add up the rows of each patient: (..., R) to (B, P)."""
        return add_at(values, self.patient, self.patients)

    def at_stops(self, values: FloatArray) -> FloatArray:
        """Add up the rows (B, R) that stop at each grid point: (B, T)."""
        return add_at(values, self.last, self.size)

    def under_observation(self, values: FloatArray) -> FloatArray:
        """Add up the rows (B, R) under observation at each grid point: (B, T)."""
        return reverse_cumulate(self.at_stops(values)) - not_yet_entered(values, self.first, self.size)


@dataclass(frozen=True, slots=True)
class RecurrentCounts:
    """Weighted numbers at the grid points, each of shape (B, T)."""

    at_risk: FloatArray
    events: FloatArray
    deaths: FloatArray


def place_rows(
    start: FloatArray, stop: FloatArray, event: BoolArray, death: BoolArray, patient: IntArray
) -> RecurrentRows:
    """Place rows on the grid of their distinct stops, times equal up to rounding error being one.

    A row without length is a further event at the stop of the patient's row before it.
    """
    merged, position = distinct_times(np.concatenate([start, stop]))
    times, last = np.unique(merged[position[start.size :]], return_inverse=True)
    first = np.searchsorted(times, merged[position[: start.size]], side="right")
    order = np.lexsort((last, first, patient))
    # A row without length begins one grid point after its stop, and so comes after the row it belongs to.
    order = order[np.lexsort((first[order] > last[order], last[order], patient[order]))]
    patient, first, last = patient[order], first[order].astype(np.int64), last[order].astype(np.int64)
    begins = np.flatnonzero(first <= last)
    return RecurrentRows(
        times=times,
        patient=patient[begins],
        first=first[begins],
        last=last[begins],
        events=np.add.reduceat(event[order].astype(np.float64), begins),
        deaths=np.maximum.reduceat(death[order].astype(np.float64), begins),
        patients=int(patient.max()) + 1,
    )


def count_rows(rows: RecurrentRows, weights: FloatArray) -> RecurrentCounts:
    """Count under each row of patient weights (B, P) who is at risk, has an event and dies."""
    each = weights[:, rows.patient]
    at_risk = rows.under_observation(each)
    at_risk[at_risk <= _NEGLIGIBLE * weights.sum(axis=1, keepdims=True)] = 0.0
    deaths = rows.at_stops(each * rows.deaths) if rows.terminal else np.zeros_like(at_risk)
    everybody = np.abs(at_risk - deaths) <= _NEGLIGIBLE * at_risk
    return RecurrentCounts(
        at_risk=np.where(everybody, deaths, at_risk),
        events=rows.at_stops(each * rows.events),
        deaths=deaths,
    )
