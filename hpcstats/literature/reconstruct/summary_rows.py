"""The data sets themselves, batch by batch: all of them in order, or a uniform sample."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from hpcstats.core.risk_sets import IntArray
from hpcstats.core.summaries.compatible_sets import CountingTable, counting_table
from hpcstats.core.summaries.tilt import has_spread, tilted
from hpcstats.core.summaries.walk import by_chance, by_rank
from hpcstats.errors import UnsupportedError
from hpcstats.literature.reconstruct.summary_grid import Plan

ENUMERATED = 1_000_000
"""Most data sets that "auto" lists."""

_MOST_ENUMERATED = 20_000_000
_MOST_TRIED = 10_000_000
_MOST_TRIED_IN_VAIN = 1_000_000
_BATCH = 32_768


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rows:
    """Where the data sets come from.

    Attributes
    ----------
    plan : Plan
        Grid and rules.
    table : CountingTable
        The table they are looked up in.
    count : int or float
        How many compatible data sets there are.
    exact : bool
        Whether the count is exact.
    complete : bool
        Whether `batches` gives all of them.
    size : int
        How many `batches` gives.
    entropy : int
        What the sample is drawn from.
    kept : ndarray or None
        Those that were kept where the table leaves out the spread.
    """

    plan: Plan
    table: CountingTable
    count: int | float
    exact: bool
    complete: bool
    size: int
    entropy: int
    kept: IntArray | None = None

    def batches(self) -> Iterator[IntArray]:
        """Yield the numbers of the data sets as sorted rows."""
        if self.kept is not None:
            yield from (self.kept[start : start + _BATCH] for start in range(0, self.size, _BATCH))
        elif self.complete:
            yield from _all(self.table)
        else:
            left = self.size
            for batch in _drawn(self.table, np.random.default_rng(self.entropy), self.size):
                yield batch[:left]
                left -= len(batch)


def rows_of(plan: Plan, method: str, n_samples: int, generator: np.random.Generator) -> Rows:
    """Count the data sets and decide whether to list or to sample them.

    Raises
    ------
    UnsupportedError
        If they are too many to be listed, the table is too large, or a sample cannot be found.
    """
    plan.check_size()
    table = counting_table(plan.rules)
    entropy = int(generator.integers(2**62))
    listed = _is_listed(table, method)
    if plan.spread is not None:
        return _with_spread(plan, table, n_samples, entropy, listed=listed)
    whole = isinstance(table.total, int)
    size = int(table.total) if listed else n_samples if table.total else 0
    return Rows(
        plan=plan, table=table, count=table.total, exact=whole, complete=listed, size=size, entropy=entropy
    )


def _is_listed(table: CountingTable, method: str) -> bool:
    total = table.total
    if method == "auto":
        return total <= ENUMERATED
    if method == "enumerate" and total > _MOST_ENUMERATED:
        raise UnsupportedError(
            f"{total:,.0f} data sets are too many to be listed. Write method='sample', or 'auto'."
        )
    return method == "enumerate"


def _all(table: CountingTable) -> Iterator[IntArray]:
    total = int(table.total)
    for start in range(0, total, _BATCH):
        yield by_rank(table, np.arange(start, min(start + _BATCH, total)))


def _drawn(table: CountingTable, generator: np.random.Generator, enough: int) -> Iterator[IntArray]:
    for _ in range(0, enough, _BATCH):
        if isinstance(table.total, int):
            yield by_rank(table, generator.integers(table.total, size=_BATCH))
        else:
            yield by_chance(table, generator.random((_BATCH, table.rules.n)))


def _with_spread(plan: Plan, table: CountingTable, n_samples: int, entropy: int, *, listed: bool) -> Rows:
    """Keep those data sets whose spread agrees: of all, or of draws that come near it."""
    assert plan.spread is not None
    if listed:
        found = [batch[has_spread(batch, plan.spread)] for batch in _all(table)]
        count: int | float = sum(map(len, found))
    else:
        found, count = _near_spread(plan, plan.spread, n_samples, np.random.default_rng(entropy))
    rows = np.concatenate([np.empty((0, table.rules.n), dtype=np.int64), *found])
    return Rows(
        plan=plan,
        table=table,
        count=count,
        exact=listed,
        complete=listed,
        size=len(rows),
        entropy=entropy,
        kept=rows,
    )


def _near_spread(
    plan: Plan, spread: tuple[int, int], n_samples: int, generator: np.random.Generator
) -> tuple[list[IntArray], float]:
    near = tilted(plan.rules, spread, generator)
    found: list[IntArray] = []
    tried, kept, stands_for = 0, 0, 0.0
    while kept < n_samples and tried < _MOST_TRIED:
        batch = near.draw(generator, _BATCH)
        chosen, weight = near.keep(batch, generator)
        found.append(batch[chosen][: n_samples - kept])
        tried, kept, stands_for = tried + _BATCH, kept + int(chosen.sum()), stands_for + weight
        if tried >= _MOST_TRIED_IN_VAIN and not kept:
            break
    if kept < n_samples:
        raise UnsupportedError(
            f"Of {tried:,} data sets drawn near the standard deviation, {kept:,} agree with it, too few for "
            f"a sample of {n_samples:,}. Ask for fewer, take a coarser grid, or doubt the summary."
        )
    return found, float(near.table.total) * stands_for / tried
