"""Every kind of mistake is found, where it is, and all at once."""

from __future__ import annotations

import json
import shutil

import pytest

import hpcstats as hs
from hpcstats.errors import DataError

P, E, S, C = "patients.csv", "events.csv", "sources.csv", "cohort_statistics.csv"


def test_the_shipped_data_have_no_errors():
    report = hs.literature.validate()
    assert report.ok
    assert report.errors == ()
    assert {problem.severity for problem in report.problems} == {"candidate", "note"}


def lr(patient, sequence="1"):
    return {"patient_id": patient, "event": "local_recurrence", "sequence": sequence}


def end(patient):
    return {"patient_id": patient, "event": "last_follow_up"}


def who(patient):
    return {"patient_id": patient}


SPOILED = {
    "not a number": (
        P,
        who("brass_2004"),
        {"age_years": "about 53"},
        "age_years",
        "'about 53' is not a number",
    ),
    "not whole": (P, who("brass_2004"), {"year_primary": "1999.5"}, "year_primary", "whole number"),
    "impossible age": (P, who("brass_2004"), {"age_years": "153"}, "age_years", "above 120"),
    "unknown word": (P, who("brass_2004"), {"sex": "man"}, "sex", "vocabulary"),
    "empty": (P, who("brass_2004"), {"confidence": ""}, "confidence", "empty"),
    "pattern": (S, {"source_id": "brass_2004"}, {"doi": "doi 10"}, "doi", "form"),
    "negative time": (E, end("cole_2009"), {"time_lower_years": "-1"}, "time_lower_years", "below 0"),
    "no source": (P, who("li_z_2019"), {"source_id": "nobody"}, "source_id", "sources.csv"),
    "limits": (E, lr("cole_2009"), {"time_upper_years": "13"}, "time_years", "lower <= time <= upper"),
    "date without limits": (
        E,
        lr("cole_2009"),
        {"time_upper_years": ""},
        "precision",
        "needs a time and both",
    ),
    "sequence": (E, lr("noh_2015_1"), {"sequence": "2"}, "sequence", "numbered 2"),
    "order": (
        E,
        lr("kim_2015"),
        {"time_years": "9", "time_lower_years": "9", "time_upper_years": "9"},
        "sequence",
        "local_recurrence 2 comes before",
    ),
    "dated backwards": (
        E,
        lr("chakravarty_1991"),
        {"time_years": "4.5", "time_upper_years": "5"},
        "sequence",
        "local_recurrence 2 comes before",
    ),
    "after the end": (
        E,
        lr("cole_2009"),
        {"time_years": "30", "time_lower_years": "29.5", "time_upper_years": "30.5"},
        "time_lower_years",
        "after the last contact",
    ),
    "after death": (
        E,
        lr("tanaka_2014"),
        {"time_years": "3", "time_lower_years": "2.5", "time_upper_years": "3.5"},
        "time_lower_years",
        "after the death",
    ),
    "state missing": (E, end("cole_2009"), {"state_at_event": ""}, "state_at_event", "no state"),
    "state elsewhere": (E, lr("cole_2009"), {"state_at_event": "unknown"}, "state_at_event", "at a local"),
    "anchor missing": (E, lr("noh_2015_1"), {"origin": "spinal_metastasis"}, "origin", "has no row"),
    "own anchor": (
        E,
        {"patient_id": "cole_2009", "event": "spinal_metastasis"},
        {"origin": "spinal_metastasis"},
        "origin",
        "from itself",
    ),
    "age without moment": (P, who("brass_2004"), {"age_at": ""}, "age_at", "without the moment"),
    "moment without age": (P, who("brass_2004"), {"age_years": ""}, "age_years", "without the age"),
    "sex and site": (P, who("brass_2004"), {"primary_site": "uterus"}, "primary_site", "male patient"),
    "sex and metastasis": (
        P,
        who("cole_2009"),
        {"other_metastatic_sites": "prostate"},
        "other_metastatic_sites",
        "female patient",
    ),
    "level": (P, who("arshad_2023"), {"spinal_levels": "T7 body"}, "spinal_regions", "lie in T"),
    "range of levels": (P, who("arshad_2023"), {"spinal_levels": "C6-L1"}, "spinal_regions", "C;T;L"),
    "no such vertebra": (P, who("usmani_2025"), {"spinal_levels": "T18"}, "spinal_levels", "no vertebra T18"),
    "role without event": (P, who("li_z_2019"), {"role": "spinal_metastasis"}, "role", "no such event"),
    "event without role": (
        P,
        who("secinti_2008"),
        {"role": "comparator", "mechanism": "", "spinal_levels": "", "spinal_regions": ""},
        "role",
        "role is another",
    ),
    "mechanism of a comparator": (
        P,
        who("li_z_2019"),
        {"mechanism": "distant"},
        "mechanism",
        "without a spinal",
    ),
    "age at a missing event": (P, who("li_z_2019"), {"age_at": "spinal_metastasis"}, "age_at", "not there"),
    "synchronous but later": (P, who("cole_2009"), {"mechanism": "synchronous"}, "mechanism", "with a time"),
    "primary after report": (
        P,
        who("mao_2020"),
        {"year_primary": "2021"},
        "year_primary",
        "reported in 2020",
    ),
    "course beyond report": (
        P,
        who("mao_2020"),
        {"year_primary": "2015"},
        "year_primary",
        "beyond the report",
    ),
    "proportion": (
        C,
        {"study_id": "park_2013", "statistic": "metastasis_crude"},
        {"value": "2"},
        "value",
        "between 0 and 1",
    ),
}


@pytest.mark.parametrize("name", SPOILED)
def test_one_wrong_cell_is_found_at_its_line_with_advice(copy, name):
    file, where, values, column, message = SPOILED[name]
    line = copy.change(file, where, **values)
    report = hs.literature.validate(copy.directory)
    hits = [problem for problem in report.errors if (problem.file, problem.column) == (file, column)]
    hits = [problem for problem in hits if message in problem.message]
    assert hits, report
    assert line in {problem.row for problem in hits} or name in {"order", "dated backwards"}
    assert all(problem.advice for problem in hits)


def test_all_mistakes_are_reported_in_one_run(copy):
    expected = set()
    for name in ("not a number", "unknown word", "empty", "pattern", "no source", "limits", "sequence",
                 "after death", "state elsewhere", "sex and metastasis", "level", "no such vertebra",
                 "mechanism of a comparator", "primary after report", "proportion"):  # fmt: skip
        file, where, values, column, _ = SPOILED[name]
        expected.add((file, copy.change(file, where, **values), column))
    copy.remove(E, end("head_face_2010"))
    doubled = copy.append(P, who("usuba_2016"))
    orphan = copy.append(E, end("usuba_2016"), patient_id="ghost")
    second_end = copy.append(E, end("acm_pelvic"), event="death_other", state_at_event="")
    expected |= {(P, doubled, "patient_id"), (E, orphan, "patient_id"), (E, second_end, "event")}
    report = hs.literature.validate(copy.directory)
    found = {(problem.file, problem.row, problem.column) for problem in report.errors}
    assert expected <= found
    assert "head_face_2010" in {problem.patient for problem in report.errors}
    assert "ghost" in {problem.patient for problem in report.errors}


def test_a_patient_without_events_needs_an_end_row(copy):
    copy.remove(E, {"patient_id": "li_z_2019"})
    (problem,) = hs.literature.validate(copy.directory).errors
    assert (problem.patient, problem.column) == ("li_z_2019", "patient_id")
    assert "end row" in problem.advice


def test_a_wrong_row_never_reaches_an_estimate(copy):
    copy.change(P, who("brass_2004"), sex="man")
    with pytest.raises(DataError, match=r"patients\.csv:2 \(brass_2004, sex\)"):
        hs.literature.load(copy.directory)


def test_two_ends_and_no_end(copy):
    copy.append(E, end("acm_pelvic"), event="death_other", state_at_event="")
    copy.change(E, end("zeng_2012"), event="local_recurrence", state_at_event="")
    messages = {problem.patient: problem.message for problem in hs.literature.validate(copy.directory).errors}
    assert "found last_follow_up, death_other" in messages["acm_pelvic"]
    assert "found none" in messages["zeng_2012"]


def test_follow_up_before_an_event_is_an_error_only_if_no_rounding_reconciles_them(copy):
    copy.change(E, end("kim_2015"), time_years="5.3", time_lower_years="5.2", time_upper_years="5.4")
    assert hs.literature.validate(copy.directory).ok
    copy.change(E, end("kim_2015"), time_years="5.3", time_lower_years="5.2", time_upper_years="5.3")
    assert not hs.literature.validate(copy.directory).ok


def test_what_counts_from_an_undated_spinal_metastasis_is_compared_on_its_own_clock(copy):
    progression = {"patient_id": "araujo_2019", "event": "spinal_progression"}
    copy.change(E, progression, time_years="6", time_lower_years="5", time_upper_years="7")
    (problem,) = hs.literature.validate(copy.directory).errors
    assert (problem.patient, problem.message) == (
        "araujo_2019",
        "the spinal_progression comes after the death",
    )


def test_missing_extra_and_doubled_columns_are_named(copy):
    path = copy.directory / P
    path.write_text(path.read_text().replace("sex,age_years", "gender,notes", 1), encoding="utf-8")
    columns = {problem.message: problem.column for problem in hs.literature.validate(copy.directory).errors}
    assert columns["columns are missing: sex, age_years"] == "sex; age_years"
    assert columns["columns are not described: gender"] == "gender"
    assert columns["columns occur twice: notes"] == "notes"


def test_rows_of_the_wrong_length_and_missing_files(copy):
    path = copy.directory / S
    path.write_text(path.read_text() + "short,row\n", encoding="utf-8")
    (copy.directory / E).unlink()
    problems = {problem.file: problem for problem in hs.literature.validate(copy.directory).errors}
    assert problems[S].row == 213
    assert "2 cells, the header 12" in problems[S].message
    assert problems[E].message == "the file is missing"


def test_a_file_that_is_not_utf8(copy):
    (copy.directory / S).write_bytes("source_id\nmünchen\n".encode("latin-1"))
    messages = [
        problem.message for problem in hs.literature.validate(copy.directory).errors if problem.file == S
    ]
    assert any("not UTF-8" in message for message in messages)


def test_line_numbers_hold_after_a_cell_with_a_line_break(copy):
    copy.change(P, who("brass_2004"), notes="two\nlines")
    line = copy.change(P, who("konkuk_2016"), sex="man")
    (problem,) = hs.literature.validate(copy.directory).errors
    assert problem.row == line + 1
    assert (copy.directory / P).read_text().splitlines()[problem.row - 1].startswith("konkuk_2016,")


def test_changed_files_are_a_note_only_beside_their_description(copy, tmp_path):
    copy.change(S, {"source_id": "brass_2004"}, notes="edited")
    notes = [problem for problem in hs.literature.validate(copy.directory).problems if problem.file == S]
    assert [problem.severity for problem in notes] == ["note"]
    elsewhere = tmp_path / "far" / "away"
    shutil.copytree(copy.directory, elsewhere)
    assert not [problem for problem in hs.literature.validate(elsewhere).problems if problem.file == S]


def test_candidate_pairs_are_listed_but_are_no_errors(copy):
    shared = {"sex": "male", "age_years": "58", "age_at": "primary"}
    copy.change(P, who("hammontree_2006"), **shared)
    copy.change(P, who("eil_2012"), **shared)
    report = hs.literature.validate(copy.directory)
    pairs = {problem.patient: problem for problem in report.problems if problem.severity == "candidate"}
    assert report.ok
    assert "local recurrence" in pairs["hammontree_2006 / eil_2012"].message


def test_judged_pairs_become_notes():
    notes = [problem for problem in hs.literature.validate().problems if problem.severity == "note"]
    assert [problem.patient for problem in notes] == ["secinti_2008 / el_hindy_2013"]
    assert "Judged different persons" in notes[0].advice


def test_patients_of_one_source_are_no_candidates():
    pairs = [problem.patient for problem in hs.literature.validate().problems]
    assert "rodriguez_mena_2020_1 / rodriguez_mena_2020_2" not in pairs


def test_the_report_speaks_in_every_form(copy):
    copy.change(P, who("brass_2004"), sex="man")
    report = hs.literature.validate(copy.directory)
    assert str(report).startswith("7 files checked: 1 error, ")
    assert "error patients.csv:2 (brass_2004, sex): 'man' is not in the vocabulary" in str(report)
    assert report.to_frame().loc[0, ["file", "row", "column"]].tolist() == [P, 2, "sex"]
    plain = json.loads(json.dumps(report.as_dict()))
    assert plain["ok"] is False
    assert plain["problems"][0]["row"] == 2
    with pytest.raises(DataError, match="1 error, so nothing was computed") as raised:
        report.raise_errors()
    assert raised.value.rows == (2,)


def test_no_directory_and_no_description(tmp_path, monkeypatch):
    with pytest.raises(DataError, match="is not a directory"):
        hs.literature.validate(tmp_path / "nowhere")
    monkeypatch.setattr("hpcstats.literature.location.packaged_data", lambda: tmp_path / "nothing")
    with pytest.raises(DataError, match=r"No datapackage\.json"):
        hs.literature.validate(tmp_path)
