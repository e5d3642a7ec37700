"""The p-value of a difference of mean numbers of events: asymptotic, or over relabellings of the patients."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import chdtrc, ndtr

from hpcstats.columns import BoolArray, FloatArray
from hpcstats.compare.permutation.answer import Answer
from hpcstats.compare.permutation.distribution import permutation_distribution
from hpcstats.compare.permutation.shares import Reading, Shares, divided, shares_of
from hpcstats.compare.restricted_mean.permutation import ENUMERATED, Relabellings, number_of_relabellings
from hpcstats.core.recurrent.mean_difference import (
    fixed_scores,
    poisson_difference_variance,
    weighted_difference,
)
from hpcstats.core.recurrent.recurrent_rows import RecurrentRows
from hpcstats.randomness import generator_of

FIXED = "sum of the patients' fixed scores as far from its mean"
STUDENTISED = "difference over its own robust standard error as large"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TwoGroups:
    """Two groups of patients on one grid.

    Attributes
    ----------
    rows : RecurrentRows
        Their rows.
    second : ndarray of bool, shape (P,)
        Who is in the second group.
    tilt : ndarray, shape (T,)
        The weight at each grid point.
    """

    rows: RecurrentRows
    second: BoolArray
    tilt: FloatArray

    def difference(self, variance: str) -> tuple[float, float]:
        """Return the weighted difference and its variance."""
        ones, second = np.ones(self.second.size), self.second[None]
        score, robust = weighted_difference(self.rows, ones, second, self.tilt)
        if variance == "poisson":
            robust = poisson_difference_variance(self.rows, ones, second, self.tilt)
        return float(score[0]), float(robust[0])

    def by_scores(self, alternative: str, n_resamples: int, seed: Any) -> Answer:
        """Permute fixed scores: exactly where that takes about a second, else by drawing."""
        scores = fixed_scores(self.rows, np.ones(self.second.size), self.tilt)
        # The distribution is of the sum over group 0, which here is the second group.
        codes = (~self.second).astype(np.int64)
        distribution = permutation_distribution(scores, codes, groups=2)
        reading, ways = Reading(alternative=alternative), distribution.n_arrangements
        if distribution.countable:
            return _exact(reading, distribution.exact(), ways, FIXED)
        generator, written = generator_of(seed)
        counts = distribution.monte_carlo(n_resamples, generator)
        return _drawn(reading, counts, ways, n_resamples, written, FIXED)

    def studentised(self, alternative: str, n_resamples: int, seed: Any) -> Answer:
        """Permute labels, with the statistic and its variance made anew each time."""
        ways = number_of_relabellings(self.second)
        reading = Reading(alternative=alternative)
        seen = float(next(self._ratios([self.second[None]]))[0][0])
        scale = max(1.0, abs(seen)) if np.isfinite(seen) else 1.0
        if ways <= ENUMERATED:
            every = Relabellings(self.second, 0, None)
            shares = shares_of(self._ratios(every), seen, scale, signed=True)
            return _exact(reading, divided(shares, ways), ways, STUDENTISED)
        generator, written = generator_of(seed)
        some = Relabellings(self.second, n_resamples, generator)
        counts = shares_of(self._ratios(some), seen, scale, signed=True)
        return _drawn(reading, counts, ways, n_resamples, written, STUDENTISED)

    def _ratios(self, batches: Any) -> Iterator[tuple[FloatArray, None]]:
        ones = np.ones(self.second.size)
        for second in batches:
            yield z_of(*weighted_difference(self.rows, ones, second, self.tilt)), None


def z_of(score: FloatArray, variance: FloatArray) -> FloatArray:
    """Divide scores by their standard errors: 0 where both are 0, infinite where only the error is."""
    error = np.sqrt(variance)
    nothing = np.abs(score) <= 1e-12
    flat = error <= 1e-12
    ratio = np.divide(score, error, out=np.zeros_like(score), where=~flat)
    return np.where(flat & ~nothing, np.copysign(np.inf, score), ratio)


def asymptotic(z: float, alternative: str) -> float:
    """Return the p-value of a normal deviate."""
    if alternative == "two-sided":
        return float(chdtrc(1, z**2))
    return float(ndtr(-z if alternative == "greater" else z))


def _exact(reading: Reading, shares: Shares, ways: int, what: str) -> Answer:
    return Answer(
        p_value=reading.exact(shares),
        method="exact",
        n_arrangements=ways,
        sentence=f"exact permutation p-value over all {ways:,} relabellings of patients ({what})",
    )


def _drawn(reading: Reading, counts: Shares, ways: int, number: int, seed: str, what: str) -> Answer:
    p_value, error = reading.monte_carlo(counts, number)
    return Answer(
        p_value=p_value,
        method="monte-carlo",
        std_error=error,
        n_arrangements=ways,
        n_resamples=number,
        seed=seed,
        sentence=(
            f"Monte-Carlo permutation p-value, {number:,} random relabellings of patients, seed {seed} "
            f"({what})"
        ),
    )
