"""Figure 4: proportion without local recurrence by extent of resection."""

from __future__ import annotations

from dataclasses import replace

import hpcstats as hs

TICKS = [0, 5, 10, 15, 20, 25]
SELECTED = (
    " Log-rank test: exact permutation p-value. Only patients whose extent of resection is stated; many were "
    "published because of their recurrence, so that the proportions are no risks."
)


def build(study: hs.reproduce.Study) -> hs.plots.Figure:
    """Draw both curves with the test and the hazard ratio."""
    cases = hs.literature.load(study.data)
    endpoint = hs.literature.endpoint(cases, "local_recurrence", **study.settings["inclusion"])
    known = endpoint.data["resection_complete"].notna().to_numpy()
    response, data = endpoint.response.take(known), endpoint.data[known]
    model = study.settings["models"]["local_recurrence"]
    fit = hs.cox(
        response,
        data,
        ["resection_complete"],
        ties=model["ties"],
        penalty=model["penalty"],
        interval=model["interval"],
        level=study.level,
    )
    km = hs.kaplan_meier(
        response,
        data["resection_complete"],
        interval=study.settings["curves"]["interval"],
        level=study.level,
    )
    figure = hs.plots.survival_curves(
        km,
        ylabel="Proportion without local recurrence",
        xlabel="Years from the primary tumour",
        ticks=[tick for tick in TICKS if tick <= max(km.follow_up.values())],
        width="double",
        labels={"gross total": "Gross total resection", "subtotal or biopsy": "Subtotal resection or biopsy"},
        comparison=hs.logrank(
            response, data["resection_complete"], method=study.settings["comparisons"]["test"]
        ),
        hazard_ratio=hs.plots.hazard_ratio_text(fit, fit.terms[0], "subtotal or biopsy against gross total"),
    )
    return replace(figure, caption=hs.Text.of(figure.caption, f" {fit.method}", SELECTED))


if __name__ == "__main__":
    hs.reproduce.main(build)
