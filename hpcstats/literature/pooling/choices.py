"""The choices of a pooling: which method, which limits, which estimator of the variance between studies."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from hpcstats.core.meta.heterogeneity import ESTIMATORS
from hpcstats.errors import DataError, UnsupportedError, check_option
from hpcstats.groups import confidence_level

METHODS = ("auto", "glmm", "inverse-variance")
LIMITS = ("auto", "hartung-knapp", "hartung-knapp-truncated", "wald", "wald-t", "profile")
_OF_COUNTS = ("wald", "wald-t", "profile")
_OF_ESTIMATES = ("hartung-knapp", "hartung-knapp-truncated", "wald", "wald-t")


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What was asked for, with nothing left to "auto"."""

    method: str
    limits: str
    tau2: str | float
    scale: str
    level: float


def choose(method: str, limits: str, tau2: Any, scale: str, scales: tuple[str, ...], level: Any) -> Choices:
    """Settle the choices of a pooling of counts.

    Raises
    ------
    UnsupportedError
        For names that are not known, and for combinations without a definition.
    """
    check_option("method", method, METHODS)
    check_option("limits", limits, LIMITS)
    check_option("scale", scale, scales)
    chosen = "glmm" if method == "auto" else method
    if chosen == "inverse-variance":
        return Choices(
            method=chosen,
            limits=_limits_of_estimates(limits),
            tau2=known_tau2(tau2),
            scale=scale,
            level=confidence_level(level),
        )
    if scale != scales[0]:
        raise UnsupportedError(
            f'method="glmm" is a model of the {scales[0]}. Leave scale={scale!r} out, or pool by '
            'method="inverse-variance".'
        )
    if tau2 != "reml":
        raise UnsupportedError(
            'method="glmm" estimates the variance between studies by maximum likelihood. Leave '
            f'tau2={tau2!r} out, or pool by method="inverse-variance".'
        )
    if limits not in ("auto", *_OF_COUNTS):
        raise UnsupportedError(
            f'limits={limits!r} are defined for method="inverse-variance". For a likelihood write "wald-t", '
            'which has their t distribution, or "profile".'
        )
    found = "wald-t" if limits == "auto" else limits
    return Choices(method=chosen, limits=found, tau2="ml", scale=scale, level=confidence_level(level))


def _limits_of_estimates(limits: str) -> str:
    if limits == "auto":
        return "hartung-knapp"
    if limits not in _OF_ESTIMATES:
        raise UnsupportedError(
            'limits="profile" need the likelihood of the counts: method="glmm". For estimates with variances '
            'write "hartung-knapp", "wald" or "wald-t".'
        )
    return limits


def choose_for_estimates(limits: str, tau2: Any, level: Any) -> Choices:
    """Settle the choices of a pooling of estimates with variances."""
    check_option("limits", limits, LIMITS)
    return Choices(
        method="inverse-variance",
        limits=_limits_of_estimates(limits),
        tau2=known_tau2(tau2),
        scale="identity",
        level=confidence_level(level),
    )


def known_tau2(tau2: Any) -> str | float:
    """Read the name of an estimator, or a variance."""
    if isinstance(tau2, str):
        check_option("tau2", tau2, ESTIMATORS)
        return tau2
    if isinstance(tau2, bool) or not isinstance(tau2, (int, float)) or not 0 <= tau2 < math.inf:
        raise DataError(f"tau2 must be the name of an estimator or a variance, 0 or more, not {tau2!r}.")
    return float(tau2)
