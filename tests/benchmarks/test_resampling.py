"""A thousand bootstrap replicates of a Cox model: one batch of weight rows against a loop of fits."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from hpcstats.core.newton import maximise
from hpcstats.core.partial_likelihood import prepare
from tests.benchmarks.timing import OURS, Scoreboard, medians, quiet
from tests.benchmarks.trials import SEED, Sample

pytestmark = pytest.mark.benchmark

REPLICATES = 1_000
LOOPED = 10
"""Fits of the peer that are timed; a thousand take a hundred times as long."""


def batch(sample: Sample, weights: np.ndarray) -> np.ndarray:
    matrix = sample.covariates.to_numpy()
    likelihood = prepare(sample.time, sample.event == 1, matrix, weights, frequency=True)
    return maximise(likelihood.evaluate, np.zeros((len(weights), matrix.shape[1]))).position


def loop(frame: pd.DataFrame, weights: np.ndarray) -> list[np.ndarray | None]:
    from lifelines import CoxPHFitter
    from lifelines.exceptions import ConvergenceError

    fits: list[np.ndarray | None] = []
    for row in weights:
        drawn = frame.loc[frame.index.repeat(row.astype(int))].reset_index(drop=True)
        try:
            fitter = CoxPHFitter().fit(drawn, "time", "event", fit_options={"precision": 1e-12})
        except ConvergenceError:
            fits.append(None)
        else:
            fits.append(fitter.params_.to_numpy())
    return fits


@pytest.mark.parametrize("parameters", [1, 2])
@pytest.mark.parametrize("n", [9, 50, 300])
def test_bootstrap_of_a_model(scoreboard: Scoreboard, n: int, parameters: int):
    sample = Sample.of(n, parameters)
    generator = np.random.default_rng([SEED, n, parameters])
    weights = generator.multinomial(n, np.full(n, 1 / n), REPLICATES).astype(float)
    with quiet():
        seconds = medians({OURS: lambda: batch(sample, weights)}, rounds=3)
        looped = medians({"lifelines": lambda: loop(sample.frame, weights[:LOOPED])}, rounds=1)
        ours, theirs = batch(sample, weights[:LOOPED]), loop(sample.frame, weights[:LOOPED])
    for mine, other in zip(ours, theirs, strict=True):
        # Where one of the two climbed far the likelihood is monotone, and neither number means anything.
        if other is not None and np.abs(other).max() < 5 and np.abs(mine).max() < 5:
            np.testing.assert_allclose(mine, other, rtol=1e-3, atol=1e-4)
    seconds["lifelines"] = looped["lifelines"] * REPLICATES / LOOPED
    task = f"Cox, {REPLICATES:,} bootstrap replicates, n = {n}, p = {parameters}"
    # At n = 9 most replicates with a continuous covariate have no maximum: they are climbed to where risks
    # must be formed on the log scale.
    bound = 0.8 if (n, parameters) == (9, 2) else 20
    assert scoreboard.record(task, seconds)["lifelines"] > bound
