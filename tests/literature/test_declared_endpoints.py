"""Data that declare their own endpoints: another disease, without any column of the package's own."""

from __future__ import annotations

import json
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import pytest

import hpcstats as hs
from hpcstats.errors import DataError, UnsupportedError
from hpcstats.literature.declared import KEY

DESCRIPTION = files("hpcstats.reproduce.laying_out") / "templates" / "data" / "datapackage.json.jinja"
PATIENTS = (
    "patient_id,source_id,sex,age_years,age_at,primary_site_group,treatment,year_primary,selection_note,"
    "confidence,notes"
)
EVENTS = (
    "patient_id,event,sequence,origin,time_years,time_lower_years,time_upper_years,precision,state_at_event,"
    "locator,note"
)
SOURCES = (
    "source_id,first_author,year,year_earliest,year_latest,title,journal,doi,pmid,url,evidence_level,notes"
)
COURSES = {
    # Recurrence at 2, metastasis at 3, death of the disease at 4.
    "a": ["local_recurrence,1,primary,2,1.5,2.5,year,,p,", "metastasis,1,primary,3,2.5,3.5,year,,p,",
          "death_of_disease,1,primary,4,3.5,4.5,year,,p,"],
    # Metastatic at diagnosis, alive at 5.
    "b": ["metastasis,1,primary,0,0,0,year,,p,",
          "last_follow_up,1,primary,5,4.5,5.5,year,alive_with_disease,p,"],
    # Nothing but a death of another cause at 6.
    "c": ["death_other,1,primary,6,5.5,6.5,year,,p,"],
    # Two recurrences, alive at 8.
    "d": ["local_recurrence,1,primary,1,0.5,1.5,year,,p,", "local_recurrence,2,primary,7,6.5,7.5,year,,p,",
          "last_follow_up,1,primary,8,7.5,8.5,year,alive_no_disease,p,"],
}  # fmt: skip


@pytest.fixture
def other(tmp_path) -> Callable[..., Path]:
    """Write the four courses, with the description changed as asked."""

    def write(change: Callable[[dict], None] = lambda package: None) -> Path:
        package = json.loads(DESCRIPTION.read_text(encoding="utf-8").replace("{{ title|json }}", '"x"'))
        change(package)
        (tmp_path / "datapackage.json").write_text(json.dumps(package), encoding="utf-8")
        raw = tmp_path / "raw"
        raw.mkdir(exist_ok=True)
        people = [f"{name},s,,,,limb,surgery,,,high," for name in COURSES]
        events = [f"{name},{row}" for name, rows in COURSES.items() for row in rows]
        tables = {"patients": [PATIENTS, *people], "events": [EVENTS, *events],
                  "sources": [SOURCES, "s,Doe J,2015,,,,,,,,abstract,"]}  # fmt: skip
        for name, lines in tables.items():
            (raw / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
        return raw

    return write


def seen(cases: hs.literature.CaseData, name: str) -> dict[str, tuple[float, bool]]:
    response = hs.literature.endpoint(cases, name).response
    return {
        str(id_): (time, bool(event))
        for id_, time, event in zip(response.id, response.time.tolist(), response.event, strict=True)
    }


def test_the_first_of_the_declared_kinds_counts(other):
    cases = hs.literature.load(other())
    assert tuple(cases.endpoints) == (
        "local_recurrence",
        "metastasis",
        "event_free_survival",
        "overall_survival",
    )
    assert seen(cases, "local_recurrence") == {
        "a": (2, True),
        "b": (5, False),
        "c": (6, False),
        "d": (1, True),
    }
    assert seen(cases, "metastasis") == {"a": (3, True), "c": (6, False), "d": (8, False)}
    assert seen(cases, "event_free_survival") == {"a": (2, True), "c": (6, True), "d": (1, True)}
    assert seen(cases, "overall_survival") == {
        "a": (4, True),
        "b": (5, False),
        "c": (6, True),
        "d": (8, False),
    }


def test_who_has_the_event_at_the_origin_is_left_out_and_told(other):
    found = hs.literature.endpoint(hs.literature.load(other()), "metastasis")
    assert found.exclusions.to_numpy().tolist() == [["b", "event at diagnosis, not free of it at the origin"]]


def test_death_competes_where_it_is_no_event(other):
    cases = hs.literature.load(other())
    recurrence = hs.literature.endpoint(cases, "local_recurrence")
    assert recurrence.competing.causes == ("local_recurrence", "death")
    assert recurrence.competing.status.tolist() == [1, 0, 2, 1]
    assert hs.literature.endpoint(cases, "overall_survival").competing is None
    assert hs.literature.endpoint(cases, "event_free_survival").event == (
        "whichever comes first of local recurrence, metastasis, death of any cause"
    )


def test_the_endpoints_of_the_package_are_not_those_of_these_data(other):
    cases = hs.literature.load(other())
    with pytest.raises(UnsupportedError, match="'any_metastasis' is not known.*'event_free_survival'"):
        hs.literature.endpoint(cases, "any_metastasis")
    with pytest.raises(UnsupportedError, match="exclude_mechanisms='contiguous'"):
        hs.literature.endpoint(cases, "metastasis", exclude_mechanisms=("contiguous",))


def test_flow_lanes_and_covariates_do_without_the_columns_of_the_package(other):
    cases = hs.literature.load(other())
    found = {name: hs.literature.endpoint(cases, name) for name in cases.endpoints}
    flow = hs.literature.evidence_flow(cases, found)
    assert [box.id for box in flow.boxes[:5]] == [
        "sources", "sources.patients", "sources.cohorts", "patients", "local_recurrence.used",
    ]  # fmt: skip
    assert (flow["metastasis.used"].parent, flow["metastasis.used"].count) == ("patients", 3)
    lanes = hs.literature.swimmer_lanes(cases)
    assert list(dict.fromkeys(lanes["patient_id"])) == list(COURSES)
    assert lanes["mechanism"].isna().all()
    columns = found["metastasis"].data.columns
    assert {"age_at_primary", "source_year", "treatment"} <= set(columns)
    assert not {"site", "resection_complete"} & set(columns)


def test_histories_know_the_kinds_of_these_data(other):
    cases = hs.literature.load(other())
    first = hs.literature.competing_events(cases, ("metastasis", "local_recurrence", "death"))
    assert dict(zip(first.response.id, first.response.status, strict=True)) == {"a": 2, "c": 3, "d": 2}
    with pytest.raises(
        UnsupportedError, match="'spinal_metastasis' is not known.*'local_recurrence', 'metastasis'"
    ):
        hs.literature.competing_events(cases, ("spinal_metastasis",))
    again = hs.literature.recurrent_events(cases, "local_recurrence")
    assert again.response.take(again.response.id == "d").to_frame()["time"].tolist() == [1, 7, 8]
    assert hs.literature.recurrent_events(cases, "metastasis").event == "each metastasis"
    with pytest.raises(UnsupportedError, match="declare other endpoints"):
        hs.literature.multistate(cases)


def test_one_person_in_two_publications_is_found_by_any_event(other):
    raw = other()
    people = (raw / "patients.csv").read_text().replace("a,s,,,", "a,s,male,40,primary")
    people = people.replace("e,s", "e,t")
    twin = "e,t,male,41,primary,limb,surgery,,,high,\n"
    (raw / "patients.csv").write_text(people + twin)
    (raw / "sources.csv").write_text((raw / "sources.csv").read_text() + "t,Roe J,2016,,,,,,,,abstract,\n")
    rows = "e,metastasis,1,primary,3,2.5,3.5,year,,p,\ne,last_follow_up,1,primary,9,8.5,9.5,year,unknown,p,\n"
    (raw / "events.csv").write_text((raw / "events.csv").read_text() + rows)
    (pair,) = hs.literature.validate(raw).problems
    assert (pair.severity, pair.patient) == ("candidate", "a / e")
    assert pair.message.endswith("male, ages 40 and 41, limb, overlapping times of metastasis")


def endpoints(*entries: object) -> Callable[[dict], None]:
    return lambda package: package.update({KEY: list(entries)})


GOOD = {"name": "any", "label": "Time", "noun": "event", "events": ["metastasis"]}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (endpoints(), "must be a list of objects"),
        (lambda package: package.update({KEY: {}}), "must be a list of objects"),
        (endpoints("metastasis"), "entry 1 .* must be an object"),
        (endpoints(GOOD | {"label": ""}), "entry 1 .* label must be a text"),
        (endpoints({name: GOOD[name] for name in ("name", "events")}), "label, noun must be a text"),
        (endpoints(GOOD | {"population": 3}), "population must be a text"),
        (endpoints(GOOD | {"name": "Any time"}), "'Any time' must be lower-case"),
        (endpoints(GOOD | {"events": []}), "at least one"),
        (endpoints(GOOD, GOOD), "entry 2 .* occurs twice"),
        (endpoints(GOOD | {"events": ["last_follow_up"]}), "names the events last_follow_up"),
        (
            endpoints(GOOD | {"events": ["relapse"]}),
            "names the events relapse; events.csv has local_recurrence",
        ),
    ],
)
def test_a_declaration_that_lacks_something_is_refused(other, change, message):
    with pytest.raises(DataError, match=message):
        hs.literature.load(other(change))


def test_without_a_declaration_the_columns_of_the_package_are_asked_for(other):
    with pytest.raises(DataError, match="describes patients without primary_site, resection, spinal_levels"):
        hs.literature.load(other(lambda package: package.pop(KEY)))


def test_the_data_of_the_package_keep_their_six():
    cases = hs.literature.load()
    assert tuple(cases.endpoints) == hs.literature.ENDPOINTS
    assert not cases.declares_endpoints
