"""A thousand bootstrap curves of truncated times: one batch of weight rows against a loop of fits."""

from __future__ import annotations

import numpy as np
import pytest

import hpcstats as hs
from hpcstats.core.truncation.reverse_time import place_windows
from hpcstats.core.truncation.truncated_curves import TruncatedCurves
from hpcstats.nonparametric.truncation.estimate import lynden_bell
from tests.benchmarks.timing import OURS, Scoreboard, medians, quiet
from tests.benchmarks.trials import SEED

pytestmark = pytest.mark.benchmark

REPLICATES, LOOPED = 1_000, 10
N = 100


def drawn() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    generator = np.random.default_rng([SEED, N])
    time, lower = generator.exponential(3, 10 * N), generator.uniform(-2, 4, 10 * N)
    upper = lower + generator.uniform(2, 8, 10 * N)
    kept = np.flatnonzero((lower <= time) & (time <= upper))[:N]
    weights = generator.multinomial(N, np.full(N, 1 / N), REPLICATES).astype(float)
    return time[kept], lower[kept], upper[kept], weights


def test_bootstrap_curves_of_right_truncated_times(scoreboard: Scoreboard) -> None:
    time, _, upper, weights = drawn()
    windows = place_windows(time, upper)
    end = upper.max() + 1

    def looped() -> None:
        from lifelines import KaplanMeierFitter

        for row in weights[:LOOPED]:
            KaplanMeierFitter().fit(end - time, entry=end - upper - 1e-9, weights=row + 1e-12)

    with quiet():
        seconds = medians({OURS: lambda: TruncatedCurves.of(windows, weights, double=False)}, rounds=3)
        seconds["lifelines, reversed time"] = (
            medians({"looped": looped}, rounds=1)["looped"] * REPLICATES / LOOPED
        )
    task = f"Lynden-Bell, {REPLICATES:,} bootstrap curves, n = {N}"
    assert seconds[OURS] < 1
    assert scoreboard.record(task, seconds)["lifelines, reversed time"] > 100


def test_bootstrap_curves_of_doubly_truncated_times(scoreboard: Scoreboard) -> None:
    time, lower, upper, weights = drawn()
    windows = place_windows(time, upper, lower)
    one = scoreboard.compare(
        f"Double truncation, {REPLICATES:,} bootstrap curves, n = {N}",
        {
            OURS: lambda: TruncatedCurves.of(windows, weights, double=True),
            "one fit": lambda: lynden_bell(hs.Surv.doubly_truncated(time, lower, upper)),
        },
        rounds=3,
    )
    assert one["one fit"] > 1 / REPLICATES
