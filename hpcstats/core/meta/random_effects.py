"""Likelihood of a mean m and a standard deviation tau between studies whose counts are exact.

Study i has the predictor m + tau u_i, u_i standard normal, and binomial or Poisson events given it. Its
likelihood is the integral over u, taken by adaptive Gauss-Hermite quadrature: nodes z and weights w are
placed around the mode u* of the integrand with its curvature, s = (1 + tau^2 var(u*))^(-1/2),

    L_i = (s / sqrt pi) sum_q w_q exp(z_q^2 + log f(x_i | m + tau u_q) - u_q^2 / 2),  u_q = u* + sqrt 2 s z_q.

The derivatives are posterior moments of the residual r = x - mean at the same nodes: E r in m and E u r in
tau; the second ones by Louis' identity. The mean is found by Newton's method for each tau: the integral is
log-concave in m (Prekopa), so that its peak is the only one. Stijnen, Hamza and Ozdemir 2010
(doi:10.1002/sim.4040); Pinheiro and Bates 1995 (doi:10.1080/10618600.1995.10474663).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from hpcstats.core.meta.families import Counts
from hpcstats.core.risk_sets import FloatArray

NODES = 81
LARGEST = 8.0
"""Standard deviations beyond it are not looked at: proportions from 1e-7 to 1 - 1e-7 would be usual, and
81 nodes hold the likelihood to some 1e-5 up to there (1e-8 up to 4)."""
_STEPS = 60
_HALVINGS = 8
_CLOSE = 1e-13


@dataclass(frozen=True, slots=True, eq=False)
class Likelihood:
    """The log-likelihood of B pairs (m, tau) with its derivatives, each (B,).

    Attributes
    ----------
    value : ndarray
        Log-likelihood, constants included.
    by_mean, by_variance : ndarray
        First derivatives in m and in tau^2.
    mean_curvature, cross, spread_curvature : ndarray
        Second derivatives in m, in m and tau, and in tau.
    """

    value: FloatArray
    by_mean: FloatArray
    by_variance: FloatArray
    mean_curvature: FloatArray
    cross: FloatArray
    spread_curvature: FloatArray


@cache
def _rule() -> tuple[FloatArray, FloatArray]:
    """Return the nodes, and the logarithms of the weights plus the squared nodes."""
    nodes, weights = np.polynomial.hermite.hermgauss(NODES)
    return nodes, np.log(weights) + nodes**2


def likelihood(counts: Counts, mean: FloatArray, tau: FloatArray) -> Likelihood:
    """Return the log-likelihood and its derivatives at B pairs of a mean and a tau >= 0."""
    nodes, log_weights = _rule()
    spread = tau[:, None]
    mode = modes(counts, mean[:, None], spread)
    curvature = 1 + spread**2 * counts.variance(mean[:, None] + spread * mode)
    width = 1 / np.sqrt(curvature)
    u = mode[:, :, None] + np.sqrt(2.0) * width[:, :, None] * nodes
    predictor = mean[:, None, None] + tau[:, None, None] * u
    terms = log_weights + counts.kernel(predictor) - u**2 / 2
    largest = terms.max(axis=2, keepdims=True)
    weights = np.exp(terms - largest)
    total = weights.sum(axis=2)
    value = np.log(total) + largest[:, :, 0] + np.log(width) - np.log(np.pi) / 2
    return _derivatives(counts, predictor, u, weights / total[:, :, None], tau, value.sum(axis=1))


def _derivatives(
    counts: Counts,
    predictor: FloatArray,
    u: FloatArray,
    weights: FloatArray,
    tau: FloatArray,
    value: FloatArray,
) -> Likelihood:
    residual = counts.events[:, None] - counts.mean(predictor)
    variance = counts.variance(predictor)

    def expected(what: FloatArray) -> FloatArray:
        return np.asarray(np.sum(weights * what, axis=2), dtype=np.float64)

    by_mean, by_tau = expected(residual), expected(u * residual)
    spread_curvature = np.sum(expected((u * residual) ** 2 - u**2 * variance) - by_tau**2, axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        by_variance = np.sum(by_tau, axis=1) / (2 * tau)
    # The likelihood is even in tau: at 0 the slope in tau^2 is half the second derivative in tau.
    by_variance = np.where(tau > 0, by_variance, spread_curvature / 2)
    return Likelihood(
        value=value + counts.constant,
        by_mean=by_mean.sum(axis=1),
        by_variance=by_variance,
        mean_curvature=np.sum(expected(residual**2 - variance) - by_mean**2, axis=1),
        cross=np.sum(expected(u * (residual**2 - variance)) - by_mean * by_tau, axis=1),
        spread_curvature=spread_curvature,
    )


def modes(counts: Counts, mean: FloatArray, tau: FloatArray) -> FloatArray:
    """Find the mode of each integrand (B, k) by Newton's method inside a bracket that holds it."""
    at_mean = counts.mean(mean + np.zeros((1, counts.events.size)))
    low, high = -tau * at_mean, tau * counts.events
    u = np.zeros(high.shape)
    for _ in range(_STEPS):
        predictor = mean + tau * u
        slope = tau * (counts.events - counts.mean(predictor)) - u
        low, high = np.where(slope > 0, u, low), np.where(slope < 0, u, high)
        new = u + slope / (1 + tau**2 * counts.variance(predictor))
        new = np.where((new >= low) & (new <= high), new, (low + high) / 2)
        moved, u = np.abs(new - u).max(), new
        if moved <= _CLOSE * (1 + np.abs(u).max()):
            break
    return u


def best_means(counts: Counts, tau: FloatArray, start: float) -> tuple[FloatArray, Likelihood]:
    """Return the mean at which the likelihood is largest for each tau, with the likelihood there."""
    mean = np.full(tau.size, start)
    found = likelihood(counts, mean, tau)
    for _ in range(_STEPS):
        step = -found.by_mean / np.minimum(found.mean_curvature, -1e-12)
        step = np.clip(step, -2.0 - tau, 2.0 + tau)
        # A step that can raise the value by no more than its rounding is the last one, and taken whole.
        last = np.abs(found.by_mean * step) <= _CLOSE * (1 + np.abs(found.value))
        before = mean
        mean, found = _stepped(counts, tau, mean, np.where(last, 0.0, step), found)
        if last.all() or np.array_equal(mean, before):
            break
    settled = mean + np.where(last, step, 0.0)
    return settled, likelihood(counts, settled, tau)


def _stepped(
    counts: Counts, tau: FloatArray, mean: FloatArray, step: FloatArray, found: Likelihood
) -> tuple[FloatArray, Likelihood]:
    """Take the steps, halved until they lead up, or not at all."""
    if not step.any():
        return mean, found
    for _ in range(_HALVINGS):
        new = likelihood(counts, mean + step, tau)
        falling = new.value < found.value - _CLOSE * (1 + np.abs(found.value))
        if not falling.any():
            return mean + step, new
        step = np.where(falling, step / 4, step)
    step = np.where(falling, 0.0, step)
    return mean + step, likelihood(counts, mean + step, tau)
