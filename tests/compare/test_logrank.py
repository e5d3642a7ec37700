"""The log-rank family: published numbers, closed forms, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

import hpcstats as hs
from tests.reference.loader import dataset, response

EIGHT = hs.Surv.right([1, 2, 3, 4, 5, 6, 7, 8], [1, 1, 0, 1, 1, 0, 1, 1])
HALVES = ["a", "b"] * 4


def test_freireich() -> None:
    data = dataset("gehan2")
    test = hs.logrank(response(data), data["group"])
    assert test.statistic == pytest.approx(16.79294, abs=5e-6)
    assert test.observed.tolist() == [9, 21]
    assert test.expected == pytest.approx([19.2505, 10.7495], abs=5e-5)


def test_acute_myelogenous_leukaemia() -> None:
    data = dataset("aml")
    test = hs.logrank(response(data), data["x"], method="asymptotic")
    assert test.statistic == pytest.approx(3.396389, abs=5e-7)
    assert test.p_value == test.p_value_asymptotic == pytest.approx(0.065339, abs=5e-7)


def test_larynx_stages_and_their_trend() -> None:
    data = dataset("larynx3")
    test = hs.logrank(response(data), data["group"], method="asymptotic")
    assert (test.statistic, test.df) == (pytest.approx(22.762757, abs=5e-7), 3)
    trend = hs.logrank(response(data), data["group"], method="asymptotic", trend=[1, 2, 3, 4])
    assert (trend.statistic, trend.df) == (pytest.approx(13.830653, abs=5e-7), 1)


def test_two_patients_by_hand() -> None:
    test = hs.logrank(hs.Surv.right([1, 2], [1, 1]), ["a", "b"], method="asymptotic")
    assert test.observed.tolist() == [1, 1]
    assert test.expected.tolist() == [0.5, 1.5]
    assert test.variance.tolist() == [[0.25, -0.25], [-0.25, 0.25]]
    assert (test.statistic, test.df) == (1, 1)
    assert test.p_value == pytest.approx(0.31731, abs=5e-6)


def test_one_sided_p_values_add_up_to_one_and_follow_the_first_group() -> None:
    y = hs.Surv.right([1, 2, 3, 6, 7, 8], [1] * 6)
    early_first = ["a", "a", "a", "b", "b", "b"]
    greater = hs.logrank(y, early_first, method="asymptotic", alternative="greater")
    less = hs.logrank(y, early_first, method="asymptotic", alternative="less")
    both = hs.logrank(y, early_first, method="asymptotic")
    assert greater.p_value < 0.05
    assert greater.p_value + less.p_value == pytest.approx(1)
    assert both.p_value == pytest.approx(2 * greater.p_value)


def test_the_weights_are_named_in_the_method() -> None:
    assert "tarone-ware" in hs.logrank(EIGHT, HALVES, weights="tarone-ware").method.lower()
    named = hs.logrank(EIGHT, HALVES, weights=("fleming-harrington", 0, 1)).method
    assert "Fleming-Harrington (0, 1)" in named


def test_the_frame_has_a_row_a_group_in_the_order_of_the_labels() -> None:
    test = hs.logrank(EIGHT, HALVES)
    frame = test.to_frame()
    assert list(frame) == ["group", "n", "observed", "expected"]
    assert frame["group"].tolist() == list(test.labels) == ["a", "b"]
    assert frame["n"].tolist() == [4, 4]


def test_all_patients_are_behind_the_test() -> None:
    y = hs.Surv.right([1, 2, 3, 4], [1, 1, 0, 1], id=["p1", "p2", "p3", "p4"])
    assert set(hs.logrank(y, ["a", "b", "a", "b"]).patients()) == {"p1", "p2", "p3", "p4"}


def test_three_groups_of_which_one_is_never_at_risk_with_another_cost_a_degree_of_freedom() -> None:
    y = hs.Surv.right([1, 1, 5, 6, 7, 8], [0, 0, 1, 1, 1, 1])
    test = hs.logrank(y, ["early", "early", "a", "b", "a", "b"], method="asymptotic")
    alone = hs.logrank(y.take([2, 3, 4, 5]), ["a", "b", "a", "b"], method="asymptotic")
    assert test.df == alone.df == 1
    assert test.statistic == pytest.approx(alone.statistic)


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"group": ["a"] * 8}, hs.DesignError),
        ({"group": ["a", "b"]}, hs.DataError),
        ({"group": ["a", "b", None, "a", "b", "a", "b", "a"]}, hs.DataError),
        ({"weights": "wilcoxon"}, hs.UnsupportedError),
        ({"weights": ("fleming-harrington", -1, 0)}, hs.UnsupportedError),
        ({"method": "guess"}, hs.UnsupportedError),
        ({"alternative": "bigger"}, hs.UnsupportedError),
        ({"group": ["a", "b", "c", "a"] * 2, "alternative": "less"}, hs.DesignError),
        ({"trend": [1, 2, 3]}, hs.DesignError),
        ({"trend": [1, 1]}, hs.DesignError),
        ({"frequencies": [1, 1, 1, 1, 1, 1, 1, 0.5]}, hs.DataError),
        ({"strata": ["u"]}, hs.DataError),
    ],
)
def test_unusable_options_are_refused(options, error) -> None:
    with pytest.raises(error):
        hs.logrank(EIGHT, **({"group": HALVES} | options))


def test_another_kind_of_response_is_refused() -> None:
    with pytest.raises(hs.UnsupportedError, match=r"Surv\.right"):
        hs.logrank(hs.Surv.interval([1, 2], [2, 3]), ["a", "b"])


def test_numbers_are_plain_in_the_dictionary() -> None:
    record = hs.logrank(EIGHT, HALVES).as_dict()
    assert record["df"] == 1
    assert isinstance(record["p_value"], float)
    assert not np.isnan(record["statistic"])
