"""Figure 14: the hazard ratio of local recurrence by resection under every combination of choices."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

import hpcstats as hs

LABELS = {
    "confidence": "Confidence of the reading",
    "confidence=low": "Any",
    "confidence=medium": "Medium or high",
    "confidence=high": "High",
    "patients": "Patients",
    "patients=intracranial": "Intracranial primaries only",
    "patients=no spinal metastasis": "Without spinal metastasis",
    "times": "Time of a recurrence",
    "times=middle of limits": "Middle of its limits",
    "times=end of limits": "End of its limits",
    "covariates": "Covariates beside resection",
    "ties": "Tied events",
    "penalty": "Penalty",
    "penalty=firth": "Firth's",
    "interval": "Limits",
    "interval=profile": "Profile likelihood",
    "interval=wald": "Wald",
}
COVARIATES = {
    "none": [],
    "age": ["age_decades"],
    "age, sex and site": ["age_decades", "sex", "site"],
}
PENALTIES = {"firth": "firth", "none": None}
OTHERWISE = (
    " Choices and main analysis stand in study.toml. Many of these patients were published because of their "
    "recurrence: a bias that all specifications share does not show here."
)


def build(study: hs.reproduce.Study) -> hs.plots.Figure:
    """Run the choices of study.toml whole, test the curve, and draw it."""
    settings = study.settings["multiverse"]
    found = hs.sensitivity.multiverse(
        settings["choices"],
        hazard_ratio,
        main=settings["main"],
        prepare={"cases": cases_of(study), "chosen": chosen},
        exclude=settings["exclude"],
        level=study.level,
    )
    test = found.permutation_test(settings["n_resamples"], seed=study.generator(), progress=False)
    return hs.plots.specification_curve(found, test, labels=LABELS, remark=OTHERWISE)


def cases_of(study: hs.reproduce.Study) -> Callable[[str], hs.literature.Endpoint]:
    """Return the step that reads the endpoint, once for each degree of confidence."""
    data, inclusion = hs.literature.load(study.data), study.settings["inclusion"]

    def cases(confidence: str) -> hs.literature.Endpoint:
        options = {**inclusion, "minimum_confidence": confidence}
        return hs.literature.endpoint(data, "local_recurrence", **options)

    return cases


def chosen(cases: hs.literature.Endpoint, times: str, patients: str) -> tuple[hs.Surv, Any]:
    """Return the response and the covariates of the patients who are in."""
    view = cases.point if times == "as reported" else cases.interval
    response = view.response if times == "as reported" else dated(view.response, times)
    kept = np.ones(len(response), dtype=bool)
    if patients == "no spinal metastasis":
        kept = (view.data["role"] != "spinal_metastasis").to_numpy()
    elif patients == "intracranial":
        kept = (view.data["site"] == "intracranial").to_numpy()
    data = view.data.assign(age_decades=view.data["age_at_primary"] / 10)
    return response.take(kept), data[kept].reset_index(drop=True)


def dated(response: hs.Surv, times: str) -> hs.Surv:
    """Put each recurrence in the middle or at the end of its limits; the others end at their lower limit."""
    happened = np.isfinite(response.time)
    middle = (response.lower + response.time) / 2
    time = np.where(happened, middle if times == "middle of limits" else response.time, response.lower)
    return hs.Surv.right(time, happened, id=response.id)


def hazard_ratio(
    chosen: tuple[hs.Surv, Any], covariates: str, ties: str, penalty: str, interval: str
) -> hs.sensitivity.CoxTerm:
    """State the model of a specification."""
    response, data = chosen
    return hs.sensitivity.CoxTerm(
        response=response,
        data=data,
        formula=["resection_complete", *COVARIATES[covariates]],
        ties=ties,
        penalty=PENALTIES[penalty],
        interval=interval,
        label="Hazard ratio of local recurrence, subtotal or biopsy against gross total",
    )


if __name__ == "__main__":
    hs.reproduce.main(build)
