"""Score residuals of the Cox model: each row's own part of the score, for sandwich variances.

Row i contributes d_i times the mean over its tied steps of (x_i - E_s), less what the model expects while it
is at risk: sum over steps of c_s exp(eta_i) (x_i - E_s) / A_s, with tied events spared the fraction f_s.
(Lin & Wei 1989, doi:10.1080/01621459.1989.10478874; Therneau & Grambsch 2000, ch. 4 and 7.)
"""

from __future__ import annotations

import numpy as np

from hpcstats.core.cox.moments import Risks, accumulate, mean_hazards
from hpcstats.core.cox.partial_likelihood import PartialLikelihood
from hpcstats.core.cox.strata import Stratum
from hpcstats.core.risk_sets import FloatArray, IntArray


def score_residuals(likelihood: PartialLikelihood, coefficients: FloatArray, n: int) -> FloatArray:
    """Return the weighted score residuals at `coefficients` (p,) under the first weight row: (n, p)."""
    first = likelihood.take(np.zeros(1, dtype=np.int64))
    residuals: FloatArray = np.zeros((n, likelihood.parameters))
    for stratum, moments in first.moments(coefficients[None]):
        if moments.far:
            residuals[stratum.rows] = moments.far[0].score_residuals()
            continue
        residuals[stratum.rows] = _seen(stratum, moments.risks)
        residuals[stratum.rows] -= _expected(stratum, moments.risks, moments.expected[:, 0])
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


def _seen(stratum: Stratum, risks: Risks) -> FloatArray:
    """Return d_i times the distance from the mean over the tied steps of the mean covariates."""
    weight, root, hazard = stratum.weight[:, 0], risks.root[:, 0], risks.hazard[:, 0]
    known = root > 0
    sums = risks.moment[:, :, 0] / np.where(known, root, 1.0)[:, None]
    mean = sums * (hazard / np.where(known, weight, 1.0))[:, None]
    further = risks.further
    if further is not None:
        time, dying = further.steps.time, further.dying[1:]
        present = sums[time].T + further.mean * dying
        total = present * (hazard[time] + further.hazard) - further.spared * dying
        mean[time] = (total / (weight[time] * further.steps.number)).T
    distance = stratum.covariates - mean[stratum.last]
    residuals: FloatArray = np.where(stratum.event, stratum.weights[:, 0], 0.0)[:, None] * distance
    return residuals


def _expected(stratum: Stratum, risks: Risks, expected: FloatArray) -> FloatArray:
    """Return what the model expects of the score while each row is at risk."""
    total = accumulate(stratum, risks, *mean_hazards(risks))
    return expected[:, None] * stratum.covariates - total[:, :, 0]
