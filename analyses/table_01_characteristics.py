"""Table 1: characteristics of the patients by role."""

from __future__ import annotations

import hpcstats as hs

VARIABLES = {
    "age_years": "numeric",
    "sex": "categorical",
    "primary_site_group": "categorical",
    "grade": "categorical",
    "resection": "categorical",
    "adjuvant_radiotherapy": "categorical",
    "confidence": "categorical",
}
LABELS = {
    "age_years": "Age as reported, years",
    "sex": "Sex",
    "primary_site_group": "Site of the primary",
    "grade": "Grade of the primary",
    "resection": "Resection of the primary",
    "adjuvant_radiotherapy": "Adjuvant radiotherapy",
    "confidence": "Confidence of the reading",
    "role=spinal_metastasis": "Spinal metastasis",
    "role=comparator": "Comparator",
    "primary_site_group=soft_tissue": "Soft tissue",
    "resection=gross_total": "Gross total",
}

CAPTION = (
    "Characteristics of the published patients by role. Ages of patients with spinal metastasis belong in "
    "part to the metastasis, not to the primary."
)


def build(study: hs.reproduce.Study) -> hs.tables.Table:
    """Describe all patients."""
    cases = hs.literature.load(study.data)
    patients = cases.patients.merge(cases.sources[["source_id", "year"]], on="source_id", how="left")
    description = hs.describe(
        patients, by="role", variables=VARIABLES, id="patient_id", source="source_id", year="year"
    )
    return hs.tables.characteristics(description, labels=LABELS, caption=CAPTION)


if __name__ == "__main__":
    hs.reproduce.main(build)
