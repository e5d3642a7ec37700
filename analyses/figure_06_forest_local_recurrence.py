"""Figure 6: hazard ratios of local recurrence, each factor alone and all together."""

from __future__ import annotations

from dataclasses import replace

import hpcstats as hs

LABELS = {
    "age_decades": "Age at the primary, per 10 years",
    "sex": "Sex",
    "site": "Site of the primary",
    "resection_complete": "Resection of the primary",
    "adjuvant_radiotherapy": "Adjuvant radiotherapy",
}
BIASED = (
    " Adjuvant radiotherapy is in part read as absent because the report first mentions it at the "
    "recurrence: its hazard ratio is biased towards a benefit and stays out of the multivariable model."
)


def build(study: hs.reproduce.Study) -> hs.plots.Figure:
    """Draw the models of Table 3."""
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

    figure = hs.plots.forest(
        {name: fit([name]) for name in model["univariable"]},
        fit(list(model["multivariable"])),
        labels=LABELS,
    )
    if "adjuvant_radiotherapy" not in model["univariable"]:
        return figure
    return replace(figure, caption=hs.Text.of(figure.caption, BIASED))


if __name__ == "__main__":
    hs.reproduce.main(build)
