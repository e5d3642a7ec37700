"""`cohort_summary`: what every published cohort states of its patients and of what became of them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hpcstats.errors import DataError, DesignError, listing
from hpcstats.groups import confidence_level
from hpcstats.literature.cases import CaseData
from hpcstats.literature.cohort_headings import OUTCOMES
from hpcstats.literature.cohort_values import values
from hpcstats.literature.covariates import report_years
from hpcstats.literature.lanes import source_labels

if TYPE_CHECKING:
    import pandas as pd

IN_PATIENTS = "patients_csv"
COHORT_COLUMNS = (
    "unit", "study_id", "source_id", "label", "part", "year", "population", "n", "overlap", "in_patients",
    "verified", "left_out", "reference",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class CohortSummary:
    """What the published cohorts state; made by `cohort_summary`.

    Attributes
    ----------
    cohorts : DataFrame
        A row a cohort, followed by the parts of it that it speaks of apart: unit (names the row), study_id,
        source_id, label, part (empty for the whole), year, population, n (missing if a part is not counted),
        overlap (group of cohorts that share patients), in_patients (whether its patients are also in the
        case-level data), verified (every number seen twice), left_out (the reason, or empty),
        reference (doi or PubMed number, or empty).
    values : DataFrame
        A row a value: unit, heading, statistic, counts (what it counts, if not what the heading says),
        at_years, events, n, estimate, low, high, limits ("Clopper-Pearson", "as printed" or empty),
        computed (events from a percentage), clock (what the time is counted from, if not the primary),
        contradictory (in print), without_interval (why there can be none, or empty). Times are in years.
    silent : DataFrame
        Cohorts that state no outcome: study_id, label, source_id.
    n_statistics : int
        Rows of cohort_statistics.csv that were looked at.
    level : float
        Of the exact limits.
    """

    cohorts: pd.DataFrame
    values: pd.DataFrame
    silent: pd.DataFrame
    n_statistics: int
    level: float

    def __repr__(self) -> str:
        whole = int((self.cohorts["part"] == "").sum())
        return f"CohortSummary: {whole} cohorts, {len(self.values)} values, {len(self.silent)} silent"


def cohort_summary(
    cases: CaseData,
    *,
    horizons: Sequence[float] = (5, 10, 15),
    exclude: Mapping[str, str] | None = None,
    exclude_groups: Mapping[str, str] | None = None,
    labels: Mapping[str, str] | None = None,
    clocks: Mapping[str, str] | None = None,
    level: float = 0.95,
) -> CohortSummary:
    """What each published cohort states of its patients, of recurrence, metastasis and survival.

    Nothing is pooled and nothing completed. Counts get the exact limits of Clopper and Pearson (1934,
    doi:10.1093/biomet/26.4.404), also where a printed percentage leaves one count only (as in
    `cohort_counts`). An estimate at a time keeps the interval printed with it; without one it has none, since
    its variance rests on the numbers at risk, which cohorts do not print, and `without_interval` says so. Of
    several statistics with one meaning the closest one is taken: recurrence-free survival before
    progression-free survival, a median before a mean.

    Parameters
    ----------
    cases : CaseData
        Made by `load`.
    horizons : sequence of float
        Years at which estimates are taken.
    exclude, exclude_groups : mapping of str to str, optional
        Cohorts, and groups of overlapping cohorts, that analyses leave out, with the reason. They keep their
        rows, marked.
    labels : mapping of study_id to str, optional
        Printed names; default first author and year.
    clocks : mapping of str to str, optional
        Subgroups of the data that are the whole cohort on another clock, and what is said of that clock.
    level : float
        Confidence level of the exact limits.

    Returns
    -------
    CohortSummary

    Raises
    ------
    DataError
        For studies in `exclude` that the data do not hold.
    DesignError
        If the data hold no cohorts.

    Examples
    --------
    >>> import hpcstats as hs
    >>> found = hs.literature.cohort_summary(hs.literature.load())
    >>> of_guthrie = found.values[found.values["unit"] == "guthrie_1989"].set_index("heading")
    >>> of_guthrie.loc["metastasis", ["events", "n", "low", "high"]].astype(float).round(
    ...     3
    ... ).tolist()
    [10.0, 44.0, 0.115, 0.378]
    >>> of_guthrie.loc["survival", ["at_years", "estimate"]].to_numpy().tolist()
    [[5.0, 0.67], [10.0, 0.4], [15.0, 0.23]]
    """
    frame = cases.cohort_statistics
    if frame.empty:
        raise DesignError("The data hold no published cohorts (cohort_statistics.csv).")
    strangers = sorted(set(exclude or {}) - set(frame["study_id"].astype(str)))
    if strangers:
        raise DataError(f"exclude names studies that are not in the data: {listing(strangers)}.")
    rows = _rows(frame, clocks or {})
    found = values(cases, rows, horizons, confidence_level(level))
    stated = found["heading"].isin(OUTCOMES)
    speaking = set(rows.loc[rows["unit"].isin(found.loc[stated, "unit"]), "study_id"])
    reasons = {"exclude": exclude or {}, "groups": exclude_groups or {}}
    cohorts = _cohorts(cases, rows, _names(cases, labels or {}), reasons)
    spoken = cohorts["study_id"].isin(speaking)
    silent = cohorts[~spoken & (cohorts["part"] == "")]
    shown = spoken & ((cohorts["part"] == "") | cohorts["unit"].isin(found.loc[stated, "unit"]))
    return CohortSummary(
        cohorts=cohorts[shown].reset_index(drop=True),
        values=found[found["unit"].isin(cohorts.loc[shown, "unit"])].reset_index(drop=True),
        silent=silent[["study_id", "label", "source_id"]].reset_index(drop=True),
        n_statistics=len(frame),
        level=level,
    )


def _rows(frame: pd.DataFrame, clocks: Mapping[str, str]) -> pd.DataFrame:
    """Say of each row which part of its cohort it speaks of, of how many patients, on which clock."""
    rows = frame.rename(columns={"unit": "unit_of_value"})
    rows = rows.assign(study_id=frame["study_id"].astype(str), source_id=frame["source_id"].astype(str))
    subgroup = rows["subgroup"].fillna("").astype(str)
    whole = subgroup.isin(["", *clocks])
    # A cohort may state some numbers for the patients of one population; the largest one is the whole.
    largest = rows.groupby("study_id")["n_patients"].transform("max")
    smaller = rows["n_patients"] < largest
    part = subgroup.where(~whole, "").mask(smaller & whole, rows["population"].astype(str))
    inside = part.where(part == "", ": " + part)
    return rows.assign(
        part=part,
        unit=rows["study_id"] + inside,
        clock=subgroup.map(clocks).fillna("").astype(str),
        patients=rows["n_patients"].where(whole, rows["denominator"]).astype("float64"),
    )


def _names(cases: CaseData, labels: Mapping[str, str]) -> dict[str, str]:
    """Name cohorts by author and year; of the year of a publication that prints none, say what is known."""
    printed, years = source_labels(cases.sources), cases.sources.set_index("source_id")["year_earliest"]
    authors = cases.sources.set_index("source_id")["first_author"].astype(object)
    names = {}
    pairs = cases.cohort_statistics[["study_id", "source_id"]].astype(str).drop_duplicates()
    for study, source in pairs.itertuples(index=False):
        if printed[source] != source or not isinstance(authors[source], str):
            names[study] = printed[source]
            continue
        earliest = float(years[source])
        when = "year not stated" if math.isnan(earliest) else f"{earliest:.0f} or later"
        names[study] = f"{authors[source].rsplit(' ', 1)[0]}, {when}"
    shared = [name for name in names.values() if list(names.values()).count(name) > 1]
    return {study: study if name in shared else name for study, name in names.items()} | dict(labels)


def _cohorts(
    cases: CaseData, rows: pd.DataFrame, names: Mapping[str, str], reasons: Mapping[str, Mapping[str, str]]
) -> pd.DataFrame:
    import pandas as pd

    years, references = report_years(cases.sources), _references(cases.sources)
    found: list[dict[str, Any]] = []
    for study, of_study in rows.groupby("study_id", sort=False):
        row = of_study.iloc[0]
        group = row["overlap_group"] if isinstance(row["overlap_group"], str) else ""
        source = str(row["source_id"])
        facts: dict[str, Any] = {
            "study_id": str(study),
            "source_id": source,
            "label": names[str(study)],
            "year": float(years[source]),
            "overlap": "" if group == IN_PATIENTS else group,
            "in_patients": group == IN_PATIENTS,
            "verified": bool((of_study["verified"].astype(object) == "yes").all()),
            "left_out": reasons["exclude"].get(str(study)) or reasons["groups"].get(group, ""),
            "reference": references[source],
        }
        found += [facts | place for place in _places(str(study), of_study)]
    return pd.DataFrame(found, columns=list(COHORT_COLUMNS))


def _places(study: str, rows: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the whole cohort, also where only its parts are spoken of, and then its parts."""
    largest = rows.sort_values("n_patients", kind="stable").iloc[-1]
    whole: dict[str, Any] = {"unit": study, "part": "", "population": str(largest["population"])}
    found = [whole | {"n": float(largest["n_patients"])}]
    parts = rows[rows["part"] != ""]
    for unit, of_unit in parts.groupby("unit", sort=False):
        row, known = of_unit.iloc[0], of_unit["patients"].dropna()
        n = float(known.max()) if len(known) else math.nan
        found.append({"unit": str(unit), "part": row["part"], "population": str(row["population"]), "n": n})
    return found


def _references(sources: pd.DataFrame) -> dict[str, str]:
    """Cite each publication by its doi, else by its PubMed number, if either is stated."""
    found = {}
    for source, doi, pmid in sources[["source_id", "doi", "pmid"]].astype(object).itertuples(index=False):
        by_number = f"PMID {pmid}" if isinstance(pmid, str) else ""
        found[str(source)] = f"doi:{doi}" if isinstance(doi, str) else by_number
    return found
