"""Every stored record is compared by a test, or named as an exception with its reason."""

from __future__ import annotations

import importlib
from collections import Counter

import pytest

from tests.reference.loader import CORRECTED, EXCEPTIONS, HERE, Record, dataset, index, inline_columns

FAMILIES = (
    "kaplan_meier",
    "nelson_aalen",
    "logrank",
    "cox",
    "restricted_mean",
    "pseudo_observations",
    "exact_logrank",
    "beta_product",
    "other_intervals",
    "bands",
    "melded",
    "cox_checks",
    "firth",
    "frailty",
    "sensitivity",
    "competing",
    "recurrent",
    "turnbull",
    "truncation",
    "multistate",
    "reconstruction",
    "parametric",
    "pooling",
)


def compared() -> Counter[str]:
    """Count how often each record is the parameter of a test."""
    found: Counter[str] = Counter()
    for family in FAMILIES:
        module = importlib.import_module(f"tests.reference.test_{family}")
        tests = [value for name, value in vars(module).items() if name.startswith("test_")]
        for mark in (mark for test in tests for mark in getattr(test, "pytestmark", ())):
            if mark.name == "parametrize":
                records = (getattr(param, "values", (None,))[0] for param in mark.args[1])
                found.update(record.name for record in records if isinstance(record, Record))
    return found


def test_every_record_is_compared_once_or_excepted_by_name() -> None:
    stored = {record.name for record in index()}
    tested = compared()
    assert set(EXCEPTIONS) <= stored
    assert not set(EXCEPTIONS) & set(tested)
    assert set(tested) | set(EXCEPTIONS) == stored
    assert set(tested.values()) == {1}
    assert set(CORRECTED) <= set(tested)
    assert (len(tested), len(CORRECTED), len(EXCEPTIONS), len(stored)) == (887, 8, 5, 892)


def test_every_exception_has_a_reason() -> None:
    reasons = [*EXCEPTIONS.values(), *(reason for _, reason in CORRECTED.values())]
    assert all(len(reason) > 20 for reason in reasons)


def test_every_stored_file_is_in_the_index() -> None:
    files = {path.stem for path in (HERE / "results").glob("*.json")}
    assert files == {record.name for record in index()}


def test_every_data_set_has_a_source_and_is_used() -> None:
    lines = (HERE / "datasets" / "SOURCES.tsv").read_text(encoding="utf-8").splitlines()
    sourced = {line.split("\t")[0] for line in lines}
    files = {path.stem for path in (HERE / "datasets").glob("*.csv")}
    assert files == sourced == {record.dataset for record in index() if record.dataset}


@pytest.mark.parametrize("record", index(), ids=lambda record: record.name)
def test_the_index_repeats_what_the_record_says(record: Record) -> None:
    content = record.content
    assert content["method"] == record.method
    assert content["tag"] == record.tag
    assert content["tolerance"] == record.tolerance
    if record.dataset:
        assert content["dataset"] == f"datasets/{record.dataset}.csv"
        assert len(dataset(record.dataset)) > 0
    else:
        assert content["dataset"] == "inline (see call)"
        assert all(len(column) > 0 for column in inline_columns(record))
