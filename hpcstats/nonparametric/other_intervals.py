"""Pointwise intervals that count patients: likelihood ratio, effective binomial, hybrid variance, Edgeworth.

They are defined for whole patients observed from time 0 on, each limit at the wanted one-sided error.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from hpcstats.core.limits.binomial_limits import binomial_limits
from hpcstats.core.limits.edgeworth_limits import edgeworth_limits
from hpcstats.core.limits.hybrid_limits import hybrid_limits
from hpcstats.core.limits.likelihood_limits import likelihood_limits
from hpcstats.core.limits.pieces import Limits

if TYPE_CHECKING:
    from hpcstats.nonparametric.intervals import Asked, Estimated

    Method = Callable[[Estimated, Asked], Limits]


def thomas_grunkemeier(curve: Estimated, asked: Asked) -> Limits:
    """Limits by the constrained likelihood ratio."""
    return likelihood_limits(curve.times, curve.counts, asked.z)


def rothman(curve: Estimated, asked: Asked) -> Limits:
    """Wilson's limits for the effective number of patients."""
    return binomial_limits(curve.times, curve.counts, curve.survival, curve.greenwood, asked.z)


def strawderman_wells(*, tied: bool) -> Method:
    """Return limits corrected for the skewness of the cumulative hazard."""

    def limits(curve: Estimated, asked: Asked) -> Limits:
        return edgeworth_limits(curve.times, curve.counts, curve.survival, asked.z, tied=tied)

    return limits


def borkowf(*, log: bool, shifted: bool) -> Method:
    """Return limits by the hybrid variance, of the curve or of the curve shifted towards one half."""

    def limits(curve: Estimated, asked: Asked) -> Limits:
        return hybrid_limits(curve.times, curve.counts, curve.survival, asked.z, log=log, shifted=shifted)

    return limits


COUNTING: dict[str, tuple[Method, str]] = {
    "thomas-grunkemeier": (thomas_grunkemeier, "constrained likelihood ratio"),
    "rothman": (rothman, "Wilson interval for the effective number of patients, Greenwood variance"),
    "borkowf": (borkowf(log=True, shifted=False), "hybrid variance, log scale"),
    "borkowf-log": (borkowf(log=True, shifted=False), "hybrid variance, log scale"),
    "borkowf-plain": (borkowf(log=False, shifted=False), "hybrid variance"),
    "borkowf-shifted-log": (borkowf(log=True, shifted=True), "hybrid variance, shifted estimate, log scale"),
    "borkowf-shifted-plain": (borkowf(log=False, shifted=True), "hybrid variance, shifted estimate"),
    "strawderman-wells": (
        strawderman_wells(tied=False),
        "Edgeworth expansion for the cumulative hazard, tied events counted once in its variance",
    ),
    "strawderman-wells-tied": (
        strawderman_wells(tied=True),
        "Edgeworth expansion for the cumulative hazard, tied events counted each",
    ),
}
"""The method of each name, and what it rests on in words."""

DEFINED_AT_ZERO = frozenset(COUNTING) - {"borkowf", "borkowf-log"}
"""Those with limits also where the curve is 0."""
