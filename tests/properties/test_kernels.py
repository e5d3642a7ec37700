"""Kernels answer many rows of weights at once as they answer each row alone."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from hpcstats.core import logrank, product_limit, risk_sets, step_function
from hpcstats.core.cox import partial_likelihood
from tests import oracles
from tests.properties.strategies import Cases, cases, checked

ROWS = 7


def weights_for(data: Cases, seed: int) -> np.ndarray:
    """Ones, multinomial draws, a jackknife row and exponential weights."""
    generator = np.random.default_rng(seed)
    n = len(data)
    resampled = generator.multinomial(n, np.full(n, 1 / n), size=ROWS - 3)
    without_one = np.ones(n)
    without_one[generator.integers(n)] = 0
    return np.vstack([np.ones(n), without_one, generator.exponential(size=n), resampled]).astype(float)


def placed(data: Cases) -> risk_sets.RiskSets:
    entry = None if data.entry is None else np.array(data.entry)
    return risk_sets.place(np.array(data.time), np.array(data.event), entry)


anything = st.one_of(cases(), cases(entry=True))


@checked
@given(anything, st.integers(0, 2**32 - 1))
def test_counts(data: Cases, seed: int) -> None:
    risk, weights = placed(data), weights_for(data, seed)
    together = risk_sets.count(risk, weights)
    for row in range(ROWS):
        alone = risk_sets.count(risk, weights[[row]])
        for name in ("at_risk", "events", "exits", "censored"):
            assert getattr(together, name)[row] == pytest.approx(
                getattr(alone, name)[0], rel=1e-10, abs=1e-10
            ), name


@checked
@given(anything, st.integers(0, 2**32 - 1))
def test_counts_are_literal_sums_of_weights(data: Cases, seed: int) -> None:
    risk, weights = placed(data), weights_for(data, seed)
    counts = risk_sets.count(risk, weights)
    entry = np.full(len(data), -1.0) if data.entry is None else np.array(data.entry)
    time, event = np.array(data.time), np.array(data.event)
    for place, t in enumerate(risk.times):
        present = (entry < t) & (t <= time)
        assert counts.at_risk[:, place] == pytest.approx(weights[:, present].sum(axis=1), abs=1e-10)
        assert counts.events[:, place] == pytest.approx(
            weights[:, event & (time == t)].sum(axis=1), abs=1e-10
        )


@checked
@given(anything, st.integers(0, 2**32 - 1), st.sampled_from(["poisson", "binomial", "ties", "log-survival"]))
def test_curves(data: Cases, seed: int, variance: str) -> None:
    risk, weights = placed(data), weights_for(data, seed)
    counts = risk_sets.count(risk, weights)
    survival, greenwood = product_limit.product_limit(counts)
    hazard, spread = product_limit.cumulative_hazard(counts, variance)
    terms = product_limit.greenwood_terms(counts)
    area, area_variance = step_function.restricted_area(risk.times, survival, terms, 3.0)
    for row in range(ROWS):
        alone = risk_sets.count(risk, weights[[row]])
        own_survival, own_greenwood = product_limit.product_limit(alone)
        own_hazard, own_spread = product_limit.cumulative_hazard(alone, variance)
        own_terms = product_limit.greenwood_terms(alone)
        own_area = step_function.restricted_area(risk.times, own_survival, own_terms, 3.0)
        pairs = [
            (survival[row], own_survival[0]),
            (greenwood[row], own_greenwood[0]),
            (hazard[row], own_hazard[0]),
            (spread[row], own_spread[0]),
            (area[row], own_area[0][0]),
            (area_variance[row], own_area[1][0]),
        ]
        for many, one in pairs:
            assert many == pytest.approx(one, rel=1e-10, abs=1e-10)


@checked
@given(cases(groups=3), st.integers(0, 2**32 - 1), st.sampled_from(sorted(logrank.WEIGHTS)))
def test_logrank_scores(data: Cases, seed: int, weighting: str) -> None:
    risk, weights = placed(data), weights_for(data, seed)
    group = np.array(["abc".index(label) for label in data.group])
    weigh = logrank.WEIGHTS[weighting]
    together = logrank.scores(risk, group, 3, weights, weigh)
    statistic, rank = logrank.quadratic_form(together.observed - together.expected, together.variance)
    for row in range(ROWS):
        alone = logrank.scores(risk, group, 3, weights[[row]], weigh)
        for name in ("observed", "expected", "variance"):
            assert getattr(together, name)[row] == pytest.approx(
                getattr(alone, name)[0], rel=1e-10, abs=1e-10
            ), name
        own, own_rank = logrank.quadratic_form(alone.observed - alone.expected, alone.variance)
        assert (statistic[row], rank[row]) == pytest.approx((own[0], own_rank[0]), rel=1e-8, abs=1e-8)


@checked
@given(st.lists(st.integers(0, 30), min_size=1, max_size=12))
def test_times_that_differ_by_rounding_error_are_one_time(tenths: list[int]) -> None:
    written = np.array([tenth / 10 for tenth in tenths])
    summed = np.array([sum([0.1] * tenth) for tenth in tenths])
    times, position = risk_sets.distinct_times(np.concatenate([written, summed]))
    assert times.size == len(set(tenths))
    assert (position[: len(tenths)] == position[len(tenths) :]).all()


covered = st.one_of(cases(smallest=4, covariates=2, strata=2), cases(smallest=4, covariates=2, entry=True))


@checked
@given(covered, st.integers(0, 2**32 - 1), st.sampled_from(["efron", "breslow"]), st.booleans())
def test_partial_likelihoods(data: Cases, seed: int, ties: str, frequency: bool) -> None:
    weights = weights_for(data, seed)
    if frequency:
        weights = np.round(weights)
    exit_, event, x = np.array(data.time), np.array(data.event), np.array(data.x, dtype=float)
    options = {
        "entry": None if data.entry is None else np.array(data.entry),
        "strata": np.array(["uv".index(label) for label in data.stratum or []]),
        "ties": ties,
        "frequency": frequency,
    }
    beta = np.random.default_rng(seed).normal(size=(ROWS, 2))
    together = partial_likelihood.prepare(exit_, event, x, weights, **options).evaluate(beta)
    for row in range(ROWS):
        alone = partial_likelihood.prepare(exit_, event, x, weights[[row]], **options).evaluate(beta[[row]])
        for name in ("value", "score", "information"):
            many, one = getattr(together, name)[row], getattr(alone, name)[0]
            assert many == pytest.approx(one, rel=1e-10, abs=1e-10), name


@checked
@given(covered, st.integers(0, 2**32 - 1), st.sampled_from(["efron", "breslow"]))
def test_the_partial_likelihood_is_the_literal_one(data: Cases, seed: int, ties: str) -> None:
    assume(any(data.event))
    weights = weights_for(data, seed)[[2]]
    x = np.array(data.x, dtype=float)
    beta = np.random.default_rng(seed).normal(size=2)
    codes = np.array(["uv".index(label) for label in data.stratum or []])
    entry = None if data.entry is None else np.array(data.entry)
    kernel = partial_likelihood.prepare(
        np.array(data.time), np.array(data.event), x, weights, entry=entry, strata=codes, ties=ties
    )
    literal = oracles.PartialLikelihood(
        data.time, data.event, x, ties, data.entry, data.stratum, weights[0].tolist()
    )
    here = kernel.evaluate(beta[None])
    assert here.value[0] == pytest.approx(literal(beta), abs=1e-9)
    steps = np.eye(2) * 1e-5
    slopes = [(literal(beta + step) - literal(beta - step)) / 2e-5 for step in steps]
    assert here.score[0] == pytest.approx(slopes, abs=1e-5)
    assert -here.information[0] == pytest.approx(literal.hessian(beta), abs=1e-4)


@checked
@given(st.one_of(cases(smallest=4, covariates=2, entry=True), cases(smallest=4, covariates=2)), st.booleans())
def test_a_likelihood_far_out_is_not_lost_to_rounding(data: Cases, sign: bool) -> None:
    # Where the likelihood has no maximum the climb goes far out, and small risks must not cancel.
    assume(any(data.event))
    x = np.array(data.x, dtype=float)
    entry = None if data.entry is None else np.array(data.entry)
    beta = np.array([25.0, -18.0]) * (1 if sign else -1)
    kernel = partial_likelihood.prepare(
        np.array(data.time), np.array(data.event), x, np.ones((1, len(data))), entry=entry
    )
    literal = oracles.PartialLikelihood(data.time, data.event, x, "efron", data.entry)
    assert kernel.evaluate(beta[None]).value[0] == pytest.approx(literal(beta), rel=1e-9, abs=1e-6)
