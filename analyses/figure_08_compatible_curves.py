"""Figure 8: all curves that the review's mean and range allow, beside the curve of the collected cases."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import hpcstats as hs

TICKS = [0, 2, 4, 6, 8, 10, 12, 14, 16]
ALONE = "Mean and range alone"
WITH_KNOWN = "With {number} of the {n} cases known one by one"
BESIDE = (
    " The review counts lesions found with the primary, so that the collected cases include them here (at 0 "
    "years); some of its cases may be among them."
)


def build(study: hs.reproduce.Study) -> hs.plots.Figure:
    """Draw both bands side by side."""
    cases = hs.literature.load(study.data)
    if cases.seed_summary is None:
        raise hs.reproduce.NotApplicable("the data directory holds no seed_summary.json")
    settings = study.settings["nine_patients"]
    inclusion = dict(study.settings["inclusion"])
    inclusion["exclude_mechanisms"] = [
        name for name in inclusion["exclude_mechanisms"] if name != "synchronous"
    ]
    endpoint = hs.literature.endpoint(cases, "spinal_metastasis", **inclusion)
    known = known_times(endpoint, settings["known"])
    km = hs.kaplan_meier(endpoint.response, interval=study.settings["curves"]["interval"], level=study.level)
    n = cases.seed_summary["nine_patients"]["n"]["value"]
    panels = [panel(study, cases, settings, {}, ALONE)]
    if known:
        panels.append(panel(study, cases, settings, known, WITH_KNOWN.format(number=len(known), n=n)))
    figure = hs.plots.compatible_curves(
        panels,
        curve=km,
        curve_label="Collected cases",
        ylabel="Proportion without spinal metastasis, among reported cases",
        xlabel="Years from the primary tumour",
        ticks=TICKS,
    )
    taken = "; ".join(f"{patient} ({settings['known'][patient]})" for patient in known)
    told = f" Taken as known: {taken}." if known else ""
    return replace(figure, caption=hs.Text.of(figure.caption, BESIDE, told))


def panel(
    study: hs.reproduce.Study,
    cases: hs.literature.CaseData,
    settings: Any,
    known: dict[str, Any],
    label: str,
) -> hs.plots.CompatiblePanel:
    """Find the data sets on the grid of the study and on the others."""
    assert cases.seed_summary is not None
    stated = cases.seed_summary["nine_patients"]
    time = stated["time_to_spinal_metastasis_years"]

    def on(grid: str | None) -> Any:
        return hs.literature.reconstruct.from_summary(
            stated["n"]["value"],
            mean=time["mean"],
            minimum=time["min"],
            maximum=time["max"],
            known=list(known.values()),
            grid=grid,
            n_samples=1,
            seed=study.seed,
        )

    others: dict[str, Any] = {f"In steps of {grid} years": on(grid) for grid in settings["other_grids"]}
    return hs.plots.CompatiblePanel(
        label=label,
        data_sets=on(settings["grid"]),
        others=others | {"Any real values": on(None)},
        patients=tuple(known),
        sources=(cases.seed_summary["source_id"],),
    )


def known_times(
    endpoint: hs.literature.Endpoint, patients: Iterable[str]
) -> dict[str, hs.literature.reconstruct.Contains]:
    """Read the times of known cases with the limits that their wording allows."""
    spans = endpoint.interval.response
    limits = dict(zip(spans.id, zip(spans.lower, spans.time, strict=True), strict=True))
    times = dict(zip(endpoint.response.id, endpoint.response.time, strict=True))
    return {
        patient: hs.literature.reconstruct.Contains(
            float(times[patient]), rounding=float(limits[patient][1] - limits[patient][0]) / 2
        )
        for patient in patients
        if patient in times and patient in limits
    }


if __name__ == "__main__":
    hs.reproduce.main(build)
