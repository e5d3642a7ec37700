"""The pointwise intervals of a survival curve by name: one table from the name to the kernel."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import ndtri

from hpcstats.columns import FloatArray
from hpcstats.core.limits.modified_lower import limits_with_modified_lower
from hpcstats.core.limits.pieces import Limits, on_grid
from hpcstats.core.limits.pointwise import TRANSFORMS, survival_limits
from hpcstats.core.risk_sets import Counts
from hpcstats.errors import UnsupportedError
from hpcstats.nonparametric.beta_product import BetaProduct
from hpcstats.nonparametric.other_intervals import COUNTING

SIDES = ("two-sided", "lower", "upper")
LOWER_LIMITS = ("usual", "peto", "dorey-korn")


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimated:
    """One estimated curve: what an interval method is given.

    Attributes
    ----------
    times : ndarray, shape (T,)
        Distinct times of event or censoring.
    counts : Counts
        Weighted counts, (1, T).
    survival, greenwood : ndarray, shape (T,)
        The estimate and its Greenwood sum.
    """

    times: FloatArray
    counts: Counts
    survival: FloatArray
    greenwood: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is asked of an interval method.

    Attributes
    ----------
    level : float
        Confidence level of the interval, or of the one limit.
    sided : {"two-sided", "lower", "upper"}
        Which limits are wanted.
    lower_limit : {"usual", "peto", "dorey-korn"}
        Variance of the lower limit of the normal approximations.
    """

    level: float
    sided: str = "two-sided"
    lower_limit: str = "usual"

    def __post_init__(self) -> None:
        if self.sided == "upper" and self.lower_limit != "usual":
            raise UnsupportedError(
                f"lower_limit='{self.lower_limit}' with sided='upper': there is no lower limit to modify. "
                "Leave one of the two out."
            )

    @property
    def tail(self) -> float:
        """Probability left out beyond each limit."""
        return (1 - self.level) / 2 if self.sided == "two-sided" else 1 - self.level

    @property
    def z(self) -> float:
        """Normal quantile of the limits."""
        return float(-ndtri(self.tail))


IntervalMethod = Callable[[Estimated, Asked], Limits]


def normal_approximation(transform: str) -> IntervalMethod:
    """Limits symmetric on the scale of a transformation, by Greenwood's variance."""

    def limits(curve: Estimated, asked: Asked) -> Limits:
        estimate = curve.survival, curve.greenwood
        if asked.lower_limit == "usual":
            low, high = survival_limits(*estimate, asked.z, transform)
        else:
            low, high = limits_with_modified_lower(
                curve.counts, *estimate, asked.z, transform, asked.lower_limit
            )
        before = np.nan if transform == "arcsin" else 1.0
        return on_grid(curve.times, low, high, (before, before))

    return limits


INTERVALS: dict[str, IntervalMethod] = {
    **{name: normal_approximation(name) for name in TRANSFORMS},
    "bpcp": BetaProduct().limits,
    "bpcp-midp": BetaProduct(mid_p=True).limits,
    **{name: method for name, (method, _) in COUNTING.items()},
}

BASIS: dict[str, str] = {
    **dict.fromkeys(TRANSFORMS, "Greenwood variance"),
    **{name: words for name, (_, words) in COUNTING.items()},
}
"""What the interval of a name rests on, for the sentence of the result."""

SHOWN: dict[str, str] = {
    "bpcp": "beta product",
    "bpcp-midp": "mid-p beta product",
    "thomas-grunkemeier": "Thomas-Grunkemeier",
    "strawderman-wells": "Strawderman-Wells",
    "strawderman-wells-tied": "Strawderman-Wells (ties counted)",
    "rothman": "Rothman",
    **{name: "Borkowf" + name.removeprefix("borkowf") for name in COUNTING if name.startswith("borkowf")},
}
"""How an interval is called in captions and tables, where not by its name."""


def limits_of(method: IntervalMethod, curve: Estimated, asked: Asked) -> Limits:
    """Return the limits asked for; the side that is not asked for is 0 or 1."""
    limits = method(curve, asked)
    if asked.sided == "lower":
        return replace(
            limits,
            high=_constant(limits.high, 1.0),
            high_after=_where_given(limits.high_after, 1.0),
            high_error=_where_given(limits.high_error, 0.0),
        )
    if asked.sided == "upper":
        return replace(
            limits,
            low=_constant(limits.low, 0.0),
            low_after=_where_given(limits.low_after, 0.0),
            low_error=_where_given(limits.low_error, 0.0),
        )
    return limits


def _where_given(values: FloatArray | None, value: float) -> FloatArray | None:
    return None if values is None else _constant(values, value)


def _constant(values: FloatArray, value: float) -> FloatArray:
    """Replace the defined values."""
    return np.where(np.isnan(values), np.nan, value)
