"""One model in the parameters of other programs, by name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from hpcstats.columns import BoolArray, FloatArray
from hpcstats.core.limits.pointwise import normal_quantile
from hpcstats.errors import UnsupportedError, check_option

if TYPE_CHECKING:
    import pandas as pd

    from hpcstats.regression.parametric_models.fit import ParametricFit

CONVENTIONS = ("survreg", "flexsurv", "proportional-hazards", "icenReg")

_SURVREG = {
    "exponential", "weibull", "rayleigh", "log-normal", "log-logistic", "gaussian", "logistic", "extreme",
}  # fmt: skip

_Part = tuple[str, int | None, float, bool]
"""Name of a natural parameter, which ancillary parameter it is (None: the intercept), the sign of the
coefficient in it, and whether it is its exponential."""
_FLEXSURV: dict[str, tuple[_Part, ...]] = {
    "exponential": (("rate", None, -1.0, True),),
    "weibull": (("shape", 0, -1.0, True), ("scale", None, 1.0, True)),
    "log-normal": (("meanlog", None, 1.0, False), ("sdlog", 0, 1.0, True)),
    "log-logistic": (("shape", 0, -1.0, True), ("scale", None, 1.0, True)),
    "gamma": (("shape", 0, 1.0, True), ("rate", None, -1.0, True)),
    "gompertz": (("shape", 0, 1.0, False), ("rate", None, 1.0, True)),
    "generalised-gamma": (("mu", None, 1.0, False), ("sigma", 0, 1.0, True), ("Q", 1, 1.0, False)),
}


@dataclass(frozen=True, slots=True, eq=False)
class Expressed:
    """Parameters of another convention: linear in the coefficients, then perhaps exponentiated.

    Attributes
    ----------
    names : tuple of str
        What they are called there.
    linear : ndarray, shape (p,)
        Their values before exponentiation.
    covariance : ndarray, shape (p, p)
        Of these.
    exponential : ndarray of bool, shape (p,)
        Which are exponentiated.
    """

    names: tuple[str, ...]
    linear: FloatArray
    covariance: FloatArray
    exponential: BoolArray

    def to_frame(self, level: float) -> pd.DataFrame:
        """Return parameter, estimate, std_error, low, high."""
        import pandas as pd

        error = np.sqrt(np.diag(self.covariance))
        margin = normal_quantile(level) * error

        def shown(values: FloatArray) -> FloatArray:
            with np.errstate(over="ignore"):
                return np.where(self.exponential, np.exp(values), values)

        estimate = shown(self.linear)
        return pd.DataFrame(
            {
                "parameter": list(self.names),
                "estimate": estimate,
                "std_error": error * np.where(self.exponential, estimate, 1.0),
                "low": shown(self.linear - margin),
                "high": shown(self.linear + margin),
            }
        )


def expressed(fit: ParametricFit, convention: str) -> Expressed:
    """Express a fit in another convention.

    Raises
    ------
    UnsupportedError
        For an unknown convention, or a distribution it has not.
    """
    check_option("convention", convention, CONVENTIONS)
    if convention == "survreg":
        return _survreg(fit)
    if convention == "flexsurv":
        return _flexsurv(fit)
    return _proportional_hazards(fit, convention)


def _survreg(fit: ParametricFit) -> Expressed:
    if fit.distribution_name not in _SURVREG:
        raise _unknown(fit.distribution_name, "survreg")
    names = [{"Intercept": "(Intercept)", "log(scale)": "Log(scale)"}.get(term, term) for term in fit.terms]
    return Expressed(tuple(names), fit.coef, fit.covariance, np.zeros(len(names), dtype=bool))


def _flexsurv(fit: ParametricFit) -> Expressed:
    names, turn, exponential = natural_turn(
        fit.distribution_name, np.array(fit.tested), fit.terms, "flexsurv"
    )
    return Expressed(names, turn @ fit.coef, turn @ fit.covariance @ turn.T, exponential)


def natural_turn(
    name: str, tested: BoolArray, terms: tuple[str, ...], convention: str
) -> tuple[tuple[str, ...], FloatArray, BoolArray]:
    """Return names, the matrix from our coefficients, and what is exponentiated, of flexsurv's parameters."""
    p, covariates = len(terms), np.flatnonzero(tested)
    first = 1 + covariates.size
    if name == "spline":
        turn = np.eye(p)[[0, *range(first, p), *covariates]]
        names = [f"gamma{k}" for k in range(p - covariates.size)]
        exponential = np.zeros(p, dtype=bool)
    elif name in _FLEXSURV:
        parts = _FLEXSURV[name]
        turn = np.zeros((p, p))
        for row, (_, ancillary, sign, _) in enumerate(parts):
            turn[row, 0 if ancillary is None else first + ancillary] = sign
        location = next(sign for _, ancillary, sign, _ in parts if ancillary is None)
        for row, column in enumerate(covariates, start=len(parts)):
            turn[row, column] = location
        names = [part[0] for part in parts]
        exponential = np.array([part[3] for part in parts] + [False] * covariates.size)
    else:
        raise _unknown(name, convention)
    return (*names, *(terms[k] for k in covariates)), turn, exponential


def _proportional_hazards(fit: ParametricFit, convention: str) -> Expressed:
    """Weibull: shape = 1 / scale, log hazard ratio = -coef / scale; icenReg's baseline is at the means."""
    if fit.distribution_name != "weibull":
        raise _unknown(fit.distribution_name, convention)
    covariates, last = np.flatnonzero(fit.tested), len(fit.terms) - 1
    shape = float(np.exp(-fit.coef[last]))
    turn = np.zeros((len(fit.terms), len(fit.terms)))
    turn[0, last], turn[1, 0] = -1.0, 1.0
    if convention == "icenReg":
        turn[1, covariates] = fit.rows.matrix(fit.rows.design)[fit.rows.counted][:, covariates].mean(axis=0)
    values = [-fit.coef[last], float(turn[1] @ fit.coef)]
    for row, column in enumerate(covariates, start=2):
        turn[row, column], turn[row, last] = -shape, fit.coef[column] * shape
        values.append(-fit.coef[column] * shape)
    names = ("log_shape", "log_scale", *(fit.terms[k] for k in covariates))
    exponential = np.zeros(len(names), dtype=bool)
    return Expressed(names, np.array(values), turn @ fit.covariance @ turn.T, exponential)


def _unknown(name: str, convention: str) -> UnsupportedError:
    return UnsupportedError(
        f"The convention {convention!r} has no {name!r} distribution. "
        "to_frame() has the coefficients in their own."
    )
