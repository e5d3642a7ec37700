"""The distributions a parametric model may have: their families, and what their coefficients mean."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from hpcstats.columns import FloatArray
from hpcstats.core.parametric.gamma import Gamma, GeneralisedGamma
from hpcstats.core.parametric.hazard_families import Gompertz, Spline
from hpcstats.core.parametric.hazards import Family
from hpcstats.core.parametric.laws import ExtremeValue, LocationScale, Logistic, Normal
from hpcstats.core.parametric.likelihood import Observed
from hpcstats.errors import DataError, DesignError, check_option

Effect = Literal["time ratio", "hazard ratio", "difference"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Distribution:
    """One distribution and the words for it.

    Attributes
    ----------
    name : str
        As it is asked for.
    family : callable
        The family for the rows that are fitted.
    ancillary : tuple of str
        Names of the ancillary parameters.
    effect : {"time ratio", "hazard ratio", "difference"}
        What exp(coefficient) of a covariate is; of a difference the coefficient itself is meant.
    convention : str
        The parametrisation in one sentence.
    collapsible : bool
        Whether it can shrink to a point, so that a fit without scatter has no maximum.
    scaled : bool
        Whether times are divided by a typical time while the maximum is sought.
    """

    name: str
    family: Callable[[Observed], Family]
    ancillary: tuple[str, ...] = ()
    effect: Effect = "time ratio"
    convention: str
    collapsible: bool = True
    scaled: bool = False

    @property
    def from_zero(self) -> bool:
        """Whether times must be positive."""
        return self.effect != "difference"


def _law(family: LocationScale) -> Callable[[Observed], Family]:
    return lambda _: family


_SCALE = ("log(scale)",)
_LOG_TIME = "log T = Intercept + x'coef + scale W, W {law}; exp(coef) multiplies time"

DISTRIBUTIONS: dict[str, Distribution] = {
    given.name: given
    for given in (
        Distribution(
            name="exponential",
            family=_law(LocationScale(ExtremeValue(), 1.0)),
            convention=_LOG_TIME.format(law="extreme value, scale 1") + " (and divides the rate).",
            collapsible=False,
        ),
        Distribution(
            name="weibull",
            family=_law(LocationScale(ExtremeValue())),
            ancillary=_SCALE,
            convention=_LOG_TIME.format(law="extreme value") + "; the Weibull shape is 1 / scale.",
        ),
        Distribution(
            name="rayleigh",
            family=_law(LocationScale(ExtremeValue(), 0.5)),
            convention=_LOG_TIME.format(law="extreme value, scale 1/2") + ".",
            collapsible=False,
        ),
        Distribution(
            name="log-normal",
            family=_law(LocationScale(Normal())),
            ancillary=_SCALE,
            convention=_LOG_TIME.format(law="normal") + ".",
        ),
        Distribution(
            name="log-logistic",
            family=_law(LocationScale(Logistic())),
            ancillary=_SCALE,
            convention=_LOG_TIME.format(law="logistic") + "; the shape is 1 / scale.",
        ),
        Distribution(
            name="gamma",
            family=lambda _: Gamma(),
            ancillary=("log(shape)",),
            convention="T = exp(Intercept + x'coef) G, G gamma with the shape; exp(coef) multiplies time.",
        ),
        Distribution(
            name="generalised-gamma",
            family=lambda _: GeneralisedGamma(),
            ancillary=("log(sigma)", "Q"),
            convention=(
                "Prentice's form: log T = Intercept + x'coef + sigma W(Q), Q = 1 Weibull, Q = 0 log-normal; "
                "exp(coef) multiplies time."
            ),
        ),
        Distribution(
            name="gompertz",
            family=lambda _: Gompertz(),
            ancillary=("slope",),
            effect="hazard ratio",
            convention=(
                "hazard = exp(Intercept + x'coef + slope t); exp(coef) multiplies the hazard. With a "
                "negative slope the curve has a plateau: some never have the event."
            ),
            collapsible=False,
            scaled=True,
        ),
        Distribution(
            name="gaussian",
            family=_law(LocationScale(Normal(), from_zero=False)),
            ancillary=_SCALE,
            effect="difference",
            convention="T = Intercept + x'coef + scale W, W normal: times below 0 are possible.",
            scaled=True,
        ),
        Distribution(
            name="logistic",
            family=_law(LocationScale(Logistic(), from_zero=False)),
            ancillary=_SCALE,
            effect="difference",
            convention="T = Intercept + x'coef + scale W, W logistic: times below 0 are possible.",
            scaled=True,
        ),
        Distribution(
            name="extreme",
            family=_law(LocationScale(ExtremeValue(), from_zero=False)),
            ancillary=_SCALE,
            effect="difference",
            convention="T = Intercept + x'coef + scale W, W extreme value: times below 0 are possible.",
            scaled=True,
        ),
    )
}
SPLINE = "spline"
NAMES = (*DISTRIBUTIONS, SPLINE)
"""All names, the spline last."""


def distribution_of(name: str, n_knots: Any, observed: Observed) -> Distribution:
    """Look a distribution up; a spline's knots come from the rows.

    Raises
    ------
    UnsupportedError, DataError, DesignError
        For an unknown name, a number of knots that is none, and too few distinct event times for them.
    """
    check_option("distribution", name, NAMES)
    if name != SPLINE:
        return DISTRIBUTIONS[name]
    if isinstance(n_knots, bool) or not isinstance(n_knots, (int, np.integer)) or n_knots < 0:
        raise DataError(f"n_knots must be a whole number, 0 or more, not {n_knots!r}.")
    knots = _knots(int(n_knots), observed)
    return Distribution(
        name=SPLINE,
        family=lambda _: Spline(knots),
        ancillary=tuple(f"gamma{k}" for k in range(1, n_knots + 2)),
        effect="hazard ratio",
        convention=(
            f"log H(t) = Intercept + x'coef + a restricted cubic spline of log t with {n_knots} inner knots "
            "at quantiles of the event times (of midpoints where they are intervals), the outer knots at the "
            "first and last of them; exp(coef) multiplies the hazard."
        ),
        collapsible=False,
    )


def _knots(number: int, observed: Observed) -> tuple[float, ...]:
    known = (observed.exact | observed.closed) & (observed.weights > 0)
    middle = (observed.lower[known] + observed.upper[known]) / 2
    times: FloatArray = np.log(middle[middle > 0])
    if np.unique(times).size < number + 2:
        raise DesignError(
            f"A spline with {number} inner knots needs {number + 2} distinct event times, but there are "
            f"{np.unique(times).size}. Ask for fewer knots, or another distribution."
        )
    knots = np.quantile(times, np.linspace(0, 1, number + 2))
    if np.unique(knots).size < knots.size:
        raise DesignError(
            f"Tied event times make two of the {number + 2} knots of the spline equal. Ask for fewer knots."
        )
    return tuple(float(knot) for knot in knots)
