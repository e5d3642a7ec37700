"""Figure 7: the hazard ratio and the median without each patient, and without each paper."""

from __future__ import annotations

from _choices import curves, endpoint, recurrence_model

import hpcstats as hs

RATIO = "Hazard ratio of local recurrence, {level} against {reference}"
MEDIAN = ("quantile", 0.5)
NAMED = 5


def build(study: hs.reproduce.Study) -> hs.plots.Figure:
    """Leave out one at a time, from the model of the resection and from the curve of all patients."""
    recurrence = endpoint(study, "local_recurrence")
    fit = recurrence_model(study, recurrence, ["resection_complete"])
    km = curves(study, recurrence.response)
    papers = recurrence.data["source_id"]
    ratio = hs.plots.LeftOut(
        label=RATIO.format(**levels(fit)),
        whole=fit,
        by={"patient": hs.leave_one_out(fit), "paper": hs.leave_one_out(fit, papers)},
    )
    median = hs.plots.LeftOut(
        label="Median time to local recurrence",
        whole=km,
        by={
            "patient": hs.leave_one_out(km, statistic=MEDIAN),
            "paper": hs.leave_one_out(km, papers, statistic=MEDIAN),
        },
    )
    return hs.plots.influence([ratio, median], named=NAMED)


def levels(fit: hs.CoxFit) -> dict[str, str]:
    """Name the two levels that are compared."""
    [factor] = fit.design.factors
    [other] = [level for level in factor.levels if level != factor.reference]
    return {"level": str(other), "reference": str(factor.reference)}


if __name__ == "__main__":
    hs.reproduce.main(build)
