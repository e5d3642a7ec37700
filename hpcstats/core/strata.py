"""One stratum of a Cox model on the grid of its distinct event times, and its tie steps."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hpcstats.core.risk_sets import (
    BoolArray,
    FloatArray,
    IntArray,
    add_runs,
    distinct_times,
    not_yet_entered,
    reverse_cumulate,
)

_MODERATE = 2_000_000
"""Patients times event times up to which the membership matrix is kept."""


@dataclass(frozen=True, slots=True)
class Steps:
    """Event time (S,), removed fraction (B, S), weight (B, S) and number of tied events (B, T)."""

    time: IntArray
    fraction: FloatArray
    weight: FloatArray
    tied: FloatArray


@dataclass(frozen=True, slots=True)
class Stratum:
    """One stratum on the grid of its distinct event times, rows in the order of the last one they reach.

    Covariates are centred within the stratum.
    """

    rows: IntArray
    covariates: FloatArray
    squares: FloatArray
    offset: FloatArray
    weights: FloatArray
    event: BoolArray
    last: IntArray
    first: IntArray | None
    times: FloatArray
    steps: Steps
    member: FloatArray | None

    def at_risk(self, values: FloatArray) -> FloatArray:
        """Sum values (B, n) over those at risk at each event time: (B, T).

        Under delayed entry a difference of cumulative sums would lose small risks beside large ones, so that
        moderate data go through the membership matrix.
        """
        if self.member is not None:
            exact: FloatArray = values @ self.member
            return exact
        total = reverse_cumulate(add_runs(values, self.last, self.times.size))
        if self.first is None:
            return total
        return total - not_yet_entered(values, self.first, self.times.size)

    def while_at_risk(self, increments: FloatArray) -> FloatArray:
        """Sum increments (B, T) over the event times at which each row is at risk: (B, n)."""
        if self.member is not None:
            exact: FloatArray = increments @ self.member.T
            return exact
        running = np.concatenate([np.zeros((increments.shape[0], 1)), np.cumsum(increments, axis=1)], axis=1)
        total = running[:, self.last + 1]
        return total if self.first is None else total - running[:, self.first]


def place_stratum(
    rows: IntArray,
    exit_: FloatArray,
    event: BoolArray,
    entry: FloatArray | None,
    covariates: FloatArray,
    offset: FloatArray,
    weights: FloatArray,
    ties: str,
    frequency: bool,
) -> Stratum | None:
    """Place the rows of one stratum on its grid; None if it holds no event."""
    times, last, first = _event_grid(exit_[rows], event[rows], None if entry is None else entry[rows])
    reached = last >= 0 if first is None else (last >= 0) & (first <= last)
    met = np.flatnonzero(reached)
    met = met[np.argsort(last[met], kind="stable")]
    rows, last = rows[met], last[met]
    if not times.size:
        return None
    x = covariates[rows] - covariates[rows].mean(axis=0)
    batch = weights[:, rows]
    return Stratum(
        rows=rows,
        covariates=x,
        squares=(x[:, :, None] * x[:, None, :]).reshape(rows.size, -1),
        offset=offset[rows],
        weights=batch,
        event=event[rows],
        last=last,
        first=None if first is None else first[met],
        times=times,
        member=None if first is None else _membership(first[met], last, times.size),
        steps=_steps(np.where(event[rows], batch, 0.0), last, times.size, ties, frequency),
    )


def _event_grid(
    exit_: FloatArray, event: BoolArray, entry: FloatArray | None
) -> tuple[FloatArray, IntArray, IntArray | None]:
    """Return the distinct event times and the first and last of them at which each row is at risk."""
    everything = exit_ if entry is None else np.concatenate([exit_, entry])
    merged, position = distinct_times(everything)
    settled = merged[position]
    leaving = settled[: exit_.size]
    seen = event if entry is None else event & (settled[exit_.size :] < leaving)
    times = np.unique(leaving[seen])
    last = np.searchsorted(times, leaving, side="right") - 1
    if entry is None:
        return times, last, None
    return times, last, np.searchsorted(times, settled[exit_.size :], side="right")


def _membership(first: IntArray, last: IntArray, size: int) -> FloatArray | None:
    """Return who is at risk when as a matrix (n, T) of zeros and ones, None where it would be too large."""
    if first.size * size > _MODERATE:
        return None
    grid = np.arange(size)
    return ((first[:, None] <= grid) & (grid <= last[:, None])).astype(np.float64)


def _steps(dying: FloatArray, last: IntArray, size: int, ties: str, frequency: bool) -> Steps:
    weight = add_runs(dying, last, size)
    tied = weight if frequency else add_runs((dying > 0).astype(np.float64), last, size)
    if ties == "breslow":
        return Steps(np.arange(size), np.zeros_like(weight), weight, tied)
    most = np.maximum(tied.max(axis=0), 1).astype(np.int64)
    time = np.repeat(np.arange(size), most)
    level = np.arange(time.size) - np.repeat(np.cumsum(most) - most, most)
    number = tied[:, time]
    taken = level < number
    fraction = np.divide(level, number, out=np.zeros_like(number), where=taken)
    each = np.divide(weight[:, time], number, out=np.zeros_like(number), where=taken)
    return Steps(time, fraction, each, tied)
