"""From a number to its patients and papers."""

from __future__ import annotations

import pytest

from hpcstats.errors import DataError
from hpcstats.reproduce import numbers_named, reproduce, trace
from tests.reproduce.fake import OUTPUT, edit, make_study

INPUTS = [
    "analyses/figure_01_times.py",
    "analyses/study.toml",
    "data/raw/patients.csv",
    "data/raw/sources.csv",
]


@pytest.fixture
def study(tmp_path):
    made = make_study(tmp_path)
    reproduce(made, jobs=1)
    return made


def test_a_number_is_told_with_patients_and_citations(study):
    assert str(trace("figure_01.mean", study)).splitlines() == [
        "figure_01.mean",
        "  printed  4.0",
        "  value    4.0",
        "  how      read from the data",
        "  script   analyses/figure_01_times.py",
        f"  inputs   {', '.join(INPUTS)}",
        "  patients (3)",
        "    a  Old A 1999. A case. Journal of Cases. doi:10.1/old",
        "    b  2020. Two cases, again. Reports.",
        "    c  2020. Two cases, again. Reports.",
    ]


def test_a_number_may_rest_on_sources_or_on_nothing(tmp_path):
    body = (
        "def build(study):\n"
        "    told = hs.Number(id='told', value=None, text='NE', how='as stated',\n"
        "                     sources=('old_1999', 'lost_1900'))\n"
        "    return Output({'.md': b''}, [told, number('constant', 1, '1')])\n"
    )
    study = make_study(tmp_path, stated=OUTPUT + body)
    reproduce(study, jobs=1)
    found = trace("stated.told", study)
    assert found.sources == {
        "old_1999": "Old A 1999. A case. Journal of Cases. doi:10.1/old",
        "lost_1900": "",
    }
    assert "value    not estimable" in str(found)
    assert "It rests on no patient and no source." in str(trace("stated.constant", study))


def test_without_tables_of_patients_and_sources_the_ids_remain(study):
    for name in ("patients.csv", "sources.csv"):
        (study.data / name).unlink()
    found = trace("figure_01.mean", study)
    assert found.patients == {"a": "", "b": "", "c": ""}
    assert found.changed == ("data/raw/patients.csv", "data/raw/sources.csv")


def test_a_changed_input_is_said(study):
    assert trace("results.n", study).changed == ()
    edit(study.data / "patients.csv", "1.5", "1.75")
    assert "changed since it was made: data/raw/patients.csv" in str(trace("results.n", study))


def test_an_unknown_number_suggests_the_closest(study):
    with pytest.raises(
        DataError, match="There is no number 'figure_01.maen' in figures/numbers.json"
    ) as caught:
        trace("figure_01.maen", study)
    assert "The closest are:\n  figure_01.mean" in str(caught.value)
    with pytest.raises(DataError, match="lists all"):
        trace("?", study)


def test_a_beginning_is_enough_if_it_fits_one(study):
    assert trace("results.", study).id == "results.n"
    with pytest.raises(DataError, match="'table_01' fits 3 numbers"):
        trace("table_01", study)
    assert numbers_named("table_01", study) == {
        "table_01.a.years": "1.5", "table_01.b.years": "2.5", "table_01.c.years": "8.0",
    }  # fmt: skip


def test_a_whole_identifier_is_never_a_beginning(tmp_path):
    numbers = "[number('n', 1, '1'), number('n.more', 2, '2')]"
    body = f"def build(study):\n    return Output({{'.md': b''}}, {numbers})\n"
    study = make_study(tmp_path, nested=OUTPUT + body)
    reproduce(study, jobs=1)
    assert trace("nested.n", study).value == 1


def test_the_study_of_the_current_directory_is_the_default(study, monkeypatch):
    monkeypatch.chdir(study.data)
    assert trace("results.n").text == "3"
    assert numbers_named("results") == {"results.n": "3"}


def test_nothing_to_trace_before_a_run(tmp_path):
    with pytest.raises(DataError, match="Run `hpcstats reproduce` first"):
        trace("results.n", make_study(tmp_path))
