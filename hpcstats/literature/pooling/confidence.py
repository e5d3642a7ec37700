"""Draws from the confidence distribution of a pooled estimate."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hpcstats.columns import FloatArray
from hpcstats.core.meta.families import Counts
from hpcstats.core.meta.profile import random_effects, signed_root

if TYPE_CHECKING:
    from hpcstats.literature.pooling.pooled_estimate import PooledEstimate

_REACH, _PLACES = 4.5, 31
_WIDEST = 60.0


def confidence_draws(
    pooled: PooledEstimate, n: int, generator: np.random.Generator, *, new: bool
) -> FloatArray:
    """Draw the pooled quantity, or with `new` that of a further study."""
    summary = pooled.summary
    if pooled.pooled_by == "exact":
        return _exact(pooled, n, generator)
    standard = generator.standard_normal(n) if np.isinf(summary.df) else generator.standard_t(summary.df, n)
    if new:
        spread = np.sqrt(summary.std_error**2 + pooled.heterogeneity.tau2)
        return pooled.back(summary.estimate + spread * standard)
    if pooled.limits == "profile":
        return pooled.back(_by_signed_root(pooled, generator.standard_normal(n)))
    return pooled.back(summary.estimate + summary.std_error * standard)


def _by_signed_root(pooled: PooledEstimate, roots: FloatArray) -> FloatArray:
    """Turn standard normal numbers into means whose signed root they are, by interpolation."""
    family = "binomial" if pooled.quantity == "proportion" else "poisson"
    counts = Counts(pooled.studies.first, pooled.studies.second, family)
    fit = random_effects(counts)
    means, found = [fit.mean], [0.0]
    for sign in (-1.0, 1.0):
        step, mean = 2 * _REACH * fit.std_error / _PLACES, fit.mean
        root = 0.0
        while abs(root) < _REACH and abs(mean) < _WIDEST:
            mean += sign * step
            root = signed_root(counts, fit, mean)[0]
            means.append(mean)
            found.append(root)
            # Where the likelihood flattens out the grid grows with it.
            step *= 1.1
    order = np.argsort(means)
    rising = np.maximum.accumulate(np.array(found)[order])
    return np.asarray(np.interp(roots, rising, np.array(means)[order]), dtype=np.float64)


def _exact(pooled: PooledEstimate, n: int, generator: np.random.Generator) -> FloatArray:
    """Draw between the two exact confidence distributions of the summed counts."""
    x, size = float(pooled.studies.first.sum()), float(pooled.studies.second.sum())
    if pooled.quantity == "proportion":
        return generator.beta(x + 0.5, size - x + 0.5, n)
    return generator.gamma(x + 0.5, 1 / size, n)
