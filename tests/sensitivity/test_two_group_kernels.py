"""Risk tables, Cox models and residual times of many data sets at once, against slow second opinions."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given

import hpcstats as hs
from hpcstats.core.tipping import two_group_cox
from hpcstats.core.tipping.residual_times import LineHazard, StepHazard, exposure
from hpcstats.core.tipping.two_group_cox import ESTIMATED, NO_INFORMATION, NO_MAXIMUM
from hpcstats.core.tipping.two_group_tables import score_and_variance, tabulate
from tests import oracles
from tests.properties.strategies import cases, checked

ONE = np.array([1.0])


def tables(case):
    entry = None if case.entry is None else np.array(case.entry)
    second = np.array([label == "b" for label in case.group])
    return tabulate(np.array([case.time]), np.array([case.event]), second, entry)


@checked
@given(case=cases(smallest=2, largest=12, entry=True, groups=2))
def test_scores_are_those_of_one_table_an_event_time(case):
    if len(set(case.group)) < 2:
        return
    observed, expected, variance = oracles.logrank(case.time, case.event, case.group, case.entry)
    score, spread = score_and_variance(tables(case))
    assert score[0] == pytest.approx(float(expected - observed), abs=1e-12)
    assert spread[0] == pytest.approx(float(variance), abs=1e-12)


def test_data_sets_do_not_touch_each_other():
    random = np.random.default_rng(3)
    times, events = random.integers(1, 9, (40, 15)).astype(float), random.random((40, 15)) < 0.6
    second, entry = random.random(15) < 0.5, random.integers(0, 3, 15) - 1.0
    together = score_and_variance(tabulate(times, events, second, entry))
    for k in range(40):
        alone = score_and_variance(tabulate(times[k : k + 1], events[k : k + 1], second, entry))
        assert (together[0][k], together[1][k]) == (alone[0][0], alone[1][0])


@pytest.mark.filterwarnings("ignore::hpcstats.errors.HpcstatsWarning")
@pytest.mark.parametrize("penalty", [None, "firth"])
def test_every_fit_is_that_of_the_cox_model(penalty):
    random = np.random.default_rng(8)
    seen = set()
    for _ in range(40):
        n = int(random.integers(5, 14))
        time, event = random.integers(1, 9, n).astype(float), random.random(n) < 0.7
        second = random.random(n) < 0.4
        entry = np.minimum(random.integers(0, 4, n), time - 1).astype(float)
        found = two_group_cox.fit(tabulate(time[None], event[None], second, entry), firth=penalty == "firth")
        seen.add(int(found.outcome[0]))
        try:
            fit = hs.cox(
                hs.Surv.right(time, event, entry=entry), {"g": second * 1}, penalty=penalty, interval="wald"
            )
        except hs.DesignError:
            assert found.outcome[0] == NO_INFORMATION
            continue
        if np.isnan(fit.coef[0]):
            assert found.outcome[0] == NO_MAXIMUM
            assert np.isnan(found.coefficient[0])
        else:
            assert found.outcome[0] == ESTIMATED
            assert found.coefficient[0] == pytest.approx(fit.coef[0], abs=1e-7)
            assert found.variance[0] == pytest.approx(fit.covariance[0, 0], rel=1e-6)
    assert seen == ({0, 1} if penalty else {0, 1, 2})


def test_the_posterior_is_that_of_the_jeffreys_prior():
    """Two patients, the second group fails first: density x / (1 + x)^2 times the root of x / (1 + x)^2."""
    table = tabulate(np.array([[1.0, 2.0]]), np.array([[True, True]]), np.array([True, False]))
    probabilities = np.array([0.1, 0.5, 0.9])
    found = two_group_cox.posterior_quantiles(table, probabilities)
    grid = np.linspace(-60, 60, 2_000_001)
    share = 1 / (1 + np.exp(-grid))
    density = share * np.sqrt(share * (1 - share))
    mass = np.cumsum(density) / density.sum()
    assert found == pytest.approx(np.interp(probabilities, mass, grid), abs=2e-3)
    nothing = tabulate(np.array([[1.0, 2.0]]), np.array([[False, True]]), np.array([True, False]))
    assert two_group_cox.posterior_quantiles(nothing, probabilities).tolist() == [0.0, 0.0, 0.0]


def test_steps_are_reached_where_the_hazard_says():
    """Hazards 1/2, 1/3, 1: from 0 the waits log 2, log 3 and more lead to the three times."""
    hazard = StepHazard.of(np.array([1.0, 3.0, 5.0]), np.array([[0.5, 1 / 3, 1.0]]), 9.0)
    waits = np.array([[0.1, 0.70, 1.2, 50.0]])
    times, events = hazard.after(np.zeros(4), waits, ONE)
    assert times[0, 0].tolist() == [1.0, 3.0, 5.0, 5.0]
    assert events.all()
    later, _ = hazard.after(np.array([1.0, 1.0, 3.5, 3.5]), waits, ONE)
    assert later[0, 0].tolist() == [3.0, 5.0, 5.0, 5.0]


def test_whoever_outlives_the_curve_is_censored_at_its_end():
    hazard = StepHazard.of(np.array([1.0, 3.0]), np.array([[0.5, 0.5]]), 9.0)
    times, events = hazard.after(np.array([0.0, 12.0]), np.array([[5.0, 0.1]]), ONE)
    assert (times[0, 0].tolist(), events[0, 0].tolist()) == ([9.0, 12.0], [False, False])
    nothing = StepHazard.of(np.zeros(0), np.zeros((1, 0)), 9.0)
    times, events = nothing.after(np.array([2.0]), np.array([[0.1]]), ONE)
    assert (times[0, 0, 0], events[0, 0, 0]) == (9.0, False)


def test_lines_are_crossed_where_the_hazard_says():
    hazard = LineHazard(np.array([0.0, 2.0, 10.0]), np.array([[0.5, 0.25]]))
    times, events = hazard.after(np.array([0.0, 1.0, 1.0, 4.0]), np.array([[0.5, 0.25, 1.0, 9.0]]), ONE)
    assert times[0, 0] == pytest.approx([1.0, 1.5, 4.0, 10.0])
    assert events[0, 0].tolist() == [True, True, True, False]


@pytest.mark.parametrize("kind", ["steps", "lines"])
def test_a_delta_raises_survival_to_its_power(kind):
    """P(T > t | T > c) = (S(t) / S(c))^delta, in each of several rows of hazards."""
    random = np.random.default_rng(1)
    waits, delta = random.standard_exponential((4, 40_000)), np.array([0.5, 1.0, 3.0])
    start = np.full(40_000, 1.5)
    if kind == "steps":
        probabilities = np.array([[0.1, 0.2, 0.3]] * 2 + [[0.3, 0.1, 0.2]] * 2)
        hazard = StepHazard.of(np.array([1.0, 2.0, 3.0]), probabilities, 5.0)
        survival = (1 - probabilities[:, 1]) * (1 - probabilities[:, 2])
    else:
        rates = np.array([[0.1, 0.2]] * 2 + [[0.3, 0.1]] * 2)
        hazard = LineHazard(np.array([0.0, 2.0, 6.0]), rates)
        survival = np.exp(-0.5 * rates[:, 0] - 1.0 * rates[:, 1])
    times, _ = hazard.after(start, waits, delta)
    assert (times > 3.0).mean(axis=2) == pytest.approx(survival ** delta[:, None], abs=0.01)
    assert (np.diff(times, axis=0) <= 0).all()


def test_events_and_time_lived_in_pieces():
    cuts = np.array([0.0, 2.0, 5.0])
    events, lived = exposure(
        cuts,
        np.array([1.0, 2.0, 4.0, 9.0]),
        np.array([True, True, True, False]),
        np.array([0.0, 1.0, 3.0, 0.0]),
    )
    assert events.tolist() == [2, 1]
    assert lived.tolist() == [1 + 1 + 0 + 2, 0 + 0 + 1 + 3]
