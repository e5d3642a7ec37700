"""Figure 16: what the publications tell of each patient, and what they leave out."""

from __future__ import annotations

from typing import Any

import hpcstats as hs

ITEMS = {
    "sex": "5a",
    "age_at_primary": "5a",
    "primary_site": "6",
    "grade": "8d",
    "year_primary": "7",
    "resection": "9a",
    "adjuvant_radiotherapy": "9a",
    "spinal_levels": "6",
    "mechanism": "8c",
    "last_contact": "10a",
}
LABELS = {
    "age_at_primary": "Age at the primary",
    "primary_site": "Site of the primary",
    "year_primary": "Year of the primary",
    "resection": "Extent of resection",
    "spinal_levels": "Level in the spine",
    "mechanism": "Route to the spine",
    "last_contact": "Time of last contact",
    "role=spinal_metastasis": "Spinal metastasis",
    "role=comparator": "Comparators",
}
SPINAL = "spinal_metastasis"
BOUND = "bound"
END = ("death_of_disease", "death_other", "death_cause_unknown", "last_follow_up")


def told(cases: hs.literature.CaseData) -> Any:
    """Return the patients with what was made of their rows: age at the primary, time of the last contact."""
    patients, ends = cases.patients, cases.events[cases.events["event"].isin(END)]
    # A bound ("alive after more than 8 years") is no time, even where a number stands beside it.
    times = ends["time_years"].where((ends["precision"] != BOUND).astype(bool))
    contact = times.set_axis(ends["patient_id"].astype(object))
    return patients.assign(
        age_at_primary=patients["age_years"].where((patients["age_at"] == "primary").astype(bool)),
        last_contact=patients["patient_id"].astype(object).map(contact),
    )


def build(study: hs.reproduce.Study) -> hs.plots.Figure:
    """Draw all patients of the data, whether an endpoint uses them or not."""
    patients = told(hs.literature.load(study.data))
    spinal = patients["role"] == SPINAL
    found = hs.sensitivity.missingness(
        patients,
        list(ITEMS),
        id="patient_id",
        by="role",
        source="source_id",
        applicable={"spinal_levels": spinal, "mechanism": spinal},
        items=ITEMS,
    )
    return hs.plots.missingness_map(found, labels=LABELS)


if __name__ == "__main__":
    hs.reproduce.main(build)
