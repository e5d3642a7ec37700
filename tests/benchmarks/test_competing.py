"""Competing risks: a registry of a million patients, and bootstrap curves of a hundred."""

from __future__ import annotations

import numpy as np
import pytest

import hpcstats as hs
from hpcstats.core.competing.curves import WeightedIncidence
from hpcstats.core.risk_sets import place
from tests.benchmarks.timing import OURS, Scoreboard, medians, quiet

pytestmark = pytest.mark.benchmark


def sample(n: int) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(11)
    return generator.exponential(size=n), generator.integers(0, 3, n)


def test_a_million_rows(scoreboard: Scoreboard):
    time, cause = sample(1_000_000)
    y = hs.Surv.competing(time, cause, causes=["a", "b"])
    seconds = medians({OURS: lambda: hs.aalen_johansen(y).curves[0].limits}, rounds=3)
    scoreboard.record("Aalen-Johansen, n = 1,000,000", seconds)
    assert seconds[OURS] < 2


def test_time_grows_with_n_log_n(scoreboard: Scoreboard):
    small, large = (hs.Surv.competing(*sample(n), causes=["a", "b"]) for n in (100_000, 1_000_000))
    growth = scoreboard.compare(
        "Aalen-Johansen, n = 100,000 and 1,000,000",
        {
            OURS: lambda: hs.aalen_johansen(small).curves[0].limits,
            "hpcstats, ten times the rows": lambda: hs.aalen_johansen(large).curves[0].limits,
        },
        rounds=3,
    )
    assert growth["hpcstats, ten times the rows"] < 2 * 10 * 20 / 16.6


def test_against_lifelines(scoreboard: Scoreboard):
    from lifelines import AalenJohansenFitter

    time, cause = sample(1_000)
    y = hs.Surv.competing(time, cause, causes=["a", "b"])
    fitter = AalenJohansenFitter(calculate_variance=True)
    faster = scoreboard.compare(
        "Aalen-Johansen with variance, n = 1,000",
        {
            OURS: lambda: hs.aalen_johansen(y).curves[0].limits,
            "lifelines, one cause": lambda: fitter.fit(time, cause, event_of_interest=1),
        },
        rounds=3,
    )
    assert faster["lifelines, one cause"] > 10


def test_a_thousand_bootstrap_curves(scoreboard: Scoreboard):
    time, cause = sample(100)
    risk = place(time, cause > 0)
    weights = np.random.default_rng(1).multinomial(100, np.full(100, 0.01), size=1_000).astype(float)
    with quiet():
        seconds = medians({OURS: lambda: WeightedIncidence.of(risk, cause, 2, weights)}, rounds=5)
    scoreboard.record("1,000 bootstrap cumulative incidences, n = 100", seconds)
    assert seconds[OURS] < 0.5


def test_permuted_and_modelled(scoreboard: Scoreboard):
    time, cause = sample(60)
    y = hs.Surv.competing(np.ceil(4 * time), cause, causes=["a", "b"])
    group, x = np.repeat([0, 1], 30), np.random.default_rng(2).normal(size=60)
    seconds = medians(
        {
            OURS: lambda: hs.fine_gray(y, {"x": x}, cause="a"),
            "Gray's test": lambda: hs.gray_test(y, group),
            "Gray's test, 1,000 relabellings": lambda: hs.gray_test(
                y, group, method="monte-carlo", n_resamples=1_000, seed=1
            ),
        },
        rounds=3,
    )
    scoreboard.record("Fine-Gray model, n = 60", seconds)
    assert max(seconds.values()) < 0.5
