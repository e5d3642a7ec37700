"""Firth's penalised Cox model against firthmodels, the only other one in Python: one fit, and a bootstrap."""

from __future__ import annotations

import numpy as np
import pytest

import hpcstats as hs
from tests.benchmarks.test_resampling import LOOPED, REPLICATES, drawn, penalised
from tests.benchmarks.timing import OURS, Scoreboard, medians, quiet
from tests.benchmarks.trials import Sample

pytestmark = pytest.mark.benchmark


@pytest.mark.parametrize("n", [9, 50])
def test_one_penalised_model(scoreboard: Scoreboard, n: int):
    import firthmodels

    sample = Sample.of(n, 1)
    matrix, y = sample.covariates.to_numpy(), (sample.event == 1, sample.time)
    faster = scoreboard.compare(
        f"Firth's penalty, one fit, n = {n}, p = 1",
        {
            OURS: lambda: hs.cox(sample.response(), sample.covariates, penalty="firth", interval="wald"),
            "firthmodels": lambda: firthmodels.FirthCoxPH().fit(matrix, y),
        },
    )
    assert faster["firthmodels"] > 0.2


def test_bootstrap_of_a_penalised_model(scoreboard: Scoreboard):
    import firthmodels

    sample, weights = drawn(50, 3)
    matrix = sample.covariates.to_numpy()

    def loop() -> list[np.ndarray]:
        rows = [np.repeat(np.arange(50), row.astype(int)) for row in weights[:LOOPED]]
        return [
            firthmodels.FirthCoxPH().fit(matrix[r], (sample.event[r] == 1, sample.time[r])).coef_
            for r in rows
        ]

    with quiet():
        seconds = medians({OURS: lambda: penalised(sample, weights)}, rounds=3)
        seconds["firthmodels"] = medians({"loop": loop}, rounds=1)["loop"] * REPLICATES / LOOPED
    task = f"Firth's penalty, {REPLICATES:,} bootstrap replicates, n = 50, p = 3, against a loop"
    assert scoreboard.record(task, seconds)["firthmodels"] > 20 / 2
