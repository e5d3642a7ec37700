"""Restricted means of many subsets of one pooled sample at once, and what is done beyond their follow-up.

The restricted mean is the area under the product-limit curve up to the horizon, the lost time the area
above it. With A_k the area under the curve from t_k to the horizon, the variance is the sum over t_k before
it of A_k^2 d_k / (n_k (n_k - d_k)) (Greenwood) or A_k^2 d_k / n_k^2 (Nelson-Aalen), without a factor n/(n-1).
A curve that ends above 0 before the horizon has no restricted mean: it is extended flat, or its last
observation is taken for an event, or a Weibull distribution takes its place.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import gammainc, gammaln

from hpcstats.core.risk_sets import (
    SAME_TIME,
    BoolArray,
    Counts,
    FloatArray,
    RiskSets,
    count,
    reverse_cumulate,
)

_SHAPES = (1e-3, 1e3)
"""Weibull shapes looked at; a likelihood that rises beyond them has no maximum."""


@dataclass(frozen=True, slots=True)
class Means:
    """Restricted mean, time lost, variance of either, and whether the curve ends too early, (B,) each."""

    mean: FloatArray
    lost: FloatArray
    variance: FloatArray
    inestimable: BoolArray


def restricted_means(
    times: FloatArray,
    counts: Counts,
    horizon: float,
    *,
    last_fails: bool = False,
    variance: str = "greenwood",
) -> Means:
    """Return the restricted means of each row of `counts` (B, T).

    Parameters
    ----------
    times : ndarray, shape (T,)
        The grid of the counts.
    counts : Counts
        At risk, events and exits.
    horizon : float
        Upper end of the area.
    last_fails : bool
        Take everybody who leaves last for an event where the curve would end above 0 before the horizon;
        otherwise it is extended flat.
    variance : {"greenwood", "nelson-aalen"}
        d/(n(n-d)) or d/n^2.
    """
    inside = times < horizon
    grid, d, n = times[inside], counts.events[:, inside], counts.at_risk[:, inside]
    early = _at_an_early_end(times, counts, horizon)[:, inside]
    if last_fails:
        d = np.where(early, n, d)
    hazard = np.divide(d, n, out=np.zeros_like(d), where=n > 0)
    survival = np.cumprod(1.0 - hazard, axis=1, dtype=np.float64)
    width = np.diff(np.append(grid, horizon))
    areas = survival * width
    beyond = reverse_cumulate(areas)
    terms = np.zeros_like(d)
    spread = n * (n - d) if variance == "greenwood" else n * n
    np.divide(d, spread, out=terms, where=spread > 0)
    return Means(
        mean=(grid[0] if grid.size else horizon) + areas.sum(axis=1),
        lost=((1.0 - survival) * width).sum(axis=1),
        variance=(beyond**2 * terms).sum(axis=1),
        inestimable=np.any(early, axis=1),
    )


def _at_an_early_end(times: FloatArray, counts: Counts, horizon: float) -> BoolArray:
    """Mark the last time of a curve that ends above 0 before the horizon, (B, T)."""
    last = times.size - 1 - np.argmax(counts.exits[:, ::-1] > 0, axis=1)
    rows = np.arange(last.size)
    early = horizon - times[last] > SAME_TIME * horizon
    early &= counts.events[rows, last] < counts.at_risk[rows, last]
    marked = np.zeros(counts.exits.shape, dtype=bool)
    marked[rows[early], last[early]] = True
    return marked


@dataclass(frozen=True, slots=True)
class PooledSample:
    """One sample that is split in two again and again.

    Attributes
    ----------
    risk : RiskSets
        Everybody on one grid.
    exit_ : ndarray, shape (n,)
        Time at which each leaves.
    horizon : float
        Upper end of the restricted means.
    variance : str
        As in `restricted_means`.
    """

    risk: RiskSets
    exit_: FloatArray
    horizon: float
    variance: str

    def split(self, labels: BoolArray, rule: str) -> tuple[Means, Means]:
        """Return the means of those outside and inside each row of `labels` (B, n).

        Parameters
        ----------
        labels : ndarray of bool, shape (B, n)
            Who belongs to the second group.
        rule : {"extend", "switch", "average", "weibull"}
            What is done with a curve that ends above 0 before the horizon.
        """
        inside = labels.astype(np.float64)
        second = count(self.risk, inside)
        pooled = count(self.risk, np.ones((1, labels.shape[1])))
        first = Counts(
            at_risk=pooled.at_risk - second.at_risk,
            events=pooled.events - second.events,
            exits=pooled.exits - second.exits,
        )
        return self.means(first, 1.0 - inside, rule), self.means(second, inside, rule)

    def means(self, counts: Counts, weights: FloatArray, rule: str) -> Means:
        """Return the means of each row of `weights` (B, n), given its counts, under a rule of `split`."""
        if rule == "switch":
            return self._kernel(counts, last_fails=True)
        extended = self._kernel(counts)
        early = extended.inestimable
        if rule == "extend" or not early.any():
            return extended
        if rule == "average":
            switched = self._kernel(counts, last_fails=True)
            mean, lost = (extended.mean + switched.mean) / 2, (extended.lost + switched.lost) / 2
        else:
            mean, lost = extended.mean.copy(), extended.lost.copy()
            mean[early] = weibull_means(self.exit_, self.risk.event, weights[early], self.horizon)
            lost[early] = self.horizon - mean[early]
        return Means(mean=mean, lost=lost, variance=np.full(mean.size, np.nan), inestimable=early)

    def _kernel(self, counts: Counts, *, last_fails: bool = False) -> Means:
        return restricted_means(
            self.risk.times, counts, self.horizon, last_fails=last_fails, variance=self.variance
        )

    def leave_one_out(self, rows: BoolArray) -> tuple[FloatArray, BoolArray]:
        """Return pseudo-observations n m - (n-1) m_(-i) of some rows, and which m_(-i) are inestimable."""
        members = np.flatnonzero(rows)
        weights = np.tile(rows.astype(np.float64), (members.size + 1, 1))
        weights[np.arange(1, members.size + 1), members] = 0.0
        means = self._kernel(count(self.risk, weights))
        size = members.size
        return size * means.mean[0] - (size - 1) * means.mean[1:], means.inestimable[1:]


def weibull_means(time: FloatArray, event: BoolArray, weights: FloatArray, horizon: float) -> FloatArray:
    """Return the restricted mean of the Weibull distribution fitted to each row of `weights` (B, n).

    By maximum likelihood; where that has no maximum (an event at 0, all events at the last time) of the
    exponential distribution; without events it is the horizon.
    """
    number = weights @ event.astype(np.float64)
    total = weights @ time
    rate = np.divide(number, total, out=np.full(number.size, np.inf), where=total > 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        exponential = np.where(number > 0, -np.expm1(-rate * horizon) / rate, horizon)
    at_zero = weights @ (event & (time <= 0)).astype(np.float64)
    able = np.flatnonzero((number > 0) & (at_zero == 0))
    means = exponential
    if able.size:
        fitted = _weibull_area(time, event, weights[able], horizon)
        means[able] = np.where(np.isfinite(fitted), np.minimum(fitted, horizon), exponential[able])
    return means


def _weibull_area(time: FloatArray, event: BoolArray, weights: FloatArray, horizon: float) -> FloatArray:
    """Return the area under the fitted Weibull curve up to the horizon, NaN without a maximum."""
    positive = time > 0
    logs, members, failing = np.log(time[positive]), weights[:, positive], event[positive]
    longest = np.where(members > 0, logs, -np.inf).max(axis=1)
    relative = logs - longest[:, None]
    number = members @ failing.astype(np.float64)
    mean_log = (members * failing * relative).sum(axis=1) / number
    shape = _weibull_shapes(np.where(members > 0, relative, 0.0), members, mean_log)
    with np.errstate(over="ignore", invalid="ignore"):
        power = (members * np.exp(shape[:, None] * np.minimum(relative, 0.0))).sum(axis=1)
        log_scale = longest + np.log(power / number) / shape
        reach = np.exp(shape * (np.log(horizon) - log_scale))
        return np.asarray(np.exp(log_scale + gammaln(1 + 1 / shape)) * gammainc(1 / shape, reach))


def _weibull_shapes(relative: FloatArray, members: FloatArray, mean_log: FloatArray) -> FloatArray:
    """Solve sum w t^k log t / sum w t^k - 1/k = mean log t of the events: Newton steps kept in a bracket."""
    size = mean_log.size
    low, high, shape = np.full(size, _SHAPES[0]), np.full(size, _SHAPES[1]), np.ones(size)
    for _ in range(100):
        power = members * np.exp(shape[:, None] * relative)
        total = power.sum(axis=1)
        first = (power * relative).sum(axis=1) / total
        second = (power * relative**2).sum(axis=1) / total
        value = first - mean_log - 1 / shape
        slope = second - first**2 + 1 / shape**2
        low, high = np.where(value <= 0, shape, low), np.where(value > 0, shape, high)
        step = shape - value / slope
        new = np.where((step > low) & (step < high), step, np.sqrt(low * high))
        settled = np.abs(new - shape) <= 1e-11 * shape
        shape = new
        if settled.all():
            break
    inside = (shape > _SHAPES[0] * 1.01) & (shape < _SHAPES[1] / 1.01)
    return np.where(inside, shape, np.nan)
