"""Figure 3: time to spinal metastasis as reported, with rounding as intervals, corrected for truncation."""

from __future__ import annotations

from dataclasses import replace

from _choices import curves

import hpcstats as hs

BESIDE = (
    " The review counts lesions found with the primary (0 years), which the curves leave out; a case may be "
    "in both."
)
FEW = (
    " The correction needs the year of the primary, which few reports give; calendar years place the report "
    "within one year of their difference."
)


def build(study: hs.reproduce.Study) -> hs.plots.Figure:
    """Draw the three curves of the reported cases."""
    cases = hs.literature.load(study.data)
    endpoint = hs.literature.endpoint(cases, "spinal_metastasis", **study.settings["inclusion"])
    seen, years = endpoint.truncated.response, endpoint.truncated.data
    band = hs.truncation_band(
        seen.time, years["truncation_lower"], years["truncation_upper"], id=seen.id, level=study.level
    )
    resamples = study.settings["intervals"]["n_resamples"]
    figure = hs.plots.corrected_curves(
        curves(study, endpoint.response),
        hs.turnbull(
            endpoint.interval.response, level=study.level, n_resamples=resamples, seed=study.generator()
        ),
        hs.lynden_bell(seen, level=study.level),
        band,
        ylabel="Proportion of reported cases without spinal metastasis",
        xlabel="Years from the primary tumour",
        statement=reported_by_the_review(cases),
    )
    emptied = "".join(f" With all truncation times at their lower bounds: {text}" for text in band.warnings)
    words = hs.Text.of(figure.caption, FEW, emptied, BESIDE if cases.seed_summary else "")
    return replace(figure, caption=words)


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
