"""A Cox model as what is examined: one of its hazard ratios."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np

from hpcstats.columns import IntArray
from hpcstats.errors import DataError, DesignError, listing
from hpcstats.regression.fit import CoxFit
from hpcstats.sensitivity.refitting.fitted_again import cox_again
from hpcstats.sensitivity.threats.finding import Finding
from hpcstats.sensitivity.threats.subject import Refit, Subject
from hpcstats.surv import Surv


def subject_of(fit: CoxFit, term: str | None) -> Subject:
    """Choose the coefficient, and say how it is estimated from other rows."""
    place = _place(fit, term)
    groups, why = _groups(fit, place)
    return Subject(
        fit=fit,
        kind="cox",
        label=_label(fit, place),
        finding=_finding(fit, place),
        response=fit.response,
        refit=_refit(fit, place),
        groups=groups,
        why_no_groups=why,
        term=fit.terms[place],
    )


def _place(fit: CoxFit, term: str | None) -> int:
    if term in fit.terms:
        return fit.terms.index(str(term))
    single = [factor for factor in fit.design.factors if factor.name == term and len(factor.terms) == 1]
    if single:
        return fit.terms.index(single[0].terms[0])
    if term is None and len(fit.terms) == 1:
        return 0
    wrong = "The model has several coefficients" if term is None else f"There is no coefficient {term!r}"
    raise DataError(f"{wrong}. Write term= and one of {listing(fit.terms)}.")


def _finding(fit: CoxFit, place: int) -> Finding:
    coef, low, high = (float(values[place]) for values in (fit.coef, fit.low, fit.high))
    if math.isnan(coef):
        # A monotone likelihood: its one finite limit says where the estimate has gone.
        coef = math.inf if math.isinf(high) and not math.isinf(low) else coef
        coef = -math.inf if math.isinf(low) and not math.isinf(high) else coef
    with np.errstate(over="ignore"):
        ratios = [float(np.exp(value)) for value in (coef, low, high)]
    return Finding(estimate=ratios[0], null=1.0, level=fit.level, low=ratios[1], high=ratios[2])


def _refit(fit: CoxFit, place: int) -> Refit:
    def again(response: Surv, rows: IntArray, **changes: Any) -> Finding:
        inputs = replace(fit.inputs, response=response)
        return _finding(cox_again(replace(fit, inputs=inputs, **changes), rows), place)

    return again


def _label(fit: CoxFit, place: int) -> str:
    term = fit.terms[place]
    for factor in fit.design.factors:
        if term in factor.terms and factor.kind == "categorical":
            levels = [level for level in factor.levels if level != factor.reference]
            level = dict(zip(factor.terms, levels, strict=False))[term]
            return f"Hazard ratio, {level} against {factor.reference}"
    return f"Hazard ratio of {term}"


def _groups(fit: CoxFit, place: int) -> tuple[Any, str]:
    """Return the two groups of a model that compares nothing else, in the order of its reference."""
    import pandas as pd

    case, column = fit.inputs, fit.design.matrix[:, place]
    values = np.unique(column)
    if len(fit.terms) > 1:
        return None, "the model holds other covariates beside the two groups"
    if values.size != 2:
        return None, f"{fit.terms[place]} does not make two groups"
    if case.strata is not None or case.offset.any() or (case.weights != 1).any():
        return None, "the model has strata, an offset or weights"
    if fit.response.kind != "right":
        return None, f"it is not defined for Surv.{fit.response.kind}"
    factor = fit.design.factors[0]
    names = [f"{factor.name} = {value:g}" for value in values.tolist()]
    if factor.kind == "categorical":
        names = [str(factor.reference), *(str(level) for level in factor.levels if level != factor.reference)]
    codes = np.searchsorted(values, column)
    return pd.Categorical.from_codes(codes.astype(np.int64), categories=pd.Index(names, dtype=object)), ""


def complete(fit: CoxFit) -> tuple[Surv, Any]:
    """Return the response of all rows given, and their table: also of those who miss a covariate.

    Raises
    ------
    DesignError
        Where nobody does, or something stands beside the covariates.
    """
    case, design = fit.inputs, fit.design
    if not design.dropped.size:
        raise DesignError("no covariate is missing")
    if case.strata is not None or case.cluster is not None or case.offset.any() or (case.weights != 1).any():
        raise DesignError("the model has strata, clusters, an offset or weights")
    used, gone = fit.response, fit.dropped
    order = np.argsort(np.concatenate([design.rows, design.dropped]))

    def both(name: str) -> Any:
        first, second = getattr(used, name), getattr(gone, name)
        return None if first is None else np.concatenate([first, second])[order]

    everybody = Surv.right(both("time"), both("event"), entry=both("entry"), id=both("id"), unit=used.unit)
    return everybody, case.table
