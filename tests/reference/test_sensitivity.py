"""E-values and the fragility of a 2 x 2 table, against R's EValue and Walsh's rule."""

from __future__ import annotations

import re

import numpy as np
import pytest

from hpcstats.sensitivity import e_value, fragility_2x2
from tests.reference.loader import Matrix, Record, each_record


def numbers_of_call(record: Record, function: str) -> list[float]:
    """Read the numbers a record's function was called with."""
    [found] = re.findall(rf"{re.escape(function)}\(([^()]*)\)", record.content["call"])
    return [float(value) for value in found.split(",") if "=" not in value]


@each_record("evalue_hr")
def test_e_values_of_hazard_ratios(record: Record) -> None:
    rare = "rare = TRUE" in record.content["call"]
    found = e_value(*numbers_of_call(record, "ev"), of="hazard-ratio", outcome="rare" if rare else "common")
    compare(record, record.result["table"], found)


@each_record("evalue_rr")
def test_e_values_of_risk_ratios(record: Record) -> None:
    compare(record, record.result, e_value(*numbers_of_call(record, "evalues.RR")))


def compare(record: Record, table: Matrix, found) -> None:
    ratios, values = table.rows
    record.agree([found.ratio[0], found.ratio_low[0], found.ratio_high[0]], ratios, "ratios")
    # R gives the E-value of the limit in the column of the limit nearer to 1.
    limits = values[1:][~np.isnan(values[1:])]
    record.agree([found.e_value[0], found.e_value_limit[0]], [values[0], *limits], "E-values")


@each_record("fragility_2x2")
def test_fragility_of_a_table(record: Record) -> None:
    counts = [int(value) for value in numbers_of_call(record, "fi")]
    found = fragility_2x2(*counts)
    assert found.index == record.result["fragility_index"]
    record.agree([found.p_value, found.p_after], [record.result["p0"], record.result["p_final"]], "p-values")


def test_a_record_is_read_as_it_was_called() -> None:
    [record] = [param.values[0] for param in each_record("evalue_rr").args[1]]
    assert numbers_of_call(record, "evalues.RR") == pytest.approx([3.9, 1.8, 8.7])
