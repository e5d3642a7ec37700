"""What must hold of every Cox model."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

import hpcstats as hs
from tests import oracles
from tests.properties.strategies import Cases, cases, checked

# Twelve patients are few and often separated; that this is said is tested by name elsewhere.
pytestmark = pytest.mark.filterwarnings("ignore::hpcstats.errors.HpcstatsWarning")

# Among so few patients many a draw carries no model, or one without a maximum; those are passed over.
checked = settings(
    checked,
    max_examples=30 if settings().derandomize else settings().max_examples,
    suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow],
)
both_ties = st.sampled_from(["efron", "breslow"])
one_covariate = st.one_of(cases(smallest=3, covariates=1), cases(smallest=3, covariates=1, entry=True))
two_covariates = st.one_of(
    cases(smallest=5, covariates=2),
    cases(smallest=5, covariates=2, entry=True),
    cases(smallest=6, covariates=2, strata=2),
)


def estimable(data: Cases, strata: list[str] | None = None) -> None:
    """Keep data that carry the model: events enough, covariates that vary where it counts, a maximum."""
    identified(data, strata)
    rows = oracles.differences(data.time, data.event, data.x, data.entry, strata)
    assume(oracles.separating_direction(rows, directions(data, rows)) is None)


def identified(data: Cases, strata: list[str] | None = None) -> None:
    assert data.x is not None
    size = len(data.x[0])
    assume(sum(data.event) >= size)
    rows = oracles.differences(data.time, data.event, data.x, data.entry, strata)
    assume(bool(rows) and np.linalg.matrix_rank(np.array(rows)) == size)


def directions(data: Cases, rows: list[tuple[int, ...]]) -> list[tuple[int, ...]]:
    """Every direction that can bound the cone of rising likelihoods of one or two covariates."""
    assert data.x is not None
    if len(data.x[0]) == 1:
        return [(1,), (-1,)]
    across = [(-b, a) for a, b in rows] + [(b, -a) for a, b in rows]
    return [*rows, *across]


def fitted(data: Cases, **options: Any) -> hs.CoxFit:
    return hs.cox(data.response, data.columns, list(data.columns), **({"interval": "wald"} | options))


def likelihood(
    data: Cases, ties: str, strata: list[str] | None = None, **more: Any
) -> oracles.PartialLikelihood:
    return oracles.PartialLikelihood(
        data.time, data.event, np.array(data.x, dtype=float), ties, data.entry, strata, **more
    )


def same(first: hs.CoxFit, second: hs.CoxFit, *, likelihoods: bool = True) -> None:
    assert first.coef == pytest.approx(second.coef, rel=1e-6, abs=1e-7)
    assert first.covariance == pytest.approx(second.covariance, rel=1e-5, abs=1e-7)
    for name in ("likelihood_ratio", "wald", "score"):
        assert getattr(first, name).statistic == pytest.approx(
            getattr(second, name).statistic, rel=1e-6, abs=1e-8
        )
        assert getattr(first, name).df == getattr(second, name).df
    if likelihoods:
        assert first.log_likelihood == pytest.approx(second.log_likelihood, abs=1e-8)


@checked
@given(st.one_of(one_covariate, two_covariates), both_ties, st.booleans())
def test_the_fit_is_the_maximum_of_the_literal_likelihood(data: Cases, ties: str, stratified: bool) -> None:
    strata = data.stratum if stratified else None
    estimable(data, strata)
    fit = fitted(data, ties=ties, strata=strata)
    literal = likelihood(data, ties, strata)
    size = len(fit.coef)
    assert fit.status == "ok"
    assert fit.log_likelihood == pytest.approx(literal(fit.coef), abs=1e-9)
    assert fit.log_likelihood_null == pytest.approx(literal([0.0] * size), abs=1e-9)
    for place in range(size):
        for step in (1e-3, -1e-3):
            moved = np.array(fit.coef, dtype=float)
            moved[place] += step
            assert literal(moved) < fit.log_likelihood
    information = -literal.hessian(fit.coef)
    assert fit.covariance @ information == pytest.approx(np.eye(size), abs=2e-4)


@checked
@given(st.one_of(one_covariate, two_covariates), both_ties)
def test_a_monotone_likelihood_is_found_exactly_when_a_direction_separates(data: Cases, ties: str) -> None:
    identified(data)
    rows = oracles.differences(data.time, data.event, data.x, data.entry)
    separating = oracles.separating_direction(rows, directions(data, rows))
    fit = fitted(data, ties=ties)
    assert fit.status == ("ok" if separating is None else "not_estimable")
    if separating is None:
        assert set(fit.statuses) == {"ok"}
        assert np.isfinite(fit.coef).all()
        return
    assert "not_estimable" in fit.statuses
    assert fit.reason
    named = [term for term, status in zip(fit.terms, fit.statuses, strict=True) if status == "not_estimable"]
    assert all(term in fit.reason for term in named)
    shown = fit.to_frame().set_index("term").loc[named]
    assert shown["std_error"].isna().all()
    assert shown["p_value"].isna().all()


@checked
@given(one_covariate, both_ties)
def test_at_a_profile_limit_the_likelihood_has_dropped_by_half_the_quantile(data: Cases, ties: str) -> None:
    estimable(data)
    fit, literal = fitted(data, ties=ties), likelihood(data, ties)
    limits = fit.profile_interval("x0")
    assert limits.low < fit.coef[0] < limits.high
    for limit in limits:
        # Where no coefficient is that unlikely, the interval is open.
        if np.isfinite(limit):
            assert 2 * (fit.log_likelihood - literal([limit])) == pytest.approx(3.841458820694124, abs=1e-4)
        else:
            assert 2 * (fit.log_likelihood - literal([np.sign(limit) * 30])) < 3.8415


@checked
@given(one_covariate, both_ties, st.sampled_from([0, 1]))
def test_the_interval_of_a_silent_group_is_open_on_its_side(data: Cases, ties: str, silent: int) -> None:
    binary = [[min(value, 1)] for (value,) in data.x or []]
    event = [bool(e and value != silent) for e, (value,) in zip(data.event, binary, strict=True)]
    data = replace(data, event=event, x=binary)
    identified(data)
    fit, literal = fitted(data, ties=ties, interval="profile"), likelihood(data, ties)
    limits, side = fit.profile_interval("x0"), -1.0 if silent else 1.0
    assert fit.status == "not_estimable"
    assert (limits.low if silent else limits.high) == side * np.inf
    assert fit.log_likelihood == pytest.approx(literal([side * 40]), abs=1e-6)
    limit = limits.high if silent else limits.low
    if np.isfinite(limit):
        assert 2 * (fit.log_likelihood - literal([limit])) == pytest.approx(3.841458820694124, abs=1e-4)
    else:
        assert 2 * (fit.log_likelihood - literal([-side * 40])) < 3.8415
    frame = fit.to_frame().iloc[0]
    shown = [frame["low"], frame["high"]]
    assert shown == pytest.approx([np.exp(limits.low), np.exp(limits.high)], rel=1e-9)


@checked
@given(cases(smallest=3, covariates=1, tied=False), both_ties)
def test_the_score_test_of_two_untied_groups_is_the_logrank_test(data: Cases, ties: str) -> None:
    binary = [[min(value, 1)] for (value,) in data.x or []]
    data = replace(data, x=binary)
    estimable(data)
    fit = fitted(data, ties=ties)
    test = hs.logrank(data.response, [str(value) for (value,) in binary], method="asymptotic")
    assert fit.score.statistic == pytest.approx(test.statistic, rel=1e-9, abs=1e-12)
    assert fit.score.p_value == pytest.approx(test.p_value, rel=1e-9)


@checked
@given(two_covariates, both_ties, st.sampled_from([0.1, -1.0, 12.0]), st.sampled_from([-3.0, 100.0]))
def test_scale_and_origin_of_a_covariate_mean_nothing(
    data: Cases, ties: str, scale: float, shift: float
) -> None:
    estimable(data)
    fit = fitted(data, ties=ties)
    columns = {"x0": [value * scale + shift for value in data.columns["x0"]], "x1": data.columns["x1"]}
    moved = hs.cox(data.response, columns, ["x0", "x1"], ties=ties, interval="wald")
    assert np.array(moved.coef) * [scale, 1] == pytest.approx(fit.coef, rel=1e-6, abs=1e-7)
    for name in ("likelihood_ratio", "wald", "score"):
        assert getattr(moved, name).statistic == pytest.approx(
            getattr(fit, name).statistic, rel=1e-6, abs=1e-8
        )


@checked
@given(two_covariates, both_ties, st.randoms(use_true_random=False), st.sampled_from([1 / 12, 365.25]))
def test_order_of_rows_and_unit_of_time_mean_nothing(
    data: Cases, ties: str, random: Any, factor: float
) -> None:
    estimable(data)
    order = list(range(len(data)))
    random.shuffle(order)
    moved = data.rows(order)
    late = None if moved.entry is None else [t * factor for t in moved.entry]
    scaled = replace(moved, time=[t * factor for t in moved.time], entry=late)
    same(fitted(data, ties=ties), fitted(scaled, ties=ties))


@checked
@given(two_covariates, both_ties)
def test_one_stratum_and_constant_weights_and_offsets_mean_nothing(data: Cases, ties: str) -> None:
    estimable(data)
    fit, n = fitted(data, ties=ties), len(data)
    same(fit, fitted(data, ties=ties, strata=["all"] * n))
    same(fit, fitted(data, ties=ties, weights=[1.0] * n))
    same(fit, fitted(data, ties=ties, frequencies=[1] * n))
    same(fit, fitted(data, ties=ties, offset=[0.7] * n))


@checked
@given(cases(smallest=5, covariates=2), both_ties)
def test_entry_before_everything_and_rows_split_in_time_mean_nothing(data: Cases, ties: str) -> None:
    estimable(data)
    times = [t + 1 for t in data.time]
    fit = fitted(data, ties=ties)
    same(fit, fitted(Cases(times, data.event, data.group, [0.0] * len(data), x=data.x), ties=ties))
    cut = 2.5
    pieces = [
        (row, max(start, 0.0), stop, ends)
        for row, t in enumerate(times)
        for start, stop, ends in [(0.0, min(t, cut), t <= cut), (cut, t, True)]
        if start < stop and (start == 0 or t > cut)
    ]
    split = data.rows([row for row, *_ in pieces])
    split = Cases(
        [stop for _, _, stop, _ in pieces],
        [bool(ends and data.event[row]) for row, _, _, ends in pieces],
        split.group,
        [start for _, start, _, _ in pieces],
        x=split.x,
    )
    same(fit, fitted(split, ties=ties))


@checked
@given(st.one_of(one_covariate, cases(smallest=5, covariates=2, strata=2)), both_ties)
def test_frequencies_are_repeated_rows_for_both_tie_rules(data: Cases, ties: str) -> None:
    repeated = data.repeated()
    identified(repeated, repeated.stratum)
    left = fitted(data, ties=ties, frequencies=data.frequency, strata=data.stratum)
    right = fitted(repeated, ties=ties, strata=repeated.stratum)
    assert left.statuses == right.statuses
    assert (left.n, left.n_events) == (right.n, right.n_events)
    assert left.log_likelihood == pytest.approx(right.log_likelihood, abs=1e-6)
    assert left.score.statistic == pytest.approx(right.score.statistic, rel=1e-6, abs=1e-8)
    if right.status == "ok":
        same(left, right)
        robust = fitted(data, ties=ties, frequencies=data.frequency, strata=data.stratum, robust=True)
        each = fitted(repeated, ties=ties, strata=repeated.stratum, robust=True)
        assert robust.covariance == pytest.approx(each.covariance, rel=1e-5, abs=1e-7)


@checked
@given(one_covariate, both_ties, st.integers(0, 2**32 - 1))
def test_case_weights_follow_the_literal_weighted_likelihood(data: Cases, ties: str, seed: int) -> None:
    estimable(data)
    weights = np.random.default_rng(seed).uniform(0.5, 3, len(data)).round(3).tolist()
    fit = fitted(data, ties=ties, weights=weights)
    literal = likelihood(data, ties, weights=weights)
    assert fit.log_likelihood == pytest.approx(literal(fit.coef), abs=1e-9)
    for step in (1e-3, -1e-3):
        assert literal([fit.coef[0] + step]) < fit.log_likelihood
    assert 1 / fit.naive_covariance[0, 0] == pytest.approx(-literal.hessian(fit.coef)[0, 0], rel=1e-3)


@checked
@given(one_covariate, both_ties, st.integers(0, 2**32 - 1))
def test_an_offset_is_a_covariate_whose_coefficient_is_one(data: Cases, ties: str, seed: int) -> None:
    estimable(data)
    offset = np.random.default_rng(seed).uniform(-1, 1, len(data)).round(3).tolist()
    fit, literal = fitted(data, ties=ties, offset=offset), likelihood(data, ties, offset=offset)
    assert fit.log_likelihood == pytest.approx(literal(fit.coef), abs=1e-9)
    assert fit.log_likelihood_null == pytest.approx(literal([0.0]), abs=1e-9)


@checked
@given(two_covariates, both_ties)
def test_a_cluster_of_one_each_is_the_robust_covariance(data: Cases, ties: str) -> None:
    estimable(data)
    robust = fitted(data, ties=ties, robust=True)
    clustered = fitted(data, ties=ties, cluster=list(range(len(data))))
    assert robust.covariance == pytest.approx(clustered.covariance, rel=1e-9, abs=1e-12)
    assert robust.naive_covariance == pytest.approx(fitted(data, ties=ties).covariance, rel=1e-9)


@checked
@given(two_covariates, both_ties)
def test_the_maximum_is_not_below_the_null(data: Cases, ties: str) -> None:
    estimable(data)
    fit = fitted(data, ties=ties)
    assert fit.likelihood_ratio.statistic == pytest.approx(
        2 * (fit.log_likelihood - fit.log_likelihood_null), abs=1e-9
    )
    assert fit.likelihood_ratio.statistic >= -1e-10
    assert fit.likelihood_ratio.df == fit.wald.df == fit.score.df == 2
    frame = fit.to_frame()
    assert (frame["low"] <= frame["hazard_ratio"]).all()
    assert (frame["hazard_ratio"] <= frame["high"]).all()
