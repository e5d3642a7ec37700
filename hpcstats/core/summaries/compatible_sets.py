"""How many sorted vectors of whole numbers obey the rules of a summary: counted place by place.

The numbers of a data set are sorted, x_1 <= ... <= x_n, each from 0 to ``size - 1``; a data set is thus a
multiset. With q the state of the machine (see `compatible_sets_machine`), s the running sum, r the running
sum of squares about a centre, and T_i(q, s, r, v) the number of ways to fill the places after i when
x_i = v::

    T_n(q, s, r, v)     = 1 if q, s and r are accepted, else 0
    T_{i-1}(q, s, r, v) = sum of T_i(q'(q, w), s + w, r + (w - c)^2, w) over the w allowed at place i after v

The sums over w are kept as prefix sums, so that a data set can be looked up by its rank.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from hpcstats.core.risk_sets import FloatArray
from hpcstats.core.summaries.rules import Loads, Numbers, Rules, loads_of, number_type


def shifted(ways: Numbers, step: tuple[int, int]) -> Numbers:
    """Read ``ways[s + step[0], r + step[1]]``; beyond the array there is no way."""
    moved = np.zeros_like(ways)
    here, there = zip(*(_overlap(size, by) for size, by in zip(ways.shape, step, strict=True)), strict=True)
    moved[here] = ways[there]
    return moved


def _overlap(size: int, by: int) -> tuple[slice, slice]:
    if abs(by) >= size:
        return slice(0, 0), slice(0, 0)
    return slice(max(0, -by), size - max(0, by)), slice(max(0, by), size - max(0, -by))


def places_from_last(
    rules: Rules, loads: Loads, kind: Any, weights: FloatArray | None = None
) -> Iterator[Numbers]:
    """Yield the prefix sums of each place, from the last to the first.

    With weights of the numbers, each way counts as the product of the weights of its numbers.

    Yields
    ------
    ndarray, shape (states, sums, squares, size + 1)
        In ``[q, s, r, w]`` the number of ways to fill this and the later places with less than w here,
        from state q and the running sums s and r.
    """
    states, shape = rules.accepting.size, loads.accepted.shape
    after = np.zeros((states, *shape, rules.size), dtype=kind)
    after[...] = (rules.accepting[:, None, None] & loads.accepted)[..., None]
    for place in reversed(range(rules.n)):
        ways = np.zeros((states, *shape, rules.size + 1), dtype=kind)
        for number in range(int(rules.lowest[place]), int(rules.highest[place]) + 1):
            step = loads.step(number)
            for state, following in enumerate(rules.machine[:, number]):
                if following >= 0:
                    ways[state, :, :, number + 1] = shifted(after[following, :, :, number], step)
        if weights is not None:
            ways[..., 1:] *= weights
        prefix = np.cumsum(ways, axis=-1, out=ways)
        yield prefix
        after = ways_after(rules, place, prefix)


def ways_after(rules: Rules, place: int, prefix: Numbers) -> Numbers:
    """Return the number of ways to fill `place` and the later ones, by the number at the place before."""
    first, stop = rules.reach(place)
    return np.asarray(prefix[..., stop] - prefix[..., first])


def is_possible(rules: Rules) -> bool:
    """Tell whether any vector obeys the rules, without keeping the table."""
    if np.any(rules.lowest > rules.highest):
        return False
    loads = loads_of(rules)
    if not loads.accepted.any():
        return False
    *_, first = places_from_last(rules, loads, np.float64)
    return bool(first[0, loads.start, 0, -1] > 0)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CountingTable:
    """The prefix sums of all places, and how many data sets there are.

    Attributes
    ----------
    rules : Rules
        What the data sets obey.
    loads : Loads
        The layout of the running sums.
    places : tuple of ndarray
        The prefix sums from the first place to the last.
    """

    rules: Rules
    loads: Loads
    places: tuple[Numbers, ...]

    @property
    def total(self) -> int | float:
        """Number of data sets; an integer where it is exact."""
        value = self.places[0][0, self.loads.start, 0, -1]
        return int(value) if isinstance(value, np.integer) else float(value)


def counting_table(rules: Rules, weights: FloatArray | None = None) -> CountingTable:
    """Count the data sets that obey the rules, and keep what is needed to look them up.

    With weights (one for each number) a data set counts as the product of the weights of its numbers.
    """
    loads = loads_of(rules)
    kind = number_type(rules) if weights is None else np.float64
    places = tuple(places_from_last(rules, loads, kind, weights))
    return CountingTable(rules=rules, loads=loads, places=places[::-1])
