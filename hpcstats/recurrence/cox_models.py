"""What the Cox models of recurrent events share: rows clustered by patient, and words of their own."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from hpcstats.errors import check_option
from hpcstats.regression.cluster_variance import FEW_CLUSTERS
from hpcstats.regression.fit import CoxFit
from hpcstats.regression.proportional_hazards import cox
from hpcstats.surv import Surv

DEATH_CENSORS = (
    "Death ends the observation: ratios are of the rate of events among patients alive, not of the mean "
    "number over all patients."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What the models hand on to `hpcstats.cox`, as it takes them."""

    ties: str
    robust: bool | str
    penalty: Any
    interval: str
    level: float
    missing: str

    def __post_init__(self) -> None:
        check_option("missing", self.missing, ("raise", "drop"))


def fitted(
    name: str,
    response: Surv,
    data: Any,
    formula: Any,
    options: Options,
    *,
    strata: Any = None,
    weights: Any = None,
    offset: Any = None,
    conventions: tuple[str, ...] = (),
    warnings: tuple[str, ...] = (),
) -> CoxFit:
    """Fit a Cox model whose variance takes the rows of one patient as dependent."""
    fit = cox(
        response,
        data,
        formula,
        ties=options.ties,
        penalty=options.penalty,
        strata=strata,
        cluster=_clusters(response, options),
        robust=options.robust,
        weights=weights,
        offset=offset,
        interval=options.interval,
        level=options.level,
        missing=options.missing,
    )
    deaths = (DEATH_CENSORS,) if response.terminal is not None and response.terminal.any() else ()
    return replace(
        fit,
        method=f"{name}: {fit.method}",
        conventions=(*fit.conventions, *conventions, *deaths, *_few(fit, options)),
        warnings=(*warnings, *fit.warnings),
    )


def _clusters(response: Surv, options: Options) -> Any:
    """Return the patient of each row, or nothing where `cox` clusters by patient of itself."""
    if options.robust is False:
        return None
    assert response.id is not None
    having = response.id[response.event].tolist()
    by_itself = options.missing == "raise" and len(set(having)) < len(having)
    return None if by_itself else response.id


def _few(fit: CoxFit, options: Options) -> tuple[str, ...]:
    """Say that a plain sandwich over few patients is too small."""
    codes = fit.inputs.cluster
    if codes is None or options.robust is not True:
        return ()
    patients = int(np.unique(codes).size)
    if patients >= FEW_CLUSTERS:
        return ()
    return (
        (
            f"The robust variance rests on {patients} patients and is too small without a correction. Write "
            "robust='mancl-derouen' or another variance for few clusters."
        ),
    )
