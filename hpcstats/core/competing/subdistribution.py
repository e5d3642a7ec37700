"""The log pseudo-likelihood of a proportional subdistribution hazards model, with its first two derivatives.

With the weights w of `core.competing.subdistribution_weights` and Breslow's rule for ties,

    log L = sum over events of eta_i - sum_k d_k log S0_k,   S0_k = sum_j w_j(t_k) exp(eta_j).

w_j(t) is 1 while patient j is under observation, and a product of one number of the patient and one of the
time afterwards, so that all sums are running sums.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hpcstats.core.competing.subdistribution_weights import RiskSets
from hpcstats.core.cox.partial_likelihood import Derivatives, PartialLikelihood, prepare
from hpcstats.core.risk_sets import BoolArray, FloatArray, IntArray, add_at, reverse_cumulate

_ROUNDING = 4 * float(np.finfo(np.float64).eps)


@dataclass(frozen=True, slots=True)
class Sums:
    """Weighted sums over the risk sets at some coefficients.

    Attributes
    ----------
    relative : ndarray, shape (n,)
        exp(eta - shift).
    shift : float
        Taken from all eta, so that nothing overflows.
    total : ndarray, shape (T,)
        S0 of these.
    mean : ndarray, shape (T, p)
        Weighted means of the covariates.
    spread : ndarray, shape (T, p, p)
        Their weighted covariances.
    """

    relative: FloatArray
    shift: float
    total: FloatArray
    mean: FloatArray
    spread: FloatArray


@dataclass(frozen=True, slots=True)
class SubdistributionLikelihood:
    """The pseudo-likelihood prepared once: an objective of `core.cox.newton`.

    Attributes
    ----------
    risk : RiskSets
        Who is at risk with which weight.
    covariates : ndarray, shape (n, p)
        Centred covariates.
    membership : PartialLikelihood
        The likelihood with weights 1, the same risk sets: it rises for ever where this one does.
    """

    risk: RiskSets
    covariates: FloatArray
    membership: PartialLikelihood

    @classmethod
    def of(cls, risk: RiskSets, covariates: FloatArray) -> SubdistributionLikelihood:
        """Centre the covariates and keep those with another event at risk for ever."""
        stays = np.where(risk.status == 2, risk.position.max() + 1, risk.position).astype(np.float64)
        ones = np.ones((1, stays.size))
        membership = prepare(stays, risk.status == 1, covariates, ones, ties="breslow")
        return cls(risk, covariates - covariates.mean(axis=0), membership)

    @property
    def replicates(self) -> int:
        """One function."""
        return 1

    @property
    def at_once(self) -> int:
        """How many positions are best evaluated together."""
        return 1

    @property
    def diameter(self) -> float:
        """Largest distance between two covariate vectors, at most."""
        return self.membership.diameter

    @property
    def bent(self) -> bool:
        """False: the curvature is the information."""
        return False

    def evaluate(self, coefficients: FloatArray) -> Derivatives:
        """Return value, score and information at `coefficients` (B, p)."""
        return Derivatives.joined([self._at(row) for row in coefficients])

    def take(self, columns: IntArray) -> SubdistributionLikelihood:  # noqa: ARG002
        """Return the likelihood itself, which serves all positions."""
        return self

    def rises(self, directions: FloatArray) -> BoolArray:
        """Tell where the likelihood never falls along a direction (B, p), and somewhere rises."""
        return self.membership.rises(directions)

    def sums(self, coefficients: FloatArray) -> Sums:
        """Sum over the risk sets at one row of coefficients (p,)."""
        risk, x = self.risk, self.covariates
        linear = x @ coefficients
        shift = float(linear.max())
        relative = np.exp(linear - shift)
        p = x.shape[1]
        pairs = (x[:, :, None] * x[:, None, :]).reshape(-1, p * p)
        values = (relative[:, None] * np.column_stack([np.ones(x.shape[0]), x, pairs])).T
        sums = over_risk_sets(risk, values)
        total = sums[0]
        mean = (sums[1 : p + 1] / total).T
        second = (sums[p + 1 :] / total).T.reshape(-1, p, p)
        return Sums(relative, shift, total, mean, second - mean[:, :, None] * mean[:, None, :])

    def _at(self, coefficients: FloatArray) -> Derivatives:
        found, d = self.sums(coefficients), self.risk.events
        own = self.covariates[self.risk.status == 1]
        value = (own @ coefficients).sum() - d @ (np.log(found.total) + found.shift)
        size = float(np.abs(own @ np.abs(coefficients)).sum())
        return Derivatives(
            np.array([value]),
            (own.sum(axis=0) - d @ found.mean)[None],
            np.einsum("t,tij->ij", d, found.spread)[None],
            np.array([_ROUNDING * size]),
        )


def over_risk_sets(risk: RiskSets, values: FloatArray) -> FloatArray:
    """Sum values (q, n), times the weights, over the risk set of each event time: (q, T)."""
    size = risk.times.size
    met = np.flatnonzero(risk.last >= 0)
    total = reverse_cumulate(add_at(values[:, met], risk.last[met], size))
    later = risk.competing
    for g, kept in enumerate(risk.kept):
        rows = later[risk.censoring.group[later] == g]
        if rows.size:
            joining = add_at(values[:, rows] / risk.own[rows], risk.last[rows] + 1, size + 1)[:, :size]
            total = total + kept * np.cumsum(joining, axis=1)
    return total
