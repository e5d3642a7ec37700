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
    pooled = count(risk, weights)
    n, d = pooled.at_risk, pooled.events
    parts = [count(risk, np.where(group == g, weights, 0.0)) for g in range(groups - 1)]
    n_g = _with_the_last(n, [part.at_risk for part in parts])
    d_g = _with_the_last(d, [part.events for part in parts])
    share = np.divide(n_g, n[:, None], out=np.zeros_like(n_g), where=n[:, None] > 0)
    weight = weigh(pooled)
    spread = np.divide(d * (n - d), n - 1, out=np.zeros_like(n), where=(n > 1) & (d > 0)) * weight**2
    # Matrix products over the event times: diagonal sum of w^2 ... p_g, less the sum of w^2 ... p_g p_h.
    spent = share * spread[:, None]
    variance = spent.sum(axis=2)[:, :, None] * np.eye(groups) - spent @ share.swapaxes(1, 2)
    return Scores(
        observed=(d_g @ weight[:, :, None])[:, :, 0],
        expected=(share @ (weight * d)[:, :, None])[:, :, 0],
        variance=variance,
    )


def _with_the_last(pooled: FloatArray, parts: list[FloatArray]) -> FloatArray:
    """Stack the groups, the last of which is what the others leave (nothing, where only rounding is left)."""
    rest = pooled - sum(parts)
    rest = np.where(np.abs(rest) <= 1e-12 * pooled, 0.0, rest)
    return np.stack([*parts, rest], axis=1)


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


def prentice_wilcoxon(counts: Counts) -> FloatArray:
    """Prentice's generalised Wilcoxon: prod(n / (n + d)) up to and including t."""
    total = counts.at_risk + counts.events
    kept = np.divide(counts.at_risk, total, out=np.ones_like(total), where=total > 0)
    return np.cumprod(kept, axis=-1, dtype=np.float64)


def andersen(counts: Counts) -> FloatArray:
    """Andersen, Borgan, Gill and Keiding: the Peto weight just before t, times n / (n + 1)."""
    return prentice(counts) * counts.at_risk / (counts.at_risk + 1)


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
    "prentice-wilcoxon": prentice_wilcoxon,
    "andersen": andersen,
}


def quadratic_form(difference: FloatArray, variance: FloatArray) -> tuple[FloatArray, IntArray]:
    """Return (O - E)' V^- (O - E) and the rank of V for each row, (B,) each."""
    scale = np.maximum(np.abs(variance).max(axis=(1, 2)), np.finfo(np.float64).tiny)
    values, vectors = np.linalg.eigh(variance / scale[:, None, None])
    kept = values > 1e-10
    projected = np.einsum("bgk,bg->bk", vectors, difference)
    terms = np.divide(projected**2, values, out=np.zeros_like(values), where=kept)
    return terms.sum(axis=1) / scale, kept.sum(axis=1)
