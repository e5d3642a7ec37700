"""Registries: the time grows with the data and not with its square."""

from __future__ import annotations

import pytest

import hpcstats as hs
from tests.benchmarks.timing import OURS, Scoreboard
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
        rounds=3,
    )
    assert faster["statsmodels"] > 0.15


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
