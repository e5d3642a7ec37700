"""A Cox model in which the rows of a cluster share a random factor of their hazard (shared frailty).

With w_i the log frailty of cluster i, the penalised likelihood PL(b, w) + sum g(w_i) is maximised over b
and w at a given variance theta, nu = 1 / theta:

    gamma       g(w) = nu (w + 1 - e^w)
    gaussian    g(w) = -nu w^2 / 2

For the gamma distribution and Breslow ties this is the maximum over b and the baseline hazard of the
likelihood with the frailties integrated out, d_i the events of cluster i:

    L(theta) = PL + sum [g(w_i) + d_i - (nu + d_i) log(1 + d_i / nu) + sum_{m < d_i} log(1 + m / nu)].

The same expression serves Efron ties, as in R. The gaussian integral is Laplace's:
L(theta) = PL + sum g(w_i) - log det(I + theta J) / 2, with J the information of w. At theta = 0 both are
PL(b, 0). (Therneau & Grambsch 2000, ch. 9; Ripatti & Palmgren 2000, doi:10.1111/j.0006-341X.2000.01016.x)
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hpcstats.core.cox.moments import linear_predictors
from hpcstats.core.cox.partial_likelihood import PartialLikelihood
from hpcstats.core.cox.shares import Shares
from hpcstats.core.cox.strata import Stratum
from hpcstats.core.risk_sets import FloatArray, IntArray

DISTRIBUTIONS = ("gamma", "gaussian")

_ITERATIONS = 100
_DECREMENT = 1e-18
_SHORTEST = 2.0**-30


@dataclass(frozen=True, slots=True)
class FrailtyPoint:
    """The penalised maximum at one variance.

    Attributes
    ----------
    theta : float
        Variance of the frailties (gamma) or of their logarithms (gaussian).
    coefficients, effects : ndarray, shapes (p,) and (K,)
        Coefficients b and log frailties w.
    log_partial, penalty, integrated : float
        Log partial likelihood PL, sum of g, and integrated log-likelihood L.
    information : ndarray, shape (p + K, p + K)
        Minus the second derivatives of PL.
    curvature : ndarray, shape (K,)
        Minus the second derivatives of g.
    expected : ndarray, shape (K,)
        Expected events of each cluster, frailty included.
    converged : bool
        Whether the climb arrived.
    """

    theta: float
    coefficients: FloatArray
    effects: FloatArray
    log_partial: float
    penalty: float
    integrated: float
    information: FloatArray
    curvature: FloatArray
    expected: FloatArray
    converged: bool

    @property
    def penalised_information(self) -> FloatArray:
        """Minus the second derivatives of the penalised likelihood."""
        return _with_curvature(self.information, self.curvature)

    @property
    def covariance(self) -> FloatArray:
        """Variance (p, p) of the coefficients at this theta."""
        p = self.coefficients.size
        inverse: FloatArray = np.asarray(np.linalg.inv(self.penalised_information), dtype=np.float64)
        return inverse[:p, :p]


@dataclass(frozen=True, slots=True)
class FrailtyModel:
    """A partial likelihood whose rows belong to clusters 0, ..., K - 1.

    Attributes
    ----------
    likelihood : PartialLikelihood
        Breslow or Efron ties; its first weight row, of whole numbers, counts.
    cluster : ndarray of int, shape (n,)
        Cluster of each row that was prepared.
    events : ndarray, shape (K,)
        Events of each cluster.
    distribution : {"gamma", "gaussian"}
        Of the frailties, or of their logarithms.
    """

    likelihood: PartialLikelihood
    cluster: IntArray
    events: FloatArray
    distribution: str = "gamma"

    @classmethod
    def of(cls, likelihood: PartialLikelihood, cluster: IntArray, distribution: str) -> FrailtyModel:
        """Count the events of the clusters."""
        events = np.zeros(int(cluster.max()) + 1)
        for stratum in likelihood.strata:
            counted = np.where(stratum.event, stratum.weights[:, 0], 0.0)
            np.add.at(events, cluster[stratum.rows], counted)
        return cls(likelihood, cluster, events, distribution)

    def at(self, theta: float, near: FrailtyPoint | None = None) -> FrailtyPoint:
        """Climb to the penalised maximum at one variance, from a neighbouring one."""
        p, number = self.likelihood.parameters, self.events.size
        place = np.zeros(p + number)
        if near is not None:
            place = np.concatenate([near.coefficients, near.effects])
        value, slope, information, curvature = self._evaluate(place, theta)
        converged = False
        for _ in range(_ITERATIONS):
            step = np.linalg.solve(_with_curvature(information, curvature), slope)
            if slope @ step <= _DECREMENT * (1 + abs(value)):
                converged = True
                break
            length, found = 1.0, self._evaluate(place + step, theta)
            while found[0] < value - 1e-12 * (1 + abs(value)) and length > _SHORTEST:
                length /= 2
                found = self._evaluate(place + length * step, theta)
            place = place + length * step
            value, slope, information, curvature = found
        return self._point(place, theta, value, slope, information, curvature, converged=converged)

    def _point(
        self,
        place: FloatArray,
        theta: float,
        value: float,
        slope: FloatArray,
        information: FloatArray,
        curvature: FloatArray,
        *,
        converged: bool,
    ) -> FrailtyPoint:
        p = self.likelihood.parameters
        effects = place[p:]
        penalty, bent, _ = _penalty(effects, theta, self.distribution)
        if self.distribution == "gamma":
            integrated = value + _gamma_integral(self.events, theta)
        else:
            block = np.eye(effects.size) + theta * information[p:, p:]
            integrated = value - 0.5 * float(np.linalg.slogdet(block)[1])
        return FrailtyPoint(
            theta=theta,
            coefficients=place[:p],
            effects=effects,
            log_partial=value - penalty,
            penalty=penalty,
            integrated=integrated,
            information=information,
            curvature=curvature,
            expected=self.events - (slope[p:] - bent),
            converged=converged,
        )

    def _evaluate(self, place: FloatArray, theta: float) -> tuple[float, FloatArray, FloatArray, FloatArray]:
        """Return penalised value, slope, information of PL and curvature of g."""
        p = self.likelihood.parameters
        value, bent, curvature = _penalty(place[p:], theta, self.distribution)
        slope = np.concatenate([np.zeros(p), bent])
        information = np.zeros((place.size, place.size))
        for stratum in self.likelihood.strata:
            part = self._stratum(stratum, place[:p], place[p:])
            value += part[0]
            slope += part[1]
            information += part[2]
        return value, slope, information, curvature

    def _stratum(
        self, stratum: Stratum, coefficients: FloatArray, effects: FloatArray
    ) -> tuple[float, FloatArray, FloatArray]:
        own = self.cluster[stratum.rows]
        columns = np.hstack([stratum.covariates, (own[:, None] == np.arange(effects.size)) * 1.0])
        linear = linear_predictors(stratum, coefficients[None])[:, 0] + effects[own]
        counted = np.where(stratum.event, stratum.weights[:, 0], 0.0)
        value, slope = float(counted @ linear), counted @ columns
        total, between = np.zeros(linear.size), np.zeros((columns.shape[1], columns.shape[1]))
        for weight, expected, log_sum in Shares.of(stratum, linear, 0).pieces():
            value -= float(weight @ log_sum)
            sums = expected @ columns
            slope = slope - sums.sum(axis=0)
            total += expected.sum(axis=0)
            between += sums.T @ (sums / weight[:, None])
        return value, slope, columns.T @ (total[:, None] * columns) - between


def _with_curvature(information: FloatArray, curvature: FloatArray) -> FloatArray:
    p = information.shape[0] - curvature.size
    return information + np.diag(np.concatenate([np.zeros(p), curvature]))


def _penalty(effects: FloatArray, theta: float, distribution: str) -> tuple[float, FloatArray, FloatArray]:
    """Return the sum of g, its slope and minus its curvature."""
    nu = 1 / theta
    if distribution == "gamma":
        grown = np.expm1(effects)
        return float(nu * (effects - grown).sum()), -nu * grown, nu * (grown + 1)
    return float(-0.5 * nu * effects @ effects), -nu * effects, np.full(effects.size, nu)


def _gamma_integral(events: FloatArray, theta: float) -> float:
    """Return what integrating gamma frailties adds to PL + g: at the maximum e^w sums to K."""
    nu = 1 / theta
    number = events.astype(np.int64)
    rising = np.concatenate([[0.0], np.cumsum(np.log1p(theta * np.arange(number.max(initial=0))))])
    terms = events - (nu + events) * np.log1p(theta * events) + rising[number]
    return float(terms.sum())
