"""Log-rank failures seen in other packages, each of which must not happen here."""

from __future__ import annotations

import numpy as np
import pytest

import hpcstats as hs

# Five against five is few; that this is said is tested elsewhere.
pytestmark = pytest.mark.filterwarnings("ignore::hpcstats.errors.SmallSampleWarning")


@pytest.mark.parametrize(
    ("first", "second", "p_value"),
    [
        ([(1, 1), (2, 1), (3, 1), (4, 1), (5, 1)], [(6, 1), (7, 1), (8, 1), (9, 1), (10, 1)], 0.00184),
        ([(1, 1)], [(2, 1), (3, 1), (4, 1), (5, 1)], 0.0455),
    ],
)
def test_the_asymptotic_p_value_is_called_asymptotic(first, second, p_value: float) -> None:
    # Exact values are .00794 and .2: the number below is what the approximation gives, and it says so.
    time, event = zip(*first, *second, strict=True)
    groups = ["first"] * len(first) + ["second"] * len(second)
    test = hs.logrank(hs.Surv.right(time, event), groups, method="asymptotic")
    assert test.p_value == pytest.approx(p_value, rel=5e-3)
    assert "asymptotic" in test.method


def test_one_group_without_events_has_a_test() -> None:
    y = hs.Surv.right([2, 4, 6, 8, 10, 3, 5, 7, 9, 11], [1, 1, 1, 1, 1, 0, 0, 0, 0, 0])
    test = hs.logrank(y, ["a"] * 5 + ["b"] * 5, method="asymptotic")
    assert test.observed.tolist() == [5, 0]
    assert test.status == "ok"
    assert test.p_value == pytest.approx(0.0253, abs=5e-5)


def test_no_events_is_refused_and_not_p_equal_one() -> None:
    with pytest.raises(hs.DesignError, match="no events"):
        hs.logrank(hs.Surv.right(range(1, 9), [False] * 8), ["a", "b"] * 4)


def test_all_tied_at_one_time_is_not_estimable_and_not_p_equal_one() -> None:
    test = hs.logrank(hs.Surv.right([3] * 8, [True] * 8), ["a", "b"] * 4)
    assert test.status == "not_estimable"
    assert test.reason
    assert np.isnan(test.p_value)
    assert np.isnan(test.statistic)


def test_a_group_that_left_before_the_first_event_is_not_estimable_and_not_singular() -> None:
    y = hs.Surv.right([1, 1, 2, 5, 6, 7], [0, 0, 0, 1, 1, 0])
    test = hs.logrank(y, ["early"] * 3 + ["late"] * 3)
    assert test.status == "not_estimable"
    assert np.isnan(test.p_value)
    assert test.observed.tolist() == [0, 2]
    assert test.expected.tolist() == [0, 2]


def test_two_patients_have_a_test() -> None:
    test = hs.logrank(hs.Surv.right([1, 2], [1, 1]), ["a", "b"])
    assert test.p_value_asymptotic == pytest.approx(0.317, abs=5e-4)
    assert test.p_value == 1


def test_rows_with_a_missing_time_are_refused_and_not_dropped() -> None:
    with pytest.raises(hs.DataError, match="row 1"):
        hs.logrank(hs.Surv.right([1, float("nan"), 3, 4], [1, 1, 1, 0]), ["a", "b", "a", "b"])


def test_a_missing_group_is_refused_and_not_dropped() -> None:
    with pytest.raises(hs.DataError, match="group is missing in rows 2"):
        hs.logrank(hs.Surv.right([1, 2, 3, 4], [1, 1, 1, 0]), ["a", "b", float("nan"), "b"])


def test_identical_groups_do_not_differ() -> None:
    y = hs.Surv.right([1, 2, 3, 4, 5] * 2, [1, 0, 1, 1, 0] * 2)
    test = hs.logrank(y, ["a"] * 5 + ["b"] * 5)
    assert test.statistic == pytest.approx(0, abs=1e-12)
    assert test.p_value == pytest.approx(1)
