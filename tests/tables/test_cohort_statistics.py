"""The table of cohorts: every one accounted for, every number with its publication, in every format alike."""

from __future__ import annotations

import re
from dataclasses import replace

import pandas as pd
import pytest

import hpcstats as hs
from tests.tables.readers import READERS

CASES = hs.literature.load()
SUMMARY = hs.literature.cohort_summary(
    CASES,
    exclude={"jia_2018": "some patients entered with a recurrence"},
    exclude_groups={"radiosurgery": "patients chosen for radiosurgery"},
    clocks={"after radiosurgery": "counted from radiosurgery"},
)
TABLE = hs.tables.cohort_statistics(SUMMARY)
HEADINGS, *ROWS = TABLE.cells()
NOTES = " ".join(map(str, TABLE.notes))


def cell(label: str, heading: str) -> str:
    (row,) = (row for row in ROWS if row[0] == label)
    return row[HEADINGS.index(heading)]


def letter(mark: str) -> str:
    found = re.search(rf"\[(\w)\] {re.escape(mark)}", NOTES)
    assert found, mark
    return f"[{found[1]}]"


def test_published_numbers_stand_in_their_cells() -> None:
    assert cell("Guthrie 1989 (Mayo)", "Metastasis (95% CI)") == (
        "10/44, 23% (11% to 38%); 33% by 10 years; 64% by 15 years"
    )
    assert cell("Schiariti 2011", "Local (95% CI)") == "28/39, 72% (55% to 85%)"
    assert cell("Champeaux 2017", "N") == "55"
    assert cell("Guthrie 1989 (Mayo)", "Age, y") == f"42 {letter('mean')}; 55% men"


def test_marks_say_what_a_value_is() -> None:
    assert cell("Schiariti 2011", "Metastasis (95% CI)") == f"26% {letter('at odds in print')}"
    assert cell("Fritchie 2018", "Any (95% CI)").endswith(letter("recurrence or metastasis"))
    used = set(re.findall(r"\[([a-z](?:, [a-z])*)\]", " ".join(text for row in ROWS for text in row)))
    explained = set(re.findall(r"\[([a-z])\] ", NOTES))
    assert {single for marks in used for single in marks.split(", ")} == explained


def test_every_cohort_stands_in_the_table_or_in_a_note() -> None:
    labels = {row[0].split(" (")[0] for row in ROWS}
    for label in SUMMARY.cohorts["label"]:
        assert label.split(" (")[0] in labels
    for label in SUMMARY.silent["label"]:
        assert label in NOTES


def test_left_out_cohorts_stand_in_sections_with_the_reason() -> None:
    section, of_row = "", {}
    for row in TABLE.rows:
        if row.kind == "section":
            section = str(row.label)
        of_row[str(row.label)] = section
    assert of_row["Jia 2018"] == "Not pooled: some patients entered with a recurrence"
    assert of_row["Huang 2021"] == "Not pooled: patients chosen for radiosurgery"
    assert of_row["Guthrie 1989 (Mayo)"] == "Intracranial tumours"
    assert [str(row.label) for row in TABLE.rows if row.kind == "section"][:3] == [
        "Intracranial tumours",
        "Intracranial, spinal or other tumours",
        "Spinal tumours",
    ]


def test_what_nobody_counts_is_said_and_has_no_column() -> None:
    assert "No cohort counts patients with spinal metastasis" in NOTES
    assert not any("Spinal" in heading for heading in HEADINGS)


def test_notes_count_what_has_no_interval() -> None:
    numbers = {number.id: number for number in TABLE.numbers}
    counted = [n.value for name, n in numbers.items() if re.fullmatch(r"without_interval\.\w+\.values", name)]
    drawn = SUMMARY.cohorts.loc[(SUMMARY.cohorts["part"] == "") | (SUMMARY.cohorts["left_out"] == ""), "unit"]
    values = SUMMARY.values[SUMMARY.values["unit"].isin(drawn)]
    assert sum(counted) == int((values["without_interval"] != "").sum())
    assert numbers["reach.statistics"].value == len(CASES.cohort_statistics)
    assert numbers["reach.silent"].value + numbers["reach.cohorts"].value == 82


def test_every_number_names_its_publication() -> None:
    sources = set(CASES.sources["source_id"])
    assert TABLE.numbers
    for number in TABLE.numbers:
        assert number.sources
        assert set(number.sources) <= sources
        assert not number.patients
    low = next(number for number in TABLE.numbers if number.id == "guthrie_1989.metastasis.low")
    assert (low.sources, low.text) == (("guthrie_1989",), "11%")


@pytest.mark.parametrize("suffix", [".docx", ".html", ".tex"])
def test_every_format_holds_the_cells(suffix) -> None:
    assert READERS[suffix](TABLE.render()[suffix]) == TABLE.cells()


def test_a_cohort_of_spinal_metastasis_would_get_a_column() -> None:
    frame = CASES.cohort_statistics
    row = frame[(frame["study_id"] == "park_2013") & (frame["statistic"] == "metastasis_crude")]
    spinal = row.assign(statistic="spinal_metastasis_crude", numerator=2.0, value=2 / 13)
    statistics = frame.assign(statistic=frame["statistic"].astype(object))
    more = replace(CASES, cohort_statistics=pd.concat([statistics, spinal], ignore_index=True))
    table = hs.tables.cohort_statistics(hs.literature.cohort_summary(more))
    heading, *rows = table.cells()
    (park,) = (row for row in rows if row[0] == "Park 2013")
    assert park[heading.index("Spinal metastasis (95% CI)")] == "2/13, 15% (2% to 45%)"
    assert not any("spinal metastasis" in str(note) for note in table.notes)


def test_without_outcomes_there_is_no_table() -> None:
    empty = replace(SUMMARY, cohorts=SUMMARY.cohorts.iloc[:0])
    with pytest.raises(hs.DesignError, match="No cohort states an outcome"):
        hs.tables.cohort_statistics(empty)
