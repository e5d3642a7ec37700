"""lifelines as the peer: where it has a maximum so have we, and never a lower one."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest

import hpcstats as hs

lifelines = pytest.importorskip("lifelines")

PEERS = {
    "exponential": "ExponentialFitter",
    "weibull": "WeibullFitter",
    "log-normal": "LogNormalFitter",
    "log-logistic": "LogLogisticFitter",
    "generalised-gamma": "GeneralizedGammaFitter",
}


def samples(count: int, seed: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """Five to twelve patients with ties, about a third censored."""
    random = np.random.default_rng(seed)
    found = []
    for _ in range(count):
        n = int(random.integers(5, 13))
        event, last = random.exponential(4, n).round(1) + 0.1, random.exponential(8, n).round(1) + 0.1
        found.append((np.minimum(event, last), event <= last))
    return found


def theirs(name: str, time: np.ndarray, event: np.ndarray) -> float:
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        return float(getattr(lifelines, PEERS[name])().fit(time, event).log_likelihood_)


def ours(y: hs.Surv, **options: Any) -> hs.ParametricFit:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", hs.HpcstatsWarning)
        return hs.parametric(y, interval="wald", **options)


@pytest.mark.parametrize("name", ["exponential", "weibull", "log-normal", "log-logistic"])
def test_never_lower_than_lifelines_at_five_to_twelve_patients(name: str) -> None:
    for time, event in samples(6, 1):
        fit = ours(hs.Surv.right(time, event), distribution=name, engine="own")
        assert fit.status == "ok"
        assert fit.log_likelihood >= theirs(name, time, event) - 1e-8


def test_the_search_ends_at_the_same_place_wherever_it_begins() -> None:
    for time, event in samples(4, 2):
        y, x = hs.Surv.right(time, event), {"x": np.arange(time.size) % 2}
        for name in ("weibull", "log-normal", "spline"):
            try:
                begun, own = (
                    ours(y, data=x, distribution=name),
                    ours(y, data=x, distribution=name, engine="own"),
                )
            except hs.DesignError:
                continue
            assert begun.status == own.status
            assert begun.coef == pytest.approx(own.coef, abs=1e-6, nan_ok=True)
            assert not begun.lifelines_shortfall < -1e-8


def test_lifelines_gives_a_number_where_the_generalised_gamma_has_no_maximum() -> None:
    time = np.array([3.1, 1.5, 2.2, 0.2, 1.8, 2.7, 0.6, 0.3, 3.5, 4.5])
    event = np.array([1, 0, 1, 1, 1, 1, 1, 1, 0, 1], dtype=bool)
    assert np.isfinite(theirs("generalised-gamma", time, event))
    assert ours(hs.Surv.right(time, event), distribution="generalised-gamma").status == "not_estimable"


def test_lifelines_gives_a_scale_to_a_single_event_that_nobody_outlives() -> None:
    time, event = np.array([1.0, 2, 3, 4, 5]), np.array([0, 0, 0, 0, 1], dtype=bool)
    assert np.isfinite(theirs("weibull", time, event))
    assert ours(hs.Surv.right(time, event)).status == "not_estimable"


def test_interval_censoring_and_delayed_entry_begin_at_lifelines_too() -> None:
    y = hs.Surv.interval([1, 2, 3, 0.5, 4, 6], [3, 4, np.inf, 2, 9, np.inf])
    fit = ours(y)
    assert np.isfinite(fit.lifelines_shortfall)
    assert fit.coef == pytest.approx(ours(y, engine="own").coef, abs=1e-7)
    late = hs.Surv.right([5, 7, 9, 11, 12], [1, 0, 1, 1, 1], entry=[2, 3, 2, 4, 5])
    assert np.isfinite(ours(late).lifelines_shortfall)
