"""Completed data sets fitted by `hpcstats.cox`, and the model of the complete cases beside them."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from hpcstats.columns import FloatArray, as_frame
from hpcstats.covariates import given_names
from hpcstats.design import Design
from hpcstats.errors import DataError, DesignError, HpcstatsWarning
from hpcstats.regression.fit import CoxFit
from hpcstats.regression.proportional_hazards import cox
from hpcstats.sensitivity.missing.draws import Draws
from hpcstats.sensitivity.missing.variables import Columns
from hpcstats.surv import Surv


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Fits:
    """Estimates of m completed data sets.

    Attributes
    ----------
    terms : tuple of str
        Names of the coefficients.
    estimates, variances : ndarray, shape (m, p)
        Log hazard ratios and their variances; NaN where a fit has no finite estimate.
    refused : tuple of str
        Why completed data sets cannot be fitted at all: imputed values can make two columns one.
    """

    terms: tuple[str, ...]
    estimates: FloatArray
    variances: FloatArray
    refused: tuple[str, ...] = ()


def fit_all(response: Surv, columns: Columns, design: Design, draws: Draws, **how: Any) -> Fits:
    """Fit the model to each completed data set; `design` names its terms."""
    m, p = draws.values[0].shape[0], len(design.terms)
    estimates, variances = np.full((m, p), np.nan), np.full((m, p), np.nan)
    refused = []
    with warnings.catch_warnings():
        # Fits without a finite estimate are counted and told once, with the pooled answer.
        warnings.simplefilter("ignore", HpcstatsWarning)
        for number in range(m):
            frame = columns.frame([values[number] for values in draws.values])
            try:
                fit = cox(response, frame, columns.formula, interval="wald", **how)
            except DesignError as error:
                refused.append(given_names(str(error), dict(columns.aliases)))
                continue
            estimates[number] = fit.coef
            variances[number] = np.where(np.isfinite(fit.coef), fit.std_error**2, np.nan)
    return Fits(
        terms=tuple(given_names(term, dict(columns.aliases)) for term in design.terms),
        estimates=estimates,
        variances=variances,
        refused=tuple(refused),
    )


def complete_cases(
    response: Surv, data: Any, formula: str | Sequence[str] | None, auxiliary: Sequence[str], **how: Any
) -> tuple[CoxFit | None, str]:
    """Fit the model to the patients who miss nothing of it; where that cannot be done say why."""
    if formula is None and auxiliary:
        data = as_frame(data).drop(columns=list(auxiliary))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", HpcstatsWarning)
            return cox(response, data, formula, missing="drop", **how), ""
    except (DataError, DesignError) as error:
        return None, str(error)
