"""Product-limit and cumulative-hazard estimators from weighted counts.

Kaplan & Meier 1958 (doi:10.1080/01621459.1958.10501452): S(t) = prod over t_k <= t of (1 - d_k / n_k).
Greenwood: var S = S^2 sum d_k / (n_k (n_k - d_k)).
Nelson-Aalen: A(t) = sum d_k / n_k.
"""

from __future__ import annotations

import numpy as np

from hpcstats.core.risk_sets import Counts, FloatArray


def product_limit(counts: Counts) -> tuple[FloatArray, FloatArray]:
    """Return S and the Greenwood sum at each grid point, both (B, T).

    The Greenwood sum is infinite from the point where everybody at risk fails.
    """
    d, n = counts.events, counts.at_risk
    staying = n - d
    np.divide(staying, n, out=staying, where=n > 0)
    staying[n <= 0] = 1.0
    np.cumprod(staying, axis=-1, out=staying)
    terms = greenwood_terms(counts)
    return staying, np.cumsum(terms, axis=-1, out=terms)


def greenwood_terms(counts: Counts) -> FloatArray:
    """Return d / (n (n - d)), infinite where everybody at risk fails and zero where nobody does."""
    d, n = counts.events, counts.at_risk
    left = n - d
    left *= n
    terms = np.zeros_like(d)
    terms[(left <= 0) & (d > 0)] = np.inf
    return np.divide(d, left, out=terms, where=left > 0)


def cumulative_hazard(counts: Counts, variance: str) -> tuple[FloatArray, FloatArray]:
    """Return the Nelson-Aalen estimate and its variance, both (B, T).

    Parameters
    ----------
    counts : Counts
        Weighted counts.
    variance : {"poisson", "binomial", "ties", "log-survival"}
        d/n^2 · (n-d)d/n^3 · (n-d)d/(n^2(n-1)) · d/(n(n-d)).
    """
    d, n = counts.events, counts.at_risk
    hazard = _ratio(d, n)
    terms = {
        "poisson": lambda: _ratio(d, n**2),
        "binomial": lambda: _ratio((n - d) * d, n**3),
        "ties": lambda: _ratio((n - d) * d, n**2 * (n - 1)),
        "log-survival": lambda: greenwood_terms(counts),
    }[variance]()
    return np.cumsum(hazard, axis=-1), np.cumsum(terms, axis=-1)


def cumulative_hazard_successive(counts: Counts) -> tuple[FloatArray, FloatArray]:
    """Return the Fleming-Harrington estimate: tied events fail one after another, at n, n-1, ...

    For integer counts only: sum over j < d of 1/(n-j), with variance sum of 1/(n-j)^2.
    """
    d, n = counts.events, counts.at_risk
    most = int(d.max(initial=0.0))
    hazard, variance = np.zeros_like(d), np.zeros_like(d)
    for j in range(most):
        inverse = _ratio(np.where(d > j, 1.0, 0.0), n - j)
        hazard += inverse
        variance += inverse**2
    return np.cumsum(hazard, axis=-1), np.cumsum(variance, axis=-1)


def _ratio(numerator: FloatArray, denominator: FloatArray) -> FloatArray:
    return np.divide(
        numerator, denominator, out=np.zeros_like(numerator), where=(numerator > 0) & (denominator > 0)
    )
