"""What must hold of every comparison of restricted means."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import hpcstats as hs
from hpcstats.compare.restricted_mean.difference import rmst_difference
from hpcstats.compare.restricted_mean.result import RmstComparison
from tests import oracles
from tests.properties.strategies import Cases, cases, checked

# Few patients, groups without an event, unlike follow-up: that these are said is tested by name elsewhere.
pytestmark = [
    pytest.mark.filterwarnings("ignore::hpcstats.errors.SmallSampleWarning"),
    pytest.mark.filterwarnings("ignore::hpcstats.errors.NonIdentifiableWarning"),
]

methods = st.sampled_from(["asymptotic", "permutation", "studentised-permutation"])
rules = st.sampled_from(["ignore", "extend", "switch"])
every_rule = st.sampled_from(["ignore", "extend", "switch", "average", "weibull"])
samples = cases(smallest=2, largest=9, groups=2)
shares = st.sampled_from([0.2, 0.5, 0.9, 1.0])


def latest(data: Cases) -> float:
    """The latest horizon both curves reach; data without one are left out."""
    assume(len(set(data.group)) == 2)
    assume(any(data.time))
    ends = []
    for label in "ab":
        rows = [row for row, g in enumerate(data.group) if g == label]
        time, event = [data.time[row] for row in rows], [data.event[row] for row in rows]
        at_zero = oracles.kaplan_meier(time, event, max(time)) == 0
        ends.append(max(data.time) if at_zero else max(time))
    assume(min(ends) > 0)
    return min(ends)


def equal(first: RmstComparison, second: RmstComparison, *names: str) -> None:
    for name in names or ("estimate", "low", "high", "p_value", "mean", "mean_error"):
        np.testing.assert_allclose(getattr(first, name), getattr(second, name), rtol=1e-9, atol=1e-12)


@checked
@given(samples, shares)
def test_means_and_variances_equal_exact_fractions(data: Cases, share: float) -> None:
    horizon = share * latest(data)
    test = rmst_difference(data.response, data.group, horizon, method="asymptotic")
    for number, label in enumerate("ab"):
        rows = [row for row, g in enumerate(data.group) if g == label]
        time, event = [data.time[row] for row in rows], [data.event[row] for row in rows]
        mean = oracles.restricted_mean_extended(time, event, horizon)
        assert test.mean[number] == pytest.approx(float(mean), rel=1e-12)
        variance = oracles.restricted_mean_variance(time, event, horizon)
        assert test.mean_error[number] ** 2 == pytest.approx(float(variance), rel=1e-10, abs=1e-15)
    assert test.estimate[0] == pytest.approx(test.mean[1] - test.mean[0], abs=1e-12)


@checked
@given(cases(smallest=2, largest=7, groups=2), rules, st.booleans())
def test_p_values_equal_an_enumeration_with_exact_fractions(data: Cases, rule: str, student: bool) -> None:
    horizon = latest(data)
    method = "studentised-permutation" if student else "exact"
    test = rmst_difference(data.response, data.group, horizon, method=method, inestimable=rule)
    second = tuple(row for row, g in enumerate(data.group) if g == "b")
    found = oracles.relabelled_restricted_means(data.time, data.event, len(second), horizon, rule)
    kept = {who: (abs(d), v) for who, d, v in filter(None, found)}

    def size(difference, variance):
        if not student or not difference:
            return difference
        return difference**2 / variance if variance else np.inf

    observed = size(*kept[second])
    extreme = sum(size(*value) >= observed for value in kept.values())
    assert test.p_value[0] == pytest.approx(extreme / len(kept), rel=1e-12)
    assert test.n_relabellings == len(kept)


@checked
@given(cases(smallest=2, largest=8, groups=2))
def test_without_censoring_it_is_a_comparison_of_means(data: Cases) -> None:
    latest(data)
    y = hs.Surv.right(data.time, [True] * len(data))
    test = rmst_difference(y, data.group, max(data.time), method="exact")
    time, second = np.array(data.time), np.array(data.group) == "b"
    parts = (time[~second], time[second])
    assert test.mean == pytest.approx([part.mean() for part in parts], rel=1e-12)
    assert test.mean_error == pytest.approx([np.sqrt(part.var() / part.size) for part in parts], abs=1e-12)
    differences = []
    for chosen in itertools.combinations(range(time.size), int(second.sum())):
        inside = np.isin(np.arange(time.size), chosen)
        differences.append(abs(time[inside].mean() - time[~inside].mean()))
    observed = abs(parts[1].mean() - parts[0].mean())
    assert test.p_value[0] == pytest.approx(np.mean(np.array(differences) >= observed - 1e-9), rel=1e-12)


@checked
@given(samples, rules, st.sampled_from([0.5, 0.8, 0.95]))
def test_an_interval_leaves_out_zero_exactly_when_p_says_so(data: Cases, rule: str, level: float) -> None:
    horizon = latest(data)
    test = rmst_difference(
        data.response,
        data.group,
        horizon,
        method="studentised-permutation",
        inestimable=rule,
        level=level,
    )
    for place, nothing in enumerate((0, 1, 1)):
        low, high, p_value = test.low[place], test.high[place], test.p_value[place]
        if np.isnan(low):
            assert not test.std_error[place] > 0
        elif abs(p_value - (1 - level)) > 1e-9:
            assert (low <= nothing <= high) == (p_value > 1 - level)


@checked
@given(samples, methods, every_rule)
def test_swapping_the_groups_turns_everything_round(data: Cases, method: str, rule: str) -> None:
    horizon = latest(data)
    rule = rule if method == "permutation" else "extend"
    swapped = ["a" if label == "b" else "b" for label in data.group]
    asked = {"method": method, "inestimable": rule}
    test = rmst_difference(data.response, data.group, horizon, **asked)
    other = rmst_difference(data.response, swapped, horizon, **asked)
    equal(test, other, "p_value")
    np.testing.assert_allclose(other.estimate[0], -test.estimate[0], atol=1e-12)
    np.testing.assert_allclose([other.low[0], other.high[0]], [-test.high[0], -test.low[0]], atol=1e-9)
    with np.errstate(divide="ignore"):
        np.testing.assert_allclose(other.estimate[1:], 1 / test.estimate[1:], rtol=1e-9)
    greater = rmst_difference(data.response, data.group, horizon, alternative="greater", **asked)
    less = rmst_difference(data.response, swapped, horizon, alternative="less", **asked)
    equal(greater, less, "p_value")


@checked
@given(samples, methods, st.randoms(use_true_random=False))
def test_the_order_of_the_rows_does_not_matter(data: Cases, method: str, chance) -> None:
    horizon = latest(data)
    order = chance.sample(range(len(data)), len(data))
    shuffled = data.rows(order)
    equal(
        rmst_difference(data.response, data.group, horizon, method=method),
        rmst_difference(shuffled.response, shuffled.group, horizon, method=method),
    )


@checked
@given(samples, methods, every_rule, st.sampled_from([1 / 365.25, 0.3, 12.0]))
def test_another_unit_scales_times_and_nothing_else(
    data: Cases, method: str, rule: str, factor: float
) -> None:
    horizon = latest(data)
    rule = rule if method == "permutation" else "extend"
    asked = {"method": method, "inestimable": rule}
    scaled = replace(data, time=[t * factor for t in data.time])
    test = rmst_difference(data.response, data.group, horizon, **asked)
    other = rmst_difference(scaled.response, scaled.group, horizon * factor, **asked)
    equal(test, other, "p_value")
    for name in ("estimate", "low", "high"):
        mine, theirs = getattr(test, name), getattr(other, name)
        np.testing.assert_allclose(theirs[0], mine[0] * factor, rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(theirs[1:], mine[1:], rtol=1e-9)


@checked
@given(samples, methods)
def test_before_the_first_event_nothing_differs(data: Cases, method: str) -> None:
    latest(data)
    first = min((t for t, happened in zip(data.time, data.event, strict=True) if happened), default=1.0)
    ends = [max(t for t, g in zip(data.time, data.group, strict=True) if g == label) for label in "ab"]
    horizon = min(first, *ends)
    assume(horizon > 0)
    test = rmst_difference(data.response, data.group, horizon, method=method)
    assert test.estimate.tolist()[:2] == [0, 1]
    assert test.mean.tolist() == [horizon, horizon]
    if method == "asymptotic":
        assert (test.status, np.isnan(test.p_value).all()) == ("not_estimable", True)
    else:
        assert test.p_value.tolist() == [1, 1, 1]


@checked
@given(cases(smallest=2, largest=12, groups=2), methods, every_rule, st.booleans())
def test_p_values_and_limits_keep_their_range(data: Cases, method: str, rule: str, one_sided: bool) -> None:
    horizon = latest(data)
    rule = rule if method == "permutation" else "extend"
    alternative = "greater" if one_sided else "two-sided"
    test = rmst_difference(
        data.response, data.group, None, method=method, inestimable=rule, alternative=alternative
    )
    assert test.horizon == pytest.approx(horizon)
    p_value = test.p_value[~np.isnan(test.p_value)]
    assert ((p_value >= 0) & (p_value <= 1)).all()
    if method != "asymptotic":
        assert (test.p_value > 0).all()
        assert np.isfinite(test.p_value).all()
    known = ~np.isnan(test.low)
    assert (test.low[known] <= test.estimate[known] + 1e-12).all()
    assert (test.high[known] >= test.estimate[known] - 1e-12).all()
