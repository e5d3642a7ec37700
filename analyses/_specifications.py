"""What Figure 14 and Table 7 share: the hazard ratio of resection under every combination of choices."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

import hpcstats as hs

COVARIATES = {
    "none": [],
    "age": ["age_decades"],
    "age, sex and site": ["age_decades", "sex", "site"],
}
PENALTIES = {"firth": "firth", "none": None}


def specifications(study: hs.reproduce.Study) -> hs.sensitivity.Multiverse:
    """Run the choices of study.toml whole."""
    settings = study.settings["multiverse"]
    return hs.sensitivity.multiverse(
        settings["choices"],
        hazard_ratio,
        main=settings["main"],
        prepare={"cases": cases_of(study), "chosen": chosen},
        exclude=settings["exclude"],
        level=study.level,
    )


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
