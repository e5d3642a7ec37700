"""Table 5: what stands behind the Cox models of local recurrence."""

from __future__ import annotations

import hpcstats as hs

RESAMPLES = 1000
ORDERS = 9999
TOGETHER = "multivariable"
LABELS = {
    "age_decades": "Age at the primary, per 10 years",
    "sex": "Sex",
    "site": "Site of the primary",
    "resection_complete": "Resection of the primary",
    "adjuvant_radiotherapy": "Adjuvant radiotherapy",
    "one_coefficient": "Each factor alone",
    TOGETHER: "All factors together",
}
CAPTION = (
    "Checks of the Cox models of local recurrence, each factor alone and all together. With so few events a "
    "test of proportional hazards finds gross departures only, and one patient can move a hazard ratio."
)


def build(study: hs.reproduce.Study) -> hs.tables.Table:
    """Check the models of Table 3."""
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

    fits = {name: fit([name]) for name in model["univariable"]}
    fits[TOGETHER] = fit(list(model["multivariable"]))
    sound = {name: found for name, found in fits.items() if found.status == "ok"}
    return hs.tables.model_checks(
        fits,
        proportional_hazards={
            name: found.proportional_hazards(n_resamples=ORDERS, seed=study.seed)
            for name, found in sound.items()
        },
        concordance={name: found.concordance() for name, found in sound.items()},
        performance={name: found.performance(RESAMPLES, seed=study.seed) for name, found in sound.items()},
        without_patient={name: hs.leave_one_out(found) for name, found in fits.items()},
        without_paper={name: hs.leave_one_out(found, data["source_id"]) for name, found in fits.items()},
        labels=LABELS,
        caption=CAPTION,
    )


if __name__ == "__main__":
    hs.reproduce.main(build)
