"""Residuals of a Cox model as frames: what each patient had less what the model expects of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from hpcstats.columns import FloatArray, IntArray
from hpcstats.core.cox.event_residuals import deviance, martingale, scaled, schoenfeld
from hpcstats.core.cox.score_residuals import score_residuals
from hpcstats.errors import check_option
from hpcstats.regression.fitted import Fitted, fitted

if TYPE_CHECKING:
    import pandas as pd

    from hpcstats.regression.fit import CoxFit

KINDS = ("martingale", "deviance", "score", "schoenfeld", "scaled-schoenfeld", "dfbeta", "dfbetas")


def residuals(fit: CoxFit, kind: str = "martingale") -> pd.DataFrame:
    """Residuals of a fitted Cox model, a row for each row of the data, or for each event.

    Parameters
    ----------
    fit : CoxFit
        A fit with finite coefficients.
    kind : {"martingale", "deviance", "score", "schoenfeld", "scaled-schoenfeld", "dfbeta", "dfbetas"}
        "martingale": events seen less events expected, of one patient; for the form of a covariate.
        "deviance": the same, made symmetric; for patients that fit badly.
        "score": the patient's part of the score of each coefficient.
        "dfbeta": about what each coefficient loses when the row is left out; "dfbetas": in standard errors.
        "schoenfeld": covariates of each event less their mean at risk, a row an event in order of time;
        "scaled-schoenfeld": the same times the variance and the number of events, plus the coefficient, so
        that its trend over time is that of the log hazard ratio.

    Returns
    -------
    DataFrame
        ``row`` (position in the data given), ``id`` where there is one, then ``residual``, or a column for
        each term; for the Schoenfeld kinds ``time`` first. Rows of weight 0 have no residual.

    Raises
    ------
    DesignError
        For a coefficient without a finite estimate.
    UnsupportedError
        For an unknown kind, and for kinds made of means at risk under ``ties="exact"``.

    Notes
    -----
    As R's ``residuals.coxph``. Under sampling weights the dfbeta kinds are those of the row with its weight,
    all others those of one patient; under frequencies all are those of one patient. Under exact ties
    martingale residuals follow Breslow's hazard.

    Examples
    --------
    Therneau and Grambsch's first test data: with r = exp(beta) Breslow's martingale residual of the second
    patient is 1 - r / (3 r + 3).

    >>> import hpcstats as hs
    >>> y = hs.Surv.right([1, 1, 6, 6, 8, 9], [1, 0, 1, 1, 0, 1])
    >>> fit = hs.cox(y, {"x": [1, 1, 1, 0, 0, 0]}, ties="breslow")
    >>> fit.residuals("martingale").round(4)["residual"].tolist()
    [0.7287, -0.2713, -0.4574, 0.6667, -0.3333, -0.3333]
    """
    check_option("kind", kind, KINDS)
    at = fitted(fit, f"{kind.capitalize()} residuals")
    if kind in {"martingale", "deviance"}:
        raw = martingale(at.hazard_steps(), at.event)
        values = raw if kind == "martingale" else deviance(raw, at.event)
        return _frame(fit, at.rows, values[:, None], ["residual"])
    if kind in {"score", "dfbeta", "dfbetas"}:
        return _frame(fit, at.rows, _of_rows(at, kind), list(fit.terms))
    rows, values = schoenfeld(at.score_steps("Schoenfeld residuals"), at.exit)
    if kind == "scaled-schoenfeld":
        values = scaled(values, fit.naive_covariance, fit.coef, fit.n_events)
    frame = _frame(fit, at.rows[rows], values, list(fit.terms))
    frame.insert(0, "time", at.exit[rows])
    return frame


def unit_scores(at: Fitted) -> FloatArray:
    """Return the score residuals of one patient of each row: (n, p)."""
    at.score_steps("Score residuals")
    scale = at.fit.search.scale
    likelihood = at.fit.inputs.likelihood(at.fit.design.matrix / scale, at.fit.ties)
    return score_residuals(likelihood, at.fit.coef * scale, at.rows.size) * scale / at.weights[:, None]


def _of_rows(at: Fitted, kind: str) -> FloatArray:
    fit, scores = at.fit, unit_scores(at)
    if kind == "score":
        return scores
    counted = scores if fit.inputs.frequency else scores * at.weights[:, None]
    changes: FloatArray = counted @ fit.naive_covariance
    return changes if kind == "dfbeta" else changes / fit.std_error


def _frame(fit: CoxFit, rows: IntArray, values: FloatArray, names: list[str]) -> pd.DataFrame:
    import pandas as pd

    columns: dict[str, Any] = {"row": fit.design.rows[rows]}
    if fit.response.id is not None:
        columns["id"] = fit.response.id[rows]
    return pd.DataFrame(columns | dict(zip(names, np.transpose(values), strict=True)))
