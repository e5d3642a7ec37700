"""The mean number of events over time under B weight rows at once, with its variances.

With d_k events among Y_k at risk at t_k, D_k deaths there, and S_k the proportion alive just before t_k::

    mu(t) = sum over t_k <= t of S_k d_k / Y_k

Without deaths S is 1 and mu is Nelson's mean cumulative function. The influence of a patient on mu(t) is its
derivative by the patient's weight. It has jumps at the patient's own events and death and a drift that all at
risk share::

    psi_i(t) = x_i(t) - mu(t) a_i(t)
    dx_i = S (dN_i - Y_i d/Y) / Y + mu da_i,   da_i = (dD_i - Y_i D/Y) / (Y - D)

The robust variance is the weighted sum of their squares. A sum of products of two such processes grows at t_k
by what those at risk there were before, times their steps; what they were is their value at the beginning of
their row less the drift since. So a variance at all times costs a few sums over rows, not patients times
times.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hpcstats.core.recurrent.recurrent_rows import RecurrentCounts, RecurrentRows
from hpcstats.core.risk_sets import FloatArray

_NOISE = 1e-12
"""A robust variance this much smaller than the Poisson one is 0."""


@dataclass(frozen=True, slots=True)
class MeanNumber:
    """Mean numbers at the grid points, each of shape (B, T).

    Attributes
    ----------
    rate : ndarray
        Events over patients at risk, 0 where nobody is.
    alive : ndarray
        Proportion alive just before each time.
    estimate : ndarray
        Mean number of events up to and including each time.
    """

    rate: FloatArray
    alive: FloatArray
    estimate: FloatArray


@dataclass(frozen=True, slots=True)
class Process:
    """One process a patient: steps at the end of the own rows (B, R), less a drift (B, T) of all at risk."""

    jumps: FloatArray
    drift: FloatArray


def mean_number(counts: RecurrentCounts) -> MeanNumber:
    """Estimate the mean number of events."""
    rate = ratio(counts.events, counts.at_risk)
    alive = np.ones_like(rate)
    np.cumprod(1 - ratio(counts.deaths, counts.at_risk)[:, :-1], axis=1, out=alive[:, 1:])
    return MeanNumber(rate=rate, alive=alive, estimate=np.cumsum(alive * rate, axis=1))


def poisson_variance(counts: RecurrentCounts, mean: MeanNumber) -> FloatArray:
    """Return the variance that holds if events come by a Poisson process and nobody dies: sum of d / Y^2."""
    return np.cumsum(ratio(mean.rate, counts.at_risk), axis=1)


def robust_variance(
    rows: RecurrentRows, weights: FloatArray, counts: RecurrentCounts, mean: MeanNumber
) -> FloatArray:
    """Return the weighted sum of squared influences: Lawless and Nadeau's variance, with deaths as well."""
    events, deaths = influence_processes(rows, counts, mean)
    variance = _products(rows, weights, counts, events, events)
    if rows.terminal:
        variance = (
            variance
            - 2 * mean.estimate * _products(rows, weights, counts, events, deaths)
            + mean.estimate**2 * _products(rows, weights, counts, deaths, deaths)
        )
    return np.where(variance > _NOISE * poisson_variance(counts, mean), variance, 0.0)


def sample_variance(rows: RecurrentRows, weights: FloatArray, mean: MeanNumber) -> FloatArray:
    """Return the squared distance of the patients' own numbers from the mean, over n (n - 1).

    Who is no longer observed is taken to have no further event.
    """
    each = weights[:, rows.patient]
    before = _earlier_rows(rows, np.broadcast_to(rows.events, (1, rows.events.size)))
    squares = (before + rows.events) ** 2 - before**2
    numbers = np.cumsum(rows.at_stops(each * rows.events), axis=1)
    total = np.cumsum(rows.at_stops(each * squares), axis=1)
    n = weights.sum(axis=1, keepdims=True)
    distance = total - 2 * mean.estimate * numbers + n * mean.estimate**2
    return np.maximum(ratio(distance, n * (n - 1)), 0.0)


def influence_processes(
    rows: RecurrentRows, counts: RecurrentCounts, mean: MeanNumber
) -> tuple[Process, Process]:
    """Return the processes x and a of the influences."""
    at, end = counts.at_risk, rows.last
    per_event = ratio(mean.alive, at)
    per_death = ratio(np.ones_like(at), at - counts.deaths)
    dying = ratio(counts.deaths, at) * per_death
    jump = rows.deaths * per_death[:, end]
    events = Process(
        jumps=rows.events * per_event[:, end] + jump * mean.estimate[:, end],
        drift=per_event * mean.rate + mean.estimate * dying,
    )
    return events, Process(jumps=jump, drift=dying)


def ratio(numerator: FloatArray, denominator: FloatArray) -> FloatArray:
    """Divide, giving 0 where the denominator is 0."""
    out: FloatArray = np.zeros(np.broadcast_shapes(np.shape(numerator), np.shape(denominator)))
    np.divide(numerator, denominator, out=out, where=denominator > 0)
    return out


def _products(
    rows: RecurrentRows, weights: FloatArray, counts: RecurrentCounts, one: Process, other: Process
) -> FloatArray:
    """Return, at each grid point, the weighted sum over patients of the product of two processes: (B, T)."""
    each = weights[:, rows.patient]
    stood, drifts = [], []
    for process in (one, other):
        drifted = np.cumsum(process.drift, axis=1)
        # Drift up to before the first and up to the last grid point of each row; 0 before the grid.
        before = np.where(rows.first > 0, drifted[:, np.maximum(rows.first - 1, 0)], 0.0)
        changes = process.jumps - (drifted[:, rows.last] - before)
        stood.append(_earlier_rows(rows, changes) + before)
        drifts.append(drifted - process.drift)
    (p0, q0), (p_drift, q_drift) = stood, drifts
    end = rows.last
    p, q = p0 - p_drift[:, end], q0 - q_drift[:, end]
    jp, jq, bp, bq = one.jumps, other.jumps, one.drift, other.drift
    own = p * jq + q * jp + jp * jq - jp * bq[:, end] - jq * bp[:, end]
    all_p = rows.under_observation(each * p0) - counts.at_risk * p_drift
    all_q = rows.under_observation(each * q0) - counts.at_risk * q_drift
    growth = rows.at_stops(each * own) - bq * all_p - bp * all_q + counts.at_risk * bp * bq
    return np.cumsum(growth, axis=1)


def _earlier_rows(rows: RecurrentRows, values: FloatArray) -> FloatArray:
    """Add up, for each row, the values of the same patient's earlier rows: (B, R)."""
    running = np.cumsum(values, axis=1) - values
    begins = np.searchsorted(rows.patient, rows.patient, side="left")
    return running - running[:, begins]
