"""Figure 15: local recurrence by resection, if those lost from sight recur sooner or later."""

from __future__ import annotations

from _choices import RESECTION, censored_otherwise, endpoint

import hpcstats as hs


def build(study: hs.reproduce.Study) -> hs.plots.Figure:
    """Map the conclusion over the hazards after the censoring."""
    found, bounds = censored_otherwise(study, endpoint(study, "local_recurrence"))
    return hs.plots.tipping_map(
        found,
        bounds=bounds,
        plausible=[study.settings["tipping_point"]["plausible"]] * 2,
        labels=RESECTION,
    )


if __name__ == "__main__":
    hs.reproduce.main(build)
