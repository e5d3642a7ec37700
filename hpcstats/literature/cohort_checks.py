"""What a row of cohort_statistics.csv may not say, unless it is marked as suspicious in print."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hpcstats.literature.problems import Problem
from hpcstats.literature.reading import RawTable

if TYPE_CHECKING:
    import pandas as pd

_ADVICE = "Correct it; if it is printed so, write suspicious yes and the reason in notes"


def check_cohorts(raw: RawTable, cohorts: pd.DataFrame) -> Iterator[Problem]:
    """Report proportions outside 0 to 1, intervals without their estimate, and shares above one."""
    if not {"value", "unit", "ci_lower", "ci_upper", "numerator", "denominator", "suspicious"} <= set(
        cohorts.columns
    ):
        return
    value = cohorts["value"]
    proportion = (cohorts["unit"].astype(object) == "proportion") & value.notna()
    trusted = cohorts["suspicious"].astype(object) != "yes"
    findings = (
        ("value", proportion & ~value.between(0, 1), "a proportion lies between 0 and 1"),
        ("numerator", cohorts["numerator"] > cohorts["denominator"], "more patients than the denominator"),
        ("ci_lower", cohorts["ci_lower"] > value, "the interval lies above its estimate"),
        ("ci_upper", cohorts["ci_upper"] < value, "the interval lies below its estimate"),
    )
    for column, rows, message in findings:
        for row in cohorts.index[rows & trusted]:
            yield raw.problem(int(row), column, message, _ADVICE)
