"""Score residuals of the Cox model: each row's own part of the score, for sandwich variances.

Row i contributes d_i times the mean over its tied steps of (x_i - E_s), less what the model expects while it
is at risk: sum over steps of c_s exp(eta_i) (x_i - E_s) / A_s, with tied events spared the fraction f_s.
(Lin & Wei 1989, doi:10.1080/01621459.1989.10478874; Therneau & Grambsch 2000, ch. 4 and 7.)
"""

from __future__ import annotations

import numpy as np

from hpcstats.core.moments import Moments, accumulate
from hpcstats.core.partial_likelihood import PartialLikelihood
from hpcstats.core.risk_sets import BoolArray, FloatArray, IntArray, add_runs
from hpcstats.core.strata import Stratum


def score_residuals(likelihood: PartialLikelihood, coefficients: FloatArray, n: int) -> FloatArray:
    """Return the weighted score residuals at `coefficients` (p,) under the first weight row: (n, p)."""
    residuals: FloatArray = np.zeros((n, likelihood.parameters))
    for stratum, moments in likelihood.moments(coefficients[None]):
        residuals[stratum.rows] = _seen(stratum, moments) - _expected(stratum, moments)
    return residuals


def dfbeta(residuals: FloatArray, covariance: FloatArray) -> FloatArray:
    """Return the approximate change of each coefficient when a row is left out: (n, p)."""
    changes: FloatArray = residuals @ covariance
    return changes


def sandwich(
    changes: FloatArray, cluster: IntArray | None, frequencies: FloatArray | None = None
) -> FloatArray:
    """Return D'D of the dfbeta changes, summed within clusters: the robust variance (p, p).

    With `frequencies` and no clusters each row stands for so many equal rows, each its own cluster.
    """
    if cluster is not None:
        sums = np.zeros((int(cluster.max()) + 1, changes.shape[1]))
        np.add.at(sums, cluster, changes)
    elif frequencies is None:
        sums = changes
    else:
        sums = np.divide(
            changes, np.sqrt(frequencies)[:, None], out=np.zeros_like(changes), where=frequencies[:, None] > 0
        )
    variance: FloatArray = sums.T @ sums
    return variance


def _seen(stratum: Stratum, moments: Moments) -> FloatArray:
    steps, size = stratum.steps, stratum.times.size
    used = steps.weight > 0
    tied = np.maximum(add_runs(used.astype(np.float64), steps.time, size), 1)[0]
    sums = [add_runs(column, steps.time, size)[0] for column in _columns(moments.mean, used)]
    distance = stratum.covariates - (np.stack(sums, axis=1) / tied[:, None])[stratum.last]
    residuals: FloatArray = np.where(stratum.event, stratum.weights[0], 0.0)[:, None] * distance
    return residuals


def _expected(stratum: Stratum, moments: Moments) -> FloatArray:
    total = accumulate(stratum, moments, np.ones_like(moments.log_sum))[0]
    expected = np.empty_like(stratum.covariates)
    for j in range(expected.shape[1]):
        expected[:, j] = (
            total * stratum.covariates[:, j] - accumulate(stratum, moments, moments.mean[..., j])[0]
        )
    return expected


def _columns(values: FloatArray, kept: BoolArray) -> list[FloatArray]:
    return [np.where(kept, values[..., j], 0.0) for j in range(values.shape[-1])]
