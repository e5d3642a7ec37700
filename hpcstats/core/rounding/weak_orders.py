"""Every order, ties included, that times within their intervals can have.

A statistic of ranks sees who is tied with whom, who comes before whom, and between which two event times a
patient is censored. So an order is a sequence of blocks of tied events, with those censored since the block
before ahead of each. Patients alike in everything change places without effect: they are counted, not named.
A sequence is possible when the blocks, each as soon as the block before allows, keep within all intervals.
"""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from hpcstats.core.risk_sets import IntArray
from hpcstats.core.rounding.compatible_times import Ranges

Left = tuple[int, ...]
Node = tuple[Any, tuple[tuple[int, int, int], ...]]
"""What came before, and who leaves here: (kind, number, key) each."""


@dataclass(frozen=True, slots=True, eq=False)
class Kinds:
    """Patients alike: their rows, first and last place, and whether they have the event."""

    rows: tuple[tuple[int, ...], ...]
    first: tuple[int, ...]
    last: tuple[int, ...]
    event: tuple[bool, ...]

    @classmethod
    def of(cls, ranges: Ranges, label: IntArray) -> Kinds:
        """Collect patients with equal intervals, status and label."""
        columns = (ranges.first.tolist(), ranges.last.tolist(), ranges.event.tolist(), label.tolist())
        found: dict[tuple[int, int, bool, int], list[int]] = {}
        for row, kind in enumerate(zip(*columns, strict=True)):
            found.setdefault(kind, []).append(row)
        first, last = (tuple(kind[at] for kind in found) for at in (0, 1))
        return cls(tuple(map(tuple, found.values())), first, last, tuple(kind[2] for kind in found))

    def choices(self, left: Left, latest: int, *, events: bool) -> Iterator[Left]:
        """Give every choice among those left, with or without the event, who may come by a place."""
        return itertools.product(
            *(
                range(number + 1) if event == events and first <= latest else (0,)
                for number, event, first in zip(left, self.event, self.first, strict=True)
            )
        )

    def due(self, left: Left, *, events_only: bool = False) -> int | None:
        """Return the place by which the first of those left must have come; None with nobody left."""
        return min(
            (
                last
                for number, last, event in zip(left, self.last, self.event, strict=True)
                if number and (event or not events_only)
            ),
            default=None,
        )


def all_orders(ranges: Ranges, label: IntArray, limit: int) -> IntArray | None:
    """Return a key for each patient of each order, (B, n); None for more than `limit` orders.

    The slots of a gap are ``n + 1``: ``key // (n + 1)`` is the place.
    """
    kinds = Kinds.of(ranges, label)
    if _open_choices(kinds) > limit:
        return None
    found: list[list[int]] = []
    for node in _orders(kinds, len(label) + 1):
        if len(found) == limit:
            return None
        found.append(_keys(kinds, node, len(label)))
    return np.array(found, dtype=np.int64)


def _open_choices(kinds: Kinds) -> int:
    """Count orders of pairs who share a gap, nobody in two of them: there are about as many, or far more."""
    sizes = zip(kinds.first, kinds.last, kinds.event, map(len, kinds.rows), strict=True)
    people = ((last, first, event, kind, n) for kind, (first, last, event, n) in enumerate(sizes))
    waiting = sorted(person[:4] for person in people for _ in range(person[4]))
    pairs: Counter[tuple[int, int]] = Counter()
    while waiting:
        last, first, event, kind = waiting.pop(0)
        for place, (other_last, other_first, other_event, other) in enumerate(waiting):
            start, end = max(first, other_first), min(last, other_last)
            in_a_gap = end > start or (end == start and end % 2 == 1)
            if in_a_gap and kind != other and (event or other_event):
                pairs[min(kind, other), max(kind, other)] += 1
                del waiting[place]
                break
    return math.prod(number + 1 for number in pairs.values())


def _orders(kinds: Kinds, slots: int) -> Iterator[Node]:
    """Give every order as a chain of who leaves when."""
    everybody = tuple(map(len, kinds.rows))
    stack: list[tuple[Left, int, Node | None]] = [(everybody, -1, None)]
    while stack:
        left, key, before = stack.pop()
        due = kinds.due(left, events_only=True)
        if due is None:
            rest = _censored(kinds, left, key, slots)
            if rest is not None:
                yield before, rest
            continue
        for gone in kinds.choices(left, due, events=False):
            censored = _censored(kinds, gone, key, slots)
            if censored is None:
                continue
            after = tuple(a - b for a, b in zip(left, gone, strict=True))
            since = max([key, *(at for _, _, at in censored)])
            stack.extend(_blocks(kinds, after, since, slots, (before, censored)))


def _blocks(kinds: Kinds, left: Left, key: int, slots: int, before: Node) -> Iterator[tuple[Left, int, Node]]:
    """Give every next block of tied events, after which all who are left can still come in time."""
    due = kinds.due(left)
    assert due is not None
    for block in kinds.choices(left, due, events=True):
        at = _earliest(kinds, block, key, slots) if any(block) else None
        if at is None:
            continue
        rest = tuple(a - b for a, b in zip(left, block, strict=True))
        still = kinds.due(rest)
        if still is None or at // slots <= still:
            events = tuple((kind, number, at) for kind, number in enumerate(block) if number)
            yield rest, at, (before, events)


def _earliest(kinds: Kinds, block: Left, key: int, slots: int) -> int | None:
    """Return the first key after `key` that all of a block may share."""
    members = [kind for kind, number in enumerate(block) if number]
    first, last = max(kinds.first[kind] for kind in members), min(kinds.last[kind] for kind in members)
    before = key // slots
    following = key + 1 if before % 2 else (before + 1) * slots
    at = first * slots if first > before else following
    return at if at // slots <= last else None


def _censored(kinds: Kinds, gone: Left, key: int, slots: int) -> tuple[tuple[int, int, int], ...] | None:
    """Place those censored from `key` on, each as early as possible; None where one must be earlier."""
    placed = []
    for kind, number in enumerate(gone):
        if number:
            at = max(kinds.first[kind] * slots, key)
            if at // slots > kinds.last[kind]:
                return None
            placed.append((kind, number, at))
    return tuple(placed)


def _keys(kinds: Kinds, node: Node | None, size: int) -> list[int]:
    """Write the key of each patient."""
    keys = [0] * size
    rows = [iter(own) for own in kinds.rows]
    while node is not None:
        node, leaving = node
        for kind, number, key in leaving:
            for row in itertools.islice(rows[kind], number):
                keys[row] = key
    return keys
