"""Pseudo-observations equal those of R's survival::pseudo, and n S - (n - 1) S(-i)."""

from __future__ import annotations

import re

from hpcstats.nonparametric.pseudo_values import pseudo_observations
from tests.reference.loader import Record, each_record, response


def asked_in(record: Record) -> list[float]:
    """The times, read from the stored call."""
    return [float(text) for text in re.search(r"\bc\(([^)]*)\)", record.content["call"])[1].split(",")]


def assert_equal(record: Record, of: str, method: str) -> None:
    found = pseudo_observations(response(record.data), asked_in(record), of=of, method=method)
    record.agree(found.values, record.result.rows, f"{of}, {method}")


@each_record("pseudo_surv")
def test_pseudo_observations_of_survival(record: Record) -> None:
    assert_equal(record, "survival", "infinitesimal")


@each_record("pseudo_rmst")
def test_pseudo_observations_of_restricted_means(record: Record) -> None:
    assert_equal(record, "rmst", "infinitesimal")


@each_record("pseudo_surv_jackknife")
def test_leave_one_out(record: Record) -> None:
    assert_equal(record, "survival", "jackknife")
