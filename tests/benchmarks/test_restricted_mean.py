"""A thousand relabellings of a restricted mean: one batch of labels against a loop of curves."""

from __future__ import annotations

import numpy as np
import pytest

from hpcstats.compare.restricted_mean.difference import rmst_difference
from hpcstats.compare.restricted_mean.permutation import Relabellings, permuted
from hpcstats.core.restricted_mean import PooledSample
from hpcstats.core.risk_sets import place
from tests.benchmarks.timing import OURS, Scoreboard, medians, quiet
from tests.benchmarks.trials import SEED, Sample

pytestmark = pytest.mark.benchmark

RELABELLINGS = 1_000
LOOPED = 5
"""Relabellings of the peer that are timed; a thousand take minutes."""
HORIZON = 3.0


def loop(sample: Sample, relabelled: list[np.ndarray]) -> list[float]:
    """The difference of lifelines' restricted means for each relabelling."""
    from lifelines import KaplanMeierFitter
    from lifelines.utils import restricted_mean_survival_time

    found = []
    for second in relabelled:
        first, other = (
            restricted_mean_survival_time(
                KaplanMeierFitter().fit(sample.time[rows], sample.event[rows]), t=HORIZON
            )
            for rows in (~second, second)
        )
        found.append(float(other) - float(first))
    return found


@pytest.mark.parametrize(("n", "at_most"), [(9, 0.01), (50, 0.03), (300, 0.15)])
def test_relabelled_restricted_means(scoreboard: Scoreboard, n: int, at_most: float):
    sample = Sample.of(n)
    second = sample.group == 1
    risk = place(sample.time, sample.event == 1)
    ours = PooledSample(risk=risk, exit_=sample.time, horizon=HORIZON, variance="greenwood")
    scale = np.array([HORIZON, 1.0, 1.0])

    def batch(number: int = RELABELLINGS) -> np.ndarray:
        drawn = Relabellings(second, number, np.random.default_rng([SEED, n]))
        return permuted(ours, drawn, "extend", scale, student=False).statistics[0]

    generator = np.random.default_rng([SEED, n])
    relabelled = list(generator.permuted(np.tile(second, (LOOPED, 1)), axis=1))
    with quiet():
        seconds = medians({OURS: batch}, rounds=3)
        looped = medians({"lifelines": lambda: loop(sample, relabelled)}, rounds=1)
        theirs = loop(sample, relabelled)
    np.testing.assert_allclose(batch(LOOPED), theirs, atol=1e-4)
    seconds["lifelines"] = looped["lifelines"] * RELABELLINGS / LOOPED
    task = f"restricted mean, {RELABELLINGS:,} relabellings, n = {n}"
    assert scoreboard.record(task, seconds)["lifelines"] > 100
    assert seconds[OURS] < at_most


def test_every_relabelling_of_nine_against_nine(scoreboard: Scoreboard):
    sample = Sample.of(18)

    def enumerate_all() -> object:
        return rmst_difference(sample.response(), sample.group, HORIZON, method="studentised-permutation")

    with quiet():
        seconds = medians({OURS: enumerate_all}, rounds=3)
    scoreboard.record("restricted mean, all 48,620 relabellings of 9 against 9", seconds)
    assert seconds[OURS] < 1.5
