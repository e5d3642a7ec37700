"""Parametric and cure models of one to twelve patients: never a crash, never a number without a maximum."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import hpcstats as hs
from tests.properties.strategies import Cases, cases, checked

NAMES = st.sampled_from(
    ["exponential", "weibull", "log-normal", "log-logistic", "gamma", "gompertz", "gaussian"]
)


def positive(data: Cases) -> hs.Surv:
    """Times of 0 belong to the positive families only when censored."""
    return hs.Surv.right([t + (e and t == 0) for t, e in zip(data.time, data.event, strict=True)], data.event)


def fitted(*arguments: Any, function: Any = None, **options: Any) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", hs.HpcstatsWarning)
        return (function or hs.parametric)(*arguments, engine="own", interval="wald", **options)


@checked
@given(cases(), NAMES)
def test_a_status_of_ok_is_a_certified_maximum(data: Cases, name: str) -> None:
    fit = fitted(positive(data), distribution=name)
    if fit.status == "ok":
        likelihood, summit = fit.problem.likelihood, fit.summit
        assert fit.certificate < 1e-12
        for step in np.vstack([np.eye(fit.coef.size), -np.eye(fit.coef.size)]):
            assert likelihood.value(summit.position + 0.05 * step) < summit.value
        frame = fit.survival([0, 1, 3, 6, 20]).to_frame()
        assert frame["estimate"].is_monotonic_decreasing
        assert (frame["low"] <= frame["estimate"]).all()
        assert (frame["estimate"] <= frame["high"]).all()
    else:
        assert fit.reason
        assert not np.isfinite(fit.coef).any()


@checked
@given(cases(), NAMES, st.randoms())
def test_the_order_of_the_rows_does_not_matter(data: Cases, name: str, random: Any) -> None:
    order = list(range(len(data)))
    random.shuffle(order)
    y = positive(data)
    first, second = fitted(y, distribution=name), fitted(y.take(np.array(order)), distribution=name)
    assert first.status == second.status
    assert second.coef == pytest.approx(first.coef, rel=1e-6, abs=1e-6, nan_ok=True)


@checked
@given(cases(smallest=2))
def test_frequencies_are_repeated_rows(data: Cases) -> None:
    assert data.frequency is not None
    weighted = fitted(positive(data), weights=data.frequency)
    repeated = fitted(positive(data.repeated()))
    assert weighted.status == repeated.status
    assert weighted.log_likelihood == pytest.approx(repeated.log_likelihood, abs=1e-8, nan_ok=True)


@settings(checked, max_examples=15)
@given(cases(), st.sampled_from(["exponential", "weibull", "log-normal"]))
def test_a_cure_model_fits_no_worse_than_one_without(data: Cases, name: str) -> None:
    fit = fitted(positive(data), distribution=name, function=hs.cure)
    if fit.status == "not_estimable":
        return
    [row] = fit.cured_fraction().to_dict("records")
    if np.isfinite(fit.log_likelihood_uncured):
        assert fit.log_likelihood >= fit.log_likelihood_uncured - 1e-9
    assert 0 <= row["low"] <= row["estimate"] <= row["high"] <= 1
    assert (row["estimate"] == 0) == (fit.status == "boundary")


@checked
@given(cases())
def test_the_follow_up_tests_have_values_or_a_reason(data: Cases) -> None:
    found = hs.sufficient_follow_up(data.response, n_resamples=19, seed=1)
    values = found.to_frame()["calibrated_p_value"]
    if found.status == "ok":
        assert values.between(0.05, 1).all()
        assert found["alpha_n"].p_value >= found.smallest_alpha - 1e-12
    else:
        assert values.isna().all()
        assert found.reason
