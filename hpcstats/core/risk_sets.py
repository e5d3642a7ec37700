"""Who is at risk when: the one risk-set kernel that every estimator stands on.

Convention: a subject with entry e and exit x is at risk at t when e < t <= x, so that an event at x
counts against a risk set that still holds everybody censored at x.
On the grid t_0 < ... < t_{T-1} of distinct exit times, subject i is at risk at the grid points
``first[i] <= k <= last[i]``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

SAME_TIME = float(np.sqrt(np.finfo(np.float64).eps))
"""Times closer than this (absolutely, or relative to their mean) are one time."""

_NEGLIGIBLE = 1e-12


@dataclass(frozen=True, slots=True)
class RiskSets:
    """Subjects placed on the grid of distinct exit times.

    Attributes
    ----------
    times : ndarray, shape (T,)
        Distinct exit times, ascending.
    first, last : ndarray of int, shape (n,)
        First and last grid point at which each subject is at risk; `first` is None without entry.
    event : ndarray of bool, shape (n,)
        Whether the subject leaves with the event.
    """

    times: FloatArray
    last: IntArray
    event: BoolArray
    first: IntArray | None = None


@dataclass(frozen=True, slots=True)
class Counts:
    """Weighted numbers at the grid points, each of shape (B, T)."""

    at_risk: FloatArray
    events: FloatArray
    exits: FloatArray

    @property
    def censored(self) -> FloatArray:
        """Weight that leaves without the event."""
        return self.exits - self.events


def place(exit_: FloatArray, event: BoolArray, entry: FloatArray | None = None) -> RiskSets:
    """Place subjects on the grid of distinct exit times, equal up to rounding error taken as equal."""
    if entry is None:
        times, last = distinct_times(exit_)
        return RiskSets(times=times, last=last, event=event)
    merged, position = distinct_times(np.concatenate([entry, exit_]))
    entry, exit_ = merged[position[: entry.size]], merged[position[entry.size :]]
    times, last = np.unique(exit_, return_inverse=True)
    first = np.searchsorted(times, entry, side="right")
    return RiskSets(times=times, last=last.astype(np.int64), event=event, first=first.astype(np.int64))


def distinct_times(values: FloatArray) -> tuple[FloatArray, IntArray]:
    """Return the distinct times and each value's position among them.

    Runs of values whose neighbours differ by no more than `SAME_TIME` are one time, its smallest value:
    ``0.3`` and ``3 * 0.1`` must tie.
    """
    if not values.size:
        return values, np.zeros(0, dtype=np.int64)
    order = values.argsort(kind="stable")
    ordered = values[order]
    gap = ordered[1:] - ordered[:-1]
    new = gap > SAME_TIME
    if ordered[-1] > 1 or ordered[0] < -1:
        scale = float(np.mean(np.abs(ordered[np.concatenate([[True], gap > 0])])))
        new &= gap > SAME_TIME * scale
    position = np.empty(values.size, dtype=np.int64)
    run = np.empty(values.size, dtype=np.int64)
    run[:1] = 0
    new.cumsum(out=run[1:])
    position[order] = run
    begins = np.empty(values.size, dtype=bool)
    begins[:1] = True
    begins[1:] = new
    return ordered[begins], position


def count(risk: RiskSets, weights: FloatArray) -> Counts:
    """Count, under each row of `weights` (B, n), who is at risk, fails and leaves at each grid point."""
    size = risk.times.size
    exits = add_at(weights, risk.last, size)
    events = add_at(np.where(risk.event, weights, 0.0), risk.last, size)
    at_risk = reverse_cumulate(exits)
    if risk.first is not None:
        at_risk -= not_yet_entered(weights, risk.first, size)
        at_risk[np.abs(at_risk) <= _NEGLIGIBLE * weights.sum(axis=1, keepdims=True)] = 0.0
    almost_all = np.abs(at_risk - events) <= _NEGLIGIBLE * at_risk
    return Counts(at_risk=np.where(almost_all, events, at_risk), events=events, exits=exits)


def not_yet_entered(values: FloatArray, first: IntArray, size: int) -> FloatArray:
    """Sum, at each grid point k, the values of those who enter after it (``first > k``)."""
    entering = add_at(values, first, size + 1)
    return reverse_cumulate(entering)[..., 1:]


def add_at(values: FloatArray, index: IntArray, size: int) -> FloatArray:
    """Add the columns of `values` (B, n) that share an index: shape (B, size)."""
    if values.shape[0] == 1:
        return np.bincount(index, weights=values[0], minlength=size).astype(np.float64)[None, :]
    order = np.argsort(index, kind="stable")
    present, starts = np.unique(index[order], return_index=True)
    sums = np.zeros((values.shape[0], size))
    sums[:, present] = np.add.reduceat(values[:, order], starts, axis=1)
    return sums


def add_runs(values: FloatArray, index: IntArray, size: int) -> FloatArray:
    """As `add_at`, for an index in ascending order in which every position occurs."""
    starts = np.searchsorted(index, np.arange(size))
    return np.add.reduceat(values, starts, axis=1)


def reverse_cumulate(values: FloatArray) -> FloatArray:
    """Sum from each position to the end along the last axis."""
    return np.cumsum(values[..., ::-1], axis=-1)[..., ::-1]
