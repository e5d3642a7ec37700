"""A thousand bootstrap fits, and everybody left out in turn, by one public call against loops of fits."""

from __future__ import annotations

import numpy as np
import pytest

import hpcstats as hs
from hpcstats.sensitivity import bootstrap, leave_one_out
from tests.benchmarks.timing import OURS, Scoreboard, medians, quiet
from tests.benchmarks.trials import SEED, Sample

pytestmark = pytest.mark.benchmark

REPLICATES = 1_000
LOOPED = 10
"""Fits of the peer that are timed; a thousand take a hundred times as long."""


def loop(sample: Sample, weights: np.ndarray) -> None:
    """Fit the repeated rows by lifelines, one replicate after the other."""
    from lifelines import CoxPHFitter
    from lifelines.exceptions import ConvergenceError

    frame = sample.frame
    for row in weights:
        drawn = frame.loc[frame.index.repeat(row.astype(int))].reset_index(drop=True)
        try:
            CoxPHFitter().fit(drawn, "time", "event")
        except ConvergenceError:
            continue


@pytest.mark.parametrize("parameters", [1, 3])
@pytest.mark.parametrize(("n", "bound"), [(9, 500), (50, 500), (300, 250)])
def test_bootstrap_by_the_public_call(scoreboard: Scoreboard, n: int, bound: float, parameters: int):
    if n == 9 and parameters == 3:
        pytest.skip("nine patients do not carry three terms")
    sample = Sample.of(n, parameters)
    with quiet():
        fit = hs.cox(sample.response(), sample.covariates)
        seconds = medians(
            {
                OURS: lambda: bootstrap(fit, REPLICATES, penalty=None, kind="percentile", seed=1),
                "hpcstats, Firth": lambda: bootstrap(fit, REPLICATES, kind="percentile", seed=1),
                "hpcstats, BCa": lambda: bootstrap(fit, REPLICATES, penalty=None, seed=1),
            },
            rounds=3,
        )
        weights = np.random.default_rng([SEED, n]).multinomial(n, np.full(n, 1 / n), LOOPED)
        looped = medians({"lifelines": lambda: loop(sample, weights)}, rounds=1)
    seconds["lifelines"] = looped["lifelines"] * REPLICATES / LOOPED
    task = f"hs.bootstrap, Cox, {REPLICATES:,} resamples, n = {n}, p = {parameters}"
    assert scoreboard.record(task, seconds)["lifelines"] > bound


def test_everybody_left_out_in_turn(scoreboard: Scoreboard):
    sample = Sample.of(300, 2)
    with quiet():
        fit = hs.cox(sample.response(), sample.covariates)
        seconds = medians({OURS: lambda: leave_one_out(fit)}, rounds=3)
        looped = medians({"lifelines": lambda: loop(sample, 1 - np.eye(300)[:LOOPED])}, rounds=1)
    seconds["lifelines"] = looped["lifelines"] * 300 / LOOPED
    assert scoreboard.record("hs.leave_one_out, Cox, n = 300, p = 2", seconds)["lifelines"] > 100


@pytest.mark.parametrize("statistic", [("at", 5), ("quantile", 0.5), ("rmst", 5)])
def test_bootstrap_of_a_curve(scoreboard: Scoreboard, statistic: tuple[str, float]):
    from lifelines import KaplanMeierFitter

    sample = Sample.of(300)
    curves = hs.kaplan_meier(sample.response())
    weights = np.random.default_rng(SEED).multinomial(300, np.full(300, 1 / 300), LOOPED)

    def one_by_one() -> None:
        for row in weights:
            rows = np.repeat(np.arange(300), row)
            KaplanMeierFitter().fit(sample.time[rows], sample.event[rows])

    with quiet():
        ours = medians({OURS: lambda: bootstrap(curves, REPLICATES, statistic=statistic, seed=1)}, rounds=3)
        looped = medians({"lifelines": one_by_one}, rounds=1)
    ours["lifelines"] = looped["lifelines"] * REPLICATES / LOOPED
    task = f"hs.bootstrap, {statistic[0]} of a curve, {REPLICATES:,} resamples, n = 300"
    assert scoreboard.record(task, ours)["lifelines"] > 100
