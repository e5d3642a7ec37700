"""A thousand bootstrap replicates of a Cox model: one batch of weight rows against a loop of fits.

Bounds are half of what was measured beside other work; a quiet machine gives twice as much.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from hpcstats.core.cox.existence import refit
from hpcstats.core.cox.firth import FirthPenalty
from hpcstats.core.cox.newton import maximise
from hpcstats.core.cox.objective import CONVERGED, Maximum
from hpcstats.core.cox.partial_likelihood import PartialLikelihood, prepare
from tests.benchmarks.timing import OURS, Scoreboard, medians, quiet
from tests.benchmarks.trials import SEED, Sample

pytestmark = pytest.mark.benchmark

REPLICATES = 1_000
LOOPED = 10
"""Fits of the peer that are timed; a thousand take a hundred times as long."""


def prepared(sample: Sample, weights: np.ndarray) -> PartialLikelihood:
    matrix = sample.covariates.to_numpy()
    return prepare(sample.time, sample.event == 1, matrix, weights, frequency=True)


def batch(sample: Sample, weights: np.ndarray) -> Maximum:
    return refit(prepared(sample, weights), np.zeros((len(weights), sample.covariates.shape[1])))


def penalised(sample: Sample, weights: np.ndarray) -> Maximum:
    start = np.zeros((len(weights), sample.covariates.shape[1]))
    return maximise(FirthPenalty(prepared(sample, weights)), start, give_up=True)


def drawn(n: int, parameters: int) -> tuple[Sample, np.ndarray]:
    generator = np.random.default_rng([SEED, n, parameters])
    return Sample.of(n, parameters), generator.multinomial(n, np.full(n, 1 / n), REPLICATES).astype(float)


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


@pytest.mark.parametrize("parameters", [1, 2, 3])
@pytest.mark.parametrize("n", [9, 50, 300])
def test_bootstrap_of_a_model(scoreboard: Scoreboard, n: int, parameters: int):
    sample, weights = drawn(n, parameters)
    with quiet():
        seconds = medians({OURS: lambda: batch(sample, weights)}, rounds=3)
        looped = medians({"lifelines": lambda: loop(sample.frame, weights[:LOOPED])}, rounds=1)
        ours, theirs = batch(sample, weights[:LOOPED]), loop(sample.frame, weights[:LOOPED])
    for mine, status, other in zip(ours.position, ours.status, theirs, strict=True):
        if other is not None and status == CONVERGED:
            np.testing.assert_allclose(mine, other, rtol=1e-3, atol=1e-4)
    seconds["lifelines"] = looped["lifelines"] * REPLICATES / LOOPED
    task = f"Cox, {REPLICATES:,} bootstrap replicates, n = {n}, p = {parameters}"
    assert scoreboard.record(task, seconds)["lifelines"] > {9: 500, 50: 500, 300: 250}[n] / 2


@pytest.mark.parametrize("n", [9, 50, 300])
def test_bootstrap_of_a_penalised_model(scoreboard: Scoreboard, n: int):
    sample, weights = drawn(n, 3)
    plain = scoreboard.compare(
        f"Firth's penalty, {REPLICATES:,} bootstrap replicates, n = {n}, p = 3",
        {OURS: lambda: penalised(sample, weights), "unpenalised": lambda: batch(sample, weights)},
        rounds=3,
    )
    assert plain["unpenalised"] > 0.05


@pytest.mark.parametrize("parameters", [1, 3])
def test_leaving_out_each_of_three_hundred(scoreboard: Scoreboard, parameters: int):
    sample, without = Sample.of(300, parameters), 1 - np.eye(300)
    one = scoreboard.compare(
        f"Cox, each of 300 left out, p = {parameters}",
        {OURS: lambda: batch(sample, without), "one of them": lambda: batch(sample, without[:1])},
        rounds=3,
    )
    assert one["one of them"] > 1 / 100
