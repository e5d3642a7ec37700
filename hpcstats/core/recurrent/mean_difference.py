"""The weighted difference of two mean numbers of events, with its variance, under many labellings at once.

With mu_g the mean number of events of group g and a(t) a weight by time::

    U = sum over t of a K (dmu_2 - dmu_1),   K = Y_1 Y_2 / (Y_1 + Y_2)

Its robust variance is the weighted sum over patients of the squared integral of a K over their influence on
the mean of their own group. Without deaths U is the events of group 2 less those expected, so that it is
also the sum of one fixed score a patient over group 2.
"""

from __future__ import annotations

import numpy as np

from hpcstats.core.recurrent.mean_cumulative import MeanNumber, mean_number, ratio
from hpcstats.core.recurrent.recurrent_rows import RecurrentCounts, RecurrentRows, count_rows
from hpcstats.core.risk_sets import BoolArray, FloatArray, reverse_cumulate


def weighted_difference(
    rows: RecurrentRows, weights: FloatArray, second: BoolArray, tilt: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return U and its robust variance, both (B,).

    Parameters
    ----------
    rows : RecurrentRows
        All patients.
    weights : ndarray, shape (P,)
        How often each patient counts.
    second : ndarray of bool, shape (B, P)
        Who is in the second group.
    tilt : ndarray, shape (T,)
        The weight a at each grid point.
    """
    groups = [(side, count_rows(rows, np.where(side, weights, 0.0))) for side in (~second, second)]
    common = tilt * _common(groups[0][1], groups[1][1])
    value, variance = np.zeros(second.shape[0]), np.zeros(second.shape[0])
    for (side, counts), sign in zip(groups, (-1.0, 1.0), strict=True):
        mean = mean_number(counts)
        value += sign * (common * mean.alive * mean.rate).sum(axis=1)
        influence = _influence(rows, counts, mean, common)
        variance += (np.where(side, weights, 0.0) * influence**2).sum(axis=1)
    return value, variance


def poisson_difference_variance(
    rows: RecurrentRows, weights: FloatArray, second: BoolArray, tilt: FloatArray
) -> FloatArray:
    """Return the variance of U if events come by Poisson processes and nobody dies: (B,)."""
    counts = [count_rows(rows, np.where(side, weights, 0.0)) for side in (~second, second)]
    common = tilt * _common(*counts)
    parts = [
        (common**2 * ratio(ratio(each.events, each.at_risk), each.at_risk)).sum(axis=1) for each in counts
    ]
    return np.asarray(parts[0] + parts[1])


def fixed_scores(rows: RecurrentRows, weights: FloatArray, tilt: FloatArray) -> FloatArray:
    """Return the score of each patient (P,): own events less those expected of all, weighted by time."""
    counts = count_rows(rows, weights[None])
    expected = np.cumsum(tilt * ratio(counts.events, counts.at_risk)[0])
    before = np.where(rows.first > 0, expected[np.maximum(rows.first - 1, 0)], 0.0)
    each = tilt[rows.last] * rows.events - (expected[rows.last] - before)
    return np.asarray(rows.of_patients(each[None])[0])


def both_observed(rows: RecurrentRows, second: BoolArray) -> BoolArray:
    """Tell at which grid points somebody of each group is under observation: (T,)."""
    one, other = (count_rows(rows, side[None].astype(np.float64)).at_risk[0] for side in (~second, second))
    return np.asarray((one > 0) & (other > 0), dtype=np.bool_)


def _common(one: RecurrentCounts, other: RecurrentCounts) -> FloatArray:
    return ratio(one.at_risk * other.at_risk, one.at_risk + other.at_risk)


def _influence(
    rows: RecurrentRows, counts: RecurrentCounts, mean: MeanNumber, common: FloatArray
) -> FloatArray:
    """Integrate `common` over the influence of each patient on the mean of the group: (B, P)."""
    at, end = counts.at_risk, rows.last
    steps = common * mean.alive * mean.rate
    to_come = reverse_cumulate(steps) - steps
    per_event = common * ratio(mean.alive, at)
    per_death = ratio(to_come, at - counts.deaths)
    drift = np.cumsum(per_event * mean.rate - per_death * ratio(counts.deaths, at), axis=1)
    before = np.where(rows.first > 0, drift[:, np.maximum(rows.first - 1, 0)], 0.0)
    own = rows.events * per_event[:, end] - rows.deaths * per_death[:, end]
    return rows.of_patients(own - (drift[:, end] - before))
