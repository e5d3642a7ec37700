"""A directory of one's own, with the same columns, works with every function."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import hpcstats as hs
from hpcstats.errors import DataError

PACKAGE = json.loads((Path(__file__).parents[2] / "data" / "datapackage.json").read_text(encoding="utf-8"))
RECURRED = [
    "local_recurrence,1,primary,2,1.5,2.5,year,",
    "last_follow_up,1,primary,4,3.5,4.5,year,alive_unknown",
]
WELL = ["last_follow_up,1,primary,3,2.5,3.5,year,alive_no_disease"]


def test_everything_works_without_optional_files(own):
    cases = hs.literature.load(own(("a", "comparator", "", RECURRED), ("b", "comparator", "2012", WELL)))
    endpoints = {name: hs.literature.endpoint(cases, name) for name in hs.literature.ENDPOINTS}
    assert endpoints["local_recurrence"].response.to_frame()["time"].tolist() == [2, 3]
    assert endpoints["spinal_metastasis"].point.n == 0
    flow = hs.literature.evidence_flow(cases, endpoints)
    assert (flow["patients"].count, flow["spinal_metastasis.used"].count) == (2, 0)
    assert hs.literature.swimmer_lanes(cases).empty
    assert hs.literature.swimmer_lanes(cases, ["a"])["source"].tolist() == ["Doe 2015", "Doe 2015"]
    assert cases.seed_summary is None
    assert cases.cohort_statistics.empty
    with pytest.raises(DataError, match=r"no seed_summary\.json"):
        hs.literature.check_statements(cases)


def write_description(directory, change):
    package = json.loads(json.dumps(PACKAGE))
    change({resource["name"]: resource for resource in package["resources"]}, package)
    (directory / "datapackage.json").write_text(json.dumps(package), encoding="utf-8")


def field(resources, table, name):
    return next(item for item in resources[table]["schema"]["fields"] if item["name"] == name)


@pytest.mark.parametrize("place", [".", ".."])
def test_own_vocabularies_beside_or_above(own, place):
    directory = own(("a", "comparator", "", RECURRED))
    text = (directory / "patients.csv").read_text().replace("intracranial", "orbit")
    (directory / "patients.csv").write_text(text)
    assert not hs.literature.validate(directory).ok

    def change(resources, _):
        field(resources, "patients", "primary_site_group")["constraints"]["enum"].append("orbit")

    write_description(directory / place, change)
    assert hs.literature.validate(directory).ok


def test_own_judgements(own):
    directory = own(("a", "comparator", "", RECURRED), ("b", "comparator", "", WELL))

    def change(_, package):
        item = {"endpoint": "local_recurrence", "patient_id": "a", "reason": "residual growth"}
        package["hpcstats:not_usable"] = [item]

    write_description(directory, change)
    recurrence = hs.literature.endpoint(hs.literature.load(directory), "local_recurrence")
    assert recurrence.exclusions.to_numpy().tolist() == [["a", "residual growth"]]


def drop_column(resources, _):
    resources["events"]["schema"]["fields"] = [
        item for item in resources["events"]["schema"]["fields"] if item["name"] != "origin"
    ]


def open_vocabulary(resources, _):
    del field(resources, "patients", "role")["constraints"]["enum"]


def own_confidence(resources, _):
    field(resources, "patients", "confidence")["constraints"]["enum"] = ["high", "perfect"]


def drop_table(_, package):
    package["resources"] = [item for item in package["resources"] if item["name"] != "events"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (drop_column, "events without origin"),
        (open_vocabulary, "no vocabulary for role"),
        (own_confidence, "degrees of confidence perfect"),
        (drop_table, "does not describe the table events"),
    ],
)
def test_a_description_that_lacks_what_endpoints_need_is_refused(own, change, message):
    directory = own(("a", "comparator", "", WELL))
    write_description(directory, change)
    with pytest.raises(DataError, match=message):
        hs.literature.validate(directory)


@pytest.mark.parametrize("text", ["{", "[]"])
def test_unreadable_descriptions_and_summaries(own, text):
    directory = own(("a", "comparator", "", WELL))
    (directory / "seed_summary.json").write_text(text)
    with pytest.raises(DataError, match=r"seed_summary\.json"):
        hs.literature.load(directory)
    (directory / "datapackage.json").write_text(text)
    with pytest.raises(DataError, match=r"datapackage\.json"):
        hs.literature.load(directory)


def test_an_origin_that_has_no_clock_is_an_error(own):
    directory = own(("a", "comparator", "", [WELL[0].replace(",primary,", ",radiosurgery,")]))

    def change(resources, _):
        field(resources, "events", "origin")["constraints"]["enum"].append("radiosurgery")

    write_description(directory, change)
    (problem,) = hs.literature.validate(directory).errors
    assert "cannot be put on a clock" in problem.message
