"""Looking for the changes that turn a conclusion: the fewest of all, or one by one in order of time."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from math import comb

import numpy as np
from scipy.special import chdtrc

from hpcstats.columns import FloatArray, IntArray
from hpcstats.core.fragility import fewest_changes
from hpcstats.core.fragility.fewest_changes import Target
from hpcstats.sensitivity.flips.design import Flips

SEARCHES = ("fewest", "earliest-first", "latest-first")

_MOST_SUMS = 2_000_000_000
"""Sums formed for the exact p-values of one number of changes: something like a minute or two."""

_OVERHEAD = 1_000_000
"""Sums that cost as much as all else that one exact p-value needs."""

_MOST_SETS = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Found:
    """What a search came to.

    Attributes
    ----------
    sets : ndarray of int, shape (B, k)
        Rows of the data whose change turns the conclusion, the most decisive first; some of them where there
        are very many.
    p_values : ndarray, shape (B,)
        p-values after the changes.
    total : int
        How many sets there are.
    at_least : int
        So many changes at least are needed.
    reason : str
        Why there is no set; empty where there is one.
    """

    sets: IntArray
    p_values: FloatArray
    total: int
    at_least: int
    reason: str = ""

    @classmethod
    def nothing(cls, at_least: int, reason: str) -> Found:
        """Return that no set was found."""
        return cls(
            sets=np.zeros((0, 0), dtype=np.int64),
            p_values=np.zeros(0),
            total=0,
            at_least=at_least,
            reason=reason,
        )


def fewest(flips: Flips, significant: bool, most: int) -> Found:
    """Search all sets of 1, 2, ... changes until some turn the conclusion."""
    look = _asymptotic if flips.test == "asymptotic" else _exact
    for number in range(1, min(most, flips.rows.size) + 1):
        found = look(flips, significant, number)
        if found is None:
            return Found.nothing(number, f"sets of {number} changes are too many to be looked at")
        sets, p_values, total = found
        if total:
            order = np.lexsort((*sets.T[::-1], p_values if not significant else -p_values))
            return Found(sets=flips.rows[sets[order]], p_values=p_values[order], total=total, at_least=number)
    if flips.rows.size <= most:
        return Found.nothing(flips.rows.size + 1, "no set of the changes allowed turns it")
    return Found.nothing(most + 1, f"no set of up to {most} changes turns it")


def in_order(flips: Flips, significant: bool, search: str) -> Found:
    """Change one after the other, the earliest or the latest first, until the conclusion turns.

    Of equal times an event is earlier than a censoring; then the groups stand in their order, so that the
    order of the rows decides only which of two patients who are alike is named.
    """
    response, rows = flips.response, flips.rows
    entry = np.zeros(len(response)) if response.entry is None else response.entry
    way = 1.0 if search == "earliest-first" else -1.0
    columns = (entry, flips.second, way * ~response.event, way * flips.time)
    order = np.lexsort([np.asarray(column, dtype=np.float64)[rows] for column in columns])
    for number in range(1, order.size + 1):
        rows = np.sort(flips.rows[order[:number]])
        p_value = flips.p_value(rows)
        if not np.isnan(p_value) and flips.significant(p_value) != significant:
            return Found(sets=rows[None], p_values=np.array([p_value]), total=1, at_least=number)
    return Found.nothing(order.size + 1, "changing all of them in this order does not turn it")


def _asymptotic(flips: Flips, significant: bool, number: int) -> tuple[IntArray, FloatArray, int] | None:
    side = 1 if flips.changes.score >= 0 else -1
    targets = (
        [Target(flips.quantile, True, side)]
        if significant
        else [Target(flips.quantile, False, 1), Target(flips.quantile, False, -1)]
    )
    sets, total = [], 0
    for target in targets:
        found = fewest_changes.sets_of(flips.changes, target, number)
        if found is None:
            return None
        sets.append(found[0])
        total += found[1]
    joined = np.concatenate(sets)
    return joined, _asymptotic_p(flips, joined), total


def _asymptotic_p(flips: Flips, sets: IntArray) -> FloatArray:
    score, variance = flips.changes.statistics(sets)
    return np.asarray(chdtrc(1, score**2 / variance), dtype=np.float64)


def _exact(flips: Flips, significant: bool, number: int) -> tuple[IntArray, FloatArray, int] | None:
    """Give every set its exact p-value; sets that make the same data share one."""
    if comb(flips.rows.size, number) > _MOST_SETS:
        return None
    one = _OVERHEAD + flips.distribution(flips.response.event, flips.second).steps()
    alike = _alike(flips)
    known: dict[tuple[int, ...], float] = {}
    kept, p_values = [], []
    for chosen in combinations(range(flips.rows.size), number):
        key = tuple(sorted(alike[list(chosen)].tolist()))
        if key not in known:
            if (len(known) + 1) * one > _MOST_SUMS:
                return None
            known[key] = flips.p_value(flips.rows[list(chosen)])
        p_value = known[key]
        if not np.isnan(p_value) and flips.significant(p_value) != significant:
            kept.append(chosen)
            p_values.append(p_value)
    sets = np.array(kept, dtype=np.int64).reshape(-1, number)
    return sets, np.array(p_values), len(kept)


def _alike(flips: Flips) -> IntArray:
    """Number the kinds of patients: same times, status and group."""
    response, rows = flips.response, flips.rows
    entry = np.zeros(len(response)) if response.entry is None else response.entry
    columns = np.column_stack([response.time, entry, response.event, flips.second])[rows]
    _, kind = np.unique(columns, axis=0, return_inverse=True)
    return kind.reshape(-1).astype(np.int64)
