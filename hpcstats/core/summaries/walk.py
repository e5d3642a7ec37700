"""Data sets looked up by their rank in the table of numbers, and what all of them have at each place."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

import numpy as np

from hpcstats.core.risk_sets import BoolArray, FloatArray, IntArray
from hpcstats.core.summaries.compatible_sets import CountingTable, shifted, ways_after
from hpcstats.core.summaries.rules import Numbers


def by_rank(table: CountingTable, ranks: IntArray) -> IntArray:
    """Return the data sets of given ranks, 0 to ``total - 1`` in lexicographic order, as sorted rows.

    Only for tables of integers. A uniform rank gives a uniform data set, without rejection.
    """
    return _walk(table, ranks.astype(np.int64), None)


def by_chance(table: CountingTable, draws: FloatArray) -> IntArray:
    """Return data sets drawn uniformly, place by place, from uniform numbers of shape (B, n)."""
    return _walk(table, np.zeros(len(draws), dtype=np.int64), draws)


def _walk(table: CountingTable, rank: Numbers, draws: FloatArray | None) -> IntArray:
    rules, loads = table.rules, table.loads
    found = np.empty((rank.size, rules.n), dtype=np.int64)
    state = np.zeros(rank.size, dtype=np.int64)
    sums, squares = np.full(rank.size, loads.start, dtype=np.int64), np.zeros(rank.size, dtype=np.int64)
    moves = np.array([loads.step(number) for number in range(rules.size)], dtype=np.int64)
    halvings = int(rules.size).bit_length()
    for place, prefix in enumerate(table.places):
        flat, (_, _, width, length) = prefix.reshape(-1), prefix.shape
        base = ((state * prefix.shape[1] + sums) * width + squares) * length
        if place == 0:
            low, high = np.zeros(rank.size, dtype=np.int64), np.full(rank.size, rules.size)
        else:
            first, stop = rules.reach(place)
            low, high = first[found[:, place - 1]], stop[found[:, place - 1]]
        under = flat[base + low]
        if draws is None:
            target = under + rank
        else:
            over = flat[base + high]
            target = np.minimum(under + draws[:, place] * (over - under), np.nextafter(over, 0))
        for _ in range(halvings):
            middle = (low + high) // 2
            left = flat[base + middle] > target
            high, low = np.where(left, middle, high), np.where(left, low, middle)
        if draws is None:
            rank = target - flat[base + low]
        found[:, place] = low
        state = rules.machine[state, low]
        sums, squares = sums + moves[low, 0], squares + moves[low, 1]
    return found


def numbers_at_places(table: CountingTable) -> Numbers:
    """Count, over all data sets, how often each number stands at each place.

    Returns
    -------
    ndarray, shape (n, size)
        Each row adds up to the number of data sets.
    """
    rows = []
    for place, before in enumerate(_ways_before(table)):
        after = _after(table, place)
        rows.append(np.einsum("qsrw,qsrw->w", before, after))
    return np.stack(rows)


def numbers_at_pair(table: CountingTable, place: int) -> Numbers:
    """Count, over all data sets, each pair of numbers at a place (rows) and the next (columns)."""
    rules = table.rules
    before = next(islice(_ways_before(table), place, None))
    following = np.diff(table.places[place + 1], axis=-1)
    pairs = before.reshape(-1, rules.size).T @ following.reshape(-1, rules.size)
    return np.asarray(np.where(_allowed(table, place + 1), pairs, 0))


def _after(table: CountingTable, place: int) -> Numbers:
    """Ways to fill the later places, by state, sums and the number at `place`."""
    rules = table.rules
    if place + 1 < rules.n:
        return ways_after(rules, place + 1, table.places[place + 1])
    ends = rules.accepting[:, None, None] & table.loads.accepted
    return np.broadcast_to(ends[..., None], (*ends.shape, rules.size)).astype(table.places[0].dtype)


def _allowed(table: CountingTable, place: int) -> BoolArray:
    first, stop = table.rules.reach(place)
    numbers = np.arange(table.rules.size)
    return np.asarray((numbers >= first[:, None]) & (numbers < stop[:, None]))


def _ways_before(table: CountingTable) -> Iterator[Numbers]:
    """Yield, place by place, the ways to come to each state, sums and number."""
    rules, loads = table.rules, table.loads
    shape = (rules.accepting.size, *loads.accepted.shape, rules.size)
    arriving = np.zeros(shape, dtype=table.places[0].dtype)
    arriving[0, loads.start, 0, :] = 1
    for place in range(rules.n):
        here = np.zeros_like(arriving)
        for number in range(int(rules.lowest[place]), int(rules.highest[place]) + 1):
            more, squares = loads.step(number)
            for state, following in enumerate(rules.machine[:, number]):
                if following >= 0:
                    here[following, :, :, number] += shifted(arriving[state, :, :, number], (-more, -squares))
        yield here
        if place + 1 < rules.n:
            arriving = _onward(table, place + 1, here)


def _onward(table: CountingTable, place: int, ways: Numbers) -> Numbers:
    """Move from the number at the place before to the numbers that may follow at `place`."""
    if place in table.rules.pairs:
        return np.asarray(ways @ _allowed(table, place).astype(ways.dtype))
    return np.asarray(np.cumsum(ways, axis=-1))
