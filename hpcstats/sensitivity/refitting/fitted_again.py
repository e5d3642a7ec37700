"""A Cox model fitted again through `cox`: for some of its rows, other weights, or further strata."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from hpcstats.columns import FloatArray, IntArray
from hpcstats.errors import HpcstatsWarning
from hpcstats.regression.choices import MODEL, SANDWICH
from hpcstats.regression.fit import CoxFit
from hpcstats.regression.proportional_hazards import cox


def cox_again(
    fit: CoxFit,
    rows: IntArray,
    *,
    matrix: FloatArray | None = None,
    terms: tuple[str, ...] | None = None,
    weights: FloatArray | None = None,
    strata: Any = None,
    robust: bool = False,
) -> CoxFit:
    """Fit a Cox model again with its own ties, penalty, strata, clusters, variance, interval and level.

    Warnings stay in the `warnings` of the fit that is returned.

    Parameters
    ----------
    fit : CoxFit
        The model.
    rows : ndarray of int, shape (m,)
        Positions among the rows it used.
    matrix, terms : ndarray, shape (m, p), and tuple of str, optional
        Other columns for these rows.
    weights : ndarray, shape (m,), optional
        Sampling weights in the place of those of the fit.
    strata : sequence, optional
        A label for each of these rows, beside the strata of the fit.
    robust : bool
        Whether the variance is a sandwich also where that of the fit is not.

    Raises
    ------
    DesignError
        Where these rows cannot carry the model.
    """
    case, beside = fit.inputs, _beside(fit, rows, weights)
    layers = _layers(fit, rows, strata)
    columns = fit.design.matrix[rows] if matrix is None else matrix
    names = fit.terms if terms is None else terms
    variance: bool | str = fit.variance != MODEL or robust
    variance = variance if fit.variance in (MODEL, SANDWICH) else fit.variance
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", HpcstatsWarning)
        return cox(
            case.response.take(rows),
            {name: columns[:, j] for j, name in enumerate(names)},
            list(names),
            ties=fit.ties,
            penalty=fit.penalty,
            strata=layers,
            robust=variance,
            interval="wald" if variance else fit.interval,
            level=fit.level,
            **beside,
        )


def _beside(fit: CoxFit, rows: IntArray, weights: FloatArray | None) -> dict[str, Any]:
    """Return clusters, weights and offset of the rows, where there are any."""
    case = fit.inputs
    found: dict[str, Any] = {}
    if case.cluster is not None and case.cluster_given:
        found["cluster"] = np.array([case.cluster_names[k] for k in case.cluster[rows]], dtype=object)
    if weights is not None:
        found["weights"] = weights
    elif case.frequency:
        found["frequencies"] = case.weights[rows]
    elif (case.weights != 1).any():
        found["weights"] = case.weights[rows]
    if case.offset.any():
        found["offset"] = case.offset[rows]
    return found


def _layers(fit: CoxFit, rows: IntArray, strata: Any) -> Any:
    """Cross the strata of the fit with others."""
    own = fit.inputs.strata
    if own is None:
        return strata
    codes = own.codes[rows].tolist()
    if strata is None:
        return np.array(codes)
    return np.array([f"{code} / {label}" for code, label in zip(codes, strata, strict=True)], dtype=object)
