"""What must hold of every log-rank test."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import hpcstats as hs
from tests import oracles
from tests.properties.strategies import Cases, cases, checked

# Twelve patients are few; that this is said is tested by name elsewhere.
pytestmark = pytest.mark.filterwarnings("ignore::hpcstats.errors.SmallSampleWarning")

WEIGHTS = (
    "logrank",
    "gehan",
    "tarone-ware",
    "peto",
    "modified-peto",
    "prentice",
    "prentice-wilcoxon",
    "andersen",
    ("fleming-harrington", 1, 0),
    ("fleming-harrington", 0.5, 0.5),
)
weightings = st.sampled_from(WEIGHTS)


def comparable(data: Cases, groups: int = 2) -> None:
    assume(len(set(data.group)) == groups)
    assume(any(data.event))


def same(first: hs.LogrankResult, second: hs.LogrankResult) -> None:
    assert first.statistic == pytest.approx(second.statistic, rel=1e-9, abs=1e-10, nan_ok=True)
    assert first.p_value == pytest.approx(second.p_value, rel=1e-9, abs=1e-12, nan_ok=True)
    assert first.df == second.df
    assert first.status == second.status


@checked
@given(st.one_of(cases(smallest=2, groups=2, strata=2), cases(smallest=2, groups=2, strata=2, entry=True)))
def test_the_statistic_equals_exact_two_by_two_tables(data: Cases) -> None:
    comparable(data)
    for strata in (None, data.stratum):
        test = hs.logrank(data.response, data.group, method="asymptotic", strata=strata)
        observed, expected, variance = oracles.logrank(data.time, data.event, data.group, data.entry, strata)
        assert test.observed[0] == observed
        assert test.expected[0] == pytest.approx(float(expected), abs=1e-12)
        assert test.variance[0, 0] == pytest.approx(float(variance), abs=1e-12)
        if variance:
            assert test.statistic == pytest.approx(
                float((observed - expected) ** 2 / variance), rel=1e-9, abs=1e-12
            )
            assert (test.status, test.df) == ("ok", 1)
        else:
            assert np.isnan(test.statistic)
            assert np.isnan(test.p_value)
            assert (test.status, test.df) == ("not_estimable", 0)


@checked
@given(cases(smallest=3, groups=4), weightings)
def test_observed_and_expected_events_have_one_sum(data: Cases, weights: object) -> None:
    comparable(data, len(set(data.group)))
    assume(len(set(data.group)) > 1)
    test = hs.logrank(data.response, data.group, method="asymptotic", weights=weights)
    assert test.observed.sum() == pytest.approx(test.expected.sum(), abs=1e-9)
    assert np.abs(test.variance.sum(axis=0)).max() < 1e-9
    assert np.abs(test.variance - test.variance.T).max() < 1e-9
    assert np.linalg.eigvalsh(test.variance).min() > -1e-9


@checked
@given(cases(smallest=2, groups=2), weightings)
def test_exchanging_two_groups_changes_nothing_but_the_sign(data: Cases, weights: object) -> None:
    comparable(data)
    exchanged = [{"a": "b", "b": "a"}[label] for label in data.group]
    first = hs.logrank(data.response, data.group, method="asymptotic", weights=weights)
    second = hs.logrank(data.response, exchanged, method="asymptotic", weights=weights)
    same(first, second)
    assert first.observed[0] == pytest.approx(second.observed[1])
    assert first.expected[0] == pytest.approx(second.expected[1])
    greater = hs.logrank(
        data.response, data.group, method="asymptotic", weights=weights, alternative="greater"
    )
    less = hs.logrank(data.response, exchanged, method="asymptotic", weights=weights, alternative="less")
    assert greater.p_value == pytest.approx(less.p_value, abs=1e-12, nan_ok=True)


@checked
@given(cases(smallest=2, groups=3), weightings, st.randoms(use_true_random=False))
def test_the_order_of_rows_means_nothing(data: Cases, weights: object, random: object) -> None:
    comparable(data, len(set(data.group)))
    assume(len(set(data.group)) > 1)
    order = list(range(len(data)))
    random.shuffle(order)  # type: ignore[attr-defined]
    moved = data.rows(order)
    same(
        hs.logrank(data.response, data.group, method="asymptotic", weights=weights),
        hs.logrank(moved.response, moved.group, method="asymptotic", weights=weights),
    )


@checked
@given(cases(smallest=2, groups=3), weightings, st.sampled_from([1 / 12, 365.25]))
def test_another_unit_of_time_changes_nothing(data: Cases, weights: object, factor: float) -> None:
    comparable(data, len(set(data.group)))
    assume(len(set(data.group)) > 1)
    scaled = hs.Surv.right([t * factor for t in data.time], data.event)
    same(
        hs.logrank(data.response, data.group, method="asymptotic", weights=weights),
        hs.logrank(scaled, data.group, method="asymptotic", weights=weights),
    )


@checked
@given(cases(smallest=2, groups=3), weightings)
def test_one_stratum_is_no_stratum_and_entry_before_everything_no_entry(data: Cases, weights: object) -> None:
    comparable(data, len(set(data.group)))
    assume(len(set(data.group)) > 1)
    times = [t + 1 for t in data.time]
    plain = hs.logrank(hs.Surv.right(times, data.event), data.group, method="asymptotic", weights=weights)
    entered = hs.Surv.right(times, data.event, entry=[0] * len(data))
    same(plain, hs.logrank(entered, data.group, method="asymptotic", weights=weights))
    one = ["all"] * len(data)
    options = {"method": "asymptotic", "weights": weights}
    same(plain, hs.logrank(hs.Surv.right(times, data.event), data.group, strata=one, **options))


@checked
@given(cases(smallest=2, groups=2, strata=2), weightings)
def test_frequencies_are_repeated_rows(data: Cases, weights: object) -> None:
    repeated = data.repeated()
    comparable(repeated)
    options = {"method": "asymptotic", "weights": weights}
    left = hs.logrank(data.response, data.group, frequencies=data.frequency, strata=data.stratum, **options)
    right = hs.logrank(repeated.response, repeated.group, strata=repeated.stratum, **options)
    same(left, right)
    assert left.observed == pytest.approx(right.observed)
    assert left.expected == pytest.approx(right.expected)
    assert left.variance == pytest.approx(right.variance)
    assert left.to_frame()["n"].tolist() == right.to_frame()["n"].tolist()
    assert (left.n, left.n_events) == (right.n, right.n_events)


@checked
@given(cases(smallest=3, groups=3), weightings)
def test_the_trend_does_not_depend_on_origin_and_scale_of_the_scores(data: Cases, weights: object) -> None:
    comparable(data, 3)
    scores = [1.0, 2.0, 5.0]
    options = {"method": "asymptotic", "weights": weights}
    first = hs.logrank(data.response, data.group, trend=scores, **options)
    same(first, hs.logrank(data.response, data.group, trend=[10 - 3 * score for score in scores], **options))
    plain = hs.logrank(data.response, data.group, **options)
    difference = plain.observed - plain.expected
    if first.df:
        spread = np.array(scores) @ plain.variance @ np.array(scores)
        assert first.statistic == pytest.approx(
            (np.array(scores) @ difference) ** 2 / spread, rel=1e-8, abs=1e-10
        )


@checked
@given(cases(smallest=2, groups=2), weightings)
def test_a_trend_over_two_groups_is_the_test_of_two_groups(data: Cases, weights: object) -> None:
    comparable(data)
    options = {"method": "asymptotic", "weights": weights}
    plain = hs.logrank(data.response, data.group, **options)
    same(plain, hs.logrank(data.response, data.group, trend=[0, 1], **options))


@checked
@given(cases(smallest=3, groups=3), weightings)
def test_groups_of_identical_patients_do_not_differ(data: Cases, weights: object) -> None:
    assume(any(data.event))
    doubled = data.rows([*range(len(data)), *range(len(data))])
    halves = ["first"] * len(data) + ["second"] * len(data)
    test = hs.logrank(doubled.response, halves, method="asymptotic", weights=weights)
    assert test.observed == pytest.approx(test.expected)
    assert np.isnan(test.statistic) or test.statistic == pytest.approx(0, abs=1e-12)
