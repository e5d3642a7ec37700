"""Who stays in the risk set of a subdistribution hazard, and with which weight.

Fine & Gray 1999 (doi:10.1080/01621459.1999.10474144): a patient with another event at x stays at risk of the
cause for ever, with the weight G(t-) / G(x-), G the Kaplan-Meier curve of the censoring times. Two rules for
an event and a censoring at one time differ:

- "cmprsk": those with an event there are still at risk of being censored there (R's ``crr``);
- "finegray": the event comes first, as everywhere else (R's ``finegray``).

Times are whole positions here: 2 k at the k-th distinct time, 2 k + 1 for a censoring that comes after the
events of its time.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hpcstats.core.risk_sets import FloatArray, IntArray, distinct_times

RULES = ("cmprsk", "finegray")


@dataclass(frozen=True, slots=True)
class Censoring:
    """The censoring times of G groups of patients.

    Attributes
    ----------
    group : ndarray of int, shape (n,)
        Group of each patient, 0 to G - 1.
    places : tuple of ndarray of int
        Distinct positions of the censorings of each group, ascending.
    ended, at_risk : tuple of ndarray
        Censorings there, and patients of the group still under observation.
    """

    group: IntArray
    places: tuple[IntArray, ...]
    ended: tuple[FloatArray, ...]
    at_risk: tuple[FloatArray, ...]

    def just_before(self, group: int, positions: IntArray) -> FloatArray:
        """Return the proportion of a group not yet censored just before the positions."""
        staying = 1 - self.ended[group] / self.at_risk[group]
        curve = np.concatenate([[1.0], np.cumprod(staying)])
        reached: FloatArray = curve[np.searchsorted(self.places[group], positions, side="left")]
        return reached


@dataclass(frozen=True, slots=True)
class RiskSets:
    """The risk sets of a subdistribution hazard, arrays over n patients and T event times.

    Attributes
    ----------
    position, status : ndarray of int, shape (n,)
        Place in time; 0 censored, 1 the cause, 2 another event.
    times : ndarray, shape (T,)
        Distinct times with an event of the cause.
    places : ndarray of int, shape (T,)
        Their positions.
    last : ndarray of int, shape (n,)
        Last event time each patient reaches, -1 for none.
    events : ndarray, shape (T,)
        Events of the cause.
    censoring : Censoring
        The censoring times.
    kept : ndarray, shape (G, T)
        Proportion of each group not censored just before the event times.
    own : ndarray, shape (n,)
        That of each patient's group just before the patient's own time.
    """

    position: IntArray
    status: IntArray
    times: FloatArray
    places: IntArray
    last: IntArray
    events: FloatArray
    censoring: Censoring
    kept: FloatArray
    own: FloatArray

    @property
    def competing(self) -> IntArray:
        """Patients with another event."""
        return np.flatnonzero(self.status == 2)


def risk_sets(time: FloatArray, status: IntArray, group: IntArray, rule: str) -> RiskSets:
    """Place patients in time, by one of the `RULES`."""
    grid, at = distinct_times(time)
    late = (status == 0) & (rule == "finegray")
    position = 2 * at + late
    places = np.unique(position[status == 1])
    censoring = _censoring(position, status, group)
    kept = np.stack([censoring.just_before(g, places) for g in range(len(censoring.places))])
    own = np.empty(time.size)
    for g in range(len(censoring.places)):
        rows = np.flatnonzero(group == g)
        own[rows] = censoring.just_before(g, position[rows])
    last = np.searchsorted(places, position, side="right") - 1
    events = np.bincount(last[status == 1], minlength=places.size).astype(np.float64)
    return RiskSets(position, status, grid[places // 2], places, last, events, censoring, kept, own)


def _censoring(position: IntArray, status: IntArray, group: IntArray) -> Censoring:
    places, ended, at_risk = [], [], []
    for g in range(int(group.max()) + 1):
        here = np.sort(position[group == g])
        place, number = np.unique(position[(group == g) & (status == 0)], return_counts=True)
        places.append(place)
        ended.append(number.astype(np.float64))
        at_risk.append((here.size - np.searchsorted(here, place, side="left")).astype(np.float64))
    return Censoring(group, tuple(places), tuple(ended), tuple(at_risk))
