"""The table of a sensitivity report prints the rows of the report, and every number with its patients."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

import hpcstats as hs
from hpcstats.errors import DataError
from hpcstats.sensitivity import report
from hpcstats.tables import sensitivity_report

spec = importlib.util.spec_from_file_location("table_readers", Path(__file__).parent / "readers.py")
readers = importlib.util.module_from_spec(spec)
spec.loader.exec_module(readers)

WEEKS = [9, 13, 13, 18, 23, 28, 31, 34, 45, 48, 161, 5, 5, 8, 8, 12, 16, 23, 27, 30, 33, 43, 45]
RELAPSE = [1, 1, 0, 1, 1, 0, 1, 1, 0, 1, 0, 1, 1, 1, 1, 1, 0, 1, 1, 1, 1, 1, 1]
IDS = tuple(f"p{k:02d}" for k in range(23))


@pytest.fixture(scope="module")
def found():
    y = hs.Surv.right(WEEKS, RELAPSE, id=IDS, unit="weeks")
    arm = ["maintained"] * 11 + ["not"] * 12
    fit = hs.cox(y, {"arm": arm}, penalty="firth")
    return report(fit, sources=[f"s{k // 3}" for k in range(23)], rounding=1, chance=True, seed=1)


@pytest.fixture(scope="module")
def table(found):
    return sensitivity_report(found, labels={"sources": "Reports", "estimate": "Relapse"}, caption="What if.")


def test_a_row_for_each_threat_under_its_heading(found, table):
    body = [row for row in table.rows if row.kind == "body"]
    assert [str(row.label) for row in body] == [
        "Reports" if threat.name == "sources" else threat.title for threat in found.threats
    ]
    sections = [str(row.label) for row in table.rows if row.kind == "section"]
    assert sections == list(dict.fromkeys(found.headings))


def test_cells_are_those_of_the_report(found, table):
    for row, threat in zip([row for row in table.rows if row.kind == "body"], found.threats, strict=True):
        analysis, result, sign, conclusion = map(str, row.cells)
        told = threat.row()
        assert (analysis, result, sign) == (told["analysis"], told["result"], told["sign"])
        assert conclusion[0].isupper()
        assert conclusion[1:] == told["conclusion"][1:]


def test_the_caption_stands_alone(found, table):
    words = str(table.caption)
    assert words.startswith(f"What if. Relapse: {found.estimate}, 23 patients, 18 events. Conclusion: no ")
    assert "not evidence of none" in words
    assert str(sensitivity_report(found).caption).startswith("Sensitivity report. Hazard ratio, not against")


def test_numbers_name_their_patients(found, table):
    numbers = {number.id: number for number in table.numbers}
    assert numbers["main.estimate"].patients == IDS
    assert numbers["patients.turning"].patients == IDS  # another patient could turn it, were the data others
    assert numbers["sources.left_out"].value == 8
    assert numbers["threats.not_examined"].value == sum(
        threat.verdict == "not examined" for threat in found.threats
    )
    assert all(number.patients for number in table.numbers)


def test_every_format_says_the_same(table):
    files = table.render()
    assert all(readers.READERS[suffix](content) == table.cells() for suffix, content in files.items())
    assert files == table.render()


def test_a_shown_difference_needs_no_caution():
    y = hs.Surv.right([0.1 * k + 0.1 for k in range(24)], [1] * 24, id=[f"p{k}" for k in range(24)])
    fit = hs.cox(y, {"late": [0] * 12 + [1] * 12}, penalty="firth")
    assert "not evidence" not in str(sensitivity_report(report(fit)).caption)


def test_labels_of_threats_that_are_not_there(found):
    with pytest.raises(DataError, match="weather"):
        sensitivity_report(found, labels={"weather": "Weather"})
