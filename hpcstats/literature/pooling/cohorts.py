"""`cohort_counts`: events and patients of the cohorts that state a statistic, and why others are left out."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from hpcstats.errors import DataError, DesignError, listing
from hpcstats.literature.cases import CaseData
from hpcstats.literature.covariates import report_years
from hpcstats.literature.lanes import source_labels

if TYPE_CHECKING:
    import pandas as pd

IN_PATIENTS = "patients_csv"
COLUMNS = (
    "study_id", "source_id", "label", "year", "population", "events", "n", "computed", "follow_up",
    "follow_up_kind", "overlap", "verified",
)  # fmt: skip
_PER_YEAR = {"months": 12.0, "years": 1.0}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class CohortCounts:
    """The cohorts that state one statistic as a count; made by `cohort_counts`.

    Attributes
    ----------
    statistic : str
        Which one.
    used : DataFrame
        A row a cohort: study_id, source_id, label, year, population, events, n, computed (whether the events
        follow from a printed percentage), follow_up (years; missing if not stated), follow_up_kind ("mean",
        "median" or empty), overlap (group of cohorts that share patients), verified (seen twice).
    exclusions : DataFrame
        Every other cohort that states it: study_id, label, reason.
    """

    statistic: str
    used: pd.DataFrame
    exclusions: pd.DataFrame

    def __repr__(self) -> str:
        return f"CohortCounts: {self.statistic}, {len(self.used)} cohorts, {len(self.exclusions)} left out"


def cohort_counts(
    cases: CaseData,
    statistic: str,
    *,
    populations: Iterable[str] | None = None,
    exclude: Mapping[str, str] | None = None,
    exclude_groups: Mapping[str, str] | None = None,
    labels: Mapping[str, str] | None = None,
) -> CohortCounts:
    """Events and patients of each published cohort that states a crude statistic, ready to be pooled.

    A count is used as printed. Where only a percentage is printed, the count is used if exactly one number of
    events among the patients gives it, rounded or cut to the digits printed; such rows are marked `computed`.
    Nothing else is completed: rows that contradict themselves in print, give subgroups only, or leave the
    count open are left out with the reason.

    Parameters
    ----------
    cases : CaseData
        Made by `load`.
    statistic : str
        For instance "local_recurrence_crude" or "metastasis_crude".
    populations : iterable of str, optional
        Which populations; default all.
    exclude, exclude_groups : mapping of str to str, optional
        Further studies, and overlap groups, to leave out, with the reason.
    labels : mapping of study_id to str, optional
        Printed names; default first author and year.

    Returns
    -------
    CohortCounts
        Cohorts whose patients are also in the case-level data keep their row: that overlap is not one between
        cohorts.

    Raises
    ------
    DataError
        For studies in `exclude` that the data do not hold.
    DesignError
        If no cohort states the statistic.

    Examples
    --------
    >>> import hpcstats as hs
    >>> found = hs.literature.cohort_counts(hs.literature.load(), "local_recurrence_crude")
    >>> found.used.loc[found.used["study_id"] == "schiariti_2011", ["label", "events", "n"]]
                label  events   n
    4  Schiariti 2011      28  39
    """
    import pandas as pd

    frame = cases.cohort_statistics
    _known(frame, exclude, "exclude")
    stated = frame[frame["statistic"].astype(object) == statistic]
    if stated.empty:
        raise DesignError(f"No cohort states {statistic!r}.")
    names, years = cohort_names(cases, labels), _years(cases)
    follow_up = dict(_follow_up(frame))
    used, left = [], []
    for study, rows in stated.groupby(stated["study_id"].astype(str), sort=False):
        row = _only_row(rows)
        reason = _left_out(row, populations, exclude or {}, exclude_groups or {}, str(study))
        found = _count(row) if isinstance(row, dict) and not reason else None
        if found is None:
            left.append((study, names[str(study)], reason or "the number of events is not stated"))
            continue
        assert isinstance(row, dict)
        time, kind = follow_up.get(str(study), (math.nan, ""))
        used.append(_used(row, str(study), names, years, found) | {"follow_up": time, "follow_up_kind": kind})
    return CohortCounts(
        statistic=statistic,
        used=pd.DataFrame(used, columns=list(COLUMNS)),
        exclusions=pd.DataFrame(left, columns=["study_id", "label", "reason"]),
    )


def _known(frame: pd.DataFrame, named: Mapping[str, str] | None, name: str) -> None:
    strangers = sorted(set(named or {}) - set(frame["study_id"].astype(str)))
    if strangers:
        raise DataError(f"{name} names studies that are not in the data: {listing(strangers)}.")


def cohort_names(cases: CaseData, labels: Mapping[str, str] | None = None) -> dict[str, str]:
    """Name each cohort by first author and year of its publication, as figures and tables print it.

    Parameters
    ----------
    cases : CaseData
        Made by `load`.
    labels : mapping of study_id to str, optional
        Names given instead.

    Returns
    -------
    dict of study_id to str
        The study_id itself where author or year is not stated, or cohorts share a publication.

    Examples
    --------
    >>> import hpcstats as hs
    >>> hs.literature.cohort_names(hs.literature.load())["park_2013"]
    'Park 2013'
    """
    published = source_labels(cases.sources)
    pairs = cases.cohort_statistics[["study_id", "source_id"]].astype(str).drop_duplicates()
    names = {study: published[source] for study, source in pairs.itertuples(index=False)}
    shared = [name for name in names.values() if list(names.values()).count(name) > 1]
    return {study: study if name in shared else name for study, name in names.items()} | dict(labels or {})


def _years(cases: CaseData) -> dict[str, float]:
    years = report_years(cases.sources).to_numpy()
    return {str(source): float(year) for source, year in zip(cases.sources["source_id"], years, strict=True)}


def _follow_up(frame: pd.DataFrame) -> Iterator[tuple[str, tuple[float, str]]]:
    """Give the median follow-up of each study in years, or rather the mean where that is stated."""
    kinds = frame["statistic"].astype(object)
    for kind in ("median", "mean"):
        rows = frame[(kinds == f"follow_up_{kind}") & frame["subgroup"].isna()]
        for study, value, unit in rows[["study_id", "value", "unit"]].itertuples(index=False):
            yield str(study), (float(value) / _PER_YEAR[str(unit)], kind)


def _only_row(rows: pd.DataFrame) -> dict[Any, Any] | str:
    """Return the one row about the whole cohort, or why there is none."""
    whole = rows[rows["subgroup"].isna()].to_dict(orient="records")
    if not whole:
        return "stated for subgroups only"
    return whole[0] if len(whole) == 1 else "stated more than once"


def _left_out(
    row: dict[Any, Any] | str,
    populations: Iterable[str] | None,
    exclude: Mapping[str, str],
    groups: Mapping[str, str],
    study: str,
) -> str:
    if study in exclude:
        return exclude[study]
    if isinstance(row, str):
        return row
    group = row["overlap_group"]
    if group in groups:
        return groups[group]
    if populations is not None and row["population"] not in set(populations):
        return f"{row['population']} tumours"
    return "contradicts itself in print" if row["suspicious"] == "yes" else ""


def _count(row: dict[Any, Any]) -> tuple[int, int, bool] | None:
    """Return events, patients, and whether the events were computed from the percentage."""
    n = int(row["n_patients"] if math.isnan(row["denominator"]) else row["denominator"])
    if not math.isnan(row["numerator"]):
        return int(row["numerator"]), n, False
    possible = [events for events in range(n + 1) if _prints_as(events / n, float(row["value"]))]
    return (possible[0], n, True) if len(possible) == 1 else None


def _prints_as(share: float, printed: float) -> bool:
    """Tell whether a share is printed so, rounded or cut; percentages have no fewer than no decimals."""
    decimals = max(2, -int(Decimal(repr(printed)).as_tuple().exponent))
    step = 10.0**-decimals
    return abs(share - printed) <= step / 2 + 1e-12 or printed - 1e-12 <= share < printed + step - 1e-12


def _used(
    row: dict[Any, Any],
    study: str,
    names: Mapping[str, str],
    years: Mapping[str, float],
    found: tuple[int, int, bool],
) -> dict[str, Any]:
    group, source = row["overlap_group"], str(row["source_id"])
    shared = isinstance(group, str) and group != IN_PATIENTS
    events, n, computed = found
    return {
        "study_id": study,
        "source_id": source,
        "label": names[study],
        "year": years[source],
        "population": str(row["population"]),
        "events": events,
        "n": n,
        "computed": computed,
        "overlap": str(group) if shared else None,
        "verified": row["verified"] == "yes",
    }
