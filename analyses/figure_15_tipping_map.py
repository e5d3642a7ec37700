"""Figure 15: local recurrence by resection, if those lost from sight recur sooner or later."""

from __future__ import annotations

from _choices import RESECTION, endpoint, known_resection

import hpcstats as hs


def build(study: hs.reproduce.Study) -> hs.plots.Figure:
    """Map the conclusion over the hazards after the censoring."""
    response, data = known_resection(endpoint(study, "local_recurrence"))
    group = data["resection_complete"]
    choices = study.settings["tipping_point"]
    test = {"test": choices["test"], "penalty": choices["penalty"], "level": study.level}
    found = hs.sensitivity.tipping_point(
        response,
        group,
        deltas=choices["deltas"],
        curve=choices["curve"],
        n_imputations=choices["n_imputations"],
        seed=study.generator(),
        **test,
    )
    return hs.plots.tipping_map(
        found,
        bounds=hs.sensitivity.best_and_worst_case(response, group, **test),
        plausible=[choices["plausible"]] * 2,
        labels=RESECTION,
    )


if __name__ == "__main__":
    hs.reproduce.main(build)
