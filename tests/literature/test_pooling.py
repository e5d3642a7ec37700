"""Pooling: against closed forms, slow oracles, statsmodels, and what must hold whatever the studies."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, optimize, stats
from statsmodels.stats.meta_analysis import combine_effects

import hpcstats as hs
from hpcstats.core.meta.families import Counts
from hpcstats.core.meta.heterogeneity import ESTIMATORS, between_studies
from hpcstats.core.meta.profile import mean_limits, random_effects, tau2_limits
from hpcstats.core.meta.random_effects import likelihood
from hpcstats.literature.pooling import pool, pool_proportions, pool_rates

pytestmark = pytest.mark.filterwarnings("ignore::hpcstats.errors.SmallSampleWarning")

EVENTS, SIZES = [6, 1, 28, 3, 2, 9], [13, 15, 39, 6, 10, 44]
Y = np.array([0.1, 0.7, 0.3, 1.2, 0.4])
V = np.array([0.09, 0.04, 0.16, 0.25, 0.01])


def oracle(events: list[int], sizes: list[float], mean: float, tau: float, family: str) -> float:
    """The log-likelihood by adaptive quadrature of each study."""
    total = 0.0
    for x, size in zip(events, sizes, strict=True):

        def integrand(u: float, x: int = x, size: float = size) -> float:
            rate = mean + tau * u
            inside = (
                stats.binom.pmf(x, size, 1 / (1 + math.exp(-rate)))
                if family == "binomial"
                else stats.poisson.pmf(x, size * math.exp(rate))
            )
            return float(inside * stats.norm.pdf(u))

        total += math.log(integrate.quad(integrand, -9, 9, limit=400, epsabs=1e-14, points=[0.0])[0])
    return total


def value(counts: Counts, mean: float, tau: float) -> float:
    return float(likelihood(counts, np.array([mean]), np.array([tau])).value[0])


@pytest.mark.parametrize("family", ["binomial", "poisson"])
@pytest.mark.parametrize(("mean", "tau"), [(-0.5, 0.0), (-0.5, 0.7), (1.0, 2.0)])
def test_the_likelihood_is_the_integral(family: str, mean: float, tau: float) -> None:
    counts = Counts(np.array(EVENTS, float), np.array(SIZES, float), family)
    assert value(counts, mean, tau) == pytest.approx(oracle(EVENTS, SIZES, mean, tau, family), abs=1e-8)


@pytest.mark.parametrize("family", ["binomial", "poisson"])
@pytest.mark.parametrize("tau", [0.3, 1.5])
def test_the_derivatives_are_those_of_the_value(family: str, tau: float) -> None:
    counts, mean, step = Counts(np.array(EVENTS, float), np.array(SIZES, float), family), -0.4, 1e-4
    found = likelihood(counts, np.array([mean]), np.array([tau]))

    def slope(of: str, dm: float, dt: float) -> float:
        ends = [
            getattr(likelihood(counts, np.array([mean + s * dm]), np.array([tau + s * dt])), of)[0]
            for s in (-1, 1)
        ]
        return float(ends[1] - ends[0]) / (2 * step)

    assert found.by_mean[0] == pytest.approx(slope("value", step, 0), abs=1e-5)
    assert 2 * tau * found.by_variance[0] == pytest.approx(slope("value", 0, step), abs=1e-5)
    assert found.mean_curvature[0] == pytest.approx(slope("by_mean", step, 0), abs=1e-5)
    assert found.cross[0] == pytest.approx(slope("by_mean", 0, step), abs=1e-5)


def test_the_slope_in_the_variance_is_continuous_at_zero() -> None:
    counts = Counts(np.array(EVENTS, float), np.array(SIZES, float), "binomial")
    at, near = (likelihood(counts, np.array([-0.4]), np.array([tau])).by_variance[0] for tau in (0.0, 1e-4))
    assert at == pytest.approx(near, rel=1e-4)


@pytest.mark.parametrize("family", ["binomial", "poisson"])
def test_the_fit_is_the_maximum_and_profile_limits_lie_where_they_should(family: str) -> None:
    counts = Counts(np.array(EVENTS, float), np.array(SIZES, float), family)
    fit, q = random_effects(counts), 1.959963984540054
    slow = optimize.minimize(
        lambda at: -value(counts, at[0], abs(at[1])), [-0.5, 0.5], method="Nelder-Mead", tol=1e-12
    )
    assert fit.value == pytest.approx(-slow.fun, abs=1e-9)
    assert [fit.mean, fit.tau] == pytest.approx([slow.x[0], abs(slow.x[1])], abs=1e-4)
    for end in mean_limits(counts, fit, q):
        best = optimize.minimize_scalar(
            lambda tau, end=end: -value(counts, end, tau), bounds=(0, 8), method="bounded"
        )
        assert 2 * (fit.value + best.fun) == pytest.approx(q * q, abs=1e-4)
    for end in tau2_limits(counts, fit, q):
        best = optimize.minimize_scalar(lambda m, end=end: -value(counts, m, math.sqrt(end)))
        assert 2 * (fit.value + best.fun) == pytest.approx(q * q, abs=1e-6)


@pytest.mark.parametrize(("estimator", "theirs"), [("dl", "dl"), ("pm", "pm")])
@pytest.mark.parametrize("limits", ["wald", "hartung-knapp"])
def test_statsmodels_agrees(estimator: str, theirs: str, limits: str) -> None:
    peer = combine_effects(Y, V, method_re=theirs, use_t=False)
    found = pool(Y, V, tau2=estimator, limits=limits)
    assert found.heterogeneity.tau2 == pytest.approx(peer.tau2, rel=1e-4)
    assert found.estimate == pytest.approx(peer.mean_effect_re, rel=1e-4)
    error = peer.sd_eff_w_re if limits == "wald" else peer.sd_eff_w_re_hksj
    assert found.summary.std_error == pytest.approx(error, rel=1e-4)
    assert found.heterogeneity.q == pytest.approx(peer.q, rel=1e-10)


def negative_likelihood(tau2: float, *, restricted: bool) -> float:
    w = 1 / (V + tau2)
    mean = np.sum(w * Y) / w.sum()
    extra = np.log(w.sum()) if restricted else 0.0
    return float(np.sum(np.log(V + tau2) + w * (Y - mean) ** 2) + extra) / 2


@pytest.mark.parametrize(("estimator", "restricted"), [("reml", True), ("ml", False)])
def test_likelihood_estimators_are_maxima(estimator: str, restricted: bool) -> None:
    slow = optimize.minimize_scalar(
        lambda tau2: negative_likelihood(tau2, restricted=restricted), bounds=(0, 5), method="bounded"
    )
    found = between_studies(Y, V, estimator).tau2
    assert negative_likelihood(found, restricted=restricted) <= slow.fun + 1e-12
    assert found == pytest.approx(slow.x, abs=1e-4)


def test_moment_estimators_have_their_closed_forms() -> None:
    w, k = 1 / V, Y.size
    mean = np.sum(w * Y) / w.sum()
    q = np.sum(w * (Y - mean) ** 2)
    assert between_studies(Y, V, "dl").tau2 == pytest.approx((q - 4) / (w.sum() - np.sum(w**2) / w.sum()))
    assert between_studies(Y, V, "hs").tau2 == pytest.approx((q - k) / w.sum())
    assert between_studies(Y, V, "he").tau2 == pytest.approx(Y.var(ddof=1) - V.mean())
    assert between_studies(Y, V, "eb") == between_studies(Y, V, "pm")
    assert math.isnan(between_studies(Y, V, "fe").std_error)


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_equal_estimates_differ_by_nothing(estimator: str) -> None:
    assert between_studies(np.full(4, 0.3), V[:4], estimator).tau2 == 0


def test_studies_that_are_alike_pool_to_their_sum() -> None:
    pooled = pool_proportions([3, 6, 9], [10, 20, 30], limits="wald")
    assert pooled.heterogeneity.tau2 == 0
    assert pooled.estimate == pytest.approx(0.3)
    assert pooled.summary.std_error == pytest.approx(math.sqrt(1 / 18 + 1 / 42))
    rates = pool_rates([2, 4], [10, 20], limits="wald")
    assert rates.estimate == pytest.approx(0.2)
    assert rates.summary.std_error == pytest.approx(math.sqrt(1 / 6))


def test_rates_change_with_their_unit_alone() -> None:
    years = pool_rates([3, 0, 7, 10], [10.5, 10, 9, 82])
    months = pool_rates([3, 0, 7, 10], 12 * np.array([10.5, 10, 9, 82]))
    assert [12 * months.estimate, 12 * months.low] == pytest.approx([years.estimate, years.low], rel=1e-10)
    assert months.heterogeneity.tau2 == pytest.approx(years.heterogeneity.tau2, rel=1e-9)


def test_the_mirror_image_is_the_other_proportion() -> None:
    one = pool_proportions(EVENTS, SIZES)
    other = pool_proportions(np.subtract(SIZES, EVENTS), SIZES)
    assert [one.estimate, one.low, one.high] == pytest.approx(
        [1 - other.estimate, 1 - other.high, 1 - other.low]
    )


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 12), st.integers(1, 12)), min_size=1, max_size=6))
def test_any_studies_give_numbers_in_order_or_say_why_not(pairs: list[tuple[int, int]]) -> None:
    events, sizes = [min(pair) for pair in pairs], [max(pair) for pair in pairs]
    for options in ({}, {"method": "inverse-variance"}, {"method": "inverse-variance", "scale": "arcsine"}):
        found = pool_proportions(events, sizes, **options)
        if found.status == "not_estimable":
            assert math.isnan(found.estimate)
            assert found.reason
        else:
            assert 0 <= found.low <= found.estimate <= found.high <= 1
            assert (found.status == "boundary") == bool(found.reason)
        frame = found.to_frame()
        assert list(frame["kind"])[-2:] == ["pooled", "prediction"]
        assert (frame["low"].iloc[:-2] <= frame["estimate"].iloc[:-2]).all()


@pytest.mark.parametrize(
    ("events", "sizes", "status", "words", "limits"),
    [
        ([3], [9], "boundary", "one study", (0.0748546, 0.7007046)),
        ([1, 0, 1], [1, 1, 1], "boundary", "every study has one patient", (0.0942993, 0.9915962)),
        ([0, 0], [4, 9], "boundary", "no study has an event", (0.0, 1 - 0.025 ** (1 / 13))),
        ([4, 9], [4, 9], "boundary", "all had the event", (0.025 ** (1 / 13), 1.0)),
        ([0, 4], [9, 4], "not_estimable", "agree in nothing", (math.nan, math.nan)),
    ],
)
def test_what_cannot_be_pooled_is_named(events, sizes, status, words, limits) -> None:
    found = pool_proportions(events, sizes)
    assert (found.status, words in found.reason) == (status, True)
    assert (found.low, found.high) == pytest.approx(limits, nan_ok=True, abs=1e-6)
    assert math.isnan(found.heterogeneity.tau2)


def test_one_study_at_one_needs_its_half_only_for_inverse_variances() -> None:
    exact = pool_proportions([4, 3, 5], [4, 9, 12], labels=["a", "b", "c"])
    halved = pool_proportions([4, 3, 5], [4, 9, 12], labels=["a", "b", "c"], method="inverse-variance")
    assert not any("Half" in text for text in exact.conventions)
    assert any("added to a." in text for text in halved.conventions)


def test_one_of_each_overlap_group_is_pooled() -> None:
    labels, groups = list("abcdef"), ["S", "S", None, "", float("nan"), "T"]
    found = pool_proportions(EVENTS, SIZES, labels=labels, overlap=groups)
    assert found.studies.labels == ("b", "c", "d", "e", "f")
    assert [(one.label, one.group) for one in found.dropped] == [("a", "S")]
    assert found.dropped[0].reason == "shares patients with b, the largest of the group S"
    apart = pool_proportions(
        [e for e, label in zip(EVENTS, labels, strict=True) if label != "a"],
        [n for n, label in zip(SIZES, labels, strict=True) if label != "a"],
    )
    assert found.estimate == apart.estimate
    latest = pool_proportions(
        EVENTS, SIZES, labels=labels, overlap=groups, overlap_rule="latest", year=[2010, 2001, *[2000] * 4]
    )
    assert [one.label for one in latest.dropped] == ["b"]
    unknown = pool_proportions(
        EVENTS, SIZES, labels=labels, overlap=groups, overlap_rule="most-complete",
        completeness=[math.nan, 0.1, *[1] * 4],
    )  # fmt: skip
    assert [one.label for one in unknown.dropped] == ["a"]


def test_of_estimates_the_most_precise_is_kept() -> None:
    found = pool(Y, V, labels=list("abcde"), overlap=["S", "S", None, None, None])
    assert [one.label for one in found.dropped] == ["a"]


@pytest.mark.parametrize("limits", ["wald", "wald-t", "profile"])
def test_draws_have_the_limits_as_quantiles(limits: str) -> None:
    found = pool_proportions(EVENTS, SIZES, limits=limits)
    draws = found.draws(40_000, seed=1)
    assert np.quantile(draws, [0.025, 0.5, 0.975]) == pytest.approx(
        [found.low, found.estimate, found.high], abs=0.01
    )


def test_draws_of_a_further_study_have_the_prediction_as_quantiles() -> None:
    found = pool_proportions(EVENTS, SIZES)
    draws = found.draws(40_000, of="new", seed=1)
    assert np.quantile(draws, [0.025, 0.975]) == pytest.approx(list(found.prediction), abs=0.01)
    assert (found.draws(3, seed=7) == found.draws(3, seed=7)).all()


def test_draws_where_limits_are_exact_lie_between_them() -> None:
    found = pool_proportions([0, 0], [4, 9])
    draws = found.draws(5_000, seed=1)
    assert 0 < np.quantile(draws, 0.975) < found.high
    with pytest.raises(hs.DesignError, match="variance between studies"):
        found.draws(5, of="new")


def test_plain_hartung_knapp_says_when_it_is_narrower_than_wald() -> None:
    alike = [0.30, 0.31, 0.29, 0.30, 0.305]
    plain = pool(alike, V)
    assert "below that of Wald" in " ".join(plain.warnings)
    assert pool(alike, V, limits="hartung-knapp-truncated").summary.std_error == pytest.approx(
        pool(alike, V, limits="wald").summary.std_error
    )


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: pool_proportions([3, 1], [2, 5], labels=["a", "b"]), "more events than patients: a"),
        (lambda: pool_proportions([1.5], [3]), "whole numbers"),
        (lambda: pool_proportions([1], [0]), "1 or more"),
        (lambda: pool_proportions([1, 2], [3]), "2 values, n 1"),
        (lambda: pool_proportions([1, math.nan], [3, 4], labels=["a", "b"]), "missing or infinite for b"),
        (lambda: pool_proportions([1, 2], [3, 4], labels=["a", "a"]), "twice: a"),
        (lambda: pool_proportions([], []), "no study"),
        (lambda: pool_rates([1], [-2.0]), "no person-time"),
        (lambda: pool([1], [0.0]), "above 0"),
        (lambda: pool([1, 2], [1, 1], tau2=-1), "a variance, 0 or more"),
        (lambda: pool([1, 2], [1, 1], limits="profile"), "need the likelihood"),
        (lambda: pool_proportions([1, 2], [3, 4], limits="hartung-knapp"), '"wald-t"'),
        (lambda: pool_proportions([1, 2], [3, 4], scale="raw"), "model of the logit"),
        (lambda: pool_proportions([1, 2], [3, 4], tau2="dl"), "maximum likelihood"),
        (lambda: pool_proportions([1, 2], [3, 4], overlap=["S", "S"], overlap_rule="latest"), "needs year="),
        (lambda: pool_proportions([1, 2], [3, 4], method="peto"), "is not known"),
    ],
)
def test_bad_input_is_refused_with_its_reason(call, words) -> None:
    with pytest.raises(hs.HpcstatsError, match=words):
        call()


def test_few_studies_are_warned_of() -> None:
    with pytest.warns(hs.SmallSampleWarning, match="Only 3 studies"):
        found = pool_proportions([1, 2, 3], [5, 6, 7])
    assert found.warnings
    assert found.as_dict()["heterogeneity"]["q_kind"] == "likelihood ratio"
    assert "Pooled proportion of 3 studies" in str(found)
