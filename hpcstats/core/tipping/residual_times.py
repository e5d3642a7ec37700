"""Times after a censoring, drawn from a cumulative hazard that is multiplied from there on.

With H the cumulative hazard of a group and E a unit exponential number, a patient censored at c whose hazard
is delta times that of the group fails at the first t > c with H(t) >= H(c) + E / delta, so that
P(T > t | T > c) = (S(t) / S(c))^delta. The same E serves every delta: the larger delta, the earlier the time.
Whoever would fail after the end of what is known is censored there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from hpcstats.core.risk_sets import BoolArray, FloatArray, IntArray
from hpcstats.core.step_function import last_at_or_before

_CERTAIN = 1000.0
"""Hazard of an event that nobody at risk escapes; larger than any wait."""
_LONGEST = 700.0


@dataclass(frozen=True, slots=True)
class StepHazard:
    """Cumulative hazards that jump at event times.

    Attributes
    ----------
    times : ndarray, shape (K,)
        Event times, ascending.
    cumulative : ndarray, shape (m, K)
        m cumulative hazards.
    end : float
        Last time anything is known of.
    """

    times: FloatArray
    cumulative: FloatArray
    end: float

    @classmethod
    def of(cls, times: FloatArray, hazards: FloatArray, end: float) -> StepHazard:
        """Add up the hazards (m, K), probabilities to fail at each time."""
        with np.errstate(divide="ignore"):
            jumps = np.minimum(-np.log1p(-hazards), _LONGEST)
        return cls(times, np.cumsum(np.where(hazards >= 1, _CERTAIN, jumps), axis=1), end)

    @classmethod
    def proportional(cls, times: FloatArray, jumps: FloatArray, ratio: FloatArray, end: float) -> StepHazard:
        """Add up the jumps (m, K) of a baseline hazard, multiplied by the hazard ratios (m,)."""
        return cls(times, np.cumsum(np.minimum(jumps * ratio[:, None], _CERTAIN), axis=1), end)

    def after(self, start: FloatArray, waits: FloatArray, delta: FloatArray) -> tuple[FloatArray, BoolArray]:
        """Return times and events (D, m, c).

        Parameters
        ----------
        start : ndarray, shape (c,)
            When each patient was censored.
        waits : ndarray, shape (m, c)
            Unit exponential numbers.
        delta : ndarray, shape (D,)
            Hazard ratios after the censoring.
        """
        before = last_at_or_before(self.times, start)
        rows = self.cumulative.shape[0]
        passed = np.concatenate([np.zeros((rows, 1)), self.cumulative], axis=1)[:, before + 1]
        target = passed + _stretched(waits, delta, _LONGEST)
        place = np.maximum(_first_reaching(self.cumulative, target), before + 1)
        event = place < self.times.size
        known = np.append(self.times, self.end)
        return np.where(event, known[place], np.maximum(self.end, start)), event


@dataclass(frozen=True, slots=True)
class LineHazard:
    """Cumulative hazards that rise in straight pieces.

    Attributes
    ----------
    cuts : ndarray, shape (P + 1,)
        Ends of the pieces, from 0 to the last time anything is known of.
    rates : ndarray, shape (m, P)
        m hazards in each piece, positive.
    """

    cuts: FloatArray
    rates: FloatArray

    def after(self, start: FloatArray, waits: FloatArray, delta: FloatArray) -> tuple[FloatArray, BoolArray]:
        """Return times and events (D, m, c), as `StepHazard.after`."""
        widths, end = np.diff(self.cuts), float(self.cuts[-1])
        cumulative = np.concatenate(
            [np.zeros((self.rates.shape[0], 1)), np.cumsum(self.rates * widths, axis=1)], axis=1
        )
        spent = np.clip(start[:, None] - self.cuts[:-1], 0.0, widths)
        last = cumulative[:, -1:]
        passed = np.minimum(self.rates @ spent.T, last)
        target = passed + _stretched(waits, delta, last + 1)
        event = target < last
        place = np.minimum(_first_reaching(cumulative[:, 1:], target), widths.size - 1)
        row = np.arange(self.rates.shape[0])[:, None]
        within = (target - cumulative[row, place]) / self.rates[row, place]
        # Later than the censoring, however large the hazard.
        time = np.maximum(self.cuts[place] + within, np.nextafter(start, np.inf))
        return np.where(event, time, np.maximum(end, start)), event


def exposure(
    cuts: FloatArray, time: FloatArray, event: BoolArray, entry: FloatArray | None
) -> tuple[FloatArray, FloatArray]:
    """Return events and time at risk in each piece (cut, next cut], (P,) each; nothing after the last cut."""
    widths = np.diff(cuts)
    lived = np.clip(time[:, None] - cuts[:-1], 0.0, widths)
    if entry is not None:
        lived -= np.clip(entry[:, None] - cuts[:-1], 0.0, widths)
    happened = time[event & (time <= cuts[-1])]
    place = np.clip(np.searchsorted(cuts, happened, side="left") - 1, 0, widths.size - 1)
    return np.bincount(place, minlength=widths.size).astype(np.float64), lived.sum(axis=0)


def _stretched(waits: FloatArray, delta: FloatArray, longest: Any) -> FloatArray:
    """Divide waits (m, c) by each delta (D, m, c); none is longer than the longest that matters."""
    with np.errstate(over="ignore"):
        return np.asarray(np.minimum(waits / delta[:, None, None], longest), dtype=np.float64)


def _first_reaching(cumulative: FloatArray, target: FloatArray) -> IntArray:
    """Return where each of m rising rows (m, K) first reaches the heights (..., m, c); K where it never does.

    All rows are searched as one: each is lifted above the one before.
    """
    rows, size = cumulative.shape
    top = max(float(cumulative.max(initial=0.0)), float(target.max(initial=0.0))) + 1.0
    lift = top * np.arange(rows)
    found = np.searchsorted((cumulative + lift[:, None]).ravel(), target + lift[:, None], side="left")
    return np.asarray(np.clip(found - size * np.arange(rows)[:, None], 0, size), dtype=np.int64)
