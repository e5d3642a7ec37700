"""One fit on small data, from arrays to the result, against lifelines and statsmodels.

The bounds are a third of what was measured: they catch a change of order, not a busy machine.
"""

from __future__ import annotations

import numpy as np
import pytest

import hpcstats as hs
from tests.benchmarks.timing import OURS, Scoreboard, quiet
from tests.benchmarks.trials import Sample

pytestmark = pytest.mark.benchmark

# Its default stops up to 4e-4 short of the maximum.
LIFELINES_TO_THE_END = {"precision": 1e-12, "r_precision": 1e-14}


def test_one_small_curve(scoreboard: Scoreboard):
    from lifelines import KaplanMeierFitter
    from statsmodels.duration.survfunc import SurvfuncRight

    sample = Sample.of(9)
    faster = scoreboard.compare(
        "Kaplan-Meier, n = 9",
        {
            OURS: lambda: hs.kaplan_meier(sample.response(), interval="log-log").curves[0].low,
            "lifelines": lambda: KaplanMeierFitter().fit(sample.time, sample.event),
            "statsmodels": lambda: SurvfuncRight(sample.time, sample.event),
        },
    )
    assert faster["lifelines"] > 30
    assert faster["statsmodels"] > 0.15


@pytest.mark.parametrize("n", [9, 50, 300])
def test_one_comparison(scoreboard: Scoreboard, n: int):
    from lifelines.statistics import logrank_test
    from statsmodels.duration.survfunc import survdiff

    sample = Sample.of(n)
    time, event, first = sample.time, sample.event, sample.group == 0
    faster = scoreboard.compare(
        f"log-rank, n = {n}",
        {
            OURS: lambda: hs.logrank(sample.response(), sample.group, method="asymptotic"),
            "lifelines": lambda: logrank_test(time[first], time[~first], event[first], event[~first]),
            "statsmodels": lambda: survdiff(time, event, sample.group),
        },
    )
    assert faster["lifelines"] > 10
    assert faster["statsmodels"] > 0.15


@pytest.mark.parametrize("parameters", [1, 2, 3])
@pytest.mark.parametrize("n", [9, 50, 300])
def test_one_model(scoreboard: Scoreboard, n: int, parameters: int):
    from lifelines import CoxPHFitter
    from statsmodels.duration.hazard_regression import PHReg

    sample = Sample.of(n, parameters)
    frame, matrix = sample.frame, sample.covariates.to_numpy()
    calls = {
        OURS: lambda: hs.cox(sample.response(), sample.covariates, interval="wald"),
        "hpcstats, profile": lambda: hs.cox(sample.response(), sample.covariates),
        "lifelines": lambda: CoxPHFitter().fit(frame, "time", "event", fit_options=LIFELINES_TO_THE_END),
        "statsmodels": lambda: PHReg(sample.time, matrix, status=sample.event, ties="efron").fit(disp=0),
    }
    with quiet():
        ours, theirs = calls[OURS]().coef, calls["lifelines"]().params_.to_numpy()
    np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-8)
    faster = scoreboard.compare(f"Cox, n = {n}, p = {parameters}", calls, rounds=3)
    assert faster["lifelines"] > 0.6
    assert faster["statsmodels"] > {9: 0.2, 50: 0.8, 300: 4.5}[n]
    assert faster["hpcstats, profile"] < 6
