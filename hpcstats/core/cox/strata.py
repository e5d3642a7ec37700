"""One stratum of a Cox model on the grid of its distinct event times.

Arrays lie replicate by replicate in the last axis: (rows, B) or (times, B). Rows are in descending order of
the last event time they reach, so that without delayed entry a risk set is the rows from the first on.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from hpcstats.core.cox.exact_ties import ExactTies
from hpcstats.core.cox.further_steps import FurtherSteps
from hpcstats.core.cox.symmetric import products
from hpcstats.core.cumulate import cumulate
from hpcstats.core.risk_sets import BoolArray, FloatArray, IntArray, distinct_times

_MODERATE = 2_000_000
"""Patients times event times up to which the membership matrix is kept."""


@dataclass(frozen=True, slots=True)
class Stratum:
    """One stratum; covariates are centred within it.

    Attributes
    ----------
    rows : ndarray, shape (n,)
        Which rows of the data.
    covariates, products : ndarray, shapes (n, p), (p (p + 1) / 2, n)
        Covariates and their products in pairs.
    offset : ndarray or None, shape (n,)
        Fixed part of the linear predictor.
    weights : ndarray, shape (n, B)
        Case weights.
    event, last, first : ndarray, shape (n,)
        Whether the row has an event; the last and (under delayed entry) first event time it is at risk at.
    stops : ndarray, shape (T,)
        Number of rows that reach each event time.
    weight, root, tied : ndarray, shape (T, B)
        Weight of the first step of each event time, its square root, and number of tied events.
    further : FurtherSteps or None
        Efron's steps beyond the first.
    exact : ExactTies or None
        Ties of the discrete likelihood.
    member : ndarray or None, shape (n, T)
        Who is at risk when, under delayed entry in moderate data.
    seen, fixed, total : ndarray, shapes (B, p), (B,), (B,)
        Weighted sums over the events of covariates and offset; total weight of the steps.
    sizes : ndarray, shape (B, p)
        Those of the absolute covariates.
    extent, moved : ndarray, shape (p,), and float
        Largest absolute covariates and offset.
    idle : bool
        Whether some event time has no weight in some replicate.
    """

    rows: IntArray
    covariates: FloatArray
    products: FloatArray
    offset: FloatArray | None
    weights: FloatArray
    event: BoolArray
    last: IntArray
    first: IntArray | None
    stops: IntArray
    weight: FloatArray
    root: FloatArray
    tied: FloatArray
    further: FurtherSteps | None
    exact: ExactTies | None
    member: FloatArray | None
    seen: FloatArray
    fixed: FloatArray
    total: FloatArray
    sizes: FloatArray
    extent: FloatArray
    moved: float
    idle: bool

    def at_risk(self, values: FloatArray) -> FloatArray:
        """Sum `values` (n, m, B), which may be overwritten, over the risk sets: (T, m, B).

        Under delayed entry a difference of cumulative sums would lose small risks beside large ones, so that
        moderate data go through the membership matrix.
        """
        if self.member is not None:
            exact: FloatArray = self.member.T @ values.reshape(values.shape[0], -1)
            return exact.reshape(-1, *values.shape[1:])
        if self.first is None:
            return cumulate(values).take(self.stops - 1, axis=0)
        order = np.argsort(-self.first, kind="stable")
        entered = np.searchsorted(-self.first[order], -np.arange(self.stops.size), side="left")
        late = np.concatenate([np.zeros((1, *values.shape[1:])), np.cumsum(values[order], axis=0)])
        left: FloatArray = cumulate(values).take(self.stops - 1, axis=0) - late[entered]
        return left

    def while_at_risk(self, increments: FloatArray) -> FloatArray:
        """Sum `increments` (T, m, B), which may be overwritten, while each row is at risk: (n, m, B)."""
        if self.member is not None:
            exact: FloatArray = self.member @ increments.reshape(increments.shape[0], -1)
            return exact.reshape(-1, *increments.shape[1:])
        running = cumulate(increments)
        if self.first is None:
            return running.take(self.last, axis=0)
        before = np.concatenate([np.zeros((1, *increments.shape[1:])), running])
        left: FloatArray = running.take(self.last, axis=0) - before.take(self.first, axis=0)
        return left

    def take(self, columns: IntArray) -> Stratum:
        """Keep the replicates `columns`."""
        weight = self.weight[:, columns]
        return replace(
            self,
            weights=self.weights[:, columns],
            weight=weight,
            root=self.root[:, columns],
            tied=self.tied[:, columns],
            further=None if self.further is None else self.further.take(columns),
            exact=None if self.exact is None else self.exact.take(columns),
            seen=self.seen[columns],
            fixed=self.fixed[columns],
            total=self.total[columns],
            sizes=self.sizes[columns],
        )


def place_stratum(
    rows: IntArray,
    exit_: FloatArray,
    event: BoolArray,
    entry: FloatArray | None,
    covariates: FloatArray,
    offset: FloatArray | None,
    weights: FloatArray,
    ties: str,
    frequency: bool,
) -> Stratum | None:
    """Place the rows of one stratum on its grid; None if it holds no event."""
    if not event[rows].any():
        return None
    last, first, size = _event_grid(exit_[rows], event[rows], None if entry is None else entry[rows])
    reached = last >= 0 if first is None else (last >= 0) & (first <= last)
    met = reached.nonzero()[0]
    # Those with the event come after those censored at their last event time.
    met = met[np.argsort(event[rows[met]] - 2 * last[met], kind="stable")]
    chosen, last = rows[met], last[met]
    x = covariates[chosen]
    x = x - x.sum(axis=0) / max(met.size, 1)
    batch = weights.T[chosen]
    seen = event[chosen]
    dying = seen.nonzero()[0][::-1]
    starts = np.searchsorted(last[dying], np.arange(size))
    counted = batch[dying]
    weight, tied, further, exact = _steps(counted, dying, starts, ties, frequency)
    fixed = None if offset is None or not offset.any() else offset[chosen]
    return Stratum(
        rows=chosen,
        covariates=x,
        products=products(x),
        offset=fixed,
        weights=batch,
        event=seen,
        last=last,
        first=None if first is None else first[met],
        stops=np.searchsorted(-last, -np.arange(size), side="right"),
        weight=weight,
        root=np.sqrt(weight),
        tied=tied,
        further=further,
        exact=exact,
        member=None if first is None else _membership(first[met], last, size),
        seen=counted.T @ x[dying],
        fixed=np.zeros(batch.shape[1]) if fixed is None else fixed[dying] @ counted,
        total=(counted if exact is None else weight).sum(axis=0),
        sizes=counted.T @ np.abs(x[dying]),
        extent=np.abs(x).max(axis=0),
        moved=0.0 if fixed is None else float(np.abs(fixed).max()),
        idle=not bool((weight > 0).all()),
    )


def _event_grid(
    exit_: FloatArray, event: BoolArray, entry: FloatArray | None
) -> tuple[IntArray, IntArray | None, int]:
    """Return the last and first distinct event time at which each row is at risk, and their number."""
    merged, position = distinct_times(exit_ if entry is None else np.concatenate([exit_, entry]))
    leaving = position[: exit_.size]
    seen = event if entry is None else event & (position[exit_.size :] < leaving)
    at_event = np.zeros(merged.size, dtype=np.int64)
    at_event[leaving[seen]] = 1
    passed = np.cumsum(at_event)
    first = None if entry is None else passed[position[exit_.size :]]
    return passed[leaving] - 1, first, int(passed[-1])


def _membership(first: IntArray, last: IntArray, size: int) -> FloatArray | None:
    """Return who is at risk when as a matrix (n, T) of zeros and ones, None where it would be too large."""
    if first.size * size > _MODERATE:
        return None
    grid = np.arange(size)
    return ((first[:, None] <= grid) & (grid <= last[:, None])).astype(np.float64)


def _steps(
    counted: FloatArray, dying: IntArray, starts: IntArray, ties: str, frequency: bool
) -> tuple[FloatArray, FloatArray, FurtherSteps | None, ExactTies | None]:
    """Return the weights (T, B) of the first steps, the numbers of tied events, and what ties add."""
    apart = dying.size == starts.size
    weight = counted if apart else np.add.reduceat(counted, starts, axis=0)
    tied = weight
    if not frequency:
        present = (counted > 0).astype(np.float64)
        tied = present if apart else np.add.reduceat(present, starts, axis=0)
    if ties == "breslow" or not (tied > 1).any():
        return weight, tied, None, None
    if ties == "exact":
        return np.where(tied > 1, 0.0, weight), tied, None, ExactTies(tied)
    return weight / np.maximum(tied, 1), tied, FurtherSteps.of(tied, weight, dying, starts), None
