"""Parametric models against lifelines: a certified maximum costs no more than its fit."""

from __future__ import annotations

import numpy as np
import pytest

import hpcstats as hs
from tests.benchmarks.timing import OURS, Scoreboard

pytestmark = pytest.mark.benchmark


@pytest.mark.parametrize("n", [9, 300])
def test_one_weibull_model(scoreboard: Scoreboard, n: int):
    import lifelines
    import pandas as pd

    random = np.random.default_rng(1)
    event, last = random.exponential(5, n) + 0.1, random.uniform(1, 12, n)
    frame = pd.DataFrame({"time": np.minimum(event, last), "event": event <= last, "x": np.arange(n) % 2})
    y = hs.Surv.right(frame["time"], frame["event"])
    faster = scoreboard.compare(
        f"Weibull model, one covariate, n = {n}",
        {
            OURS: lambda: hs.parametric(y, frame[["x"]], engine="own", interval="wald"),
            "lifelines": lambda: lifelines.WeibullAFTFitter().fit(frame, "time", "event"),
        },
    )
    assert faster["lifelines"] > 1
