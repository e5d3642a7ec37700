"""Curves of interval-censored times: to a certified maximum, and a thousand of them, against lifelines."""

from __future__ import annotations

import numpy as np
import pytest

import hpcstats as hs
from tests.benchmarks.timing import OURS, Scoreboard

pytestmark = pytest.mark.benchmark

GOALS = {100: 0.020, 1000: 1.0}


def visits(n: int, *, rounded: bool) -> hs.Surv:
    """Events found at one of three visits (rounded to half years, or not), or not yet."""
    random = np.random.default_rng(n)
    event = random.exponential(5, n)
    calendar = np.sort(random.exponential(5, (n, 3)), axis=1)
    if rounded:
        calendar = np.ceil(2 * calendar) / 2
    seen = np.concatenate([np.zeros((n, 1)), calendar, np.full((n, 1), np.inf)], axis=1)
    place = (event[:, None] > seen).sum(axis=1)
    rows = np.arange(n)
    return hs.Surv.interval(seen[rows, place - 1], seen[rows, place])


@pytest.mark.parametrize("rounded", [True, False])
@pytest.mark.parametrize("n", [100, 1000])
def test_one_certified_curve(scoreboard: Scoreboard, n: int, rounded: bool):
    y = visits(n, rounded=rounded)
    assert hs.turnbull(y).kkt_gap <= 1e-8
    kind = "half years" if rounded else "all different"
    scoreboard.compare(f"Turnbull, n = {n}, {kind}", {OURS: lambda: hs.turnbull(y)})
    assert scoreboard.rows[-1][2] < GOALS[n]


def nearly_all_exact(n: int) -> hs.Surv:
    """Nine times of ten exact, the others known to two years."""
    random = np.random.default_rng(n)
    event, exact = random.exponential(5, n), random.random(n) < 0.9
    return hs.Surv.interval(
        np.where(exact, event, np.maximum(event - 1, 0)), np.where(exact, event, event + 1)
    )


@pytest.mark.parametrize("n", [100, 1000])
def test_one_certified_curve_of_nearly_exact_times(scoreboard: Scoreboard, n: int):
    y = nearly_all_exact(n)
    assert hs.turnbull(y).kkt_gap <= 1e-8
    scoreboard.compare(f"Turnbull, n = {n}, 90 % exact", {OURS: lambda: hs.turnbull(y)})
    assert scoreboard.rows[-1][2] < GOALS[n]


def test_against_lifelines(scoreboard: Scoreboard):
    from lifelines import KaplanMeierFitter

    y = visits(100, rounded=True)
    lower, upper = y.lower, y.time
    faster = scoreboard.compare(
        "Turnbull, n = 100, half years, to a peer's own tolerance",
        {
            OURS: lambda: hs.turnbull(y),
            "lifelines": lambda: KaplanMeierFitter().fit_interval_censoring(
                lower, upper, show_progress=False
            ),
        },
        rounds=1,
    )
    assert faster["lifelines"] > 3


@pytest.mark.parametrize("kind", ["half years", "all different", "90 % exact"])
def test_a_thousand_curves(scoreboard: Scoreboard, kind: str):
    y = nearly_all_exact(100) if "exact" in kind else visits(100, rounded=kind == "half years")
    scoreboard.compare(
        f"1,000 resampled Turnbull curves with limits, n = 100, {kind}",
        {OURS: lambda: hs.turnbull(y, seed=1).limits},
        rounds=3,
    )
    assert scoreboard.rows[-1][2] < 1.0
