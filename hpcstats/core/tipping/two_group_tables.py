"""Risk tables of two groups in many data sets at once, each data set with times of its own.

Resampling changes weights and leaves the times alone (`core.risk_sets`); imputed data sets have other times,
so that each is sorted for itself. Times are tied where they are equal to the last bit.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hpcstats.core.risk_sets import BoolArray, FloatArray

AT_ONCE = 300_000
"""Patients, over all data sets, that are tabulated at once: some 50 MB with all that is made on the way."""


@dataclass(frozen=True, slots=True)
class TwoGroupTables:
    """The 2 x 2 tables of B data sets, all arrays (B, n); places without an event time hold 0 events.

    Attributes
    ----------
    at_risk, events : ndarray
        Patients at risk, and events, at the event time.
    at_risk_second, events_second : ndarray
        Those of the second group.
    """

    at_risk: FloatArray
    events: FloatArray
    at_risk_second: FloatArray
    events_second: FloatArray

    @property
    def informative(self) -> BoolArray:
        """Where patients of both groups are at risk at an event time."""
        both = (self.at_risk_second > 0) & (self.at_risk_second < self.at_risk)
        return both & (self.events > 0)


def tabulate(
    times: FloatArray, events: BoolArray, second: BoolArray, entry: FloatArray | None = None
) -> TwoGroupTables:
    """Tabulate data sets.

    Parameters
    ----------
    times, events : ndarray, shape (B, n)
        When each patient leaves, and whether with the event.
    second : ndarray of bool, shape (n,)
        Who belongs to the second group.
    entry : ndarray, shape (n,), optional
        Delayed entry: at risk at t means entry < t <= time.
    """
    size = times.shape[1]
    order = np.argsort(times, axis=1, kind="stable")
    time = np.take_along_axis(times, order, axis=1)
    event = np.take_along_axis(events, order, axis=1)
    member = second[order]
    opens = np.ones(time.shape, dtype=np.bool_)
    opens[:, 1:] = time[:, 1:] > time[:, :-1]
    closes = np.ones(time.shape, dtype=np.bool_)
    closes[:, :-1] = opens[:, 1:]
    start = np.maximum.accumulate(np.where(opens, np.arange(size), 0), axis=1)
    at_risk = (size - start).astype(np.float64)
    left = _passed(member)
    at_risk_second = left[:, -1:] - np.take_along_axis(left, start, axis=1)
    if entry is not None:
        at_risk -= _not_entered(entry, time)
        at_risk_second -= _not_entered(entry[second], time)
    happened = [_within(event & chosen, start, closes) for chosen in (np.True_, member)]
    return TwoGroupTables(at_risk, happened[0], at_risk_second, happened[1])


def score_and_variance(tables: TwoGroupTables) -> tuple[FloatArray, FloatArray]:
    """Return observed less expected events of the second group and its hypergeometric variance, (B,) each."""
    n, d = tables.at_risk, tables.events
    share = np.divide(tables.at_risk_second, n, out=np.zeros_like(n), where=n > 0)
    spread = np.divide(d * (n - d), n - 1, out=np.zeros_like(n), where=(n > 1) & (d > 0))
    score = (tables.events_second - d * share).sum(axis=1)
    return score, (spread * share * (1 - share)).sum(axis=1)


def _passed(marked: BoolArray) -> FloatArray:
    """Count the marked before each place, (B, n + 1)."""
    counted = np.zeros((marked.shape[0], marked.shape[1] + 1))
    np.cumsum(marked, axis=1, out=counted[:, 1:])
    return counted


def _within(marked: BoolArray, start: np.ndarray, closes: BoolArray) -> FloatArray:
    """Count the marked of each run of equal times, at its last place."""
    counted = _passed(marked)
    found = counted[:, 1:] - np.take_along_axis(counted, start, axis=1)
    return np.where(closes, found, 0.0)


def _not_entered(entry: FloatArray, time: FloatArray) -> FloatArray:
    """Count those who enter at each time or later."""
    ordered = np.sort(entry)
    return (ordered.size - np.searchsorted(ordered, time, side="left")).astype(np.float64)
