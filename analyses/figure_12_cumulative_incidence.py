"""Figure 12: local recurrence, metastasis or death: what happens first after the primary."""

from __future__ import annotations

from dataclasses import replace

import hpcstats as hs

TICKS = [0, 3, 6, 9, 12, 15, 18]
ORDER = (
    " An event found at the same time as another counts as the one named first; patients in whom the order "
    "of events is not stated are left out."
)


def build(study: hs.reproduce.Study) -> hs.plots.Figure:
    """Draw the cumulative incidence of each first event."""
    inclusion, choice = study.settings["inclusion"], study.settings["competing"]
    first = hs.literature.competing_events(
        hs.literature.load(study.data),
        choice["causes"],
        minimum_confidence=inclusion["minimum_confidence"],
        exclude=inclusion["exclude"],
    )
    curves = hs.aalen_johansen(first.response, level=study.level)
    end = curves.follow_up["all"]
    figure = hs.plots.cumulative_incidence(
        curves,
        xlabel="Years from the primary tumour",
        ticks=[tick for tick in TICKS if tick <= end],
        horizon=min(choice["horizon"], end),
        among_reported_cases=True,
    )
    return replace(figure, caption=hs.Text.of(figure.caption, ORDER))


if __name__ == "__main__":
    hs.reproduce.main(build)
