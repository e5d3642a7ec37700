"""Figure 4: proportion without local recurrence by extent of resection."""

from __future__ import annotations

from dataclasses import replace

from _choices import RESECTION, curves, endpoint, known_resection, recurrence_model

import hpcstats as hs

TICKS = [0, 5, 10, 15, 20, 25]
SELECTED = (
    " Log-rank test: exact permutation p-value. Only patients whose extent of resection is stated; many were "
    "published because of their recurrence, so that the proportions are no risks."
)


def build(study: hs.reproduce.Study) -> hs.plots.Figure:
    """Draw both curves with the test and the hazard ratio."""
    recurrence = endpoint(study, "local_recurrence")
    response, data = known_resection(recurrence)
    fit = recurrence_model(study, recurrence, ["resection_complete"])
    km = curves(study, response, data["resection_complete"])
    figure = hs.plots.survival_curves(
        km,
        ylabel="Proportion without local recurrence",
        xlabel="Years from the primary tumour",
        ticks=[tick for tick in TICKS if tick <= max(km.follow_up.values())],
        width="double",
        labels=RESECTION,
        comparison=hs.logrank(
            response, data["resection_complete"], method=study.settings["comparisons"]["test"]
        ),
        hazard_ratio=hs.plots.hazard_ratio_text(fit, fit.terms[0], "subtotal or biopsy against gross total"),
    )
    return replace(figure, caption=hs.Text.of(figure.caption, f" {fit.method}", SELECTED))


if __name__ == "__main__":
    hs.reproduce.main(build)
