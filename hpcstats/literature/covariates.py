"""The covariate frame: every column of patients.csv, and a few that analyses ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hpcstats.literature.cases import CaseData

if TYPE_CHECKING:
    import pandas as pd

COMPLETE = "gross total"
INCOMPLETE = "subtotal or biopsy"
_EXTENT = {"gross_total": COMPLETE, "subtotal": INCOMPLETE, "biopsy": INCOMPLETE}


def report_years(sources: pd.DataFrame) -> pd.Series[float]:
    """Return the year of each report by source_id: printed, or earliest and latest being the same."""
    certain = sources["year_earliest"].where(sources["year_earliest"] == sources["year_latest"])
    years = sources["year"].where(sources["year"].notna(), certain).astype("float64")
    return years.set_axis(sources["source_id"].astype(object))


def covariates(cases: CaseData) -> pd.DataFrame:
    """Return one row a patient: the columns of patients.csv, and those made of them.

    - ``age_at_primary``: age if it belongs to the primary, else missing.
    - ``resection_complete``: "gross total" or "subtotal or biopsy", missing if not stated.
    - ``site``: "intracranial" or "extracranial", missing if unknown.
    - ``source_year``: year of the report, missing where it is not certain.

    Resection and site know one vocabulary, so that data with endpoints of their own do not get them.
    """
    patients = cases.patients.copy()
    patients["age_at_primary"] = patients["age_years"].where((patients["age_at"] == "primary").astype(bool))
    if not cases.declares_endpoints:
        patients = _with_resection_and_site(patients)
    years = report_years(cases.sources)
    patients["source_year"] = patients["source_id"].astype(object).map(years).astype("float64")
    return patients


def _with_resection_and_site(patients: pd.DataFrame) -> pd.DataFrame:
    import pandas as pd

    extent = patients["resection"].astype(object).map(_EXTENT)
    group = patients["primary_site_group"].astype(object)
    site = group.where(group == "intracranial", "extracranial").mask(group == "unknown")
    return patients.assign(
        resection_complete=pd.Categorical(extent, categories=[COMPLETE, INCOMPLETE]),
        site=pd.Categorical(site, categories=["intracranial", "extracranial"]),
    )
