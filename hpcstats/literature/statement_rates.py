"""Stated rates of recurrence and metastasis beside cohorts, one for each group of patients."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from hpcstats import formats
from hpcstats.literature.cases import CaseData
from hpcstats.literature.statement_parts import Evidence
from hpcstats.literature.statement_rules import COHORT_RULE
from hpcstats.literature.statements import CANNOT, Statement, verdict
from hpcstats.numbers import Number, Text, patient_list

if TYPE_CHECKING:
    import pandas as pd

_SMALLEST_COHORT = 10
_RATES = {
    "local_recurrence": ("local recurrence", ("local_recurrence",)),
    "metastasis": ("metastasis", ("spinal_metastasis", "other_metastasis")),
}


def rates(given: Evidence) -> Iterator[Statement]:
    """Check the range of each stated rate against the cohorts."""
    for name, (words, kinds) in _RATES.items():
        stated = given.stated("reported_rates_hemangiopericytoma_in_general", name) or {}
        if {"lower", "upper"} <= set(stated):
            yield _rate(given, name, words, kinds, stated)


def whole_cohorts(cases: CaseData, statistic: str) -> pd.DataFrame:
    """Return the rows of a crude share that may stand side by side.

    Whole cohorts of ten or more patients without suspicious numbers; of each group that shares patients
    the largest. ``patients_csv`` marks an overlap with patients.csv, not among cohorts.
    """
    rows = cases.cohort_statistics
    if not {"statistic", "subgroup", "suspicious", "n_patients", "overlap_group", "value"} <= set(
        rows.columns
    ):
        return rows.iloc[:0]
    whole = rows["subgroup"].isna() & (rows["suspicious"].astype(object) == "no")
    chosen = rows[(rows["statistic"] == statistic) & whole & (rows["n_patients"] >= _SMALLEST_COHORT)]
    group = chosen["overlap_group"].astype(object)
    shared = group.notna() & (group != "patients_csv")
    largest = chosen["n_patients"].where(shared).groupby(group).transform("max") == chosen["n_patients"]
    first = ~group[shared & largest].duplicated()
    return chosen[~shared | first.reindex(chosen.index, fill_value=False)]


def _rate(
    given: Evidence, name: str, words: str, kinds: tuple[str, ...], stated: dict[str, Any]
) -> Statement:
    cohorts = whole_cohorts(given.cases, f"{name}_crude")
    shares = cohorts["value"].to_numpy(dtype=np.float64)
    inside = int(np.count_nonzero(_in_whole_per_cent(shares, stated["lower"], stated["upper"])))
    sources = patient_list(cohorts["source_id"]) if len(cohorts) else ()
    return Statement(
        id=name,
        subject=f"rate of {words}, tumour in general",
        stated=Text.template(
            "{low} to {high}",
            low=given.stated_number(f"{name}.low", stated["lower"], formats.percent(stated["lower"])),
            high=given.stated_number(f"{name}.high", stated["upper"], formats.percent(stated["upper"])),
        ),
        found=Text.of(_cohort_text(name, shares, inside, sources), _crude_text(given, name, words, kinds)),
        verdict=verdict(2 * inside >= shares.size) if shares.size else CANNOT,
        rule=COHORT_RULE,
        patients=patient_list(given.everybody["patient_id"]),
        sources=sources,
        locator=str(stated.get("locator", "")),
    )


def _in_whole_per_cent(shares: Any, lower: float, upper: float) -> Any:
    per_cent = np.round(100 * shares)
    return (per_cent >= round(100 * lower)) & (per_cent <= round(100 * upper))


def _cohort_text(name: str, shares: Any, inside: int, sources: tuple[str, ...]) -> Text:
    if shares.size == 0:
        return Text.of("no cohort to compare with; ")

    def number(part: str, value: float, text: str) -> Number:
        how = "crude shares of cohorts, one for each group that shares patients"
        return Number(id=f"{name}.cohorts.{part}", value=value, text=text, how=how, sources=sources)

    low, middle, high = float(shares.min()), float(np.median(shares)), float(shares.max())
    return Text.template(
        "{n} cohorts: {low} to {high}, median {middle}, {inside} in the stated range; ",
        n=number("n", shares.size, str(shares.size)),
        low=number("low", low, formats.percent(low)),
        high=number("high", high, formats.percent(high)),
        middle=number("median", middle, formats.percent(middle)),
        inside=number("inside", inside, str(inside)),
    )


def _crude_text(given: Evidence, name: str, words: str, kinds: tuple[str, ...]) -> Text:
    events = given.cases.events
    happened = set(events["patient_id"][events["event"].isin(kinds)])
    ids = patient_list(given.everybody["patient_id"])
    count = len(happened & set(ids))

    def number(part: str, value: float, text: str) -> Number:
        how = f"case-level patients with a recorded {words}, a selected sample"
        return Number(id=f"{name}.cases.{part}", value=value, text=text, how=how, patients=ids)

    return Text.template(
        "{count} of {n} case-level patients ({share}), selected, which estimates nothing",
        count=number("count", count, str(count)),
        n=number("n", len(ids), str(len(ids))),
        share=number("share", count / len(ids), formats.percent(count / len(ids))),
    )
