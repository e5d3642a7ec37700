"""`check_statements`: each statement of the index paper, checked against the case-level data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from hpcstats.errors import DataError
from hpcstats.literature import statement_rules as rules
from hpcstats.literature.cases import CaseData
from hpcstats.literature.endpoints import Endpoint
from hpcstats.literature.statement_parts import (
    Evidence,
    centre_statement,
    count_of_total,
    evidence,
    range_statement,
    share_statement,
)
from hpcstats.literature.statement_rates import rates
from hpcstats.literature.statements import CANNOT, Statement, Statements, verdict
from hpcstats.numbers import Text


def check_statements(cases: CaseData, endpoints: Mapping[str, Endpoint] | None = None) -> Statements:
    """Each checkable statement of the index paper beside the case-level data.

    Use it to see how far a review's summary and its cases, as published since, tell the same story. An
    agreement says that the data do not contradict the statement, not that it is true of patients in
    general: all patients with spinal metastasis were reported because of it, and the comparators were
    chosen for an event or its absence, so their share with recurrence estimates nothing. Rates are
    therefore judged by cohorts alone.

    Parameters
    ----------
    cases : CaseData
        Made by `load`, with a seed_summary.json.
    endpoints : mapping of name to Endpoint, optional
        Its ``spinal_metastasis`` gives the settings (least confidence, patients left out). The times
        compared include synchronous metastases, as the stated range, which begins at 0, does.

    Returns
    -------
    Statements

    Raises
    ------
    DataError
        If the data hold no seed_summary.json.

    Examples
    --------
    >>> import hpcstats as hs
    >>> checked = hs.literature.check_statements(hs.literature.load())
    >>> print(checked["sex"].stated, "|", checked["sex"].found, "|", checked["sex"].verdict)
    5 of 9 men (56%) | 12 of 23 men (52%, 95% interval 31% to 73%) | agrees
    """
    if cases.seed_summary is None:
        raise DataError(
            f"{cases.directory} holds no seed_summary.json, so there is no statement to check. Add one."
        )
    given = evidence(cases, _settings(endpoints))
    found = tuple(statement for check in _CHECKS for statement in check(given))
    return Statements(
        n=len(given.spinal),
        n_events=len(given.spinal),
        method=(
            "Each statement of the index paper was compared with the patients reported with spinal "
            "metastasis, or with published cohorts for rates, by the rule stated beside it."
        ),
        conventions=(
            "Shares have known values as denominator.",
            "Ages are as reported: at the primary, at the spinal metastasis, or not assigned.",
            "Times are point values, synchronous metastases included.",
        ),
        warnings=(
            "The patients of the index paper may be among the case-level patients: no independent check.",
            "Comparators were selected; their share with recurrence or metastasis estimates nothing.",
        ),
        statements=found,
    )


def _settings(endpoints: Mapping[str, Endpoint] | None) -> Mapping[str, Any]:
    if endpoints is None or "spinal_metastasis" not in endpoints:
        return {}
    return endpoints["spinal_metastasis"].settings


def number_of_patients(given: Evidence) -> Iterator[Statement]:
    """Patients reported up to the index paper: more of them than stated would contradict it."""
    stated = given.stated("nine_patients", "n", "value")
    year = given.stated("identification", "year")
    if stated is None or year is None:
        return
    earlier = int((given.spinal["source_year"] <= year).sum())
    number = given.found_numbers("n", "count of patients with a spinal metastasis in the case-level data")
    found = Text.template(
        "{earlier} reported up to {year}, {total} in all",
        earlier=number("earlier", earlier, str(earlier)),
        year=str(year),
        total=number("total", len(given.spinal), str(len(given.spinal))),
    )
    more = earlier > stated
    yield Statement(
        id="n",
        subject="patients with spinal metastasis",
        stated=Text.template("{n} reported", n=given.stated_number("n", stated, str(stated))),
        found=found,
        verdict=verdict(False) if more else CANNOT,
        rule=(
            "disagrees if the data hold more patients reported up to the year of the paper than it counts; "
            "fewer prove nothing, because the older reports are not all retrievable"
        ),
        patients=given.spinal_ids,
        locator=str(given.stated("nine_patients", "n", "locator") or ""),
    )


def age(given: Evidence) -> Iterator[Statement]:
    """Median and range of age."""
    ages = given.spinal["age_years"].dropna().to_numpy(dtype=np.float64)
    stated = given.stated("nine_patients", "age_years") or {}
    locator = str(stated.get("locator", ""))
    if ages.size and stated.get("median") is not None:
        yield centre_statement(
            given, "age_median", "median age", stated["median"], ages, rules.median_interval, locator
        )
    if ages.size and {"min", "max"} <= set(stated):
        yield range_statement(
            given, "age_range", "range of age", (stated["min"], stated["max"]), ages, locator
        )


def time_to_spine(given: Evidence) -> Iterator[Statement]:
    """Mean and range of the time to spinal metastasis."""
    stated = given.stated("nine_patients", "time_to_spinal_metastasis_years") or {}
    if given.times.point.surv is None:
        return
    times, locator = given.times.response.time, str(stated.get("locator", ""))
    if stated.get("mean") is not None:
        yield centre_statement(
            given,
            "time_mean",
            "mean time to spinal metastasis",
            stated["mean"],
            times,
            rules.mean_interval,
            locator,
        )
    if {"min", "max"} <= set(stated):
        limits = (stated["min"], stated["max"])
        yield range_statement(
            given, "time_range", "range of the time to spinal metastasis", limits, times, locator
        )


def sex(given: Evidence) -> Iterator[Statement]:
    """Share of men."""
    stated = given.stated("nine_patients", "sex") or {}
    if {"male", "female"} <= set(stated):
        known = given.spinal["sex"].dropna().astype(object)
        total = stated["male"] + stated["female"]
        men, n = int((known == "male").sum()), len(known)
        yield from share_statement(
            given, "sex", "men", (stated["male"], total), (men, n), stated.get("locator")
        )


def site(given: Evidence) -> Iterator[Statement]:
    """Share of intracranial primaries."""
    stated = given.stated("nine_patients", "primary_sites") or {}
    total = given.stated("nine_patients", "n", "value")
    if total and "intracranial_meninges" in stated:
        known = given.spinal["site"].dropna().astype(object)
        counts = int((known == "intracranial").sum()), len(known)
        printed = stated["intracranial_meninges"], total
        yield from share_statement(
            given, "site", "intracranial primaries", printed, counts, stated.get("locator")
        )


def levels(given: Evidence) -> Iterator[Statement]:
    """Shares of patients with each spinal region."""
    stated = given.stated("nine_patients", "spinal_levels") or {}
    regions = given.spinal["spinal_regions"].dropna().astype(object)
    for name in ("thoracic", "lumbar", "cervical"):
        if name in stated and stated.get("denominator"):
            counts = int(regions.str.contains(name[0].upper()).sum()), len(regions)
            printed = stated[name], stated["denominator"]
            yield from share_statement(
                given, f"level_{name}", f"with {name} metastasis", printed, counts, stated.get("locator")
            )


def treatment(given: Evidence) -> Iterator[Statement]:
    """Surgery and radiotherapy of all patients: not a column of the data."""
    stated = given.stated("nine_patients", "treatment") or {}
    if not {"surgery_and_radiotherapy", "denominator"} <= set(stated):
        return
    treated, total = stated["surgery_and_radiotherapy"], stated["denominator"]
    known = given.spinal["adjuvant_radiotherapy"].dropna().astype(object)
    yes = int((known == "yes").sum())
    how = "count of patients with spinal metastasis by radiotherapy after the first operation, where stated"
    number = given.found_numbers("treatment", how)
    yield Statement(
        id="treatment",
        subject="surgery and radiotherapy",
        stated=count_of_total(given, "treatment", treated, total, "treated with both"),
        found=Text.template(
            "radiotherapy after the first operation in {yes} of {n}",
            yes=number("yes", yes, str(yes)),
            n=number("known", len(known), str(len(known))),
        ),
        verdict=CANNOT,
        rule=(
            "the paper does not say whether the primary or the spinal lesion is meant; "
            "the data record treatment of the primary alone"
        ),
        patients=given.spinal_ids,
        locator=str(stated.get("locator", "")),
    )


_CHECKS = (number_of_patients, age, sex, site, levels, time_to_spine, treatment, rates)
