"""Figure 4: proportion without local recurrence by extent of resection."""

from __future__ import annotations

import hpcstats as hs


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
        interval=model["interval"],
        level=study.level,
    )
    return hs.plots.survival_curves(
        hs.kaplan_meier(
            response,
            data["resection_complete"],
            interval=study.settings["curves"]["interval"],
            level=study.level,
        ),
        ylabel="Proportion without local recurrence",
        xlabel="Years from the primary tumour",
        ticks=[0, 2, 4, 6, 8, 10, 15, 20, 25],
        width="double",
        labels={"gross total": "Gross total resection", "subtotal or biopsy": "Subtotal resection or biopsy"},
        comparison=hs.logrank(response, data["resection_complete"]),
        hazard_ratio=hs.plots.hazard_ratio_text(fit, fit.terms[0], "subtotal or biopsy against gross total"),
    )


if __name__ == "__main__":
    hs.reproduce.main(build)
