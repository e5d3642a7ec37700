"""Truncation by the year of the report: within a year of the calendar, never impossible by rounding."""

from __future__ import annotations

import pytest

import hpcstats as hs
from hpcstats.errors import DataError


def patient(time, lower, upper, year="2010"):
    rows = [
        f"spinal_metastasis,1,primary,{time},{lower},{upper},year,",
        f"last_follow_up,1,primary,,{lower},,bound,unknown",
    ]
    return ("a", "spinal_metastasis", year, rows)


def test_years_of_shipped_patients(endpoints):
    data = endpoints["spinal_metastasis"].truncated.data.set_index("patient_id")
    columns = ["truncation", "truncation_lower", "truncation_upper"]
    assert data.loc["konkuk_2016", columns].tolist() == [13, 12.5, 14]
    assert data.loc["usmani_2025", columns].tolist() == [9, 8, 10]
    assert (
        endpoints["spinal_metastasis"].truncated.response.truncation.tolist() == data["truncation"].tolist()
    )


@pytest.mark.parametrize("name", ["spinal_metastasis", "local_recurrence", "any_metastasis"])
def test_limits_are_in_order(endpoints, name):
    view = endpoints[name].truncated
    data = view.data
    assert (data["truncation_lower"] <= data["truncation"]).all()
    assert (data["truncation"] <= data["truncation_upper"]).all()
    assert (view.response.time <= view.response.truncation).all()


def test_reasons(endpoints):
    view = endpoints["local_recurrence"].truncated
    reasons = dict(zip(view.exclusions["patient_id"], view.exclusions["reason"], strict=True))
    assert reasons["maiuri_2022"] == "no event, so not reported because of it"
    assert reasons["kim_2015"] == "year of the primary not stated"
    assert reasons["vjcts_lung"] == "year of the report not stated"


@pytest.mark.parametrize(
    ("time", "lower", "upper", "expected"),
    [
        ("4", "3.5", "4.5", [5, 4, 6]),  # the report came later than the metastasis
        ("5.4", "4.9", "5.9", [5.4, 4.9, 6]),  # possible, as calendar years are within one year
        ("6.2", "5.7", "6.7", [6.2, 5.7, 6.2]),  # possible, as the time is rounded too
    ],
)
def test_rounding_alone_makes_no_case_impossible(own, time, lower, upper, expected):
    cases = hs.literature.load(own(patient(time, lower, upper)))
    view = hs.literature.endpoint(cases, "spinal_metastasis").truncated
    columns = ["truncation", "truncation_lower", "truncation_upper"]
    assert view.data[columns].to_numpy().tolist() == [expected]
    assert view.response.truncation.tolist() == expected[:1]


def test_what_no_rounding_explains_never_reaches_an_endpoint(own):
    with pytest.raises(DataError, match="beyond the report of 2015"):
        hs.literature.load(own(patient("6.7", "6.2", "7.2")))
