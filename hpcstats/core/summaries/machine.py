"""A machine that reads sorted numbers and tells whether certain values are among them.

Known values are given by the limits in which each lies; distinct ones must be matched with distinct numbers.
As the numbers come in ascending order, each is given to that open window that closes first: this matches all
whenever a matching exists. Numbers within limits are counted as they come.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from hpcstats.core.risk_sets import BoolArray, IntArray

Window = tuple[int, int]
Counted = tuple[int, int, int, int]
"""First and last number counted, least and greatest count."""

_State = tuple[frozenset[int], tuple[int, ...]]


def machine(windows: Sequence[Window], counts: Sequence[Counted], size: int) -> tuple[IntArray, BoolArray]:
    """Build the machine for numbers from 0 to ``size - 1``.

    Returns
    -------
    next : ndarray of int, shape (states, size)
        The following state, -1 where no continuation can be accepted.
    accepting : ndarray of bool, shape (states,)
        Whether a vector may end in the state; state 0 is the first.

    Examples
    --------
    >>> following, accepting = machine([(1, 2)], [], 4)
    >>> following.tolist(), accepting.tolist()
    ([[0, 1, 1, -1], [1, 1, 1, 1]], [False, True])
    """
    start: _State = frozenset(range(len(windows))), (0,) * len(counts)
    numbered = {start: 0}
    rows: list[list[int]] = []
    waiting = [start]
    for state in waiting:
        row = []
        for number in range(size):
            following = _read(state, number, windows, counts)
            if following is not None and following not in numbered:
                numbered[following] = len(numbered)
                waiting.append(following)
            row.append(-1 if following is None else numbered[following])
        rows.append(row)
    ends = [not open_ and _enough(seen, counts) for open_, seen in waiting]
    return np.array(rows, dtype=np.int64).reshape(len(rows), size), np.array(ends, dtype=bool)


def _read(state: _State, number: int, windows: Sequence[Window], counts: Sequence[Counted]) -> _State | None:
    open_, seen = state
    if any(windows[one][1] < number for one in open_):
        return None
    ready = [one for one in open_ if windows[one][0] <= number]
    if ready:
        open_ -= {min(ready, key=lambda one: (windows[one][1], one))}
    seen = tuple(
        before + (first <= number <= last) for before, (first, last, _, _) in zip(seen, counts, strict=True)
    )
    if any(now > most for now, (_, _, _, most) in zip(seen, counts, strict=True)):
        return None
    return open_, seen


def _enough(seen: Sequence[int], counts: Sequence[Counted]) -> bool:
    return all(now >= least for now, (_, _, least, _) in zip(seen, counts, strict=True))
