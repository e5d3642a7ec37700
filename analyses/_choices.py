"""What several scripts share: endpoints, curves and models as study.toml chooses them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import hpcstats as hs

LABELS = {
    "age_decades": "Age at the primary, per 10 years",
    "sex": "Sex",
    "site": "Site of the primary",
    "resection_complete": "Resection of the primary",
    "adjuvant_radiotherapy": "Adjuvant radiotherapy",
}
RESECTION = {"gross total": "Gross total resection", "subtotal or biopsy": "Subtotal resection or biopsy"}


def endpoint(study: hs.reproduce.Study, name: str) -> hs.literature.Endpoint:
    """Return an endpoint of the patients whom the study includes."""
    return hs.literature.endpoint(hs.literature.load(study.data), name, **study.settings["inclusion"])


def known_resection(found: hs.literature.Endpoint) -> tuple[hs.Surv, Any]:
    """Return the response and the covariates of the patients whose extent of resection is stated."""
    known = found.data["resection_complete"].notna().to_numpy()
    return found.response.take(known), found.data[known]


def main_endpoint(study: hs.reproduce.Study, name: str) -> str:
    """Return what is written behind the words for an endpoint: whether it is the main one."""
    is_main = name == study.settings["objectives"]["main_endpoint"]
    return " (main endpoint of these analyses)" if is_main else ""


def curves(study: hs.reproduce.Study, response: hs.Surv, group: Any = None) -> hs.SurvivalCurves:
    """Estimate Kaplan-Meier curves with the interval of the study."""
    return hs.kaplan_meier(response, group, interval=study.settings["curves"]["interval"], level=study.level)


def recurrence_model(
    study: hs.reproduce.Study, found: hs.literature.Endpoint, covariates: str | Sequence[str]
) -> hs.CoxFit:
    """Fit a Cox model of local recurrence to the patients in whom its covariates are stated."""
    model = study.settings["models"]["local_recurrence"]
    return hs.cox(
        found.response,
        found.data.assign(age_decades=found.data["age_at_primary"] / 10),
        covariates if isinstance(covariates, str) else list(covariates),
        ties=model["ties"],
        penalty=model["penalty"],
        interval=model["interval"],
        level=study.level,
        missing="drop",
    )


def recurrence_models(
    study: hs.reproduce.Study, found: hs.literature.Endpoint
) -> tuple[dict[str, hs.CoxFit], hs.CoxFit]:
    """Fit the models of local recurrence: each factor alone, and all together."""
    model = study.settings["models"]["local_recurrence"]
    alone = {name: recurrence_model(study, found, [name]) for name in model["univariable"]}
    return alone, recurrence_model(study, found, model["multivariable"])


def censored_otherwise(
    study: hs.reproduce.Study, found: hs.literature.Endpoint
) -> tuple[hs.sensitivity.TippingPoint, hs.sensitivity.BestAndWorstCase]:
    """Compare recurrence by resection if those censored recur sooner or later, at once or never."""
    response, data = known_resection(found)
    group, choices = data["resection_complete"], study.settings["tipping_point"]
    test = {"test": choices["test"], "penalty": choices["penalty"], "level": study.level}
    tipping = hs.sensitivity.tipping_point(
        response,
        group,
        deltas=choices["deltas"],
        curve=choices["curve"],
        n_imputations=choices["n_imputations"],
        # The random numbers of Figure 15, wherever the map is read.
        seed=study.generator("figure_15_tipping_map"),
        **test,
    )
    return tipping, hs.sensitivity.best_and_worst_case(response, group, **test)
