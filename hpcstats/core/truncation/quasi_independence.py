"""Conditional Kendall's tau of a time and the limits of the window it was seen through.

Two cases are comparable when each could have been seen with the other's time: both times lie in both windows.
Given that, under quasi-independence the times are equally likely the other way round. K adds the signs of
(x_i - x_j)(v_i - v_j) over comparable pairs (Tsai 1990, doi:10.1093/biomet/77.1.169; Martin & Betensky 2005,
doi:10.1198/016214504000001538). Times are given as whole numbers, equal for equal times.
"""

from __future__ import annotations

import numpy as np

from hpcstats.core.risk_sets import FloatArray, IntArray, distinct_times

_PIECE = 2_000_000


def codes_of(*columns: FloatArray) -> tuple[IntArray, ...]:
    """Number the times of several columns together, in order; times equal but for rounding share a number."""
    joined = np.concatenate(columns)
    finite = np.isfinite(joined)
    merged, position = distinct_times(joined[finite])
    codes = np.where(joined > 0, merged.size, -1).astype(np.int64)
    codes[finite] = position
    return tuple(np.split(codes, len(columns)))


def signs_of_pairs(time: IntArray, windows: IntArray, given: IntArray) -> tuple[FloatArray, FloatArray]:
    """Add for each case the comparable pairs and their signs.

    Parameters
    ----------
    time : ndarray of int, shape (n,)
        Codes of the times.
    windows : ndarray of int, shape (2, n)
        Codes of the beginnings and ends of the windows.
    given : ndarray of int, shape (L, n)
        The limits that are looked at.

    Returns
    -------
    ndarray, shapes (n,) and (L, n)
        Pairs of each case, and sums of their signs.
    """
    n = time.size
    pairs, signs = np.empty(n), np.empty((len(given), n))
    step = max(1, _PIECE // max(1, n))
    for start in range(0, n, step):
        rows = np.arange(start, min(start + step, n))
        seen = (windows[0][None] <= time[rows, None]) & (time[rows, None] <= windows[1][None])
        seen &= (windows[0][rows, None] <= time[None]) & (time[None] <= windows[1][rows, None])
        seen[np.arange(rows.size), rows] = False
        order = np.sign(time[rows, None] - time[None]) * seen
        pairs[rows] = seen.sum(axis=1)
        for number, limit in enumerate(given):
            signs[number, rows] = (order * np.sign(limit[rows, None] - limit[None])).sum(axis=1)
    return pairs, signs


def null_variance(time: IntArray, upper: IntArray) -> float:
    """Return the variance of K under right truncation, given all risk sets.

    At each time the d cases that fail are a random draw from the r at risk, with scores a = (limits below)
    less (limits above) among them: d (r - d) / (r - 1) times the mean of a squared. Without ties
    (r^2 - 1) / 3.
    """
    total = 0.0
    for now in np.unique(time):
        pool = np.sort(upper[(time <= now) & (upper >= now)])
        d, r = int((time == now).sum()), pool.size
        if r > 1:
            scores = np.searchsorted(pool, pool, "left") - (r - np.searchsorted(pool, pool, "right"))
            total += d * (r - d) / (r - 1) * float(np.mean(scores.astype(np.float64) ** 2))
    return total


def choices(time: IntArray, upper: IntArray) -> IntArray:
    """Count what each case, from the latest time down, could be paired with: their product counts pairings.

    A limit is open to a time when it is not before it and no later time has taken it, so that the numbers
    do not depend on what was taken.
    """
    ordered = np.sort(time)[::-1]
    return np.array([(upper >= now).sum() - taken for taken, now in enumerate(ordered)], dtype=np.int64)


def concordance_of_pairings(time: IntArray, upper: IntArray, digits: IntArray) -> IntArray:
    """Return K of pairings of the times with the limits: (M,).

    Row m of `digits` (M, n) says which of the open limits each case takes, from the latest time down, counted
    from the smallest limit.
    """
    ordered, limits = np.sort(time)[::-1], np.sort(upper)
    free = np.ones((len(digits), limits.size), dtype=bool)
    rows, total = np.arange(len(digits)), np.zeros(len(digits), dtype=np.int64)
    same_begin = np.searchsorted(limits, limits, "left")
    same_end = np.searchsorted(limits, limits, "right")
    taken = 0
    while taken < ordered.size:
        now = ordered[taken]
        begin = int(np.searchsorted(limits, now, "left"))
        pool = free[:, begin:]
        counted = np.concatenate([np.zeros((rows.size, 1), dtype=np.int64), np.cumsum(pool, axis=1)], axis=1)
        below, up_to = counted[:, same_begin[begin:] - begin], counted[:, same_end[begin:] - begin]
        scores = below - (counted[:, -1:] - up_to)
        for case in np.flatnonzero(ordered == now):
            pick = np.argmax(np.cumsum(pool, axis=1) > digits[:, case, None], axis=1)
            total += scores[rows, pick]
            pool[rows, pick] = False
            taken += 1
    return total


def digits_of(numbers: IntArray, base: IntArray) -> IntArray:
    """Write whole numbers in the mixed base: (M, n)."""
    digits = np.empty((numbers.size, base.size), dtype=np.int64)
    left = numbers.copy()
    for place in range(base.size):
        digits[:, place] = left % base[place]
        left //= base[place]
    return digits


def share_as_extreme(base: IntArray, observed: int) -> float:
    """Return P(|K| >= |observed|) without ties, where K is a sum of independent uniform scores.

    Of r at risk the one that fails has a score -(r-1), -(r-3), ..., r-1, each with probability 1/r.
    """
    chances = np.ones(1)
    for r in base[base > 1].tolist():
        running = np.cumsum(np.concatenate([chances, np.zeros(r - 1)]))
        running[r:] -= running[:-r].copy()
        chances = running / r
    values = 2 * np.arange(chances.size) - (chances.size - 1)
    return float(min(1.0, chances[np.abs(values) >= abs(observed)].sum()))


def window_pairings(time: IntArray, windows: IntArray, most: int) -> IntArray | None:
    """List all ways to pair times with windows that hold them, (M, n), or None for more than `most`.

    Entry i of a row is the case whose window time i takes; the most constrained times choose first.
    """
    n = time.size
    allowed = (windows[0][None] <= time[:, None]) & (time[:, None] <= windows[1][None])
    order = np.argsort(allowed.sum(axis=1), kind="stable")
    partial = np.zeros((1, 0), dtype=np.int64)
    for i in order:
        options = np.flatnonzero(allowed[i])
        if len(partial) * options.size > 4 * most:
            return None
        longer = np.repeat(partial, options.size, axis=0)
        added = np.tile(options, len(partial))
        fresh = ~(longer == added[:, None]).any(axis=1)
        partial = np.column_stack([longer[fresh], added[fresh]])
    if len(partial) > most:
        return None
    pairings = np.empty_like(partial)
    pairings[:, order] = partial
    return pairings if n else None


def signs_of_pairings(time: IntArray, windows: IntArray, pairings: IntArray) -> FloatArray:
    """Return K of the beginnings and of the ends for each pairing (M, n): (M, 2)."""
    found = np.empty((len(pairings), 2))
    step = max(1, _PIECE // max(1, time.size**2))
    order = np.sign(time[:, None] - time[None])
    for start in range(0, len(pairings), step):
        low, high = (end[pairings[start : start + step]] for end in windows)
        seen = (low[:, None, :] <= time[:, None]) & (time[:, None] <= high[:, None, :])
        both = order * (seen & np.swapaxes(seen, 1, 2))
        for number, end in enumerate((low, high)):
            sign = np.sign(end[:, :, None] - end[:, None, :])
            found[start : start + step, number] = (both * sign).sum(axis=(1, 2)) / 2
    return found
