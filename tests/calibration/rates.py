"""Shares of data sets, simulated or summed over probabilities."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from hpcstats.core.risk_sets import BoolArray, FloatArray


@dataclass(frozen=True)
class Rate:
    """A share of (probability-weighted) data sets."""

    hits: float
    among: float

    def __add__(self, other: Rate) -> Rate:
        return Rate(self.hits + other.hits, self.among + other.among)

    @property
    def value(self) -> float:
        """Return the share; NaN of nothing."""
        return self.hits / self.among if self.among else math.nan

    def error(self, true: float | None = None) -> float:
        """Return the Monte-Carlo standard error of a simulated share (at its `true` value, where known)."""
        p = self.value if true is None else true
        return math.sqrt(max(p * (1 - p), 0.0) / self.among) if self.among else math.nan


def share(hits: BoolArray, weight: FloatArray, among: BoolArray | bool = True) -> Rate:
    """Add up the weight of the hits among those asked about."""
    counted = weight * among
    return Rate(float(counted[hits].sum()), float(counted.sum()))


def total(parts: Iterable[dict[str, Rate]]) -> dict[str, Rate]:
    """Add up the rates of all parts, name by name."""
    sums: dict[str, Rate] = {}
    for part in parts:
        sums = {name: rate + sums.get(name, Rate(0.0, 0.0)) for name, rate in part.items()}
    return sums


def assert_within_four_errors(simulated: Rate, exact: float, what: str) -> None:
    """Fail where a simulated share is further from the exact one than four Monte-Carlo standard errors."""
    error = simulated.error(exact)
    message = f"{what}: simulated {simulated.value:.4f}, exact {exact:.4f}, Monte-Carlo error {error:.4f}"
    assert abs(simulated.value - exact) <= 4 * error + 1e-12, message
