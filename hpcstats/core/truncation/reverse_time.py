"""The reverse-time product limit: F(t | T <= t*) of times seen only because they are below a limit.

On the grid t_0 < ... < t_{K-1} of distinct times, D_k fail at t_k, and at risk there are those whose time is
not later and whose limit is not earlier: R_k = sum of w_i over x_i <= t_k <= v_i, both ends included.
F(t_k) = prod over j > k of (1 - D_j / R_j), with Greenwood's sum over the same j.
(Lagakos, Barraj & De Gruttola 1988, doi:10.1093/biomet/75.3.515.)
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hpcstats.core.product_limit import greenwood_terms
from hpcstats.core.risk_sets import BoolArray, Counts, FloatArray, IntArray, add_at, distinct_times
from hpcstats.core.step_function import crossing, exact_side

_NEGLIGIBLE = 1e-12


@dataclass(frozen=True, slots=True)
class Windows:
    """Cases placed on the grid of their distinct times, with the grid times each could have been seen at.

    Attributes
    ----------
    times : ndarray, shape (K,)
        Distinct times, ascending.
    place : ndarray of int, shape (n,)
        Grid point of each case.
    first, last : ndarray of int, shape (n,)
        First and last grid point inside the window of each case, ``first <= place <= last``.
    """

    times: FloatArray
    place: IntArray
    first: IntArray
    last: IntArray

    @property
    def size(self) -> int:
        """Number of grid points."""
        return self.times.size


def place_windows(time: FloatArray, upper: FloatArray, lower: FloatArray | None = None) -> Windows:
    """Place times and window ends on the grid; an infinite end is none, rounding makes no difference."""
    ends = upper if lower is None else np.concatenate([upper, lower])
    finite = np.isfinite(ends)
    merged, position = distinct_times(np.concatenate([time, ends[finite]]))
    grid, place = np.unique(position[: time.size], return_inverse=True)
    settled = np.where(ends > 0, merged.size, -1)
    settled[finite] = position[time.size :]
    n = time.size
    return Windows(
        times=merged[grid],
        place=place.reshape(-1).astype(np.int64),
        first=np.zeros(n, dtype=np.int64) if lower is None else np.searchsorted(grid, settled[n:], "left"),
        last=np.searchsorted(grid, settled[:n], "right") - 1,
    )


def tally_reverse(windows: Windows, weights: FloatArray) -> Counts:
    """Count under each row of weights (B, n) who fails and who is at risk, x_i <= t <= v_i: (B, K) each."""
    events = add_at(weights, windows.place, windows.size)
    at_risk = np.cumsum(events - _ended_before(windows, weights), axis=1)
    return _settled(at_risk, events, weights)


def tally_windows(windows: Windows, weights: FloatArray) -> Counts:
    """Count who fails and whose window holds each grid point: (B, K) each."""
    events = add_at(weights, windows.place, windows.size)
    begun = add_at(weights, windows.first, windows.size)
    at_risk = np.cumsum(begun - _ended_before(windows, weights), axis=1)
    return _settled(at_risk, events, weights)


def _ended_before(windows: Windows, weights: FloatArray) -> FloatArray:
    """Add the weight of those whose window ended at the grid point before: (B, K)."""
    ended: FloatArray = add_at(weights, windows.last + 1, windows.size + 1)[:, :-1]
    return ended


def _settled(at_risk: FloatArray, events: FloatArray, weights: FloatArray) -> Counts:
    """Let sums that differ by rounding error alone be equal."""
    slack = _NEGLIGIBLE * weights.sum(axis=1, keepdims=True)
    at_risk = np.where(np.abs(at_risk - events) <= slack, events, at_risk)
    return Counts(at_risk=at_risk, events=events, exits=events)


def reverse_product(counts: Counts) -> tuple[FloatArray, FloatArray]:
    """Return F and Greenwood's sum at each grid point, both (B, K).

    F is 1 from the last time with weight on, and 0 below an inner point where everybody at risk fails;
    Greenwood's sum is infinite there.
    """
    d, n = counts.events, counts.at_risk
    staying = np.ones_like(n)
    np.divide(n - d, n, out=staying, where=n > 0)
    return _product_above(staying), _sum_above(greenwood_terms(counts))


def emptied(counts: Counts) -> BoolArray:
    """Tell where everybody at risk fails although earlier times were seen: (B, K)."""
    d, n = counts.events, counts.at_risk
    earlier = np.cumsum(d, axis=1) - d > 0
    found: BoolArray = (d > 0) & (d >= n) & earlier
    return found


def selection(counts: Counts) -> FloatArray:
    """Estimate P(V >= t_k), the chance that a case with time t_k is seen: (B, K).

    The product limit of the limits V, which the times truncate on the left: at t_k pass on those with
    x_i < t_k <= v_i, R_k - D_k in number, of the R_{k-1} at risk at the grid point before. It is 1 up to the
    first time with weight, and 0 from a point on where everybody at risk fails.
    """
    d, n = counts.events, counts.at_risk
    begun = np.cumsum(d, axis=1)[:, :-1] > 0
    passing = np.where(begun, 0.0, 1.0)
    np.divide((n - d)[:, 1:], n[:, :-1], out=passing, where=n[:, :-1] > 0)
    return np.concatenate([np.ones((d.shape[0], 1)), np.cumprod(passing, axis=1)], axis=1)


def quantile(times: FloatArray, distribution: FloatArray, probability: float, counts: Counts | None) -> float:
    """Return where a distribution function (K,) first reaches `probability`, midpoint of a flat at it.

    With the `counts` of a product limit the tie of F and `probability` is decided by whole numbers.
    """
    side = 0
    if counts is not None:
        reversed_ = Counts(*(part[:, ::-1] for part in (counts.at_risk, counts.events, counts.exits)))
        before = np.concatenate([distribution[:-1][::-1], [0.0]])
        side = -exact_side(reversed_, before[None], 1 - probability)
    return crossing(times, 1 - distribution, 1 - probability, side)


def _product_above(values: FloatArray) -> FloatArray:
    """Multiply the values at all later grid points."""
    found = np.ones_like(values)
    found[:, :-1] = np.cumprod(values[:, :0:-1], axis=1)[:, ::-1]
    return found


def _sum_above(values: FloatArray) -> FloatArray:
    found = np.zeros_like(values)
    found[:, :-1] = np.cumsum(values[:, :0:-1], axis=1)[:, ::-1]
    return found
