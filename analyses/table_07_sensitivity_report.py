"""Table 7: what threatens the hazard ratio of local recurrence by resection, and whether it turns."""

from __future__ import annotations

from typing import Any

import numpy as np
from _choices import censored_otherwise, endpoint, recurrence_model
from _specifications import specifications

import hpcstats as hs

ESTIMATE = "Hazard ratio of local recurrence, subtotal resection or biopsy against gross total resection"
CAPTION = "Sensitivity of the model of local recurrence by extent of resection."
WITH, WITHOUT = "with an event", "without an event"


def build(study: hs.reproduce.Study) -> hs.tables.Table:
    """Examine the model of Figure 4, threat by threat."""
    recurrence = endpoint(study, "local_recurrence")
    fit = recurrence_model(study, recurrence, ["resection_complete"])
    tipping, extremes = censored_otherwise(study, recurrence)
    asked, missing = study.settings["sensitivity"], study.settings["missing"]
    shares = {WITH: [1.0], WITHOUT: list(asked["shares_without_recurrence"])}
    report = hs.sensitivity.report(
        fit,
        sources=recurrence.data["source_id"],
        duplicates=hs.literature.candidate_duplicates(study.data),
        rounding=limits(recurrence, fit),
        # One column has gaps: a chain has nothing to go round.
        imputation={"method": missing["method"], "n_imputations": missing["n_imputations"], "cycles": 1},
        missing_bounds={"most": missing["most_fitted"]},
        tipping_point=tipping,
        best_and_worst_case=extremes,
        sampling_fractions={"fractions": shares},
        eras={"years": recurrence.data["source_year"], "breaks": list(asked["eras"])},
        chance={"n_resamples": asked["n_resamples"]},
        multiverse=specifications(study),
        seed=study.seed,
    )
    return hs.tables.sensitivity_report(report, labels={"estimate": ESTIMATE}, caption=CAPTION)


def limits(found: hs.literature.Endpoint, fit: hs.CoxFit) -> dict[str, Any]:
    """Return the limits that wording and rounding allow to the time of each patient of the model.

    The view with limits has both of a recurrence and the lower one of an end without: rounding goes as far
    up as down.
    """
    view = found.interval.response
    place = [list(view.id).index(id_) for id_ in fit.response.id]
    time, lower, upper = fit.response.time, view.lower[place], view.time[place]
    return {"lower": lower, "upper": np.where(fit.response.event, upper, 2 * time - lower), "closed": "both"}


if __name__ == "__main__":
    hs.reproduce.main(build)
