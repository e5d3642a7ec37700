"""What must hold of residuals, predictions, concordance and tests of every Cox model."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import hpcstats as hs
from hpcstats.core.cox.concordance import Comparisons, concordances
from hpcstats.core.cox.dominance import weight_below
from tests import oracles
from tests.properties.strategies import Cases, cases
from tests.properties.test_models import (
    both_ties,
    checked,
    estimable,
    fitted,
    likelihood,
    one_covariate,
    two_covariates,
)

# Twelve patients are few; that this is said is tested by name elsewhere.
pytestmark = pytest.mark.filterwarnings("ignore::hpcstats.errors.HpcstatsWarning")

stratified = cases(smallest=6, covariates=2, strata=2)
transforms = st.sampled_from(["km", "identity", "rank"])


def several_times(data: Cases) -> None:
    """Keep data with events at two times at least."""
    assume(len({t for t, e in zip(data.time, data.event, strict=True) if e}) > 1)


@checked
@given(st.one_of(one_covariate, two_covariates), both_ties)
def test_martingale_residuals_are_events_less_the_literal_hazard_and_add_up_to_nothing(
    data: Cases, ties: str
) -> None:
    estimable(data, data.stratum)
    fit = fitted(data, ties=ties, strata=data.stratum)
    expected = oracles.cumulated_hazards(likelihood(data, ties, data.stratum), fit.coef)
    found = fit.residuals("martingale")["residual"].to_numpy()
    assert found == pytest.approx(np.array(data.event) - expected, abs=1e-8)
    assert found.sum() == pytest.approx(0, abs=1e-8)
    assert fit.residuals("score")[list(fit.terms)].to_numpy().sum(axis=0) == pytest.approx(0, abs=1e-6)
    assert fit.residuals("schoenfeld")[list(fit.terms)].to_numpy().sum(axis=0) == pytest.approx(0, abs=1e-6)


@checked
@given(one_covariate, both_ties, st.integers(0, 2**32 - 1))
def test_weighted_residuals_add_up_to_nothing(data: Cases, ties: str, seed: int) -> None:
    estimable(data)
    weights = np.random.default_rng(seed).uniform(0.5, 3, len(data)).round(3)
    fit = fitted(data, ties=ties, weights=weights)
    expected = oracles.cumulated_hazards(likelihood(data, ties, weights=weights.tolist()), fit.coef)
    found = fit.residuals("martingale")["residual"].to_numpy()
    assert found == pytest.approx(np.array(data.event) - expected, abs=1e-8)
    assert weights @ found == pytest.approx(0, abs=1e-8)
    assert weights @ fit.residuals("score")["x0"] == pytest.approx(0, abs=1e-6)


@checked
@given(one_covariate)
def test_score_residuals_are_what_each_weight_adds_to_the_score(data: Cases) -> None:
    estimable(data)
    fit = fitted(data, ties="breslow")
    found = fit.residuals("score")["x0"].to_numpy()
    for row in range(len(data)):
        sides = []
        for step in (1e-4, -1e-4):
            weights = [1.0 + step * (other == row) for other in range(len(data))]
            gradient, _ = oracles.derivatives(likelihood(data, "breslow", weights=weights), fit.coef)
            sides.append(gradient[0])
        assert found[row] == pytest.approx((sides[0] - sides[1]) / 2e-4, abs=2e-4 * (1 + np.abs(found).max()))


@checked
@given(st.one_of(one_covariate, stratified), both_ties)
def test_frequencies_are_repeated_rows_in_every_answer(data: Cases, ties: str) -> None:
    repeated = data.repeated()
    estimable(repeated, repeated.stratum)
    left = fitted(data, ties=ties, frequencies=data.frequency, strata=data.stratum)
    right = fitted(repeated, ties=ties, strata=repeated.stratum)
    often = np.array(data.frequency)[np.array(data.frequency) > 0]
    for kind in ("martingale", "score", "dfbeta"):
        once = left.residuals(kind).drop(columns="row").to_numpy()
        each = right.residuals(kind).drop(columns="row").to_numpy()
        assert np.repeat(once, often, axis=0) == pytest.approx(each, rel=1e-5, abs=1e-6)
    hazards = [
        fit.baseline_hazard().to_frame()[["cumulative_hazard", "low", "at_risk"]] for fit in (left, right)
    ]
    pd.testing.assert_frame_equal(*hazards, rtol=1e-5, check_dtype=False)
    assert left.concordance().estimate == pytest.approx(right.concordance().estimate, abs=1e-9, nan_ok=True)


@checked
@given(st.one_of(one_covariate, two_covariates, stratified))
def test_concordance_looks_at_every_pair(data: Cases) -> None:
    estimable(data, data.stratum)
    fit = fitted(data, strata=data.stratum)
    score = (np.array(data.x, dtype=float) @ fit.coef).round(9).tolist()
    slow = oracles.concordance(data.time, data.event, score, data.entry, data.stratum)
    found = fit.concordance()
    assert found.estimate == pytest.approx(slow, abs=1e-9, nan_ok=True)
    if np.isfinite(slow):
        assert 0 <= found.low <= found.estimate <= found.high <= 1
        assert found.low < found.high


@checked
@given(cases(smallest=2, covariates=1, entry=True, strata=2), st.integers(0, 2**32 - 1))
def test_a_batch_of_concordances_is_each_of_them(data: Cases, seed: int) -> None:
    rng = np.random.default_rng(seed)
    scores, weights = rng.integers(0, 3, (4, len(data))), rng.integers(0, 3, (4, len(data)))
    assert data.entry is not None
    layer = np.array([ord(label) for label in data.stratum or []])
    compared = Comparisons.of(
        np.array(data.time), np.array(data.event), np.array(data.entry), layer - layer.min()
    )
    batch = concordances(compared, scores.astype(float), weights.astype(float))
    slow = [
        oracles.concordance(data.time, data.event, s.tolist(), data.entry, data.stratum, w.tolist())
        for s, w in zip(scores, weights, strict=True)
    ]
    assert batch == pytest.approx(slow, abs=1e-12, nan_ok=True)


@checked
@given(st.one_of(one_covariate, two_covariates), both_ties, transforms)
def test_the_test_of_proportional_hazards_knows_no_scale(data: Cases, ties: str, transform: str) -> None:
    estimable(data)
    several_times(data)
    found = fitted(data, ties=ties).proportional_hazards(transform, n_resamples=0)
    columns = {name: [3 - 12 * v for v in values] for name, values in data.columns.items()}
    late = None if data.entry is None else [t / 12 for t in data.entry]
    scaled = replace(data, time=[t / 12 for t in data.time], entry=late)
    moved = hs.cox(scaled.response, columns, list(columns), ties=ties, interval="wald")
    other = moved.proportional_hazards(transform, n_resamples=0)
    assert other.df.tolist() == found.df.tolist()
    assert other.statistic == pytest.approx(found.statistic, rel=1e-5, abs=1e-7, nan_ok=True)
    assert ((found.statistic >= 0) | np.isnan(found.statistic)).all()


@checked
@given(one_covariate, both_ties)
def test_the_test_of_proportional_hazards_is_that_of_the_literal_likelihood(data: Cases, ties: str) -> None:
    estimable(data)
    several_times(data)
    fit = fitted(data, ties=ties)
    found = fit.proportional_hazards("identity", n_resamples=0)
    times = {t: t for t in data.time}
    function = oracles.changing_coefficients(likelihood(data, ties), fit.coef, times)
    gradient, hessian = oracles.derivatives(function, [fit.coef[0], 0.0])
    if found.df[0] and np.linalg.cond(hessian) < 1e5:
        slow = gradient @ np.linalg.solve(-hessian, gradient)
        assert found.statistic[0] == pytest.approx(slow, rel=1e-3, abs=1e-4)


@checked
@given(st.one_of(one_covariate, two_covariates), both_ties, st.randoms(use_true_random=False))
def test_order_of_rows_means_nothing(data: Cases, ties: str, random: object) -> None:
    estimable(data)
    order = list(range(len(data)))
    random.shuffle(order)
    first, second = fitted(data, ties=ties), fitted(data.rows(order), ties=ties)
    for kind in ("martingale", "deviance", "dfbetas"):
        there = second.residuals(kind).drop(columns="row").to_numpy()
        here = first.residuals(kind).drop(columns="row").to_numpy()[order]
        assert there == pytest.approx(here, rel=1e-5, abs=1e-6)
    assert second.concordance().std_error == pytest.approx(
        first.concordance().std_error, abs=1e-9, nan_ok=True
    )


@checked
@given(st.one_of(one_covariate, two_covariates), both_ties)
def test_predicted_curves_fall_and_lie_within_their_limits(data: Cases, ties: str) -> None:
    estimable(data)
    frame = fitted(data, ties=ties).predict_survival(data.columns).to_frame()
    for _, curve in frame.groupby("patient"):
        assert (np.diff(curve["estimate"]) <= 1e-12).all()
    inside = frame[(frame["estimate"] > 1e-9) & frame["low"].notna()]
    assert (inside["low"] <= inside["estimate"] + 1e-12).all()
    assert (inside["estimate"] <= inside["high"] + 1e-12).all()


@given(st.lists(st.integers(0, 9), max_size=12), st.integers(0, 12), st.integers(0, 12), st.integers(0, 10))
def test_weight_below_counts(ranks: list[int], left: int, right: int, bound: int) -> None:
    left, right = sorted((min(left, len(ranks)), min(right, len(ranks))))
    weights = np.arange(1.0, len(ranks) + 1)
    found = weight_below(
        np.array(ranks, dtype=np.int64), weights, np.array([left]), np.array([right]), np.array([bound])
    )
    assert found[0] == sum(weights[k] for k in range(left, right) if ranks[k] < bound)
