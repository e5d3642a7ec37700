"""What Newton's method climbs, and where it ends."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, Self

from hpcstats.core.cox.partial_likelihood import Derivatives
from hpcstats.core.risk_sets import BoolArray, FloatArray, IntArray

CONVERGED, MONOTONE, UNINFORMED, STOPPED = range(4)
"""Outcomes of a climb: a maximum; no finite one; coefficients that nothing tells of; neither."""


class Objective(Protocol):
    """A batch of concave functions.

    Attributes
    ----------
    replicates : int
        Number of functions; one serves any number of positions.
    at_once : int
        How many are best evaluated together.
    diameter : float
        Largest distance between two covariate vectors.
    bent : bool
        Whether the curvature differs from the information (by a penalty), so that it is learnt on the way.
    """

    @property
    def replicates(self) -> int:
        """Number of functions."""
        ...

    @property
    def at_once(self) -> int:
        """How many are best evaluated together."""
        ...

    @property
    def diameter(self) -> float:
        """Largest distance between two covariate vectors."""
        ...

    @property
    def bent(self) -> bool:
        """Whether the curvature differs from the information."""
        ...

    def evaluate(self, coefficients: FloatArray, /) -> Derivatives:
        """Return value, score and information at the positions (B, p)."""
        ...

    def take(self, columns: IntArray, /) -> Self:
        """Keep some functions, in ascending order."""
        ...

    def rises(self, directions: FloatArray, /) -> BoolArray:
        """Tell where the function never falls along a direction (B, p), and somewhere rises."""
        ...


@dataclass(frozen=True, slots=True)
class Maximum:
    """Where the climb ended, (B, p), the derivatives there, and its outcome, (B,)."""

    position: FloatArray
    derivatives: Derivatives
    status: IntArray

    @property
    def converged(self) -> BoolArray:
        """Which replicates stand at a maximum, or within rounding of a supremum."""
        arrived: BoolArray = self.status == CONVERGED
        return arrived
