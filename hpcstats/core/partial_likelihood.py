"""The Cox log partial likelihood with its first two derivatives, batched over case weights.

Every tie rule is a sum over *steps*. A step s belongs to an event time k(s), carries a weight c_s and
removes the fraction f_s of the tied events from the risk set:

    log L = sum_i w_i d_i eta_i - sum_s c_s log A_s,      A_s = S0_k - f_s D0_k,

with S0 the weighted risks exp(eta) of those at risk and D0 those of the tied events. Breslow: one step a time,
f = 0, c = their weight. Efron (doi:10.1080/01621459.1977.10480613): d steps, f = 0, 1/d, ..., (d-1)/d,
each with the mean weight of the d events. Under sampling weights d counts events (R's case weights); under
frequency weights d is their sum, so that whole numbers give what the repeated rows give.

The second-moment part of the information is one matrix product of the risks with the hazard accumulated while
at risk, so only the zeroth and first risk-set moments need cumulative sums.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from hpcstats.core.risk_sets import (
    BoolArray,
    FloatArray,
    IntArray,
    add_at,
    distinct_times,
    not_yet_entered,
    reverse_cumulate,
)


_MODERATE = 2_000_000


@dataclass(frozen=True, slots=True)
class Derivatives:
    """Log-likelihood (B,), score (B, p) and information (B, p, p)."""

    value: FloatArray
    score: FloatArray
    information: FloatArray


@dataclass(frozen=True, slots=True)
class Steps:
    """Event time (S,), removed fraction (B, S), weight (B, S) and number of tied events (B, T)."""

    time: IntArray
    fraction: FloatArray
    weight: FloatArray
    tied: FloatArray


@dataclass(frozen=True, slots=True)
class Stratum:
    """One stratum on the grid of its distinct event times; covariates are centred within it."""

    rows: IntArray
    covariates: FloatArray
    squares: FloatArray
    offset: FloatArray
    weights: FloatArray
    event: BoolArray
    last: IntArray
    first: IntArray | None
    times: FloatArray
    steps: Steps
    member: FloatArray | None

    def at_risk(self, values: FloatArray) -> FloatArray:
        """Sum values (B, n) over those at risk at each event time: (B, T).

        Under delayed entry a difference of cumulative sums would lose small risks beside large ones, so that
        moderate data go through the membership matrix.
        """
        if self.member is not None:
            return np.matmul(values, self.member)
        total = reverse_cumulate(add_at(values, self.last, self.times.size))
        if self.first is None:
            return total
        return total - not_yet_entered(values, self.first, self.times.size)

    def while_at_risk(self, increments: FloatArray) -> FloatArray:
        """Sum increments (B, T) over the event times at which each row is at risk: (B, n)."""
        if self.member is not None:
            return np.matmul(increments, self.member.T)
        running = np.concatenate([np.zeros((increments.shape[0], 1)), np.cumsum(increments, axis=1)], axis=1)
        total = running[:, self.last + 1]
        return total if self.first is None else total - running[:, self.first]


@dataclass(frozen=True, slots=True)
class Moments:
    """What one evaluation leaves behind: risks (B, n), per step log A, c / A (B, S) and means E (B, S, p)."""

    linear: FloatArray
    risk: FloatArray
    log_sum: FloatArray
    hazard: FloatArray
    mean: FloatArray


@dataclass(frozen=True, slots=True)
class PartialLikelihood:
    """The likelihood prepared once; evaluate it at any coefficients.

    Attributes
    ----------
    strata : tuple of Stratum
        Strata that hold at least one event.
    parameters : int
        Number of coefficients p.
    replicates : int
        Number of weight rows B; with one, any number of coefficient rows may be evaluated at once.
    """

    strata: tuple[Stratum, ...]
    parameters: int
    replicates: int

    def evaluate(self, coefficients: FloatArray) -> Derivatives:
        """Return value, score and information at `coefficients` (B, p)."""
        batch, p = coefficients.shape
        value, score, information = np.zeros(batch), np.zeros((batch, p)), np.zeros((batch, p, p))
        for stratum, moments in self.moments(coefficients):
            counted = np.where(stratum.event, stratum.weights, 0.0)
            c = stratum.steps.weight
            value += (counted * moments.linear).sum(axis=1) - (c * moments.log_sum).sum(axis=1)
            weighted = c[..., None] * moments.mean
            score += counted @ stratum.covariates - weighted.sum(axis=1)
            spread = moments.risk * _hazard_met(stratum, moments)
            information += (spread @ stratum.squares).reshape(batch, p, p)
            information -= np.matmul(weighted.swapaxes(1, 2), moments.mean)
        return Derivatives(value, score, information)

    def moments(self, coefficients: FloatArray) -> Iterator[tuple[Stratum, Moments]]:
        """Evaluate the risk-set moments of each stratum at `coefficients` (B, p)."""
        return ((stratum, _moments(stratum, coefficients)) for stratum in self.strata)


def _moments(stratum: Stratum, coefficients: FloatArray) -> Moments:
    steps, x = stratum.steps, stratum.covariates
    linear = coefficients @ x.T + stratum.offset
    shift = linear.max(axis=1, keepdims=True)
    risk = stratum.weights * np.exp(linear - shift)
    tied = bool(steps.fraction.any())
    dying = np.where(stratum.event, risk, 0.0)
    sums = _less_tied(stratum, risk, dying, tied)
    wanted = steps.weight > 0
    hazard = np.divide(steps.weight, sums, out=np.zeros_like(sums), where=wanted)
    mean = np.empty((*sums.shape, x.shape[1]))
    for j in range(x.shape[1]):
        first = _less_tied(stratum, risk * x[:, j], dying * x[:, j], tied)
        mean[..., j] = np.divide(first, sums, out=np.zeros_like(sums), where=wanted)
    log_sum = np.log(np.where(wanted, sums, 1.0)) + shift
    return Moments(linear=linear, risk=risk, log_sum=log_sum, hazard=hazard, mean=mean)


def _less_tied(stratum: Stratum, values: FloatArray, dying: FloatArray, tied: bool) -> FloatArray:
    """Sum `values` over the risk set of each step, less the removed fraction of the tied events."""
    steps = stratum.steps
    total = stratum.at_risk(values)[:, steps.time]
    if not tied:
        return total
    return total - steps.fraction * add_at(dying, stratum.last, stratum.times.size)[:, steps.time]


def _hazard_met(stratum: Stratum, moments: Moments) -> FloatArray:
    """Return the hazard each row accumulates while at risk, less what tied events are spared: (B, n)."""
    steps, size = stratum.steps, stratum.times.size
    met = stratum.while_at_risk(add_at(moments.hazard, steps.time, size))
    spared = add_at(moments.hazard * steps.fraction, steps.time, size)
    return met - np.where(stratum.event, spared[:, stratum.last], 0.0)


def prepare(
    exit_: FloatArray,
    event: BoolArray,
    covariates: FloatArray,
    weights: FloatArray,
    *,
    entry: FloatArray | None = None,
    strata: IntArray | None = None,
    offset: FloatArray | None = None,
    ties: str = "efron",
    frequency: bool = False,
) -> PartialLikelihood:
    """Sort the data once.

    Parameters
    ----------
    exit_, event, covariates : ndarray, shapes (n,), (n,), (n, p)
        The data.
    weights : ndarray, shape (B, n)
        Case weights, a row for each replicate.
    entry, strata, offset : ndarray, shape (n,), optional
        Delayed entry, stratum number, fixed part of the linear predictor.
    ties : {"efron", "breslow"}
        Tie rule.
    frequency : bool
        Whether weights say how often each row stands for a patient.
    """
    codes = np.zeros(exit_.size, dtype=np.int64) if strata is None else strata
    fixed = np.zeros(exit_.size) if offset is None else offset
    made = (
        _stratum(np.flatnonzero(codes == code), exit_, event, entry, covariates, fixed, weights, ties, frequency)
        for code in np.unique(codes)
    )
    return PartialLikelihood(
        strata=tuple(stratum for stratum in made if stratum is not None),
        parameters=covariates.shape[1],
        replicates=weights.shape[0],
    )


def _stratum(
    rows: IntArray,
    exit_: FloatArray,
    event: BoolArray,
    entry: FloatArray | None,
    covariates: FloatArray,
    offset: FloatArray,
    weights: FloatArray,
    ties: str,
    frequency: bool,
) -> Stratum | None:
    times, last, first = _event_grid(exit_[rows], event[rows], None if entry is None else entry[rows])
    met = (last >= 0) if first is None else (last >= 0) & (first <= last)
    rows, last = rows[met], last[met]
    if not times.size:
        return None
    x = covariates[rows] - covariates[rows].mean(axis=0)
    batch = weights[:, rows]
    return Stratum(
        rows=rows,
        covariates=x,
        squares=(x[:, :, None] * x[:, None, :]).reshape(rows.size, -1),
        offset=offset[rows],
        weights=batch,
        event=event[rows],
        last=last,
        first=None if first is None else first[met],
        times=times,
        member=None if first is None else _membership(first[met], last, times.size),
        steps=_steps(np.where(event[rows], batch, 0.0), last, times.size, ties, frequency),
    )


def _event_grid(
    exit_: FloatArray, event: BoolArray, entry: FloatArray | None
) -> tuple[FloatArray, IntArray, IntArray | None]:
    """Return the distinct event times and the first and last of them at which each row is at risk."""
    everything = exit_ if entry is None else np.concatenate([exit_, entry])
    merged, position = distinct_times(everything)
    settled = merged[position]
    times = np.unique(settled[: exit_.size][event])
    last = np.searchsorted(times, settled[: exit_.size], side="right") - 1
    if entry is None:
        return times, last, None
    return times, last, np.searchsorted(times, settled[exit_.size :], side="right")


def _membership(first: IntArray, last: IntArray, size: int) -> FloatArray | None:
    """Return who is at risk when as a matrix (n, T) of zeros and ones, None where it would be too large."""
    if first.size * size > _MODERATE:
        return None
    grid = np.arange(size)
    return ((first[:, None] <= grid) & (grid <= last[:, None])).astype(np.float64)


def _steps(dying: FloatArray, last: IntArray, size: int, ties: str, frequency: bool) -> Steps:
    weight = add_at(dying, last, size)
    tied = weight if frequency else add_at((dying > 0).astype(np.float64), last, size)
    if ties == "breslow":
        return Steps(np.arange(size), np.zeros_like(weight), weight, tied)
    most = np.maximum(tied.max(axis=0), 1).astype(np.int64)
    time = np.repeat(np.arange(size), most)
    level = np.arange(time.size) - np.repeat(np.cumsum(most) - most, most)
    number = tied[:, time]
    taken = level < number
    fraction = np.divide(level, number, out=np.zeros_like(number), where=taken)
    each = np.divide(weight[:, time], number, out=np.zeros_like(number), where=taken)
    return Steps(time, fraction, each, tied)
