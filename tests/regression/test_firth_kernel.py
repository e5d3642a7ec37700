"""Firth's penalised partial likelihood: closed forms, the literal penalty, and fits under weights."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from hpcstats.core.cox.firth import FirthPenalty
from hpcstats.core.cox.newton import maximise
from hpcstats.core.cox.objective import CONVERGED, UNINFORMED
from hpcstats.core.cox.partial_likelihood import prepare
from hpcstats.core.cox.profile import profile_limits

Z = 1.959963984540054
STEP = 1e-5


def penalised(time: Any, event: Any, x: Any, weights: Any = None, **more: Any) -> FirthPenalty:
    columns = np.asarray(x, dtype=float).reshape(len(time), -1)
    rows = np.ones((1, len(time))) if weights is None else np.asarray(weights, dtype=float)
    return FirthPenalty(
        prepare(np.asarray(time, dtype=float), np.asarray(event, dtype=bool), columns, rows, **more)
    )


def drawn(seed: int, n: int, p: int, *, tied: bool, entry: bool, layers: int) -> dict[str, Any]:
    generator = np.random.default_rng(seed)
    time = generator.integers(3, 8, n).astype(float) if tied else generator.exponential(5, n) + 3
    return {
        "time": time,
        "event": np.arange(n) % 3 > 0,
        "x": generator.normal(size=(n, p)),
        "entry": time - generator.uniform(1, 4, n) if entry else None,
        "strata": np.arange(n) % layers if layers > 1 else None,
        "offset": generator.normal(size=n) if layers > 1 else None,
    }


def test_two_patients_have_a_hazard_ratio_of_three():
    top = maximise(penalised([1, 2], [1, 1], [1, 0]), np.zeros((1, 1)))
    assert np.exp(top.position[0, 0]) == pytest.approx(3, abs=1e-9)


def test_three_patients_of_a_monotone_likelihood():
    objective = penalised([1, 2, 3], [1, 1, 1], [1, 1, 0], ties="breslow")
    top = maximise(objective, np.zeros((1, 1)))
    assert top.position[0, 0] == pytest.approx(1.32910386068, abs=1e-9)
    error = top.derivatives.information[:, 0, 0] ** -0.5
    assert error[0] == pytest.approx(1.929071994, abs=1e-8)
    nowhere = np.zeros((2, 1), dtype=bool)
    limits = profile_limits(objective, top.position[0], top.derivatives.value[0], error, Z, nowhere)
    assert limits[:, 0] == pytest.approx([-1.23305633973, 6.27047895788], abs=1e-8)
    null = objective.evaluate(np.zeros((1, 1))).value[0]
    assert 2 * (top.derivatives.value[0] - null) == pytest.approx(0.91515651328, abs=1e-9)


@pytest.mark.parametrize("ties", ["efron", "breslow"])
@pytest.mark.parametrize("tied", [True, False])
@pytest.mark.parametrize(("entry", "layers"), [(False, 1), (True, 1), (False, 2), (True, 2)])
@pytest.mark.parametrize("p", [1, 3])
def test_score_is_the_gradient_of_the_penalised_value(
    ties: str, tied: bool, entry: bool, layers: int, p: int
):
    n = 24
    data = drawn(p, n, p, tied=tied, entry=entry, layers=layers)
    weights = np.random.default_rng(1).multinomial(n, np.full(n, 1 / n), 5).astype(float)
    for rows, frequency in ((weights, True), (np.random.default_rng(2).uniform(0.5, 2, (5, n)), False)):
        objective = penalised(**data, weights=rows, ties=ties, frequency=frequency)
        beta = np.random.default_rng(3).normal(scale=0.5, size=(5, p))
        here = objective.evaluate(beta)
        plain = objective.likelihood.evaluate(beta)
        determinant = np.linalg.slogdet(plain.information)[1]
        assert here.value == pytest.approx(plain.value + determinant / 2, abs=1e-10)
        for j, unit in enumerate(np.eye(p) * STEP):
            slope = (objective.evaluate(beta + unit).value - objective.evaluate(beta - unit).value) / (
                2 * STEP
            )
            assert slope == pytest.approx(here.score[:, j], rel=1e-6, abs=1e-6)


@pytest.mark.parametrize("ties", ["efron", "breslow"])
def test_linear_predictors_far_apart_change_no_formula(ties: str):
    data = drawn(8, 15, 2, tied=True, entry=False, layers=1)
    data["x"][0, 1] = 500.0
    objective = penalised(**data, ties=ties)
    beta = np.array([[0.3, 0.9]])
    here = objective.evaluate(beta)
    for j, unit in enumerate(np.eye(2) * 1e-6):
        slope = (objective.evaluate(beta + unit).value - objective.evaluate(beta - unit).value) / 2e-6
        assert slope == pytest.approx(here.score[:, j], rel=1e-4, abs=1e-4)


@pytest.mark.parametrize("ties", ["efron", "breslow", "exact"])
def test_frequencies_are_repeated_rows(ties: str):
    data = drawn(11, 14, 2, tied=True, entry=False, layers=1)
    often = np.random.default_rng(0).integers(0, 4, 14)
    left = maximise(penalised(**data, weights=often[None], ties=ties, frequency=True), np.zeros((1, 2)))
    repeated = {k: None if v is None else np.repeat(v, often, axis=0) for k, v in data.items()}
    right = maximise(penalised(**repeated, ties=ties), np.zeros((1, 2)))
    assert left.position == pytest.approx(right.position, abs=1e-10)
    assert left.derivatives.value == pytest.approx(right.derivatives.value, abs=1e-10)


@pytest.mark.parametrize("n", [9, 30])
@pytest.mark.parametrize("p", [1, 2, 3])
def test_every_informed_replicate_has_a_maximum_and_is_answered_as_alone(n: int, p: int):
    data = drawn(n + p, n, p, tied=False, entry=False, layers=1)
    weights = np.random.default_rng(p).multinomial(n, np.full(n, 1 / n), 60).astype(float)
    together = maximise(penalised(**data, weights=weights, frequency=True), np.zeros((60, p)), give_up=True)
    assert set(together.status) <= {CONVERGED, UNINFORMED}
    found = np.flatnonzero(together.converged)
    assert np.abs(together.derivatives.score[found]).max() < 1e-6
    for b in found:
        alone = maximise(penalised(**data, weights=weights[[b]], frequency=True), np.zeros((1, p)))
        assert together.position[b] == pytest.approx(alone.position[0], rel=1e-8, abs=1e-8)


def test_a_coefficient_that_is_held_stays_in_the_penalty():
    data = drawn(2, 20, 2, tied=False, entry=False, layers=1)
    objective = penalised(**data)
    held = np.array([[False, True]])
    top = maximise(objective, np.zeros((1, 2)), held=held)
    assert top.position[0, 1] == 0
    around = [
        objective.evaluate(top.position + np.array([[move, 0.0]])).value[0] for move in (-1e-3, 0, 1e-3)
    ]
    assert max(around) == around[1]
    dropped = maximise(penalised(data["time"], data["event"], data["x"][:, 0]), np.zeros((1, 1)))
    assert abs(dropped.position[0, 0] - top.position[0, 0]) > 1e-4
