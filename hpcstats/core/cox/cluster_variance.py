"""Sandwich variances that hold when clusters are few.

With U_i the score of cluster i, V the inverse information and H_i = Omega_i V its leverage (see
`core.cox.cluster_scores`), Lin & Wei's variance is V (sum U_i U_i') V. The corrections put C_i U_i in the
place of U_i, or inflate what there is:

    Mancl & DeRouen         C = (I - H)^-1
    Kauermann & Carroll     C = (I - H)^-1/2
    Fay & Graubard          C = diag(1 - min(b, H_jj))^-1/2,  b = 3/4
    Morel et al.            f V B V + d g V,  B = sum U_i U_i',  f = (n-1) K / ((n-p) (K-1)),
                            d = min(1/2, p / (K-p)),  g = max(1, f tr(V B) / p)

and each may start from scores that are freed of what a cluster takes out of its own martingale residuals,
U_i + Q_i V U_i + sum_s (sum_j (x_j - E_s) e_js / c_s) dM_is.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hpcstats.core.cox.cluster_scores import cluster_scores
from hpcstats.core.cox.partial_likelihood import PartialLikelihood
from hpcstats.core.risk_sets import FloatArray, IntArray

KINDS: dict[str, tuple[str, bool]] = {
    "lin-wei": ("none", False),
    "fay-graubard": ("diagonal", False),
    "kauermann-carroll": ("root", False),
    "mancl-derouen": ("inverse", False),
    "morel-bokossa-neerchal": ("inflation", False),
    "martingale-residual": ("none", True),
    "fay-graubard-martingale": ("diagonal", True),
    "kauermann-carroll-martingale": ("root", True),
    "mancl-derouen-martingale": ("inverse", True),
    "morel-bokossa-neerchal-martingale": ("inflation", True),
}
"""Each kind of variance: how leverage is corrected, and whether martingale residuals are."""

_BOUND = 0.75
_WHOLE = 1 - 1e-9


@dataclass(frozen=True, slots=True)
class ClusterCovariance:
    """A sandwich variance.

    Attributes
    ----------
    covariance : ndarray, shape (p, p)
        NaN where a cluster of leverage 1 leaves none.
    degrees_of_freedom : int
        Clusters less coefficients, for Student's t.
    leverage : ndarray, shape (K,)
        Largest eigenvalue of each H: the share of a combination of coefficients that the cluster alone
        decides.
    """

    covariance: FloatArray
    degrees_of_freedom: int
    leverage: FloatArray


def small_cluster_covariance(
    likelihood: PartialLikelihood,
    coefficients: FloatArray,
    cluster: IntArray,
    kind: str,
    *,
    patients: float | None = None,
    coded: FloatArray | None = None,
) -> ClusterCovariance:
    """Return the sandwich variance of one kind, with its degrees of freedom.

    Parameters
    ----------
    likelihood : PartialLikelihood
        Breslow or Efron ties; its first weight row counts.
    coefficients : ndarray, shape (p,)
        Where it stands: the maximum.
    cluster : ndarray of int, shape (n,)
        Clusters 0, ..., K - 1 of the rows that were prepared.
    kind : str
        One of `KINDS`.
    patients : float, optional
        The n of Morel's factor where rows stand for several patients; the number of rows by default.
    coded : ndarray, shape (n, p), optional
        Covariates as they were coded. Derivatives are then taken with the hazard held, as R's CoxBcv does:
        they depend on where a covariate has its zero.
    """
    correction, martingale = KINDS[kind]
    parts = cluster_scores(likelihood, coefficients, cluster, coded)
    scores = parts.corrected if martingale else parts.scores
    number, p = scores.shape
    leverage = np.linalg.eigvals(parts.leverages).real.max(axis=1)
    n = float(cluster.size) if patients is None else patients
    if correction in ("inverse", "root") and leverage.max() > _WHOLE:
        covariance = np.full((p, p), np.nan)
    elif correction == "inflation":
        covariance = _inflated(_meat(scores, parts.inverse), parts.inverse, number, n)
    else:
        covariance = _meat(_adjusted(scores, parts.leverages, correction), parts.inverse)
    return ClusterCovariance(covariance, number - p, leverage)


def _adjusted(scores: FloatArray, leverages: FloatArray, correction: str) -> FloatArray:
    """Multiply the scores by C."""
    if correction == "none":
        return scores
    if correction == "diagonal":
        own = np.minimum(_BOUND, np.einsum("ijj->ij", leverages))
        bounded: FloatArray = scores / np.sqrt(1 - own)
        return bounded
    values, vectors = np.linalg.eig(np.eye(scores.shape[1]) - leverages)
    power = values ** (-1.0 if correction == "inverse" else -0.5)
    turned = np.linalg.solve(vectors, scores[:, :, None].astype(vectors.dtype))
    adjusted: FloatArray = np.einsum("ijk,ik,ik->ij", vectors, power, turned[:, :, 0]).real
    return adjusted


def _meat(scores: FloatArray, inverse: FloatArray) -> FloatArray:
    changes = scores @ inverse
    variance: FloatArray = changes.T @ changes
    return variance


def _inflated(sandwich: FloatArray, inverse: FloatArray, number: int, n: float) -> FloatArray:
    p = inverse.shape[0]
    factor = (n - 1) * number / ((n - p) * (number - 1))
    # tr(V B) of the sandwich V B V is the trace of the sandwich times the information.
    trace = float(np.trace(sandwich @ np.linalg.pinv(inverse, rcond=1e-9, hermitian=True)))
    share = min(0.5, p / (number - p)) * max(1.0, factor * trace / p)
    inflated: FloatArray = factor * sandwich + share * inverse
    return inflated
