"""The semiparametric mixture cure model: its likelihood with the baseline profiled out.

Row i is cured with probability pi_i, logit pi_i = z_i'gamma; the others have the hazard exp(x_i'beta) dL(t),
L a step function that jumps at the events, and S_0 = 0 after the last event (zero tail): whoever was observed
longer is cured. With u = 1 - pi, a row adds

    log u_i + x_i'beta + log dL(t_i) - L(t_i) e_i   at an event,      e_i = exp(x_i'beta),
    log(pi_i + u_i exp(-L(c_i) e_i))                where censored,    log pi_i in the tail.

For fixed (gamma, beta) the jumps solve d_j / l_j = sum over those at risk of w_i e_i, with w_i the
probability of not being cured given what was seen: the fixed point of the EM algorithm of Peng & Dear 2000
(doi:10.1111/j.0006-341X.2000.00237.x) and Sy & Taylor 2000 (doi:10.1111/j.0006-341X.2000.00227.x), found here
by EM steps, then Newton's. At it the slopes of the profile are those of the likelihood with the jumps held,
and its curvature gives the variance (Murphy & van der Vaart 2000, doi:10.1080/01621459.2000.10474219).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from scipy.special import expit, log_expit

from hpcstats.core.parametric.differences import by_differences
from hpcstats.core.parametric.hazards import FAR
from hpcstats.core.risk_sets import BoolArray, FloatArray, IntArray

_EM_STEPS = 8
_ROUNDS = 2000
_CLOSE = 1e-13
_MANY = 400
"""Event times above which the jumps are found by EM steps alone."""


@dataclass(frozen=True, slots=True, eq=False)
class CureProfile:
    """The profile log-likelihood of (gamma, beta).

    Attributes
    ----------
    incidence, latency : ndarray, shapes (n, q) and (n, p)
        Designs; the first with an intercept, the second without.
    event : ndarray of bool, shape (n,)
        Whether the row ends with the event.
    jump : ndarray of int, shape (n,)
        Number of jumps until the row ends.
    tail : ndarray of bool, shape (n,)
        Rows observed beyond the last event.
    weights : ndarray, shape (n,)
        Case weights.
    """

    incidence: FloatArray
    latency: FloatArray
    event: BoolArray
    jump: IntArray
    tail: BoolArray
    weights: FloatArray
    times: FloatArray
    _last: list[FloatArray] = field(default_factory=list)

    @classmethod
    def of(
        cls,
        time: FloatArray,
        event: BoolArray,
        incidence: FloatArray,
        latency: FloatArray,
        weights: FloatArray,
    ) -> CureProfile:
        """Prepare right-censored times."""
        times = np.unique(time[event])
        jump = np.searchsorted(times, time, side="right")
        return cls(incidence, latency, event, jump, time > times[-1], weights, times)

    @property
    def walls(self) -> FloatArray:
        """How far out each coefficient may be sought."""
        return np.full(self.incidence.shape[1] + self.latency.shape[1], FAR)

    def with_slope(self, values: FloatArray) -> tuple[float, FloatArray]:
        """Return the profile log-likelihood and its gradient."""
        gamma, beta = np.split(values, [self.incidence.shape[1]])
        predictor, risk = self.incidence @ gamma, np.exp(self.latency @ beta)
        with np.errstate(all="ignore"):
            jumps = self.jumps(predictor, risk)
            hazard = self.hazard(jumps, risk)
            uncured = self._uncured(predictor, hazard)
            log_rest = log_expit(-predictor)
            censored = np.logaddexp(log_expit(predictor), log_rest - hazard)
            own = np.log(jumps)[np.maximum(self.jump - 1, 0)] + np.log(risk) - hazard + log_rest
            value = float(self.weights @ np.where(self.event, own, censored))
        in_gamma = self.incidence.T @ (self.weights * (expit(-predictor) - uncured))
        finite = np.where(self.tail, 0.0, hazard)
        in_beta = self.latency.T @ (self.weights * (self.event - uncured * finite))
        gradient = np.concatenate([in_gamma, in_beta])
        if not (np.isfinite(value) and np.isfinite(gradient).all()):
            return -np.inf, gradient
        self._last[:] = [jumps]
        return value, gradient

    def curvature(self, values: FloatArray, *, rough: bool = False) -> FloatArray:
        """Return the second derivatives by differences of the gradient, of fourth order unless `rough`."""
        return by_differences(self.with_slope, values, rough=rough)

    def hazard(self, jumps: FloatArray, risk: FloatArray) -> FloatArray:
        """Return each row's cumulative hazard; infinite in the tail."""
        total = np.concatenate([[0.0], np.cumsum(jumps)])[self.jump]
        return np.where(self.tail, np.inf, total * risk)

    def jumps(self, predictor: FloatArray, risk: FloatArray) -> FloatArray:
        """Return the jumps that maximise the likelihood at given predictors."""
        size = self.times.size
        ends = np.bincount(self.jump[self.event] - 1, self.weights[self.event], size)
        deaths = ends.astype(np.float64)
        jumps = self._last[0] if self._last else deaths / self._at_risk(self.weights * risk)
        for round_ in range(_ROUNDS):
            uncured = self._uncured(predictor, self.hazard(jumps, risk))
            expected = self._at_risk(self.weights * uncured * risk)
            new = deaths / expected
            if np.abs(new - jumps).max() <= _CLOSE * jumps.max():
                return new
            if round_ >= _EM_STEPS and size <= _MANY:
                new = self._newton(jumps, deaths, expected, uncured, risk, new)
            jumps = new
        return jumps

    def _uncured(self, predictor: FloatArray, hazard: FloatArray) -> FloatArray:
        """Return the probability of not being cured, given what was seen."""
        return np.where(self.event, 1.0, np.asarray(expit(-predictor - hazard), dtype=np.float64))

    def _at_risk(self, values: FloatArray) -> FloatArray:
        """Sum values over those at risk at each jump."""
        sums = np.bincount(self.jump, values, self.times.size + 1).astype(np.float64)
        return np.cumsum(sums[::-1])[::-1][1:]

    def _newton(
        self,
        jumps: FloatArray,
        deaths: FloatArray,
        expected: FloatArray,
        uncured: FloatArray,
        risk: FloatArray,
        instead: FloatArray,
    ) -> FloatArray:
        """Return Newton's step for the log jumps; an EM step where that is no ascent, or too long."""
        shares = self.weights * uncured * (1 - uncured) * risk**2
        bend = self._at_risk(np.where(self.tail, 0.0, shares))
        # Those at risk at jumps j and k are those at risk at the later of the two.
        later = np.maximum.outer(np.arange(jumps.size), np.arange(jumps.size))
        slope = deaths - jumps * expected
        information = np.diag(jumps * expected) - np.outer(jumps, jumps) * bend[later]
        try:
            root = np.linalg.cholesky(information)
        except np.linalg.LinAlgError:
            return instead
        step = np.linalg.solve(root.T, np.linalg.solve(root, slope))
        return instead if np.abs(step).max() > 1 else jumps * np.exp(step)
