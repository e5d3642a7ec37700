"""Registries: the time grows with the data and not with its square."""

from __future__ import annotations

import tracemalloc

import pytest

import hpcstats as hs
from tests.benchmarks.timing import OURS, Call, Scoreboard, medians
from tests.benchmarks.trials import Sample

pytestmark = pytest.mark.benchmark


@pytest.mark.parametrize("n", [100_000, 1_000_000])
def test_large_curves(scoreboard: Scoreboard, n: int):
    from statsmodels.duration.survfunc import SurvfuncRight

    sample = Sample.of(n)
    faster = scoreboard.compare(
        f"Kaplan-Meier, n = {n:,}",
        {
            OURS: lambda: hs.kaplan_meier(sample.response()),
            "statsmodels": lambda: SurvfuncRight(sample.time, sample.event),
        },
        rounds=5,
    )
    assert faster["statsmodels"] > 1 / 1.2


def test_memory_of_a_large_curve():
    from statsmodels.duration.survfunc import SurvfuncRight

    sample = Sample.of(1_000_000)
    ours = peak(lambda: hs.kaplan_meier(sample.response()))
    theirs = peak(lambda: SurvfuncRight(sample.time, sample.event))
    assert ours < 1.2 * theirs


def test_ten_million_rows():
    sample = Sample.of(10_000_000)
    assert medians({OURS: lambda: hs.kaplan_meier(sample.response())}, rounds=1)[OURS] < 12
    assert peak(lambda: hs.kaplan_meier(sample.response())) < 1e9


def test_time_grows_with_n_log_n(scoreboard: Scoreboard):
    small, large = Sample.of(100_000), Sample.of(3_000_000)
    growth = scoreboard.compare(
        "Kaplan-Meier, n = 100,000 and 3,000,000",
        {
            OURS: lambda: hs.kaplan_meier(small.response()),
            "hpcstats, thirty times the rows": lambda: hs.kaplan_meier(large.response()),
        },
        rounds=3,
    )
    assert growth["hpcstats, thirty times the rows"] < 2 * 30 * 21.5 / 16.6


def peak(call: Call) -> float:
    """Return the largest number of bytes that a call holds at once."""
    tracemalloc.start()
    try:
        call()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("parameters", [1, 3])
def test_large_models(scoreboard: Scoreboard, parameters: int):
    large, small = Sample.of(100_000, parameters), Sample.of(10_000, parameters)
    growth = scoreboard.compare(
        f"Cox, n = 10,000 and 100,000, p = {parameters}",
        {
            OURS: lambda: hs.cox(small.response(), small.covariates, interval="wald"),
            "hpcstats, ten times the rows": lambda: hs.cox(
                large.response(), large.covariates, interval="wald"
            ),
        },
        rounds=3,
    )
    assert growth["hpcstats, ten times the rows"] < 30
