"""The statistics of published cohorts row by row: counts with exact limits, estimates as they are printed."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from hpcstats.core.meta.effects import binomial_limits
from hpcstats.literature.cases import CaseData
from hpcstats.literature.cohort_headings import CENTRES, CURVES, SHARES, Meaning
from hpcstats.literature.pooling import cohort_counts

if TYPE_CHECKING:
    import pandas as pd

Found = tuple[int, int, bool]

VALUE_COLUMNS = (
    "unit", "heading", "statistic", "counts", "at_years", "events", "n", "estimate", "low", "high", "limits",
    "computed", "clock", "contradictory", "without_interval",
)  # fmt: skip
EXACT, PRINTED = "Clopper-Pearson", "as printed"
CONTRADICTORY = "the printed numbers contradict themselves"
NO_PATIENTS = "the patients of the subgroup are not counted"
NO_EVENTS = "the events are not counted, and not exactly one count gives the printed percentage"
NOT_AT_RISK = "an estimate at a time, without the numbers at risk"
NO_SPREAD = "a median, without the times"
_PER_YEAR = {"months": 12.0}


def values(cases: CaseData, rows: pd.DataFrame, horizons: Iterable[float], level: float) -> pd.DataFrame:
    """Return one value for each unit, heading and time: the first statistic of the heading that is stated."""
    import pandas as pd

    times = sorted(horizons)
    found = [
        *_shares(cases, rows, level),
        *(
            _estimate(row, heading, meaning, level)
            for heading, meanings in CURVES.items()
            for meaning in meanings
            for row in _records(rows, meaning)
            if row["at_years"] in times
        ),
        *(
            _centre(row, heading, meaning)
            for heading, meanings in CENTRES.items()
            for meaning in meanings
            for row in _records(rows, meaning)
        ),
    ]
    frame = pd.DataFrame(found, columns=list(VALUE_COLUMNS))
    return frame.drop_duplicates(["unit", "heading", "at_years"], ignore_index=True)


def _records(rows: pd.DataFrame, meaning: Meaning) -> list[dict[Any, Any]]:
    """Return the rows of a statistic as dictionaries, trustworthy ones first."""
    chosen = rows[rows["statistic"].astype(object) == meaning.statistic]
    doubtful = (chosen["suspicious"].astype(object) == "yes").sort_values(kind="stable")
    return chosen.loc[doubtful.index].to_dict(orient="records")


def _shares(cases: CaseData, rows: pd.DataFrame, level: float) -> Iterator[dict[str, Any]]:
    for heading, meanings in SHARES.items():
        for meaning in meanings:
            stated = _of_patients(rows[rows["statistic"].astype(object) == meaning.statistic])
            counted = _counted(cases, stated, meaning)
            for row in _records(stated, meaning):
                count = counted.get(row["unit"])
                if count is None:
                    yield _uncounted(row, heading, meaning)
                else:
                    yield _share(row, heading, meaning, count, level)


def _of_patients(rows: pd.DataFrame) -> pd.DataFrame:
    """Leave out shares of tumours: their denominators are larger than the number of patients."""
    return rows[~(rows["denominator"] > rows["n_patients"])]


def _counted(cases: CaseData, rows: pd.DataFrame, meaning: Meaning) -> dict[str, Found]:
    """Return events, patients, and whether the events follow from a percentage, of each unit that has them.

    A printed interval marks a pooled or otherwise estimated share, which no count stands behind; the
    percentage of a subgroup of unknown size gives none either.
    """
    known = rows[rows["ci_lower"].isna() & rows["patients"].notna()]
    if known.empty:
        return {}
    # Each unit poses as a cohort of its own, so that its count is found by the rule of the pooling.
    units = known.assign(study_id=known["unit"], subgroup=None, n_patients=known["patients"])
    found = cohort_counts(replace(cases, cohort_statistics=units), meaning.statistic).used
    columns = found[["study_id", "events", "n", "computed"]]
    return {str(unit): (int(e), int(n), bool(c)) for unit, e, n, c in columns.itertuples(index=False)}


def _share(
    row: Mapping[Any, Any], heading: str, meaning: Meaning, count: Found, level: float
) -> dict[str, Any]:
    events, n, computed = count
    if meaning.complement:
        events = n - events
    low, high = binomial_limits(np.array([float(events)]), np.array([float(n)]), level)
    limits = {"low": float(low[0]), "high": float(high[0]), "limits": EXACT}
    return (
        _value(row, heading, meaning, events / n) | limits | {"events": events, "n": n, "computed": computed}
    )


def _uncounted(row: Mapping[Any, Any], heading: str, meaning: Meaning) -> dict[str, Any]:
    value = 1 - row["value"] if meaning.complement else row["value"]
    # A count that contradicts the share beside it is no share.
    share = float(value) if row["unit_of_value"] == "proportion" else math.nan
    found = _value(row, heading, meaning, share) | _printed_limits(row, meaning)
    if not found["limits"]:
        reason = NO_PATIENTS if math.isnan(row["patients"]) else NO_EVENTS
        found["without_interval"] = CONTRADICTORY if found["contradictory"] else reason
    return found


def _estimate(row: Mapping[Any, Any], heading: str, meaning: Meaning, level: float) -> dict[str, Any]:
    """Return an estimate at a time; if all patients were followed so long it is a share, with a count."""
    if not (math.isnan(row["numerator"]) or math.isnan(row["denominator"])):
        count = (int(row["numerator"]), int(row["denominator"]), False)
        return _share(row, heading, meaning, count, level) | {"at_years": row["at_years"]}
    value = float(1 - row["value"] if meaning.complement else row["value"])
    found = (
        _value(row, heading, meaning, value) | {"at_years": row["at_years"]} | _printed_limits(row, meaning)
    )
    if not found["limits"]:
        found["without_interval"] = CONTRADICTORY if found["contradictory"] else NOT_AT_RISK
    return found


def _centre(row: Mapping[Any, Any], heading: str, meaning: Meaning) -> dict[str, Any]:
    """Return a mean, median or share that describes the patients; times in years."""
    scale = _PER_YEAR.get(str(row["unit_of_value"]), 1.0)
    found = _value(row, heading, meaning, float(row["value"]) / scale) | _printed_limits(row, meaning, scale)
    if heading == "survival_median" and not found["limits"]:
        found["without_interval"] = CONTRADICTORY if found["contradictory"] else NO_SPREAD
    return found


def _printed_limits(row: Mapping[Any, Any], meaning: Meaning, scale: float = 1.0) -> dict[str, Any]:
    low, high = float(row["ci_lower"]) / scale, float(row["ci_upper"]) / scale
    if math.isnan(low) or row["suspicious"] == "yes":
        return {"low": math.nan, "high": math.nan, "limits": ""}
    if meaning.complement:
        low, high = 1 - high, 1 - low
    return {"low": low, "high": high, "limits": PRINTED}


def _value(row: Mapping[Any, Any], heading: str, meaning: Meaning, estimate: float) -> dict[str, Any]:
    return {
        "unit": row["unit"],
        "heading": heading,
        "statistic": meaning.statistic,
        "counts": meaning.counts,
        "at_years": math.nan,
        "events": math.nan,
        "n": math.nan,
        "estimate": estimate,
        "computed": False,
        "clock": row["clock"],
        "contradictory": row["suspicious"] == "yes",
        "without_interval": "",
    }
