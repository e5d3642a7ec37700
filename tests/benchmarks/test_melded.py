"""Melded comparisons: numerical integrals against draws from the same distributions."""

from __future__ import annotations

import numpy as np
import pytest

import hpcstats as hs
from hpcstats.compare.fixed_time.difference import compare_at
from hpcstats.compare.medians.difference import compare_medians
from hpcstats.core.limits.beta_product import parameters
from hpcstats.core.risk_sets import count, place
from tests.benchmarks.timing import OURS, Scoreboard
from tests.benchmarks.trials import Sample

pytestmark = pytest.mark.benchmark

DRAWS = 1_000_000
"""As many as R's bpcp2samp draws for its mid-p version."""


def drawn(sample: Sample, at: float) -> np.ndarray:
    """Limits of the difference from draws."""
    generator, limits = np.random.default_rng(5), []
    for number in (0, 1):
        rows = sample.group == number
        risk = place(sample.time[rows], sample.event[rows] == 1)
        p, k = (
            parameters(count(risk, np.ones((1, rows.sum())))),
            np.searchsorted(risk.times, at, side="right"),
        )
        limits.append(
            [
                generator.beta(p.a_low[0, k], p.b_low[0, k], DRAWS),
                generator.beta(p.a_high[0, k], p.b_high[0, k], DRAWS),
            ]
        )
    (low1, high1), (low2, high2) = limits
    return np.array([np.quantile(low2 - high1, 0.025), np.quantile(high2 - low1, 0.975)])


@pytest.mark.parametrize("n", [42, 300])
def test_one_comparison_at_a_time(scoreboard: Scoreboard, n: int):
    sample = Sample.of(n)
    result = compare_at(sample.response(), sample.group, 5)
    np.testing.assert_allclose(drawn(sample, 5), [result.low[0], result.high[0]], atol=0.005)
    faster = scoreboard.compare(
        f"melded comparison at a time, n = {n}",
        {
            OURS: lambda: compare_at(sample.response(), sample.group, 5),
            f"{DRAWS:,} draws": lambda: drawn(sample, 5),
            "a hundred times": lambda: compare_at(sample.response(), sample.group, np.linspace(0.1, 9, 100)),
        },
        rounds=3,
    )
    assert faster[f"{DRAWS:,} draws"] > 10
    assert faster["a hundred times"] < 60


def test_medians_grow_gently(scoreboard: Scoreboard):
    small, large = Sample.of(42), Sample.of(42_000)

    def compared(sample: Sample) -> hs.MedianComparison:
        return compare_medians(sample.response(), sample.group)

    growth = scoreboard.compare(
        "melded medians, n = 42 and 42,000",
        {OURS: lambda: compared(small), "hpcstats, a thousand times the rows": lambda: compared(large)},
        rounds=3,
    )
    assert growth["hpcstats, a thousand times the rows"] < 600
