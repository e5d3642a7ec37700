"""Kaplan-Meier curves: closed forms, published numbers, and what is refused."""

from __future__ import annotations

import math

import numpy as np
import pytest

import hpcstats as hs
from tests.reference.loader import dataset, response


def six_mp() -> hs.Surv:
    return response(dataset("leuk"))


def test_published_curve_of_the_6_mp_arm() -> None:
    frame = hs.kaplan_meier(six_mp()).to_frame().set_index("time")
    published = {
        6: 0.857143,
        7: 0.806723,
        10: 0.752941,
        13: 0.690196,
        16: 0.627451,
        22: 0.537815,
        23: 0.448179,
    }
    for week, survival in published.items():
        assert frame.loc[week, "estimate"] == pytest.approx(survival, abs=5e-7)


def test_published_log_log_limits_at_ten_weeks() -> None:
    row = hs.kaplan_meier(six_mp(), interval="log-log").at(10).iloc[0]
    assert (row["low"], row["high"]) == pytest.approx((0.5032, 0.8894), abs=5e-5)


def test_published_medians_of_acute_myelogenous_leukaemia() -> None:
    data = dataset("aml")
    medians = hs.kaplan_meier(response(data), data["x"]).quantile(0.5)
    assert medians["group"].tolist() == ["Maintained", "Nonmaintained"]
    assert medians["estimate"].tolist() == [31, 23]


def test_restricted_means_agree_with_their_difference_as_published() -> None:
    data = dataset("aml")
    means = hs.kaplan_meier(response(data), data["x"]).rmst(30)
    assert means["estimate"].tolist() == pytest.approx([24.6022727273, 19.6944444444], abs=1e-9)


@pytest.mark.parametrize("interval", ["plain", "log", "log-log", "logit", "arcsin"])
def test_every_interval_by_its_formula(interval: str) -> None:
    s, g, z = 2 / 3, 1 / 30 + 1 / 20, 1.959963984540054  # two of six events: 1/(6*5) + 1/(5*4)
    error = np.sqrt(g)
    expected = {
        "plain": (s - z * s * error, s + z * s * error),
        "log": (s * np.exp(-z * error), s * np.exp(z * error)),
        "log-log": (s ** np.exp(-z * error / np.log(s)), s ** np.exp(z * error / np.log(s))),
        "logit": tuple(1 / (1 + (1 - s) / s * np.exp(sign * z * error / (1 - s))) for sign in (1, -1)),
        "arcsin": tuple(
            np.sin(np.arcsin(np.sqrt(s)) + sign * z * error / 2 * np.sqrt(s / (1 - s))) ** 2
            for sign in (-1, 1)
        ),
    }[interval]
    row = hs.kaplan_meier(hs.Surv.right([1, 2, 3, 4, 5, 6], [1] * 6), interval=interval).to_frame().iloc[1]
    assert (row["low"], row["high"]) == pytest.approx(np.clip(expected, 0, 1), abs=1e-12)


def test_one_patient_with_the_event() -> None:
    curves = hs.kaplan_meier(hs.Surv.right([3], [True]))
    row = curves.to_frame().iloc[0]
    assert (row["at_risk"], row["events"], row["estimate"]) == (1, 1, 0)
    assert np.isnan(row["std_error"])
    assert (row["low"], row["high"]) == (0, pytest.approx(0.975))
    assert curves.quantile(0.5)["estimate"].item() == 3
    assert curves.rmst(3)[["estimate", "std_error"]].iloc[0].tolist() == [3, 0]


def test_an_event_at_time_zero_counts_at_once() -> None:
    curves = hs.kaplan_meier(hs.Surv.right([0, 0, 1, 2, 3, 4], [1, 0, 1, 1, 0, 1]))
    assert curves.at(0)["estimate"].item() == pytest.approx(5 / 6)
    assert curves.at(0)["at_risk"].item() == 6
    assert curves.risk_table(0)[["at_risk", "events", "censored"]].iloc[0].tolist() == [4, 1, 1]


def test_a_patient_censored_with_an_event_is_still_at_risk() -> None:
    frame = hs.kaplan_meier(hs.Surv.right([2, 2, 5], [True, False, True])).to_frame()
    assert frame["at_risk"].tolist() == [3, 1]
    assert frame["estimate"].tolist() == pytest.approx([2 / 3, 0])


def test_an_entry_at_the_time_of_an_event_is_not_at_risk_there() -> None:
    frame = hs.kaplan_meier(hs.Surv.right([2, 5, 6], [1, 1, 0], entry=[0, 0, 2])).to_frame()
    assert frame["at_risk"].tolist() == [2, 2, 1]
    assert frame["estimate"].tolist() == pytest.approx([1 / 2, 1 / 4, 1 / 4])


def test_no_events_is_a_curve_of_one_whose_limits_are_no_information() -> None:
    curves = hs.kaplan_meier(hs.Surv.right([1, 2, 4], [0, 0, 0]))
    assert curves.status == "boundary"
    assert "no events" in curves.reason
    assert curves.to_frame()["estimate"].tolist() == [1, 1, 1]
    median = curves.quantile(0.5).iloc[0]
    assert np.isnan(median["estimate"])
    assert median["high"] == np.inf


def test_a_quantile_that_is_not_reached_is_open_above() -> None:
    median = hs.kaplan_meier(hs.Surv.right([1, 2, 3, 4], [1, 0, 0, 0])).quantile(0.5).iloc[0]
    assert np.isnan(median["estimate"])
    assert median["high"] == np.inf


def test_a_row_of_frequency_zero_does_not_lengthen_the_last_flat() -> None:
    weighted = hs.kaplan_meier(hs.Surv.right([1, 2, 5], [1, 0, 0]), weights=[1, 1, 0])
    written_out = hs.kaplan_meier(hs.Surv.right([1, 2], [1, 0]))
    assert written_out.quantile(0.5)["estimate"].item() == 1.5
    assert weighted.quantile(0.5)["estimate"].item() == 1.5


@pytest.mark.parametrize("question", [lambda km: km.at(7.5), lambda km: km.at([1, 8]), lambda km: km.rmst(8)])
def test_a_time_beyond_follow_up_is_refused_with_the_end_of_follow_up(question) -> None:
    curves = hs.kaplan_meier(hs.Surv.right([2, 4, 7], [1, 1, 0]))
    with pytest.raises(hs.DesignError, match="7"):
        question(curves)


def test_the_group_whose_follow_up_is_too_short_is_named() -> None:
    curves = hs.kaplan_meier(hs.Surv.right([2, 4, 9, 9], [1, 0, 1, 0]), ["short", "short", "long", "long"])
    with pytest.raises(hs.DesignError, match="short: 4"):
        curves.at([1, 6, 2])
    with pytest.raises(hs.DesignError, match="short: 4"):
        curves.rmst(6)


def test_a_restricted_mean_beyond_the_last_event_needs_no_follow_up() -> None:
    curves = hs.kaplan_meier(hs.Surv.right([2, 4, 6], [1, 1, 1]))
    assert curves.rmst(10)["estimate"].item() == pytest.approx(4)


def test_the_group_column_says_all_without_groups() -> None:
    curves = hs.kaplan_meier(hs.Surv.right([2, 4, 6], [1, 1, 0]))
    for frame in (
        curves.to_frame(),
        curves.at([1]),
        curves.quantile([0.5]),
        curves.rmst(5),
        curves.risk_table([1]),
    ):
        assert frame["group"].unique().tolist() == ["all"]


def test_columns_are_in_their_order() -> None:
    curves = hs.kaplan_meier(hs.Surv.right([2, 4, 6], [1, 1, 0]))
    assert " ".join(curves.to_frame()) == "group time at_risk events censored estimate std_error low high"
    assert " ".join(curves.at(1)) == "group time at_risk estimate low high"
    assert " ".join(curves.quantile(0.5)) == "group probability estimate low high"
    assert " ".join(curves.rmst(5)) == "group horizon estimate std_error low high"
    assert " ".join(curves.risk_table(1)) == "group time at_risk events censored"


def test_patients_behind_a_curve_are_named() -> None:
    y = hs.Surv.right([2, 4, 6], [1, 1, 0], id=["c", "a", "b"])
    curves = hs.kaplan_meier(y, ["x", "x", "y"])
    assert set(curves.patients()) == {"a", "b", "c"}
    assert set(curves.patients("x")) == {"a", "c"}
    assert hs.kaplan_meier(hs.Surv.right([1], [1])).patients() == ()


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"interval": "greenwood"}, hs.UnsupportedError),
        ({"level": 95}, hs.DataError),
        ({"level": 0}, hs.DataError),
        ({"group": ["a"]}, hs.DataError),
        ({"group": ["a", None, "b"]}, hs.DataError),
        ({"weights": [1, -1, 1]}, hs.DataError),
        ({"weights": [0, 0, 0]}, hs.DataError),
        ({"weights": [1, float("nan"), 1]}, hs.DataError),
    ],
)
def test_unusable_options_are_refused(options, error) -> None:
    with pytest.raises(error):
        hs.kaplan_meier(hs.Surv.right([2, 4, 6], [1, 1, 0]), **options)


@pytest.mark.parametrize("probability", [0, 1, 1.5, -0.1])
def test_a_quantile_is_asked_by_a_proportion(probability: float) -> None:
    with pytest.raises(hs.DataError):
        hs.kaplan_meier(hs.Surv.right([2, 4, 6], [1, 1, 0])).quantile(probability)


def test_another_kind_of_response_is_refused_with_the_constructor_to_write() -> None:
    with pytest.raises(hs.UnsupportedError, match=r"Surv\.right"):
        hs.kaplan_meier(hs.Surv.interval([1, 2], [2, 3]))
    with pytest.raises(hs.DataError, match=r"Surv\.right"):
        hs.kaplan_meier([1, 2, 3])


@pytest.mark.parametrize("wrong", [-0.1, 0, 1, math.nan, [], None, "x", True, [0.5, 2], [[0.5]]])
def test_a_probability_that_is_none_is_called_by_its_name(wrong: object) -> None:
    curves = hs.kaplan_meier(hs.Surv.right([1, 2, 3], [1, 1, 0]))
    with pytest.raises(hs.DataError, match="^probability must be a number"):
        curves.quantile(wrong)


@pytest.mark.parametrize("wrong", [-1, math.nan, [], None])
def test_a_time_that_is_none_is_called_by_its_name(wrong: object) -> None:
    curves = hs.kaplan_meier(hs.Surv.right([1, 2, 3], [1, 1, 0]))
    with pytest.raises(hs.DataError, match="^horizon must be"):
        curves.rmst(wrong)
    with pytest.raises(hs.DataError, match="^given must be"):
        curves.conditional(2, given=wrong)
    with pytest.raises(hs.DataError, match="^times must be"):
        curves.at(wrong)


def test_before_the_first_event_greenwoods_limits_have_no_width() -> None:
    y = hs.Surv.right([1, 2, 3], [0, 1, 0])
    for interval in ("plain", "log", "log-log", "logit"):
        assert hs.kaplan_meier(y, interval=interval).at(1)[["low", "high"]].to_numpy().tolist() == [[1, 1]]
    assert hs.kaplan_meier(y, interval="arcsin").at(1)[["low", "high"]].isna().all(axis=None)
