"""Refits of a batch of weight rows: each as alone, each outcome as linear programming decides it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from hpcstats.core.cox.existence import refit
from hpcstats.core.cox.newton import maximise
from hpcstats.core.cox.objective import CONVERGED, MONOTONE, UNINFORMED
from hpcstats.core.cox.partial_likelihood import PartialLikelihood, prepare
from hpcstats.core.cox.recession import recession


def drawn(seed: int, n: int, p: int, *, entry: bool = False, tied: bool = False) -> dict[str, Any]:
    generator = np.random.default_rng(seed)
    time = generator.integers(2, 9, n).astype(float) if tied else generator.exponential(5, n) + 2
    x = generator.normal(size=(n, p))
    x[:, 0] = np.arange(n) % 2
    event = generator.random(n) < 0.75
    event[:2] = True
    late = time - generator.uniform(0.5, 6, n) if entry else None
    return {"exit_": time, "event": event, "covariates": x, "entry": late}


def resampled(n: int, replicates: int) -> np.ndarray:
    return np.random.default_rng(n).multinomial(n, np.full(n, 1 / n), replicates).astype(float)


def likelihood(data: dict[str, Any], weights: np.ndarray, ties: str) -> PartialLikelihood:
    return prepare(**data, weights=weights, ties=ties, frequency=True)


@pytest.mark.parametrize("ties", ["efron", "breslow", "exact"])
@pytest.mark.parametrize(("entry", "tied"), [(False, False), (False, True), (True, False), (True, True)])
@pytest.mark.parametrize("p", [1, 2, 3])
def test_outcomes_are_those_of_linear_programming(ties: str, entry: bool, tied: bool, p: int):
    n, replicates = 9, 20
    data, weights = drawn(p, n, p, entry=entry, tied=tied), resampled(n, replicates)
    batch = likelihood(data, weights, ties)
    top = refit(batch, np.zeros((replicates, p)))
    null = batch.evaluate(np.zeros((replicates, p))).information
    assert len(set(top.status.tolist())) > 1
    for b in range(replicates):
        flat = np.linalg.matrix_rank(null[b], tol=1e-9, hermitian=True) < p
        if flat:
            assert top.status[b] == UNINFORMED
            continue
        alone = likelihood(data, weights[[b]], ties)
        assert top.status[b] == (MONOTONE if recession(alone).monotone else CONVERGED)
        if top.status[b] == CONVERGED:
            found = maximise(alone, np.zeros((1, p)))
            assert top.position[b] == pytest.approx(found.position[0], rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("ties", ["efron", "breslow", "exact"])
def test_a_replicate_far_away_does_not_disturb_the_others(ties: str):
    data, weights = drawn(2, 20, 2, tied=True), resampled(20, 5)
    batch = likelihood(data, weights, ties)
    beta = np.random.default_rng(1).normal(size=(5, 2))
    near = batch.evaluate(beta)
    beta[2] = 500.0
    mixed = batch.evaluate(beta)
    others = [0, 1, 3, 4]
    assert mixed.value[others] == pytest.approx(near.value[others], rel=1e-12)
    assert mixed.score[others] == pytest.approx(near.score[others], rel=1e-10, abs=1e-10)
    assert mixed.information[others] == pytest.approx(near.information[others], rel=1e-10, abs=1e-10)


@pytest.mark.parametrize("ties", ["efron", "breslow"])
@pytest.mark.parametrize(("entry", "tied"), [(False, False), (False, True), (True, False), (True, True)])
def test_evaluations_are_those_of_each_alone_and_of_repeated_rows(ties: str, entry: bool, tied: bool):
    n, replicates = 40, 30
    data, weights = drawn(7, n, 2, entry=entry, tied=tied), resampled(n, replicates)
    beta = np.random.default_rng(3).normal(size=(replicates, 2))
    together = likelihood(data, weights, ties).evaluate(beta)
    for b in range(replicates):
        rows = weights[b].astype(int)
        repeated = {k: None if v is None else np.repeat(v, rows, axis=0) for k, v in data.items()}
        for alone in (
            likelihood(data, weights[[b]], ties),
            prepare(**repeated, weights=np.ones((1, rows.sum())), ties=ties),
        ):
            here = alone.evaluate(beta[[b]])
            assert together.value[b] == pytest.approx(here.value[0], rel=1e-10)
            assert together.score[b] == pytest.approx(here.score[0], rel=1e-10, abs=1e-10)
            assert together.information[b] == pytest.approx(here.information[0], rel=1e-10, abs=1e-10)


def test_a_large_batch_in_pieces_is_the_batch():
    n, replicates = 60, 3_000
    data, weights = drawn(1, n, 2), resampled(n, replicates)
    batch = likelihood(data, weights, "efron")
    assert batch.at_once < replicates
    top = refit(batch, np.zeros((replicates, 2)))
    for b in range(0, replicates, 500):
        alone = refit(likelihood(data, weights[[b]], "efron"), np.zeros((1, 2)))
        assert top.position[b] == pytest.approx(alone.position[0], abs=1e-10)


def test_leaving_each_out_is_fitting_without_it():
    n = 30
    data = drawn(4, n, 2)
    top = refit(likelihood(data, 1 - np.eye(n), "efron"), np.zeros((n, 2)))
    for b in range(0, n, 7):
        kept = np.arange(n) != b
        fewer = {k: None if v is None else v[kept] for k, v in data.items()}
        alone = maximise(prepare(**fewer, weights=np.ones((1, n - 1))), np.zeros((1, 2)))
        assert top.position[b] == pytest.approx(alone.position[0], abs=1e-10)


def test_a_reference_level_without_events_is_found_by_its_whole_numbers():
    generator = np.random.default_rng(6)
    n = 60
    level = np.arange(n) % 3
    data = {
        "exit_": generator.exponential(size=n),
        "event": (level > 0) & (generator.random(n) < 0.6),
        "covariates": np.column_stack([level == 1, level == 2, generator.normal(size=n)]).astype(float),
    }
    weights = np.vstack([np.ones(n), resampled(n, 30)])
    top = maximise(likelihood(data, weights, "efron"), np.zeros((31, 3)), give_up=True)
    assert (top.status == MONOTONE).all()
    assert np.abs(top.position).max() < 40


@pytest.mark.parametrize("p", [1, 2])
def test_monotone_under_delayed_entry_is_found_without_all_pairs(p: int):
    generator = np.random.default_rng(9)
    n = 400
    group = (np.arange(n) % 3 == 0).astype(float)
    time = generator.exponential(10, n) + 0.1
    data = {
        "exit_": time,
        "event": (generator.random(n) < 0.6) & (group == 0),
        "covariates": np.column_stack([group, generator.normal(size=n)])[:, :p],
        "entry": time - generator.exponential(10, n) - 0.01,
    }
    cone = recession(prepare(**data, weights=np.ones((1, n))))
    assert cone.falls.tolist() == [True, False][:p]
    assert not cone.rises.any()
