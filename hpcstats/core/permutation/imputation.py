"""Imputation-permutation of right-censored data: many imputed and permuted data sets at once.

Times live on the grid t_0 < ... < t_{K-1} of distinct times of the stratum; position K means "beyond the last
observation". A data set is one row of a matrix; data sets become counts on the cells (position, event,
group), so that the log-rank kernel takes all of them in one call, as case weights of the cells.

Events precede censorings at equal times: an event at t tells C >= t, a censoring at t tells T > t.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hpcstats.core import logrank
from hpcstats.core.risk_sets import BoolArray, FloatArray, IntArray, RiskSets, distinct_times

_CELLS = 600_000
"""Replicates times cells held at once: some 50 MB with the intermediate results."""


@dataclass(frozen=True, slots=True)
class Layer:
    """One stratum and the two estimates that its imputations are drawn from.

    Attributes
    ----------
    size : int
        K, the number of distinct times.
    position : ndarray of int, shape (n,)
        Where each subject leaves.
    event : ndarray of bool, shape (n,)
        Whether with the event.
    group : ndarray of int, shape (n,)
        Its group, 0 to groups - 1.
    survival : ndarray, shape (K,)
        Kaplan-Meier estimate P(T > t_k) of the pooled stratum.
    follow_up : ndarray, shape (groups, K)
        Kaplan-Meier estimate P(C > t_k) of each group.
    """

    size: int
    position: IntArray
    event: BoolArray
    group: IntArray
    survival: FloatArray
    follow_up: FloatArray


@dataclass(frozen=True, slots=True)
class Replicates:
    """Data sets, one a row: where each subject leaves, whether with the event, and its group, (B, n) each."""

    position: IntArray
    event: BoolArray
    group: IntArray


def layer_of(time: FloatArray, event: BoolArray, group: IntArray, groups: int) -> Layer:
    """Place one stratum on its grid and estimate the event and the censoring distributions."""
    times, position = distinct_times(time)
    size = times.size
    events = _counts(position[event], size)
    leaving = _counts(position, size)
    at_risk = leaving[::-1].cumsum()[::-1]
    follow_up = np.ones((groups, size))
    for g in range(groups):
        own = group == g
        lost = _counts(position[own & ~event], size)
        # Events precede censorings: whoever fails at t is no longer there to be censored at t.
        exposed = _counts(position[own], size)[::-1].cumsum()[::-1] - _counts(position[own & event], size)
        follow_up[g] = _product_limit(lost, exposed)
    return Layer(
        size=size,
        position=position,
        event=event,
        group=group,
        survival=_product_limit(events, at_risk),
        follow_up=follow_up,
    )


def chunk_length(layers: list[Layer]) -> int:
    """Return how many replicates are made at once."""
    largest = max(max(2 * layer.follow_up.size, layer.position.size) for layer in layers)
    return max(1, _CELLS // largest)


def permute_times(layer: Layer, number: int, generator: np.random.Generator) -> Replicates:
    """Impute every event and censoring time, then permute event times over the subjects (IPT).

    Groups and censoring times stay with the subjects: T of one meets C and group of another.
    """
    shape = (number, layer.position.size)
    event_time = generator.permuted(_event_times(layer, generator.random(shape)), axis=1)
    censoring = np.broadcast_to(layer.position, shape).copy()
    rows = np.flatnonzero(layer.event)
    # The event at t is seen because C >= t, that is C > the grid time before it.
    censoring[:, rows] = _censoring_times(
        layer, layer.group[rows], generator.random((number, rows.size)), layer.position[rows] - 1
    )
    return _observed(layer, event_time, censoring, np.broadcast_to(layer.group, shape))


def permute_groups(layer: Layer, number: int, generator: np.random.Generator) -> Replicates:
    """Permute groups, then impute what the new group would have shown of those who moved (IPZ).

    Who keeps the group keeps the data. Who moves draws a censoring time from the new group and, if
    censored before it, an event time.
    """
    shape = (number, layer.position.size)
    group = generator.permuted(np.broadcast_to(layer.group, shape), axis=1)
    event_time = _event_times(layer, generator.random(shape))
    start = np.full(shape[1], -1, dtype=np.int64)
    censoring = _censoring_times(layer, group, generator.random(shape), start)
    moved = _observed(layer, event_time, censoring, group)
    stays = group == layer.group
    return Replicates(
        position=np.where(stays, layer.position, moved.position),
        event=np.where(stays, layer.event, moved.event),
        group=group,
    )


VARIANTS = {"IPT": permute_times, "IPZ": permute_groups}


def observed(layer: Layer) -> Replicates:
    """Return the data themselves as the only row."""
    return Replicates(layer.position[None], layer.event[None], layer.group[None])


def scores(layer: Layer, replicates: Replicates, weigh: logrank.WeightFunction) -> logrank.Scores:
    """Return the log-rank scores of every replicate, with the hypergeometric variance of its own data."""
    groups, size = layer.follow_up.shape
    number = replicates.position.shape[0]
    cell = (replicates.group * 2 + replicates.event) * size + replicates.position
    flat = cell + np.arange(number)[:, None] * (2 * groups * size)
    weights = np.bincount(flat.ravel(), minlength=number * 2 * groups * size).astype(np.float64)
    risk = RiskSets(
        times=np.arange(size, dtype=np.float64),
        last=np.tile(np.arange(size), 2 * groups),
        event=np.tile(np.repeat([False, True], size), groups),
    )
    owner = np.repeat(np.arange(groups), 2 * size)
    return logrank.scores(risk, owner, groups, weights.reshape(number, -1), weigh)


def _event_times(layer: Layer, uniform: FloatArray) -> IntArray:
    """Keep the event times seen and draw the others from the pooled estimate given T > t."""
    drawn = np.broadcast_to(layer.position, uniform.shape).copy()
    rows = np.flatnonzero(~layer.event)
    drawn[:, rows] = _draw(layer.survival, uniform[:, rows], layer.position[rows])
    return drawn


def _censoring_times(layer: Layer, group: IntArray, uniform: FloatArray, after: IntArray) -> IntArray:
    """Draw censoring times of the groups (n,) or (B, n) given that they exceed grid point `after` (n,)."""
    drawn = np.empty(uniform.shape, dtype=np.int64)
    asked = np.broadcast_to(group, uniform.shape)
    start = np.broadcast_to(after, uniform.shape)
    for g, curve in enumerate(layer.follow_up):
        own = asked == g
        drawn[own] = _draw(curve, uniform[own], start[own])
    return drawn


def _draw(curve: FloatArray, uniform: FloatArray, after: IntArray) -> IntArray:
    """Draw grid positions from P(X > t_k) = curve_k given X > t_after; K where the mass lies beyond."""
    height = np.where(after >= 0, curve[np.maximum(after, 0)], 1.0) * (1.0 - uniform)
    # 1 - uniform lies in (0, 1], so that X > t_k exactly where height <= curve_k.
    return np.searchsorted(-curve, -height, side="right").astype(np.int64)


def _observed(layer: Layer, event_time: IntArray, censoring: IntArray, group: IntArray) -> Replicates:
    """Show the earlier of both; beyond the last observation everybody is censored at it."""
    return Replicates(
        position=np.minimum(np.minimum(event_time, censoring), layer.size - 1),
        event=(event_time <= censoring) & (event_time < layer.size),
        group=group,
    )


def _counts(position: IntArray, size: int) -> IntArray:
    return np.bincount(position, minlength=size).astype(np.int64)


def _product_limit(leaving: IntArray, at_risk: IntArray) -> FloatArray:
    hazard = np.divide(leaving, at_risk, out=np.zeros(leaving.size), where=at_risk > 0)
    return np.cumprod(1.0 - hazard, dtype=np.float64)
