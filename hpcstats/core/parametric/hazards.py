"""What every parametric family of event times gives: its hazards, and how they move with its predictors.

A row has K predictors: the location (linear in the covariates), the ancillary parameters (scale, shape; all
on scales without bounds), and in a cure model the incidence. A family turns times and predictors into the
log hazard and the cumulative hazard, both accurate in the far tails, where densities and survival underflow.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from hpcstats.core.risk_sets import FloatArray

EARLIEST = 1e-300
"""Stands for time 0 where a family lives on the logarithm of time."""
FAR, NEAR = 40.0, 12.0
"""How far out locations, and how far logarithms of scales and shapes, may be sought."""


@dataclass(frozen=True, slots=True, eq=False)
class Hazards:
    """Log hazard and cumulative hazard at m times, arrays (m,), and their slopes in K predictors, (K, m)."""

    log_hazard: FloatArray
    cumulative: FloatArray
    log_hazard_slopes: FloatArray
    cumulative_slopes: FloatArray


class Family(Protocol):
    """A family of distributions of the time to the event."""

    @property
    def predictors(self) -> int:
        """How many predictors a row has."""
        ...

    @property
    def from_zero(self) -> bool:
        """Whether times below 0 are impossible."""
        ...

    @property
    def walls(self) -> tuple[float, ...]:
        """How far out each predictor may be sought; beyond, there is no finite maximum."""
        ...

    def at(self, times: FloatArray, predictors: FloatArray) -> Hazards:
        """Evaluate at m times, each with its own predictors (K, m)."""
        ...

    def starts(self, typical: float) -> Sequence[Sequence[float]]:
        """Return predictors (K,) to begin a search from, for a `typical` time: exposure over events."""
        ...


def slope_in(values: Sequence[FloatArray], step: float) -> FloatArray:
    """Return the derivative from values at -2, -1, 1 and 2 steps (error of fourth order)."""
    far, near, after, beyond = values
    slope: FloatArray = (far - beyond + 8 * (after - near)) / (12 * step)
    return slope


OFFSETS = (-2.0, -1.0, 1.0, 2.0)


def stacked(*rows: FloatArray) -> FloatArray:
    """Stack slopes, one row a predictor."""
    return np.stack(np.broadcast_arrays(*rows))
