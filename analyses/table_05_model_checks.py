"""Table 5: what stands behind the Cox models of local recurrence."""

from __future__ import annotations

from collections.abc import Mapping

from _choices import LABELS, endpoint, recurrence_model, recurrence_models

import hpcstats as hs

AGE = "age_decades"
TOGETHER = "multivariable"
ROWS = LABELS | {"one_coefficient": "Each factor alone", TOGETHER: "All factors together"}
CAPTION = (
    "Checks of the Cox models of local recurrence, each factor alone and all together. With so few events a "
    "test of proportional hazards or of linearity finds gross departures only, and one patient can move a "
    "hazard ratio."
)


def build(study: hs.reproduce.Study) -> hs.tables.Table:
    """Check the models of Table 3."""
    recurrence = endpoint(study, "local_recurrence")
    alone, together = recurrence_models(study, recurrence)
    fits = alone | {TOGETHER: together}
    checks = study.settings["checks"]
    sound = {name: found for name, found in fits.items() if found.status == "ok"}
    return hs.tables.model_checks(
        fits,
        proportional_hazards={
            name: found.proportional_hazards(n_resamples=checks["n_orders"], seed=study.seed)
            for name, found in sound.items()
        },
        concordance={name: found.concordance() for name, found in sound.items()},
        performance={
            name: found.performance(checks["n_resamples"], seed=study.seed) for name, found in sound.items()
        },
        without_patient={name: hs.leave_one_out(found) for name, found in fits.items()},
        without_paper={
            name: hs.leave_one_out(found, recurrence.data["source_id"]) for name, found in fits.items()
        },
        squares=squares(study, recurrence, fits),
        labels=ROWS,
        caption=CAPTION,
    )


def squares(
    study: hs.reproduce.Study, recurrence: hs.literature.Endpoint, fits: Mapping[str, hs.CoxFit]
) -> dict[str, dict[str, hs.CoxFit]]:
    """Let the effect of age bend in every model that has it."""
    factors = {name: [factor.name for factor in fit.design.factors] for name, fit in fits.items()}
    return {
        name: {AGE: recurrence_model(study, recurrence, " + ".join([*names, f"I({AGE}**2)"]))}
        for name, names in factors.items()
        if AGE in names
    }


if __name__ == "__main__":
    hs.reproduce.main(build)
