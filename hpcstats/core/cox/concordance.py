"""Harrell's concordance: of the pairs that can be compared, the share in which the higher score fails first.

A pair is compared at the event time of its first to fail, with those still at risk then: another event at the
same time is no comparison, a censoring at it is one. Equal scores count one half. Pairs lie within strata;
under delayed entry both must have entered. (Harrell et al. 1982, doi:10.1001/jama.1982.03320430047030;
Therneau & Atkinson, the concordance vignette of R's survival package.)
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hpcstats.core.cox.dominance import weight_below
from hpcstats.core.risk_sets import BoolArray, FloatArray, IntArray, distinct_times

_EQUAL = 1e-9


@dataclass(frozen=True, slots=True)
class Comparisons:
    """Who is compared with whom: ranks on the merged grid of entry and exit times.

    Attributes
    ----------
    leaves : ndarray of int, shape (n,)
        Twice the rank of the exit time, one more for the censored, who leave just after the events.
    enters : ndarray of int or None
        Twice the rank of the entry time, plus one.
    event : ndarray of bool
        Who ends with the event.
    layer : ndarray of int
        Stratum.
    """

    leaves: IntArray
    enters: IntArray | None
    event: BoolArray
    layer: IntArray

    @classmethod
    def of(
        cls, exit_: FloatArray, event: BoolArray, entry: FloatArray | None, strata: IntArray | None
    ) -> Comparisons:
        """Rank the times, equal up to rounding error taken as equal."""
        merged = exit_ if entry is None else np.concatenate([exit_, entry])
        _, rank = distinct_times(merged)
        return cls(
            leaves=2 * rank[: exit_.size] + ~event,
            enters=None if entry is None else 2 * rank[exit_.size :] + 1,
            event=event,
            layer=np.zeros(exit_.size, dtype=np.int64) if strata is None else strata,
        )

    def repeated(self, times: int) -> Comparisons:
        """Lay the same rows side by side, each copy in strata of its own."""
        shift = np.repeat(np.arange(times), self.layer.size) * (int(self.layer.max()) + 1)
        return Comparisons(
            leaves=np.tile(self.leaves, times),
            enters=None if self.enters is None else np.tile(self.enters, times),
            event=np.tile(self.event, times),
            layer=np.tile(self.layer, times) + shift,
        )


@dataclass(frozen=True, slots=True)
class Pairs:
    """Weight of the concordant pairs (equal scores one half) and of all pairs of each row, each (n,)."""

    agreeing: FloatArray
    all: FloatArray


def first_to_fail(compared: Comparisons, ranks: IntArray, weights: FloatArray) -> Pairs:
    """Weigh, for each row with the event, those still at risk: all of them, and those with a lower score."""
    rows = np.flatnonzero(compared.event)
    asked = _Questions(compared.layer[rows], compared.leaves[rows], ranks[rows])
    stay = _Points(compared.layer, compared.leaves, ranks, weights)
    pairs = stay.after(asked)
    if compared.enters is not None:
        late = _Points(compared.layer, compared.enters, ranks, weights).after(asked)
        pairs = Pairs(pairs.agreeing - late.agreeing, pairs.all - late.all)
    agreeing, everybody = np.zeros(ranks.size), np.zeros(ranks.size)
    agreeing[rows], everybody[rows] = pairs.agreeing, pairs.all
    return Pairs(agreeing, everybody)


def second_to_fail(compared: Comparisons, ranks: IntArray, weights: FloatArray) -> Pairs:
    """Weigh, for each row, the events it was at risk at: all of them, and those with a higher score."""
    rows = np.flatnonzero(compared.event)
    # Mirrored, so that "after" means before and "lower" means higher.
    highest = int(ranks.max(initial=0))
    events = _Points(compared.layer[rows], -compared.leaves[rows], highest - ranks[rows], weights[rows])
    mirrored = highest - ranks
    pairs = events.after(_Questions(compared.layer, -compared.leaves, mirrored))
    if compared.enters is not None:
        early = events.after(_Questions(compared.layer, -compared.enters, mirrored))
        pairs = Pairs(pairs.agreeing - early.agreeing, pairs.all - early.all)
    return pairs


def score_ranks(scores: FloatArray) -> IntArray:
    """Rank scores (B, n) within each row, equal up to rounding error taken as equal."""
    order = np.argsort(scores, axis=1, kind="stable")
    ordered = np.take_along_axis(scores, order, axis=1)
    slack = _EQUAL * np.maximum(np.abs(scores).max(axis=1, keepdims=True, initial=0.0), 1e-3)
    steps = np.cumsum(np.diff(ordered, axis=1, prepend=ordered[:, :1]) > slack, axis=1)
    ranks = np.empty(scores.shape, dtype=np.int64)
    np.put_along_axis(ranks, order, steps, axis=1)
    return ranks


def concordances(compared: Comparisons, scores: FloatArray, weights: FloatArray) -> FloatArray:
    """Return the concordance of each row of scores (B, n) under weights (B, n); NaN without any pair."""
    batch, n = scores.shape
    pairs = first_to_fail(compared.repeated(batch), score_ranks(scores).reshape(-1), weights.reshape(-1))
    agreeing = (pairs.agreeing.reshape(batch, n) * weights).sum(axis=1)
    everybody = (pairs.all.reshape(batch, n) * weights).sum(axis=1)
    found: FloatArray = np.divide(agreeing, everybody, out=np.full(batch, np.nan), where=everybody > 0)
    return found


@dataclass(frozen=True, slots=True)
class _Questions:
    layer: IntArray
    time: IntArray
    rank: IntArray


@dataclass(frozen=True, slots=True)
class _Points:
    layer: IntArray
    time: IntArray
    rank: IntArray
    weights: FloatArray

    def after(self, asked: _Questions) -> Pairs:
        """Weigh the points of the same layer with a later time: all, and those of lower rank (equal half)."""
        span = int(max(self.time.max(initial=0), asked.time.max(initial=0)))
        span -= int(min(self.time.min(initial=0), asked.time.min(initial=0))) - 1
        key = self.layer * span - self.time
        order = np.argsort(key, kind="stable")
        key = key[order]
        wanted = asked.layer * span - asked.time
        left = np.searchsorted(key, asked.layer * span - int(self.time.max(initial=0)), side="left")
        right = np.maximum(np.searchsorted(key, wanted, side="left"), left)
        ranks, weights = self.rank[order], self.weights[order]
        below = weight_below(ranks, weights, left, right, asked.rank)
        upto = weight_below(ranks, weights, left, right, asked.rank + 1)
        sums = np.concatenate([[0.0], np.cumsum(weights)])
        return Pairs((below + upto) / 2, sums[right] - sums[left])
