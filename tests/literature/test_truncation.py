"""Truncation by the year of the report: within a year of what the calendar says, never impossible by rounding."""

from __future__ import annotations

import pytest

import hpcstats as hs

SPINE = [
    "spinal_metastasis,1,primary,{time},{lower},{upper},year,,",
    "last_follow_up,1,primary,,{lower},,bound,unknown,",
]


def patient(time, lower, upper, year="2010"):
    rows = [row.format(time=time, lower=lower, upper=upper).removesuffix(",") for row in SPINE]
    return ("a", "spinal_metastasis", year, [row + "," for row in rows])


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


def spine(own, **settings):
    cases = hs.literature.load(own(patient(**settings)))
    return hs.literature.endpoint(cases, "spinal_metastasis").truncated


def test_a_time_longer_than_the_years_by_rounding_alone_is_kept(own):
    view = spine(own, time="5.4", lower="4.9", upper="5.9")
    assert view.data[["truncation", "truncation_lower", "truncation_upper"]].to_numpy().tolist() == [
        [5.4, 4.9, 6]
    ]


def test_a_time_that_no_rounding_allows_is_excluded_with_a_reason(own):
    view = spine(own, time="6.5", lower="5.9", upper="7")
    assert view.surv is None
    assert view.exclusions["reason"].tolist() == ["time longer than the years between primary and report"]
