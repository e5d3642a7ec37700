"""The mixture cure fit of lifelines, in the standardised coefficients of a `Problem`."""

from __future__ import annotations

import warnings

import numpy as np

from hpcstats.columns import FloatArray
from hpcstats.core.parametric.cure import Link
from hpcstats.regression.parametric_models.problem import Problem

_BASES = {
    "exponential": ("ExponentialFitter", ("lambda_",)),
    "weibull": ("WeibullFitter", ("lambda_", "rho_")),
    "log-normal": ("LogNormalFitter", ("mu_", "sigma_")),
    "log-logistic": ("LogLogisticFitter", ("alpha_", "beta_")),
}


def mixture_start(name: str, problem: Problem, link: Link) -> FloatArray | None:
    """Fit by lifelines; None where it has no such model, or gives up."""
    observed = problem.likelihood.observed
    if name not in _BASES or any(design.shape[1] > 1 for design in problem.likelihood.designs):
        return None
    if observed.closed.any() or not (observed.lower > 0).all():
        return None
    import lifelines

    fitter, parameters = _BASES[name]
    options = {} if observed.entry is None else {"entry": observed.entry}
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            model = lifelines.MixtureCureFitter(base_fitter=getattr(lifelines, fitter)())
            model.fit(observed.lower, observed.exact, weights=observed.weights, **options)
        except Exception:  # noqa: BLE001 (whatever it gives up with, the climb begins elsewhere)
            return None
        found = [float(model.params_[parameter]) for parameter in parameters]
        cured = float(model.params_["cured_fraction_"])
        inner = _inner(name, found)
        start = np.array([*inner, float(link.predictor(np.array(cured)))])
    return start if np.isfinite(start).all() else None


def _inner(name: str, found: list[float]) -> list[float]:
    """Return location and log scale."""
    if name == "log-normal":
        return [found[0], float(np.log(found[1]))]
    return [float(np.log(found[0])), *[-float(np.log(shape)) for shape in found[1:]]]
