"""The beta product confidence procedure by drawing from the products of betas themselves.

B(n, 1) is exp(-E / n) of a standard exponential E, and B(n - d + 1, d) is B(n, 1) times B(n - d + 1, d - 1).
So one exponential serves the last factor of W- before an event and the first factor of W+ from the event on:
each has the distribution it should have, W- <= W+ in every draw, and both fall with time.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hpcstats.core.risk_sets import Counts, FloatArray

_NUDGE = 1e-12
"""Less than a rank: where the middle lies between two draws, take the one further from the other limit."""


@dataclass(frozen=True, slots=True)
class DrawnLimits:
    """Limits and their Monte-Carlo standard errors on T + 1 pieces, the first one before the grid."""

    low: FloatArray
    high: FloatArray
    low_error: FloatArray
    high_error: FloatArray


def drawn_limits(
    counts: Counts, tail: float, generator: np.random.Generator, n_resamples: int, *, mid_p: bool
) -> DrawnLimits:
    """Draw W- and W+ on every piece and return the quantiles that leave out `tail` each.

    `counts` are those of one curve, shape (1, T). Pieces are drawn one after another, all draws of a piece
    together, so that memory is about 60 bytes a draw, however many pieces there are.
    """
    d, n = counts.events[0], counts.at_risk[0]
    quantiles = _mid_p_limits if mid_p else _limits
    total = np.zeros(n_resamples)
    following = generator.standard_exponential(n_resamples)
    pieces = [quantiles(following / n[0], total, tail)]
    for k in range(n.size):
        if d[k] > 0:
            total += following / n[k]
            if d[k] > 1:
                with np.errstate(divide="ignore"):
                    total -= np.log(generator.beta(n[k] - d[k] + 1, d[k] - 1, n_resamples))
            following = generator.standard_exponential(n_resamples)
        behind = total + following / n[k + 1] if k + 1 < n.size else np.full(n_resamples, np.inf)
        pieces.append(quantiles(behind, total, tail))
    return DrawnLimits(*np.transpose(pieces))


def _limits(below: FloatArray, above: FloatArray, tail: float) -> tuple[float, float, float, float]:
    """Return the lower limit from W-, the upper from W+ (both as minus their logarithms), and the errors."""
    spread = np.sqrt(tail * (1 - tail) / below.size)
    low, low_error = _quantile(below, 1 - tail, spread)
    high, high_error = _quantile(above, tail, spread)
    return low, high, low_error, high_error


def _mid_p_limits(below: FloatArray, above: FloatArray, tail: float) -> tuple[float, float, float, float]:
    """Return the limits from the draws of W- and W+ taken together, and the errors."""
    pooled = np.concatenate([below, above])
    found = []
    for probability in (1 - tail + _NUDGE, tail - _NUDGE):
        at = _ordered(pooled, np.array([probability]))[0]
        lower, upper = np.mean(above >= at), np.mean(below >= at)
        # One draw puts 0, 1/2 or 1 beyond `at`; this is the variance of that.
        variance = lower + (upper - lower) / 4 - ((lower + upper) / 2) ** 2
        found.append(_quantile(pooled, probability, np.sqrt(max(variance, 0.0) / below.size)))
    (low, low_error), (high, high_error) = found
    return low, high, low_error, high_error


def _quantile(values: FloatArray, probability: float, spread: float) -> tuple[float, float]:
    """Return exp(-quantile) and its standard error.

    The proportion of draws below the true quantile varies by `spread`; half the distance of the quantiles
    that far on either side is what this does to the quantile (Woodruff's argument by order statistics).
    """
    sides = np.clip([probability - spread, probability, probability + spread], 0.0, 1.0)
    most, found, least = np.exp(-_ordered(values, sides))
    return float(found), float(most - least) / 2


def _ordered(values: FloatArray, probabilities: FloatArray) -> FloatArray:
    """Return the order statistics nearest to given quantiles."""
    ranks = np.rint((values.size - 1) * probabilities).astype(np.int64)
    return np.asarray(np.partition(values, np.unique(ranks))[ranks], dtype=np.float64)
