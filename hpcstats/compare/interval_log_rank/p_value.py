"""How `interval_logrank` finds its p-value: by relabelling patients with their scores, or asymptotically."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import chdtrc, ndtr

from hpcstats.columns import FloatArray
from hpcstats.compare.log_rank.methods import MOST_PATIENTS, SEED_OF_AUTO
from hpcstats.compare.permutation.answer import Answer
from hpcstats.compare.permutation.distribution import PermutationDistribution
from hpcstats.compare.permutation.shares import Reading
from hpcstats.core.logrank import quadratic_form
from hpcstats.randomness import generator_of

METHODS = ("auto", "asymptotic", "exact", "monte-carlo")

EXCHANGEABLE = (
    "Labels are permuted, each patient keeping the interval: when patients were looked at must not depend on "
    "the group."
)
_COUNTED = "The data are one of the relabellings: p = (b + 1) / (m + 1) with b of m drawn as extreme."
_LONGEST = 10**15
"""Numbers of relabellings that are written in full."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistic:
    """Chi-squared, its degrees of freedom and signed root (NaN without a sign)."""

    value: float
    df: int
    z: float

    @classmethod
    def of(cls, sums: FloatArray, variance: FloatArray, trend: FloatArray | None) -> Statistic:
        """Divide sums of scores by their variance; without variance there is no statistic."""
        if trend is None and sums.size > 2:
            value, rank = quadratic_form(sums[None], variance[None])
            df = int(rank[0])
            return cls(value=float(value[0]) if df else np.nan, df=df, z=np.nan)
        direction = np.eye(sums.size)[0] if trend is None else (trend - trend.mean()) / np.ptp(trend)
        spread = float(direction @ variance @ direction)
        if spread <= 1e-12 * max(float(np.abs(variance).max()), 1e-12):
            return cls(value=np.nan, df=0, z=np.nan)
        z = float(direction @ sums / np.sqrt(spread))
        return cls(value=z**2, df=1, z=z)

    def p_value(self, alternative: str) -> float:
        """Return the asymptotic p-value; NaN without a degree of freedom."""
        if self.df == 0:
            return np.nan
        if alternative == "two-sided":
            return float(chdtrc(self.df, self.value))
        return float(ndtr(-self.z if alternative == "greater" else self.z))


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """How the p-value is to be found; as `interval_logrank` takes it."""

    method: str
    alternative: str
    n_resamples: int
    seed: Any


def answer(distribution: PermutationDistribution, way: Way, test: Statistic) -> Answer:
    """Find the p-value by the method asked for, or by the one that "auto" chooses."""
    asymptotic, patients = test.p_value(way.alternative), distribution.codes.size
    if way.method == "asymptotic" or test.df == 0:
        return Answer(p_value=asymptotic, method="asymptotic", sentence="asymptotic p-value (chi-squared)")
    if way.method == "auto" and patients > MOST_PATIENTS:
        why = f"asymptotic p-value (chi-squared; chosen for more than {MOST_PATIENTS} patients)"
        return Answer(p_value=asymptotic, method="asymptotic", sentence=why)
    exactly, why = way.method == "exact", ""
    if way.method == "auto":
        exactly = distribution.countable
        why = "; chosen because they can be counted" if exactly else "; chosen because they are too many"
    reading = Reading(alternative=way.alternative)
    return _exact(distribution, reading, why) if exactly else _monte_carlo(distribution, reading, way, why)


def _exact(distribution: PermutationDistribution, reading: Reading, why: str) -> Answer:
    number = distribution.n_arrangements
    shown = f"{number:,}" if number < _LONGEST else "very many"
    return Answer(
        p_value=reading.exact(distribution.exact()),
        method="exact",
        n_arrangements=number,
        sentence=f"exact permutation p-value over all {shown} relabellings{why}",
        conventions=(EXCHANGEABLE,),
    )


def _monte_carlo(distribution: PermutationDistribution, reading: Reading, way: Way, why: str) -> Answer:
    unasked = way.method == "auto" and way.seed is None
    generator, seed = generator_of(SEED_OF_AUTO if unasked else way.seed)
    counts = distribution.monte_carlo(way.n_resamples, generator)
    p_value, error = reading.monte_carlo(counts, way.n_resamples)
    return Answer(
        p_value=p_value,
        method="monte-carlo",
        std_error=error,
        n_arrangements=distribution.n_arrangements,
        n_resamples=way.n_resamples,
        seed=seed,
        sentence=(
            f"Monte-Carlo permutation p-value, {way.n_resamples:,} random relabellings, seed {seed}{why}"
        ),
        conventions=(EXCHANGEABLE, _COUNTED),
    )
