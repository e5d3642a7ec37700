"""One chain of imputation by chained equations, on statsmodels' MICE.

This file loads statsmodels and is loaded only when a chain is run.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from statsmodels.imputation.mice import MICEData
from statsmodels.regression.linear_model import OLS

from hpcstats.columns import FloatArray
from hpcstats.core.missing.multinomial_logistic import augmented, fit_multinomial, probabilities
from hpcstats.core.missing.substantive import spread_of
from hpcstats.sensitivity.missing.variables import Variable

DONORS = 5
_APART = 1e-9


class Regression(OLS):  # type: ignore[misc]  # statsmodels ships no types
    """Least squares whose predictions never tie, so that matching sorts them alike on every processor."""

    def predict(self, params: Any, exog: Any = None) -> Any:
        """Predict, with steps far below any distance that matters."""
        found = np.asarray(super().predict(params, exog))
        return found + _APART * (1 + np.abs(found).max(initial=0.0)) * np.arange(found.size)


class ChainedEquations(MICEData):  # type: ignore[misc]  # statsmodels ships no types
    """statsmodels' chain, with numbers by predictive mean matching and levels drawn from logistic models.

    Parameters
    ----------
    frame : DataFrame
        Columns ``v0``, ``v1``, ... of numbers and numbers of levels with their gaps; then columns without
        gaps that tell of the outcome.
    variables : sequence of Variable
        What the first columns are.
    rng : Generator
        Where random numbers come from.
    """

    def __init__(self, frame: Any, variables: Sequence[Variable], rng: np.random.Generator) -> None:
        self._variables = {f"v{k}": variable for k, variable in enumerate(variables)}
        self._outcome = frame[frame.columns[len(variables) :]].to_numpy()
        self._design: dict[str, FloatArray] = {}
        known = [int((~v.missing).sum()) for v in variables if v.kind == "numeric"]
        donors = min([DONORS, *known])
        super().__init__(frame, k_pmm=donors, rng=rng)
        for name in self._variables:
            self.set_imputer(name, model_class=Regression, k_pmm=donors)

    def get_fitting_data(self, vname: str) -> tuple[Any, Any, dict[str, Any], dict[str, Any]]:
        """Return values and predictors of the rows whose value is known."""
        rows = self.ix_obs[vname]
        self._design = {vname: self._predictors(vname)}
        return self.data[vname].to_numpy()[rows], self._design[vname][rows], {}, {}

    def get_split_data(self, vname: str) -> tuple[Any, Any, Any, dict[str, Any], dict[str, Any]]:
        """Return the same once more, and the predictors of the rows whose value is missing."""
        design, rows = self._design[vname], self.ix_obs[vname]
        return self.data[vname].to_numpy()[rows], design[rows], design[self.ix_miss[vname]], {}, {}

    def perturb_params(self, vname: str) -> None:
        """Draw coefficients of a regression from their approximate posterior."""
        if self._variables[vname].kind == "categorical":
            self._draw_logistic(vname)
            return
        values, design, _, _ = self.get_fitting_data(vname)
        self.models[vname] = self.model_class[vname](values, design)
        self.results[vname] = self.models[vname].fit()
        normal = self.rng.standard_normal((1, design.shape[1]))
        covariance = self.results[vname].cov_params()[None]
        jitter = 1e-12 * np.trace(covariance[0]) * np.eye(design.shape[1])
        self.params[vname] = self.results[vname].params + spread_of(covariance + jitter, normal)[0]

    def impute(self, vname: str) -> None:
        """Draw the missing values."""
        variable = self._variables[vname]
        if variable.kind == "numeric":
            self.impute_pmm(vname)
            return
        design = self._design[vname][self.ix_miss[vname]]
        shares = probabilities(design[None], self.params[vname], len(variable.levels))[0]
        drawn = self.rng.random(shares.shape[0])[:, None] > np.cumsum(shares, axis=1)[:, :-1]
        self._store_changes(vname, drawn.sum(axis=1).astype(np.float64))

    def _draw_logistic(self, vname: str) -> None:
        values, design, _, _ = self.get_fitting_data(vname)
        whole, levels = self._design[vname], len(self._variables[vname].levels)
        spread = np.stack([whole.mean(axis=0), whole.std(axis=0)])[None]
        rows, codes, weights = augmented(design[None], values[None].astype(np.int64), levels, spread)
        fit = fit_multinomial(rows, codes, levels, weights)
        normal = self.rng.standard_normal(fit.coefficients.shape)
        self.params[vname] = fit.coefficients + spread_of(fit.covariance, normal)

    def _predictors(self, vname: str) -> FloatArray:
        """Return an intercept, all other variables as they stand, and the outcome."""
        columns = [np.ones((len(self.data), 1))]
        for name, variable in self._variables.items():
            if name != vname:
                columns.append(variable.predictors(self.data[name].to_numpy()))
        return np.concatenate([*columns, self._outcome], axis=1)
