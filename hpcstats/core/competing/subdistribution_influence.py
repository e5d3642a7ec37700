"""What each patient contributes to the estimates of a subdistribution hazards model.

Fine & Gray 1999, section 5. For a function u_i a_k of patient and event time patient i contributes

    u_i [e_i a_k(i) - r_i sum over k of w_i(t_k) a_k dLambda_k] + psi_i,      dLambda_k = d_k / S0_k,

e_i whether it has the event of the cause, r_i its relative risk. psi_i is due to the weights being estimated:

    psi_i = c_i q(x_i) / Y(x_i) - sum over censoring times v <= x_i of q(v) N(v) / Y(v)^2,
    q(v)  = sum over j with another event before v, and over t_k from v on, of u_j r_j w_j(t_k) a_k dLambda_k,

c_i whether it is censored, N(v) censorings among Y(v) of its group under observation. The score is the sum of
contributions for the covariate, less those for its weighted mean; the cumulative subdistribution hazard that
for 1 / S0.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hpcstats.core.competing.subdistribution import SubdistributionLikelihood, Sums
from hpcstats.core.risk_sets import FloatArray


@dataclass(frozen=True, slots=True)
class Influence:
    """Sums from which contributions are made.

    Attributes
    ----------
    likelihood : SubdistributionLikelihood
        The likelihood.
    sums : Sums
        Its sums at the estimate.
    hazard : ndarray, shape (T,)
        dLambda_k, in units of the relative risks of `sums`.
    estimated_weights : bool
        Whether the weights count as estimated.
    """

    likelihood: SubdistributionLikelihood
    sums: Sums
    hazard: FloatArray
    estimated_weights: bool

    @classmethod
    def of(
        cls, likelihood: SubdistributionLikelihood, coefficients: FloatArray, *, estimated_weights: bool
    ) -> Influence:
        """Work out the sums at the estimate (p,)."""
        sums = likelihood.sums(coefficients)
        return cls(likelihood, sums, likelihood.risk.events / sums.total, estimated_weights)

    def scores(self) -> FloatArray:
        """Return the contributions to the score, (n, p)."""
        x, ones = self.likelihood.covariates, np.ones(self.likelihood.covariates.shape[0])
        always = np.ones(self.hazard.size)
        columns = [
            self.contributions(always, x[:, j]) - self.contributions(self.sums.mean[:, j], ones)
            for j in range(x.shape[1])
        ]
        return np.stack(columns, axis=1)

    def hazards(self, until: int) -> FloatArray:
        """Return the contributions (n,) to the sum of the hazards at the first `until` event times."""
        counted = np.where(np.arange(self.hazard.size) < until, 1 / self.sums.total, 0.0)
        return self.contributions(counted, np.ones(self.sums.relative.size))

    def contributions(self, a: FloatArray, u: FloatArray) -> FloatArray:
        """Return the contributions (n,) for a function of the event times (T,) times one of the patients."""
        risk, step = self.likelihood.risk, a * self.hazard
        found = np.where(risk.status == 1, a[np.maximum(risk.last, 0)], 0.0)
        held = _running(step)[risk.last + 1]
        found -= self.sums.relative * held
        later = risk.competing
        for group in range(risk.kept.shape[0]):
            rows = later[risk.censoring.group[later] == group]
            weighted = _running(risk.kept[group] * step)
            rest = weighted[-1] - weighted[risk.last[rows] + 1]
            found[rows] -= self.sums.relative[rows] * rest / risk.own[rows]
        found *= u
        if self.estimated_weights:
            for group in range(risk.kept.shape[0]):
                self._add_weights(found, step, u, group)
        return found

    def _add_weights(self, found: FloatArray, step: FloatArray, u: FloatArray, group: int) -> None:
        """Add psi of the patients of one group."""
        risk = self.likelihood.risk
        places, ended, at_risk = (
            part[group] for part in (risk.censoring.places, risk.censoring.ended, risk.censoring.at_risk)
        )
        if not places.size:
            return
        later = risk.competing
        rows = later[risk.censoring.group[later] == group]
        rows = rows[np.argsort(risk.position[rows], kind="stable")]
        before = _running(u[rows] * self.sums.relative[rows] / risk.own[rows])
        staying = before[np.searchsorted(risk.position[rows], places, side="left")]
        weighted = _running(risk.kept[group] * step)
        q = staying * (weighted[-1] - weighted[np.searchsorted(risk.places, places, side="left")])
        drift = _running(q * ended / at_risk**2)
        here = np.flatnonzero(risk.censoring.group == group)
        met = np.searchsorted(places, risk.position[here], side="right")
        found[here] -= drift[met]
        own = risk.status[here] == 0
        found[here[own]] += (q / at_risk)[met[own] - 1]


def _running(values: FloatArray) -> FloatArray:
    """Return the sums of the first 0, 1, 2, ... values."""
    return np.concatenate([np.zeros(1), np.cumsum(values)])
