"""From a curve and its numbers at risk to events and censorings: the algorithm of Guyot et al. 2012.

Points k = 0, 1, ... of the curve at t_k lie in intervals i between the times of the risk table; L_i is the
first point of interval i, and the patients at risk there are those of the table. Within an interval

    d_k = round(n_k (1 - S_k / K_l)),  K_k = K_l (1 - d_k / n_k),  n_{k+1} = n_k - d_k - c_k

with l the last point with an event, K the rebuilt curve, and c_k censorings spread evenly over the interval,
as many as make n at L_{i+1} what the table says.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hpcstats.columns import FloatArray, IntArray

_ROUNDS = 500


@dataclass(slots=True, eq=False)
class Rebuilt:
    """Events and censorings at each point, as they are being found.

    Attributes
    ----------
    time, survival : ndarray, shape (K,)
        The points of the published curve.
    events, censored : ndarray of int, shape (K,)
        Events at each point; censored between it and the next.
    at_risk : ndarray of int, shape (K + 1,)
        At risk just before each point; at the end those left.
    estimate : ndarray, shape (K,)
        The rebuilt curve.
    """

    time: FloatArray
    survival: FloatArray
    events: IntArray
    censored: IntArray
    at_risk: IntArray
    estimate: FloatArray

    @classmethod
    def begin(cls, time: FloatArray, survival: FloatArray, number: int) -> Rebuilt:
        """Begin with everybody at risk."""
        size, counts = time.size, np.zeros(time.size, dtype=np.int64)
        at_risk = np.full(size + 1, number, dtype=np.int64)
        return cls(time, survival, counts, counts.copy(), at_risk, np.ones(size))

    def spread(self, number: int, first: int, last: int, end: int) -> None:
        """Spread censorings evenly between points `first` and `end` over the points up to `last`."""
        self.censored[first : last + 1] = 0
        if number > 0 and end > first:
            places = np.arange(1, number + 1) / (number + 1)
            times = self.time[first] + places * (self.time[end] - self.time[first])
            counts = np.histogram(times, self.time[first : end + 1])[0]
            self.censored[first:end] = counts

    def step(self, first: int, last: int) -> None:
        """Find events and numbers at risk from point `first` to `last`."""
        for k in range(first, last + 1):
            before = self.estimate[k - 1] if k else 1.0
            number = int(self.at_risk[k])
            ratio = min(1.0, self.survival[k] / before) if before > 0 else 1.0
            deaths = int(np.round(number * (1 - ratio)))
            self.events[k] = deaths
            self.estimate[k] = before * (1 - deaths / number) if number else before
            self.censored[k] = min(int(self.censored[k]), number - deaths)
            self.at_risk[k + 1] = number - deaths - self.censored[k]


def even(
    time: FloatArray, survival: FloatArray, table: FloatArray, numbers: IntArray, total: int | None
) -> Rebuilt:
    """Rebuild events and censorings, these spread evenly; every interval of the table must hold a point."""
    found = Rebuilt.begin(time, survival, int(numbers[0]))
    first = interval_starts(time, table)
    censored = [
        even_interval(found, start, following, int(wanted))
        for start, following, wanted in zip(first[:-1], first[1:], numbers[1:], strict=True)
    ]
    even_last_interval(found, first, censored, total)
    return found


def interval_starts(time: FloatArray, table: FloatArray) -> list[int]:
    """Return the first point of each interval of the risk table."""
    return [int(point) for point in np.searchsorted(time, table, side="left")]


def even_interval(found: Rebuilt, start: int, following: int, wanted: int) -> int:
    """Fill one interval so that `wanted` are at risk at the next; return how many are censored in it.

    Fewer at risk than wanted, with nobody censored, cannot be helped: the rebuilt number then goes on.
    """
    ratio = found.survival[following] / found.survival[start] if found.survival[start] > 0 else 0.0
    number = max(0, int(np.round(found.at_risk[start] * ratio - wanted)))
    tried: dict[int, int] = {}
    while number not in tried and len(tried) < _ROUNDS:
        found.spread(number, start, following - 1, following)
        found.step(start, following - 1)
        tried[number] = int(found.at_risk[following]) - wanted
        number = max(0, number + tried[number])
    best = min(tried, key=lambda one: (abs(tried[one]), one))
    found.spread(best, start, following - 1, following)
    found.step(start, following - 1)
    return best


def even_last_interval(found: Rebuilt, first: list[int], censored: list[int], total: int | None) -> None:
    """Fill the last interval: censored at the rate of those before, or as the total of events demands."""
    start, last = first[-1], found.time.size - 1
    earlier = int(found.events[:start].sum())
    number = 0
    if censored:
        duration = found.time[start - 1] - found.time[0]
        rate = sum(censored) / duration if duration > 0 else 0.0
        rate_of_interval = rate * (found.time[last] - found.time[start])
        number = min(int(np.round(rate_of_interval)), int(found.at_risk[start]))
    if total is not None and earlier >= total:
        _flat(found, start, last)
        return
    tried: dict[int, int] = {}
    while number not in tried and len(tried) < _ROUNDS:
        found.spread(number, start, last, last)
        found.step(start, last)
        tried[number] = 0 if total is None else int(found.events.sum()) - total
        number = min(max(0, number + tried[number]), int(found.at_risk[start]))
    best = min(tried, key=lambda one: (abs(tried[one]), one))
    found.spread(best, start, last, last)
    found.step(start, last)


def _flat(found: Rebuilt, start: int, last: int) -> None:
    """Let nothing happen in the last interval: the total of events is used up."""
    found.events[start:] = 0
    found.censored[start:] = 0
    found.at_risk[start:] = found.at_risk[start]
    found.estimate[start : last + 1] = found.estimate[start - 1] if start else 1.0
