"""Mean numbers of events of a thousand resamples of patients, against one after the other."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import hpcstats as hs
from hpcstats.recurrence import mean_cumulative
from tests.benchmarks.timing import OURS, Scoreboard, medians, quiet
from tests.benchmarks.trials import SEED

pytestmark = pytest.mark.benchmark

REPLICATES = 1_000
LOOPED = 20


def cohort(n: int) -> pd.DataFrame:
    """Patients with events at rates of their own, followed for one to six years."""
    rng = np.random.default_rng([SEED, n])
    rate, end = rng.gamma(2, 0.25, n), rng.uniform(1, 6, n)
    number = rng.poisson(rate * end)
    events = [np.sort(rng.uniform(0, last, k)) for last, k in zip(end, number, strict=True)]
    stops = [np.append(times, last) for times, last in zip(events, end, strict=True)]
    return pd.DataFrame(
        {
            "id": np.repeat(np.arange(n), number + 1),
            "start": np.concatenate([np.append(0, stop[:-1]) for stop in stops]),
            "stop": np.concatenate(stops),
            "event": np.concatenate([np.append(np.ones(stop.size - 1), 0) for stop in stops]).astype(int),
        }
    )


def response(data: pd.DataFrame) -> hs.Surv:
    return hs.Surv.counting(data["start"], data["stop"], data["event"], id=data["id"])


def nelson(data: pd.DataFrame) -> pd.Series:
    """Nelson's estimate by pandas, as a user would write it."""
    times = np.sort(data["stop"].unique())
    events = data.groupby("stop")["event"].sum().reindex(times)
    begun = np.searchsorted(np.sort(data["start"]), times, side="left")
    ended = np.searchsorted(np.sort(data["stop"]), times, side="left")
    return (events / (begun - ended)).cumsum()


def test_a_thousand_resampled_curves(scoreboard: Scoreboard):
    data = cohort(100)
    y = response(data)
    means = mean_cumulative(y)
    statistic = means.statistic([1, 3, 5])
    rng = np.random.default_rng(SEED)
    drawn = rng.multinomial(100, np.full(100, 0.01), REPLICATES).astype(float)
    weights = drawn[:, data["id"]]

    def one_by_one() -> None:
        for row in drawn[:LOOPED]:
            copies = np.repeat(np.arange(100), row.astype(int))
            nelson(pd.concat([data[data["id"] == patient] for patient in copies]))

    with quiet():
        seconds = medians(
            {
                OURS: lambda: statistic(weights),
                "hs.bootstrap": lambda: hs.bootstrap(y, REPLICATES, statistic=statistic, kind="percentile"),
            },
            rounds=3,
        )
        looped = medians({"pandas, one by one": one_by_one}, rounds=1)
    seconds |= {name: value * REPLICATES / LOOPED for name, value in looped.items()}
    assert seconds[OURS] < 1
    assert (
        scoreboard.record(f"{REPLICATES:,} mean cumulative functions, n = 100", seconds)["pandas, one by one"]
        > 50
    )


def test_one_curve_of_many_patients(scoreboard: Scoreboard):
    data = cohort(20_000)
    y = response(data)
    ratios = scoreboard.compare(
        f"mean_cumulative with robust variance, {len(data):,} rows",
        {OURS: lambda: mean_cumulative(y), "pandas, no variance": lambda: nelson(data)},
        rounds=3,
    )
    assert ratios["pandas, no variance"] > 0.02
