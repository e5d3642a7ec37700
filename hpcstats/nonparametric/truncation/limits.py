"""Pointwise limits of F: by its variance on a scale, or by resampling."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from hpcstats.columns import FloatArray
from hpcstats.core.limits.pointwise import TRANSFORMS, normal_quantile, survival_limits
from hpcstats.core.resampling.resampling_weights import Units, block_of_weights
from hpcstats.core.truncation.truncated_curves import TruncatedCurves
from hpcstats.nonparametric.truncation.estimation import Estimated
from hpcstats.randomness import generator_of, number_of_resamples

BOOTSTRAP = "bootstrap"
INTERVALS = ("auto", *TRANSFORMS, BOOTSTRAP)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Limits:
    """Standard error and limits on the grid, and what was drawn for them.

    Attributes
    ----------
    std_error, low, high : ndarray, shape (K,)
        NaN where they cannot be given.
    interval : str
        Name of the interval.
    n_resamples, n_failed : int
        Resamples drawn, and those of them without an estimate.
    seed : str
        What to write to draw them again.
    """

    std_error: FloatArray
    low: FloatArray
    high: FloatArray
    interval: str
    n_resamples: int = 0
    n_failed: int = 0
    seed: str = ""


def limits_of(
    found: Estimated,
    weights: FloatArray,
    interval: str,
    level: float,
    n_resamples: Any,
    seed: Any,
    *,
    double: bool,
) -> Limits:
    """Return the limits of the kind asked for; without an estimate there are none."""
    name = "log-log" if interval == "auto" else interval
    if not found.exists:
        nothing = np.full(found.distribution.size, np.nan)
        return Limits(std_error=nothing, low=nothing, high=nothing, interval=name)
    if name == BOOTSTRAP:
        return _resampled(found, weights, level, n_resamples, seed, double=double)
    above = found.distribution > 0
    error = np.where(above, found.distribution * np.sqrt(np.where(above, found.relative_variance, 0)), np.nan)
    low, high = survival_limits(found.distribution, found.relative_variance, normal_quantile(level), name)
    return Limits(std_error=error, low=low, high=high, interval=name)


def _resampled(
    found: Estimated, weights: FloatArray, level: float, n_resamples: Any, seed: Any, *, double: bool
) -> Limits:
    """Draw cases and take percentiles of F; too many resamples without an estimate leave no limits."""
    number = number_of_resamples(n_resamples, least=2)
    generator, written = generator_of(seed)
    entropy = generator.integers(0, 2**32, size=4).tolist()
    drawn = [
        TruncatedCurves.of(found.windows, piece, double=double)
        for piece in block_of_weights(Units.of_rows(weights), "multinomial", entropy, 0, number)
    ]
    known = np.concatenate([piece.known for piece in drawn])
    values = np.concatenate([piece.distribution for piece in drawn])[known]
    tail = (1 - level) / 2
    failed = number - int(known.sum())
    if failed > tail * number or len(values) < 2:
        nothing = np.full(found.distribution.size, np.nan)
        low = high = error = nothing
    else:
        low, high = np.quantile(values, [tail, 1 - tail], axis=0)
        error = values.std(axis=0, ddof=1)
    return Limits(
        std_error=error,
        low=low,
        high=high,
        interval=BOOTSTRAP,
        n_resamples=number,
        n_failed=failed,
        seed=written,
    )
