"""Figure 10: the risk of a late spinal metastasis, and how long follow-up must last."""

from __future__ import annotations

from dataclasses import replace

from _choices import endpoint
from _cohorts import counted, main_way, pooled

import hpcstats as hs

CORRECTED = "Corrected for truncation"
REPORTED = "As reported"
ANY = "P(ever) as pooled for any metastasis"
BOTH_WAYS = (
    " The pooled proportion is of metastases anywhere, seen within the follow-up of each cohort: for the "
    "first reason it is above that of spinal ones, for the second below."
)


def build(study: hs.reproduce.Study) -> hs.plots.Figure:
    """Put cohorts and cases together."""
    choices, found = study.settings["residual_risk"], endpoint(study, "spinal_metastasis")
    responses = {CORRECTED: found.truncated.surv, REPORTED: found.point.surv}
    ever = {f"{value:g}": value for value in choices["ever"]}
    ever[ANY] = pooled(study, counted(study, "metastasis_crude").used, **main_way(study))
    risks = {
        name: hs.literature.residual_risk(
            response,
            ever,
            given=choices["given"],
            catch=choices["catch"],
            reached=choices["reached"],
            level=study.level,
            n_draws=choices["n_draws"],
            seed=study.generator(f"{study.analysis} {name}"),
        )
        for name, response in responses.items()
        if response is not None and len(response) > 1
    }
    if not risks:
        raise hs.reproduce.NotApplicable("the data hold no dated spinal metastasis")
    figure = hs.plots.residual_risk_curves(risks, event="spinal metastasis")
    return replace(figure, caption=hs.Text.of(figure.caption, BOTH_WAYS))


if __name__ == "__main__":
    hs.reproduce.main(build)
