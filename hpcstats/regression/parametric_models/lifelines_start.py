"""The fit of lifelines, in the standardised coefficients of a `Problem`: where the climb begins.

lifelines' optimiser stops where a step promises little, and at n = 5 to 12 that can be far from the maximum,
or it gives up. So its answer is a place to begin from; the climb and its certificate decide.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from hpcstats.columns import FloatArray
from hpcstats.core.parametric.hazard_families import Spline
from hpcstats.core.parametric.likelihood import Observed
from hpcstats.regression.parametric_models.problem import Problem

_AFT = {
    "weibull": ("WeibullAFTFitter", ("lambda_", "rho_"), (1.0, -1.0)),
    "log-normal": ("LogNormalAFTFitter", ("mu_", "sigma_"), (1.0, 1.0)),
    "log-logistic": ("LogLogisticAFTFitter", ("alpha_", "beta_"), (1.0, -1.0)),
}
"""Fitter, names of its parameters, and their signs in ours."""

AVAILABLE = (*_AFT, "exponential", "generalised-gamma", "spline")
"""Distributions that lifelines has."""


def lifelines_start(name: str, problem: Problem) -> FloatArray | None:
    """Fit by lifelines; None where it has no such model or gives up."""
    fit = _fitter(name, problem)
    if fit is None or not _suits(problem.likelihood.observed):
        return None
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            found = fit()
        except Exception:  # noqa: BLE001 (whatever it gives up with, the climb begins elsewhere)
            return None
    return found if np.isfinite(found).all() else None


def _suits(observed: Observed) -> bool:
    """Tell whether lifelines takes these rows: it needs times after 0."""
    ends = np.where(np.isfinite(observed.upper), observed.upper, observed.lower)
    return bool((ends > 0).all() and (observed.lower[observed.exact] > 0).all())


def _fitter(name: str, problem: Problem) -> Callable[[], FloatArray] | None:
    one_curve = problem.likelihood.designs[0].shape[1] == 1
    if name in _AFT:
        return lambda: _accelerated(name, problem)
    if name in ("exponential", "generalised-gamma", "spline") and one_curve:
        return lambda: _one_curve(name, problem)
    return None


def _accelerated(name: str, problem: Problem) -> FloatArray:
    import lifelines

    fitter, parameters, signs = _AFT[name]
    frame, columns, options = _frame(problem)
    model = getattr(lifelines, fitter)()
    formula = " + ".join(columns) or "1"
    if "upper" in frame:
        frame = frame.drop(columns="time")
        model.fit_interval_censoring(frame, "lower", "upper", event_col="event", formula=formula, **options)
    else:
        model.fit(frame, "time", "event", formula=formula, **options)
    location, ancillary = parameters
    values = [model.params_[location, name] for name in ("Intercept", *columns)]
    return np.array([*values, signs[1] * model.params_[ancillary, "Intercept"]], dtype=np.float64)


def _frame(problem: Problem) -> tuple[Any, list[str], dict[str, str]]:
    """Write the rows as lifelines wants them."""
    import pandas as pd

    observed, design = problem.likelihood.observed, problem.likelihood.designs[0]
    columns = [f"x{k}" for k in range(1, design.shape[1])]
    frame = pd.DataFrame(design[:, 1:], columns=columns)
    frame["weight"], options = observed.weights, {"weights_col": "weight"}
    if observed.entry is not None:
        frame["entry"] = observed.entry
        options["entry_col"] = "entry"
    frame["event"] = observed.exact
    if observed.closed.any():
        frame["lower"], frame["upper"] = observed.lower, observed.upper
    frame["time"] = observed.lower
    return frame, columns, options


def _one_curve(name: str, problem: Problem) -> FloatArray:
    import lifelines

    observed = problem.likelihood.observed
    family = problem.likelihood.family
    if name == "exponential":
        model = lifelines.ExponentialFitter()
    elif name == "generalised-gamma":
        model = lifelines.GeneralizedGammaFitter()
    else:
        assert isinstance(family, Spline)
        model = lifelines.SplineFitter(np.exp(family.knots))
    options: dict[str, Any] = {"weights": observed.weights}
    if observed.entry is not None:
        options["entry"] = observed.entry
    if observed.closed.any():
        model.fit_interval_censoring(observed.lower, observed.upper, **options)
    else:
        model.fit(observed.lower, observed.exact, **options)
    values = model.params_.to_numpy(dtype=np.float64)
    found: FloatArray = np.log(values) if name == "exponential" else values
    return found
