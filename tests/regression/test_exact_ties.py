"""The exact partial likelihood equals the sum over all subsets, and so do its derivatives."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pytest

from hpcstats.core.cox.existence import maximum_or_recession
from hpcstats.core.cox.firth import FirthPenalty
from hpcstats.core.cox.newton import maximise
from hpcstats.core.cox.partial_likelihood import PartialLikelihood, prepare

STEP = 1e-5


def sample(seed: int, n: int = 9, p: int = 2, *, entry: bool = False, layers: int = 1) -> dict[str, Any]:
    """Times of three to five values, so that most events are tied."""
    generator = np.random.default_rng(seed)
    time = generator.integers(3, 6, n).astype(float)
    event = generator.random(n) < 0.7
    event[:2] = True
    return {
        "exit_": time,
        "event": event,
        "covariates": generator.normal(size=(n, p)),
        "entry": time - generator.integers(1, 4, n) if entry else None,
        "strata": generator.integers(0, layers, n) if layers > 1 else None,
        "offset": generator.normal(size=n) if layers > 1 else None,
    }


def likelihood(data: dict[str, Any], weights: np.ndarray) -> PartialLikelihood:
    return prepare(**data, weights=weights, ties="exact", frequency=True)


def enumerated(data: dict[str, Any], beta: np.ndarray) -> float:
    """log of the probability of the events among all subsets of their size, time by time."""
    time, event = data["exit_"], data["event"]
    begin = np.full(time.size, -1.0) if data["entry"] is None else data["entry"]
    layer = np.zeros(time.size) if data["strata"] is None else data["strata"]
    linear = data["covariates"] @ beta + (0 if data["offset"] is None else data["offset"])
    total = 0.0
    for s, t in {(s, t) for s, t, e in zip(layer, time, event, strict=True) if e}:
        risk = [i for i in range(time.size) if begin[i] < t <= time[i] and layer[i] == s]
        dying = [i for i in risk if event[i] and time[i] == t]
        sums = [math.exp(sum(linear[list(each)])) for each in itertools.combinations(risk, len(dying))]
        total += sum(linear[dying]) - math.log(math.fsum(sums))
    return total


settings = pytest.mark.parametrize(
    ("entry", "layers"),
    [(False, 1), (True, 1), (False, 2), (True, 2)],
    ids=["plain", "entry", "strata", "all"],
)


@settings
@pytest.mark.parametrize("seed", range(4))
def test_the_value_is_that_of_all_subsets(seed: int, entry: bool, layers: int):
    data = sample(seed, entry=entry, layers=layers)
    for beta in (np.zeros(2), np.array([0.7, -1.3])):
        mine = likelihood(data, np.ones((1, 9))).evaluate(beta[None]).value[0]
        assert mine == pytest.approx(enumerated(data, beta), abs=1e-11)


@settings
@pytest.mark.parametrize("seed", range(4))
def test_derivatives_equal_differences(seed: int, entry: bool, layers: int):
    prepared = likelihood(sample(seed, entry=entry, layers=layers), np.ones((1, 9)))
    beta = np.array([[0.4, -0.6]])
    here = prepared.evaluate(beta)
    for j, unit in enumerate(np.eye(2) * STEP):
        up, down = prepared.evaluate(beta + unit), prepared.evaluate(beta - unit)
        assert (up.value - down.value) / (2 * STEP) == pytest.approx(here.score[:, j], abs=1e-7)
        slope = (up.score - down.score) / (2 * STEP)
        assert -slope == pytest.approx(here.information[:, j], abs=1e-7)


@settings
@pytest.mark.parametrize("seed", range(4))
def test_the_penalised_score_is_the_gradient_of_the_penalised_value(seed: int, entry: bool, layers: int):
    penalised = FirthPenalty(likelihood(sample(seed, 12, entry=entry, layers=layers), np.ones((1, 12))))
    beta = np.array([[0.4, -0.6]])
    here = penalised.evaluate(beta)
    for j, unit in enumerate(np.eye(2) * STEP):
        slope = (penalised.evaluate(beta + unit).value - penalised.evaluate(beta - unit).value) / (2 * STEP)
        assert slope == pytest.approx(here.score[:, j], abs=1e-6)


@settings
def test_frequencies_are_repeated_rows(entry: bool, layers: int):
    data = sample(3, entry=entry, layers=layers)
    often = np.array([1, 2, 0, 3, 1, 1, 2, 1, 1])
    repeated = {k: None if v is None else np.repeat(v, often, axis=0) for k, v in data.items()}
    beta = np.array([[0.4, -0.6]])
    left = likelihood(data, often[None].astype(float)).evaluate(beta)
    right = likelihood(repeated, np.ones((1, often.sum()))).evaluate(beta)
    # Centring may move the value of neither.
    assert left.value == pytest.approx(right.value, abs=1e-10)
    assert left.score == pytest.approx(right.score, abs=1e-10)
    assert left.information == pytest.approx(right.information, abs=1e-10)


@settings
def test_replicates_are_answered_as_each_alone(entry: bool, layers: int):
    data = sample(5, 12, entry=entry, layers=layers)
    weights = np.random.default_rng(1).multinomial(12, np.full(12, 1 / 12), 20).astype(float)
    beta = np.random.default_rng(2).normal(size=(20, 2))
    together = likelihood(data, weights).evaluate(beta)
    for b in range(20):
        alone = likelihood(data, weights[[b]]).evaluate(beta[[b]])
        assert together.value[b] == pytest.approx(alone.value[0], abs=1e-10)
        assert together.score[b] == pytest.approx(alone.score[0], abs=1e-10)
        assert together.information[b] == pytest.approx(alone.information[0], abs=1e-10)


def test_without_ties_it_is_the_likelihood_of_the_other_rules():
    generator = np.random.default_rng(0)
    data = (generator.exponential(size=30), generator.random(30) < 0.6, generator.normal(size=(30, 2)))
    beta = np.array([[0.3, 0.1]])
    exact, breslow = (
        prepare(*data, np.ones((1, 30)), ties=ties, frequency=True).evaluate(beta)
        for ties in ("exact", "breslow")
    )
    assert exact.value == pytest.approx(breslow.value, rel=1e-13)
    assert exact.information == pytest.approx(breslow.information, rel=1e-12)


def test_the_score_test_of_two_groups_is_the_logrank_test_with_ties():
    # Freireich et al. 1963: 16.7929409892, the hypergeometric log-rank statistic, and the discrete estimate.
    six_mp = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
    relapse = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]
    placebo = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]
    group = np.repeat([0.0, 1.0], 21)[:, None]
    event = np.array(relapse + [1] * 21) == 1
    exact = prepare(np.array(six_mp + placebo, float), event, group, np.ones((1, 42)), ties="exact")
    null, top = exact.evaluate(np.zeros((1, 1))), maximise(exact, np.zeros((1, 1)))
    assert null.score[0, 0] ** 2 / null.information[0, 0, 0] == pytest.approx(16.7929409892, abs=1e-9)
    assert top.position[0, 0] == pytest.approx(1.628244, abs=1e-6)
    assert top.derivatives.information[0, 0, 0] ** -0.5 == pytest.approx(0.433131, abs=1e-6)


def test_many_ties_far_apart_neither_overflow_nor_vanish():
    n = 400
    x = np.linspace(-1, 1, n)[:, None]
    event = np.random.default_rng(4).permutation(n) < 150
    exact = prepare(np.full(n, 3.0), event, x, np.ones((1, n)), ties="exact")
    here = exact.evaluate(np.array([[0.0]]))
    assert here.value[0] == pytest.approx(
        math.lgamma(151) + math.lgamma(n - 149) - math.lgamma(n + 1), rel=1e-12
    )
    far = exact.evaluate(np.array([[400.0]]))
    assert np.isfinite(far.value[0])
    assert np.isfinite(far.information).all()
    assert far.information[0, 0, 0] >= 0


def test_tied_events_need_not_be_equal_to_separate():
    # Both events lie above everybody else: monotone for subsets, though they differ from each other.
    time, event = np.array([1.0, 1, 2, 3]), np.array([True, True, False, False])
    x = np.array([[2.0], [1.0], [0.0], [-1.0]])
    exact, efron = (prepare(time, event, x, np.ones((1, 4)), ties=ties) for ties in ("exact", "efron"))
    assert maximum_or_recession(exact)[2].rises.all()
    assert not maximum_or_recession(efron)[2].monotone
