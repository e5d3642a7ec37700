"""Fisher's exact test of a 2 x 2 table, in whole numbers: equally probable tables are recognised."""

from __future__ import annotations

from math import comb


def p_value(first: int, of_first: int, second: int, of_second: int) -> float:
    """Return the two-sided p-value: the probability of all tables no more probable than this one.

    Parameters
    ----------
    first, second : int
        Events in each group.
    of_first, of_second : int
        Patients in each group.
    """
    events, everybody = first + second, of_first + of_second
    ways = [
        comb(of_first, k) * comb(of_second, events - k)
        for k in range(max(0, events - of_second), min(events, of_first) + 1)
    ]
    seen = comb(of_first, first) * comb(of_second, second)
    return sum(count for count in ways if count <= seen) / comb(everybody, events)
