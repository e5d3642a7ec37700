"""Table 2: proportions without the event at fixed times, and medians."""

from __future__ import annotations

from _choices import main_endpoint

import hpcstats as hs

ESTIMANDS = {
    "spinal_metastasis": "Without spinal metastasis, among reported cases with spinal metastasis",
    "local_recurrence": "Without local recurrence",
    "local_recurrence_by_resection": "Without local recurrence, by extent of resection",
    "any_metastasis": "Without metastasis, patients free of it at diagnosis",
    "overall_survival": "Alive",
    "survival_after_spinal_metastasis": "Alive, counted from the spinal metastasis",
}
LABELS = {
    "gross total": "Gross total resection",
    "subtotal or biopsy": "Subtotal resection or biopsy",
}


def build(study: hs.reproduce.Study) -> hs.tables.Table:
    """Estimate every endpoint at the horizons of the study."""
    cases = hs.literature.load(study.data)
    interval = study.settings["curves"]["interval"]

    def curves(name: str, group: str | None = None) -> hs.SurvivalCurves:
        endpoint = hs.literature.endpoint(cases, name, **study.settings["inclusion"])
        response, labels = endpoint.response, None
        if group is not None:
            known = endpoint.data[group].notna().to_numpy()
            response, labels = response.take(known), endpoint.data.loc[known, group]
        return hs.kaplan_meier(response, labels, interval=interval, level=study.level)

    return hs.tables.estimates(
        {
            name: curves("local_recurrence", "resection_complete")
            if name == "local_recurrence_by_resection"
            else curves(name)
            for name in ESTIMANDS
        },
        study.settings["curves"]["horizons"],
        estimands={name: words + main_endpoint(study, name) for name, words in ESTIMANDS.items()},
        labels=LABELS,
        follow_up=True,
        caption="Proportion of reported patients still without the event, and median time to it. Patients "
        "were published for a reason, often because of the event: these are no risks.",
    )


if __name__ == "__main__":
    hs.reproduce.main(build)
