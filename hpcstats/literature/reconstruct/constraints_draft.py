"""What statements demand of a data set, collected in exact fractions: places, sums, spread, known values.

A draft knows neither a grid nor a solver. `summary_grid` turns it into rules for whole numbers,
`summary_bounds` into linear rules for real numbers.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

Limit = Fraction | None


@dataclass(frozen=True, slots=True)
class Edge:
    """A limit, and whether the limit itself is left out."""

    value: Fraction
    strict: bool = False


@dataclass(frozen=True, slots=True)
class Mixture:
    """Limits of ``(1 - weight) x_rank + weight x_(rank + 1)``; ranks count from 1."""

    rank: int
    weight: Fraction
    low: Fraction
    high: Fraction


@dataclass(frozen=True, slots=True)
class Between:
    """Limits of how many values lie between two edges."""

    first: Edge
    last: Edge
    least: int
    most: int


@dataclass(slots=True)
class Draft:
    """The demands on n sorted values.

    Attributes
    ----------
    n : int
        Number of values.
    above, below : list of (int, Edge)
        Limits of single places (rank from 1): at least, at most.
    mixtures : list of Mixture
        Limits of two neighbours taken together.
    sums, spreads : list of (Fraction, Fraction)
        Limits of the sum, and of ``n * sum(x^2) - sum(x)^2``.
    known : list of (Fraction, Fraction)
        Limits of values known one by one, each of a case of its own.
    between : list of Between
        Counts within limits on both sides.
    failed : bool
        Whether a statement cannot hold with n values, whatever they are.
    """

    n: int
    above: list[tuple[int, Edge]] = field(default_factory=list)
    below: list[tuple[int, Edge]] = field(default_factory=list)
    mixtures: list[Mixture] = field(default_factory=list)
    sums: list[tuple[Fraction, Fraction]] = field(default_factory=list)
    spreads: list[tuple[Fraction, Fraction]] = field(default_factory=list)
    known: list[tuple[Fraction, Fraction]] = field(default_factory=list)
    between: list[Between] = field(default_factory=list)
    failed: bool = False

    def place(self, rank: int, low: Limit, high: Limit) -> None:
        """Limit one place, the limits included."""
        if low is not None:
            self.above.append((rank, Edge(low)))
        if high is not None:
            self.below.append((rank, Edge(high)))

    def number_up_to(self, upper: Edge, lower: Edge, least: int, most: int) -> None:
        """Demand that `least` to `most` values lie up to the edges (`lower` for those beyond).

        The two edges differ where the threshold itself was rounded.
        """
        if least > self.n or most < 0:
            self.failed = True
            return
        if least > 0:
            self.below.append((least, upper))
        if most < self.n:
            self.above.append((most + 1, Edge(lower.value, strict=not lower.strict)))

    @property
    def thresholds(self) -> list[Fraction]:
        """Every value that a statement names."""
        edges = [edge.value for _, edge in (*self.above, *self.below)]
        mixed = [limit for one in self.mixtures for limit in (one.low, one.high)]
        known = [limit for pair in self.known for limit in pair]
        between = [edge.value for one in self.between for edge in (one.first, one.last)]
        return [*edges, *mixed, *known, *between]
