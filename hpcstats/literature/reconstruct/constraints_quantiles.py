"""Statements about quantiles: one place of the sorted values, or a mixture of two neighbours."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from hpcstats.errors import DataError, check_option
from hpcstats.literature.reconstruct.constraints import Constraint, OfOneNumber
from hpcstats.literature.reconstruct.constraints_draft import Draft, Mixture
from hpcstats.literature.reconstruct.constraints_stated import Stated, exact, shown, stated

DEFINITIONS = ("linear", "weibull", "hazen", "averaged_inverted_cdf")


@dataclass(frozen=True, slots=True)
class Quantile(Constraint):
    """A quantile of the values; programs differ in its definition.

    Attributes
    ----------
    probability : number or str
        0.25 for the lower quartile.
    value : number, str or Stated
        As printed.
    rounding : number, optional
        Half-width of what it stands for; default by its decimals.
    definition : str
        As NumPy names them: "linear" (R, Excel), "weibull" (SPSS, Minitab), "hazen",
        "averaged_inverted_cdf" (SAS).
    """

    probability: Any
    value: Any
    rounding: Any = None
    definition: str = field(default="linear", kw_only=True)

    def __post_init__(self) -> None:
        """Refuse a probability outside 0 to 1 and an unknown definition."""
        check_option("definition", self.definition, DEFINITIONS)
        if not 0 <= exact(self.probability, "probability") <= 1:
            raise DataError(f"probability={self.probability!r} is not between 0 and 1.")
        stated(self.value, self.rounding)

    @property
    def stated(self) -> Stated:
        """The printed number with its rounding."""
        return stated(self.value, self.rounding)

    def demand(self, draft: Draft) -> None:
        """Limit one place, or two neighbours together."""
        rank, weight = position(draft.n, exact(self.probability, "probability"), self.definition)
        low, high = self.stated.low, self.stated.high
        if weight == 0:
            draft.place(rank, low, high)
        else:
            draft.mixtures.append(Mixture(rank, weight, low, high))

    def __str__(self) -> str:
        return f"{shown(exact(self.probability, 'probability'))} quantile {self.stated}"


class Median(OfOneNumber):
    """The median of the values: the middle one, or the mean of the two in the middle.

    Attributes
    ----------
    value : number, str or Stated
        As printed.
    rounding : number, optional
        Half-width of what it stands for; default by its decimals.
    """

    __slots__ = ()

    def demand(self, draft: Draft) -> None:
        """Limit the place or the places in the middle."""
        Quantile(Fraction(1, 2), self.stated).demand(draft)

    def __str__(self) -> str:
        return f"median {self.stated}"


def position(n: int, probability: Fraction, definition: str) -> tuple[int, Fraction]:
    """Return rank and weight of a quantile, ``(1 - weight) x_rank + weight x_(rank + 1)``.

    Examples
    --------
    >>> position(9, Fraction(1, 4), "linear"), position(9, Fraction(1, 4), "weibull")
    ((3, Fraction(0, 1)), (2, Fraction(1, 2)))
    """
    if definition == "averaged_inverted_cdf":
        exactly = n * probability
        whole = exactly.denominator == 1
        rank, weight = (int(exactly), Fraction(1, 2)) if whole else (math.ceil(exactly), Fraction(0))
    else:
        shift = {"linear": (-1, Fraction(1)), "weibull": (1, Fraction(0)), "hazen": (0, Fraction(1, 2))}
        more, plus = shift[definition]
        exactly = (n + more) * probability + plus
        rank = math.floor(exactly)
        weight = exactly - rank
    if rank < 1:
        return 1, Fraction(0)
    return (n, Fraction(0)) if rank >= n else (rank, weight)
