"""Figure 13: mean number of local recurrences per patient."""

from __future__ import annotations

from dataclasses import replace

import hpcstats as hs

TICKS = [0, 5, 10, 15, 20, 25]
SELECTED = (
    " Many patients were published because of their recurrence: the mean is one among published cases, not "
    "an expectation for a new patient."
)


def build(study: hs.reproduce.Study) -> hs.plots.Figure:
    """Draw the mean number of local recurrences, death ending them."""
    cases = hs.literature.load(study.data)
    inclusion, choices = study.settings["inclusion"], study.settings["recurrences"]
    history = hs.literature.recurrent_events(
        cases,
        "local_recurrence",
        minimum_confidence=inclusion["minimum_confidence"],
        exclude=inclusion["exclude"],
    )
    means = hs.mean_cumulative(history.response, interval=choices["interval"], level=study.level)
    figure = hs.plots.mean_cumulative_curves(
        means,
        ylabel="Mean number of local recurrences per reported case",
        xlabel="Years from the primary tumour",
        horizon=choices["horizon"],
        ticks=[tick for tick in TICKS if tick <= max(means.follow_up.values())],
    )
    counted = f" Counted: {history.event}. Population: {history.population}."
    return replace(figure, caption=hs.Text.of(figure.caption, f" {means.method}", counted, SELECTED))


if __name__ == "__main__":
    hs.reproduce.main(build)
