"""Confidence distributions of a quantile of the event time, and their melding.

The one-sided limits of the p-quantile are the times at which one-sided beta product limits of S pass 1 - p.
Over all levels they make two discrete distributions, one of lower and one of upper limits, with

P(lower <= t) = P(W-(t) <= 1 - p),   P(upper <= t) = P(W+(t) <= 1 - p)

on the observed times; what is left stands at -infinity (before the first time) and at +infinity.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import betainc

from hpcstats.core.limits.beta_product import parameters
from hpcstats.core.risk_sets import Counts, FloatArray

_ROUNDING = 1e-12


@dataclass(frozen=True, slots=True)
class Steps:
    """A discrete distribution: places ascending, infinite ones included, and the probabilities there."""

    places: FloatArray
    masses: FloatArray

    def on_log_scale(self) -> Steps:
        """Return the distribution of the logarithm; what lies before time 0 counts as 0."""
        with np.errstate(divide="ignore"):
            return Steps(np.log(np.maximum(self.places, 0.0)), self.masses)

    def mixed_with(self, other: Steps) -> Steps:
        """Return the equal mixture of two distributions."""
        places = np.concatenate([self.places, other.places])
        order = np.argsort(places, kind="stable")
        return Steps(places[order], np.concatenate([self.masses, other.masses])[order] / 2)

    def lowest(self, tail: float) -> float:
        """Return the lowest place with P(at or below it) >= `tail`."""
        reached = np.cumsum(self.masses) >= tail - _ROUNDING
        return float(self.places[reached.argmax()])

    def highest(self, tail: float) -> float:
        """Return the highest place with P(at or above it) >= `tail`."""
        reached = np.cumsum(self.masses[::-1]) >= tail - _ROUNDING
        return float(self.places[::-1][reached.argmax()])


def lower_and_upper(times: FloatArray, counts: Counts, probability: float, tied: str) -> tuple[Steps, Steps]:
    """Return the distributions of the lower and of the upper limit of the quantile of one curve.

    Parameters
    ----------
    times, counts
        The grid (T,) and the counts (1, T) of one curve.
    probability : float
        Which quantile.
    tied : {"one", "all"}
        How many of the events at one time the upper distribution counts. With "one" W+(t) is replaced by
        W-(t-), which is the same where one event happens at t.
    """
    betas = parameters(counts)
    below = _chance_below(betas.a_low[0], betas.b_low[0], 1 - probability)
    above = _chance_below(betas.a_high[0], betas.b_high[0], 1 - probability)[1:]
    if tied == "one":
        happened = np.flatnonzero(counts.events[0] > 0)
        latest = np.searchsorted(happened, np.arange(times.size), side="right") - 1
        above = np.where(latest >= 0, np.append(below[happened], 0.0)[latest], 0.0)
    # Betas matched by moments may be out of order in the last digits or, rarely, more: the wider is kept.
    below = np.maximum.accumulate(below)
    above = np.minimum.accumulate(above[::-1])[::-1]
    return (
        Steps(np.append(-np.inf, times), np.diff(below, prepend=0.0)),
        Steps(np.append(times, np.inf), np.diff(np.append(above, 1.0), prepend=0.0)),
    )


def _chance_below(a: FloatArray, b: FloatArray, height: float) -> FloatArray:
    proper = (a > 0) & (b > 0)
    chance = betainc(np.where(proper, a, 1.0), np.where(proper, b, 1.0), height)
    return np.where(proper, chance, np.where(a > 0, 0.0, 1.0))


def chance_of_difference(x: Steps, y: Steps, v: float) -> float:
    """Return P(X - Y <= v); a difference that does not exist (both infinite alike) counts."""
    running = np.append(0.0, np.cumsum(x.masses))
    with np.errstate(invalid="ignore"):  # Not a number (infinity less infinity) is sorted above all places.
        position = np.searchsorted(x.places, y.places + v + _slack(x, y), side="right")
    return float(y.masses @ running[position])


def lowest_difference(x: Steps, y: Steps, tail: float) -> float:
    """Return the lowest v with P(X - Y <= v) >= `tail`: a difference of two places, or infinite."""
    wanted, slack = tail - _ROUNDING, _slack(x, y)
    ahead, behind = x.places[np.isfinite(x.places)], y.places[np.isfinite(y.places)]
    if chance_of_difference(x, y, -np.inf) >= wanted:
        return -float("inf")
    if not (ahead.size and behind.size) or chance_of_difference(x, y, ahead[-1] - behind[0]) < wanted:
        return float("inf")
    low, high = ahead[0] - behind[-1] - 1.0, ahead[-1] - behind[0]
    while high - low > slack:
        middle = low + (high - low) / 2
        if middle in (low, high):
            break
        if chance_of_difference(x, y, middle) >= wanted:
            high = middle
        else:
            low = middle
    following = np.searchsorted(ahead, behind + low + slack, side="right")
    inside = following < ahead.size
    return float((ahead[following[inside]] - behind[inside]).min())


def _slack(x: Steps, y: Steps) -> float:
    """Return the rounding error of a difference of two places."""
    places = np.concatenate([x.places, y.places])
    return float(_ROUNDING * np.abs(places[np.isfinite(places)]).max(initial=0.0))
