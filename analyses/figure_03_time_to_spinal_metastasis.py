"""Figure 3: time from the primary to spinal metastasis among reported cases, beside the index paper."""

from __future__ import annotations

from dataclasses import replace

from _choices import curves

import hpcstats as hs

TICKS = [0, 2, 4, 6, 8, 10, 12, 14, 16]
BESIDE = (
    " The review counts lesions found with the primary (0 years), which the curve leaves out; a case may be "
    "in both."
)


def build(study: hs.reproduce.Study) -> hs.plots.Figure:
    """Draw the curve of the reported cases."""
    cases = hs.literature.load(study.data)
    endpoint = hs.literature.endpoint(cases, "spinal_metastasis", **study.settings["inclusion"])
    km = curves(study, endpoint.response)
    figure = hs.plots.survival_curves(
        km,
        ylabel="Proportion of reported cases without spinal metastasis",
        xlabel="Years from the primary tumour",
        ticks=[tick for tick in TICKS if tick <= km.follow_up["all"]],
        width="double",
        labels={"all": "Reported cases"},
        reported=reported_by_the_review(cases),
        among_reported_cases=True,
    )
    return replace(figure, caption=hs.Text.of(figure.caption, BESIDE)) if cases.seed_summary else figure


def reported_by_the_review(cases: hs.literature.CaseData) -> hs.plots.ReportedStatement | None:
    """Return what the index paper states of its own cases, if the data hold such a statement."""
    if cases.seed_summary is None:
        return None
    stated = cases.seed_summary["nine_patients"]
    time = stated["time_to_spinal_metastasis_years"]
    return hs.plots.ReportedStatement(
        label=f"Review of {cases.seed_summary['identification']['year']}",
        n=stated["n"]["value"],
        mean=time["mean"],
        low=time["min"],
        high=time["max"],
        source_id=cases.seed_summary["source_id"],
    )


if __name__ == "__main__":
    hs.reproduce.main(build)
