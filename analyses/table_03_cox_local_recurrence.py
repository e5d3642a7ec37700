"""Table 3: Cox models of local recurrence, each factor alone and all together."""

from __future__ import annotations

import hpcstats as hs

LABELS = {
    "age_decades": "Age at the primary, per 10 years",
    "sex": "Sex",
    "site": "Site of the primary",
    "resection_complete": "Resection of the primary",
    "adjuvant_radiotherapy": "Adjuvant radiotherapy",
}
CAPTION = (
    "Cox models of time to local recurrence. Adjuvant radiotherapy is in part read as absent because the "
    "report first mentions it at the recurrence: its hazard ratio is biased towards a benefit and stays out "
    "of the multivariable model. With few events per parameter the estimates are unstable."
)


def build(study: hs.reproduce.Study) -> hs.tables.Table:
    """Fit the models that study.toml names."""
    cases = hs.literature.load(study.data)
    endpoint = hs.literature.endpoint(cases, "local_recurrence", **study.settings["inclusion"])
    data = endpoint.data.assign(age_decades=endpoint.data["age_at_primary"] / 10)
    model = study.settings["models"]["local_recurrence"]

    def fit(covariates: list[str]) -> hs.CoxFit:
        return hs.cox(
            endpoint.response,
            data,
            covariates,
            ties=model["ties"],
            penalty=model["penalty"],
            interval=model["interval"],
            level=study.level,
            missing="drop",
        )

    return hs.tables.cox_models(
        {name: fit([name]) for name in model["univariable"]},
        fit(list(model["multivariable"])),
        labels=LABELS,
        caption=CAPTION,
    )


if __name__ == "__main__":
    hs.reproduce.main(build)
