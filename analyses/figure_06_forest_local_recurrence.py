"""Figure 6: hazard ratios of local recurrence, each factor alone and all together."""

from __future__ import annotations

from dataclasses import replace

from _choices import LABELS, endpoint, recurrence_models

import hpcstats as hs

BIASED = (
    " Adjuvant radiotherapy is in part read as absent because the report first mentions it at the "
    "recurrence: its hazard ratio is biased towards a benefit and stays out of the multivariable model."
)


def build(study: hs.reproduce.Study) -> hs.plots.Figure:
    """Draw the models of Table 3."""
    alone, together = recurrence_models(study, endpoint(study, "local_recurrence"))
    figure = hs.plots.forest(alone, together, labels=LABELS)
    if "adjuvant_radiotherapy" not in alone:
        return figure
    return replace(figure, caption=hs.Text.of(figure.caption, BIASED))


if __name__ == "__main__":
    hs.reproduce.main(build)
