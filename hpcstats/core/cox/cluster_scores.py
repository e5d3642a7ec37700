"""What each cluster adds to the score of a Cox model, and how that changes with the coefficients.

Step s of the partial likelihood has weight c_s, mean covariates E_s and their covariance V_s. Row j is
expected to have e_js events at it and seen to have n_js; dM = n - e. Cluster i scores U_i = sum (x_j - E_s)
dM_js, and with the Breslow hazard moving along with the coefficients

    Omega_i = -dU_i/db = sum_s V_s dM_is + Q_i,      Q_i = sum (x_j - E_s)(x_j - E_s)' e_js.

With the hazard held Q_i has the covariates as coded in the place of its second x_j - E_s, and moves with
their zero.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from hpcstats.core.cox.moments import linear_predictors
from hpcstats.core.cox.partial_likelihood import PartialLikelihood
from hpcstats.core.cox.shares import Shares
from hpcstats.core.cox.strata import Stratum
from hpcstats.core.risk_sets import FloatArray, IntArray


@dataclass(frozen=True, slots=True)
class ClusterScores:
    """What each of K clusters adds to the score.

    Attributes
    ----------
    scores, freed : ndarray, shape (K, p)
        Scores U, and the part that corrects martingale residuals without Q V U.
    derivatives, spread : ndarray, shape (K, p, p)
        Omega and Q.
    inverse : ndarray, shape (p, p)
        Inverse information V.
    """

    scores: FloatArray
    freed: FloatArray
    derivatives: FloatArray
    spread: FloatArray
    inverse: FloatArray

    @property
    def corrected(self) -> FloatArray:
        """Scores freed of each cluster's share in its own martingale residuals: (K, p)."""
        moved = np.einsum("ijk,kl,il->ij", self.spread, self.inverse, self.scores)
        freed: FloatArray = self.scores + moved + self.freed
        return freed

    @property
    def leverages(self) -> FloatArray:
        """Matrices H: (K, p, p)."""
        return self.derivatives @ self.inverse


def cluster_scores(
    likelihood: PartialLikelihood,
    coefficients: FloatArray,
    cluster: IntArray,
    coded: FloatArray | None = None,
) -> ClusterScores:
    """Sum scores, their derivatives and corrections within clusters, over all strata."""
    p, number = likelihood.parameters, int(cluster.max()) + 1
    scores, freed = np.zeros((number, p)), np.zeros((number, p))
    derivatives, spread = np.zeros((number, p, p)), np.zeros((number, p, p))
    for stratum in likelihood.strata:
        linear = linear_predictors(stratum, coefficients[None])[:, 0]
        zero = None if coded is None else coded[stratum.rows[0]] - stratum.covariates[0]
        for part in _pieces(stratum, linear, cluster, number, zero):
            scores += part.scores
            freed += part.freed
            derivatives += part.derivatives
            spread += part.spread
    information = likelihood.evaluate(coefficients[None]).information[0]
    inverse = np.linalg.pinv(information, rcond=1e-9, hermitian=True)
    return ClusterScores(scores, freed, derivatives, spread, np.asarray(inverse, dtype=np.float64))


def _pieces(
    stratum: Stratum, linear: FloatArray, cluster: IntArray, number: int, zero: FloatArray | None
) -> Iterator[ClusterScores]:
    """Form the sums for pieces of the steps of one stratum."""
    x = stratum.covariates
    member = (cluster[stratum.rows, None] == np.arange(number)).astype(np.float64)
    shares = Shares.of(stratum, linear, 0)
    seen, seen_x = _seen(stratum, shares.time, member)
    start = 0
    for weight, expected, _ in shares.pieces():
        time = shares.time[start : start + weight.size]
        start += weight.size
        yield _sums(x, member, weight, expected, seen[time], seen_x[time], zero)


def _seen(stratum: Stratum, time: IntArray, member: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the events (T, K) of each step of a time, and their covariates summed (T, K, p)."""
    size, x = stratum.stops.size, stratum.covariates
    number = np.maximum(np.bincount(time, minlength=size), 1)
    dying = np.flatnonzero(stratum.event)
    last = stratum.last[dying]
    counted = (stratum.weights[dying, 0] / number[last])[:, None] * member[dying]
    events = np.zeros((size, member.shape[1]))
    covariates = np.zeros((size, member.shape[1], x.shape[1]))
    np.add.at(events, last, counted)
    np.add.at(covariates, last, counted[:, :, None] * x[dying, None])
    return events, covariates


def _sums(
    x: FloatArray,
    member: FloatArray,
    weight: FloatArray,
    expected: FloatArray,
    seen: FloatArray,
    seen_x: FloatArray,
    zero: FloatArray | None,
) -> ClusterScores:
    """Sum over steps (S,) with expected events (S, n), seen ones (S, K) and their covariates (S, K, p)."""
    p = x.shape[1]
    share = expected / weight[:, None]
    mean = share @ x
    here = expected @ member
    first = np.stack([(expected * x[:, j]) @ member for j in range(p)], axis=2)
    distance = first - here[:, :, None] * mean[:, None]
    martingale = seen - here
    scores = seen_x - seen[:, :, None] * mean[:, None] - distance
    derivatives, spread = np.zeros((member.shape[1], p, p)), np.zeros((member.shape[1], p, p))
    for j in range(p):
        for k in range(j + 1):
            product = (x[:, j] - mean[:, j, None]) * (x[:, k] - mean[:, k, None])
            both = expected * product
            spread[:, j, k] = spread[:, k, j] = (both @ member).sum(axis=0)
            variance = (share * product).sum(axis=1)
            derivatives[:, j, k] = derivatives[:, k, j] = variance @ martingale
    derivatives += spread
    if zero is not None:
        derivatives += np.einsum("sij,sk->ijk", distance, mean + zero)
    freed = np.einsum("sij,si->ij", distance / weight[:, None, None], martingale)
    return ClusterScores(scores.sum(axis=0), freed, derivatives, spread, np.empty((0, 0)))
