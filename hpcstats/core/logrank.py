"""The weighted log-rank family: scores and their hypergeometric variance, batched over case weights.

At each event time with d events among n at risk, n_g of them in group g:
U_g = sum w (d_g - d n_g / n),  V_gh = sum w^2 d (n - d) / (n - 1) (n_g / n)([g = h] - n_h / n).
Weights w depend on the pooled sample of the stratum; strata add up.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from hpcstats.core.risk_sets import Counts, FloatArray, IntArray, RiskSets, count

WeightFunction = Callable[[Counts], FloatArray]


@dataclass(frozen=True, slots=True)
class Scores:
    """Weighted observed and expected events (B, G) and the variance of their difference (B, G, G)."""

    observed: FloatArray
    expected: FloatArray
    variance: FloatArray

    def __add__(self, other: Scores) -> Scores:
        return Scores(
            self.observed + other.observed, self.expected + other.expected, self.variance + other.variance
        )


def scores(
    risk: RiskSets, group: IntArray, groups: int, weights: FloatArray, weigh: WeightFunction
) -> Scores:
    """Return the scores of one stratum for `groups` groups under case weights (B, n)."""
    parts = [count(risk, np.where(group == g, weights, 0.0)) for g in range(groups)]
    n_g = np.stack([part.at_risk for part in parts], axis=1)
    d_g = np.stack([part.events for part in parts], axis=1)
    pooled = count(risk, weights)
    n, d = pooled.at_risk, pooled.events
    share = np.divide(n_g, n[:, None], out=np.zeros_like(n_g), where=n[:, None] > 0)
    weight = weigh(pooled)
    spread = np.divide(d * (n - d), n - 1, out=np.zeros_like(n), where=(n > 1) & (d > 0)) * weight**2
    inner = np.einsum("bt,bgt,bht->bgh", spread, share, share)
    variance = np.einsum("bt,bgt->bg", spread, share)[:, :, None] * np.eye(groups) - inner
    return Scores(
        observed=np.einsum("bt,bgt->bg", weight, d_g),
        expected=np.einsum("bt,bgt->bg", weight * d, share),
        variance=variance,
    )


def unit(counts: Counts) -> FloatArray:
    """Log-rank: every event time weighs the same."""
    return np.ones_like(counts.at_risk)


def gehan(counts: Counts) -> FloatArray:
    """Gehan-Breslow: the number at risk."""
    return counts.at_risk


def tarone_ware(counts: Counts) -> FloatArray:
    """Tarone-Ware: the root of the number at risk."""
    return np.sqrt(counts.at_risk)


def peto(counts: Counts) -> FloatArray:
    """Peto-Peto: prod(1 - d / (n + 1)) up to and including t."""
    return np.cumprod(1 - counts.events / (counts.at_risk + 1), axis=-1, dtype=np.float64)


def modified_peto(counts: Counts) -> FloatArray:
    """Andersen's modified Peto-Peto: the Peto weight times n / (n + 1)."""
    return peto(counts) * counts.at_risk / (counts.at_risk + 1)


def prentice(counts: Counts) -> FloatArray:
    """Prentice: the Peto weight just before t."""
    return _just_before(peto(counts))


def fleming_harrington(rho: float, gamma: float) -> WeightFunction:
    """Fleming-Harrington: S(t-)^rho (1 - S(t-))^gamma, S the pooled Kaplan-Meier curve."""

    def weigh(counts: Counts) -> FloatArray:
        hazard = np.divide(
            counts.events, counts.at_risk, out=np.zeros_like(counts.events), where=counts.at_risk > 0
        )
        before = _just_before(np.cumprod(1 - hazard, axis=-1))
        return before**rho * (1 - before) ** gamma

    return weigh


def _just_before(curve: FloatArray) -> FloatArray:
    return np.concatenate([np.ones_like(curve[..., :1]), curve[..., :-1]], axis=-1)


WEIGHTS: dict[str, WeightFunction] = {
    "logrank": unit,
    "gehan": gehan,
    "tarone-ware": tarone_ware,
    "peto": peto,
    "modified-peto": modified_peto,
    "prentice": prentice,
}


def quadratic_form(difference: FloatArray, variance: FloatArray) -> tuple[FloatArray, IntArray]:
    """Return (O - E)' V^- (O - E) and the rank of V for each row, (B,) each."""
    scale = np.maximum(np.abs(variance).max(axis=(1, 2)), np.finfo(np.float64).tiny)
    values, vectors = np.linalg.eigh(variance / scale[:, None, None])
    kept = values > 1e-10
    projected = np.einsum("bgk,bg->bk", vectors, difference)
    terms = np.divide(projected**2, values, out=np.zeros_like(values), where=kept)
    return terms.sum(axis=1) / scale, kept.sum(axis=1)
