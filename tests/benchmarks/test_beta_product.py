"""Beta product limits: small fits, and the growth with n.

R's bpcp takes 130 ms for 1,000 patients. Bounds leave room for a busy machine.
"""

from __future__ import annotations

import pytest

import hpcstats as hs
from hpcstats.nonparametric import BetaProduct
from tests.benchmarks.timing import OURS, Scoreboard
from tests.benchmarks.trials import Sample

pytestmark = pytest.mark.benchmark


def limits(y: hs.Surv, interval: str | BetaProduct = "bpcp") -> object:
    """The curve and its limits, which are worked out when they are asked for."""
    return hs.kaplan_meier(y, interval=interval).curves[0].limits


def test_one_small_curve_with_its_limits(scoreboard: Scoreboard) -> None:
    y = Sample.of(9).response()
    scoreboard.compare(
        "Kaplan-Meier with limits, n = 9",
        {
            OURS: lambda: limits(y),
            "hpcstats, log-log": lambda: limits(y, "log-log"),
            "hpcstats, mid-p": lambda: limits(y, "bpcp-midp"),
        },
    )
    assert seconds(scoreboard, 0) < 1.2e-3


def test_a_thousand_patients(scoreboard: Scoreboard) -> None:
    y = Sample.of(1_000).response()
    scoreboard.compare(
        "beta product limits, n = 1,000",
        {
            OURS: lambda: limits(y),
            "hpcstats, mid-p": lambda: limits(y, "bpcp-midp"),
            "hpcstats, 1,000 resamples": lambda: limits(
                y, BetaProduct(method="monte-carlo", n_resamples=1_000, seed=1)
            ),
        },
    )
    assert seconds(scoreboard, 0) < 0.03


def test_a_hundred_thousand_patients(scoreboard: Scoreboard) -> None:
    y = Sample.of(100_000).response()
    scoreboard.compare("beta product limits, n = 100,000", {OURS: lambda: limits(y)}, rounds=2)
    assert seconds(scoreboard, 0) < 3


def seconds(scoreboard: Scoreboard, position: int) -> float:
    """CPU seconds of one call of the task measured last."""
    task = scoreboard.rows[-1][0]
    return [row[2] for row in scoreboard.rows if row[0] == task][position]
