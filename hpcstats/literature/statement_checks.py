"""The checks of single statements about the patients with spinal metastasis."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from hpcstats.literature import statement_rules as rules
from hpcstats.literature.cohort_rates import rates
from hpcstats.literature.statement_evidence import Evidence
from hpcstats.literature.statement_parts import (
    centre_statement,
    count_of_total,
    range_statement,
    share_statement,
)
from hpcstats.literature.statements import CANNOT, Statement, verdict
from hpcstats.numbers import Number, Text


def number_of_patients(given: Evidence) -> Iterator[Statement]:
    """Patients reported up to the index paper: more of them than stated would contradict it."""
    stated = given.stated("nine_patients", "n", "value")
    year = given.stated("identification", "year")
    if stated is None or year is None:
        return
    earlier = int((given.spinal["source_year"] <= year).sum())
    how = "count of patients with a spinal metastasis in the case-level data"
    found = Text.template(
        "{earlier} reported up to {year}, {total} in all",
        earlier=Number(id="n.earlier", value=earlier, text=str(earlier), how=how, patients=given.spinal_ids),
        year=str(year),
        total=Number(
            id="n.total",
            value=len(given.spinal),
            text=str(len(given.spinal)),
            how=how,
            patients=given.spinal_ids,
        ),
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
    yield Statement(
        id="treatment",
        subject="surgery and radiotherapy",
        stated=count_of_total(given, "treatment", treated, total, "treated with both"),
        found=Text.template(
            "radiotherapy after the first operation in {yes} of {n}",
            yes=Number(id="treatment.yes", value=yes, text=str(yes), how=how, patients=given.spinal_ids),
            n=Number(
                id="treatment.known",
                value=len(known),
                text=str(len(known)),
                how=how,
                patients=given.spinal_ids,
            ),
        ),
        verdict=CANNOT,
        rule=(
            "the paper does not say whether the primary or the spinal lesion is meant; "
            "the data record treatment of the primary alone"
        ),
        patients=given.spinal_ids,
        locator=str(stated.get("locator", "")),
    )


ALL_CHECKS = (number_of_patients, age, sex, site, levels, time_to_spine, treatment, rates)
