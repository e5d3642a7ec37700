"""Statements that count: how many values lie up to a time, values known one by one, the scale."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from hpcstats.errors import DataError
from hpcstats.literature.reconstruct.constraints import Constraint
from hpcstats.literature.reconstruct.constraints_draft import Between, Draft, Edge
from hpcstats.literature.reconstruct.constraints_stated import Stated, exact, shown, stated

_LIMITS = (("at_least", "at least"), ("above", "above"), ("at_most", "at most"), ("below", "below"))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Where(Constraint):
    """Which values are counted."""

    at_most: Any = None
    below: Any = None
    at_least: Any = None
    above: Any = None
    rounding: Any = 0

    def __post_init__(self) -> None:
        uppers = [one for one in (self.at_most, self.below) if one is not None]
        lowers = [one for one in (self.at_least, self.above) if one is not None]
        if len(uppers) > 1 or len(lowers) > 1 or not uppers + lowers:
            raise DataError(
                "Say which values are counted: at_most or below, at_least or above, or one of each. "
                "For 'within five years' write at_most=5."
            )
        if exact(self.rounding, "rounding") < 0:
            raise DataError(f"rounding={self.rounding!r} must be 0 or more: it is a half-width.")
        if uppers and lowers and exact(self.rounding, "rounding"):
            raise DataError("A count within two limits takes them as exact. Leave rounding= out.")
        for value in uppers + lowers:
            exact(value, "The limit of a count")

    @property
    def upper(self) -> Edge | None:
        """The upper limit."""
        if self.at_most is None and self.below is None:
            return None
        value = self.below if self.at_most is None else self.at_most
        return Edge(exact(value, "The limit of a count"), strict=self.at_most is None)

    @property
    def lower(self) -> Edge | None:
        """The lower limit."""
        if self.at_least is None and self.above is None:
            return None
        value = self.above if self.at_least is None else self.at_least
        return Edge(exact(value, "The limit of a count"), strict=self.at_least is None)

    def limit(self, draft: Draft, least: int, most: int) -> None:
        """Demand that `least` to `most` values lie within the limits."""
        upper, lower, n = self.upper, self.lower, draft.n
        off = exact(self.rounding, "rounding")
        if upper and lower:
            draft.between.append(Between(lower, upper, least, most))
            draft.failed |= least > n or most < 0
        elif upper:
            draft.number_up_to(_moved(upper, off), _moved(upper, -off), least, most)
        elif lower:
            rest = Edge(lower.value, strict=not lower.strict)
            draft.number_up_to(_moved(rest, off), _moved(rest, -off), n - most, n - least)

    @property
    def words(self) -> str:
        """The limits in words."""
        told = [(words, getattr(self, name)) for name, words in _LIMITS]
        said = [f"{words} {shown(exact(value, words))}" for words, value in told if value is not None]
        return " and ".join(said)


def _moved(edge: Edge, by: Fraction) -> Edge:
    return Edge(edge.value + by, strict=edge.strict)


@dataclass(frozen=True, slots=True)
class Count(_Where):
    """How many of the values lie up to, from or between given limits, such as 5 of 9 within 5 years.

    Attributes
    ----------
    n : int
        How many.
    at_most, below, at_least, above : number, optional
        One upper limit, one lower limit, or one of each.
    rounding : number
        Half-width of the limit, if the values were compared with it before rounding; default 0.

    Examples
    --------
    >>> print(Count(5, at_most=5))
    5 values at most 5
    """

    n: int

    def __post_init__(self) -> None:
        """Refuse what is no count."""
        _Where.__post_init__(self)
        number = exact(self.n, "n of a count")
        if number.denominator != 1 or number < 0:
            raise DataError(f"A count of {self.n!r} is no whole number from 0 on.")

    def demand(self, draft: Draft) -> None:
        """Limit the places next to the threshold."""
        self.limit(draft, int(self.n), int(self.n))

    def __str__(self) -> str:
        return f"{int(self.n)} value{'s' if self.n != 1 else ''} {self.words}"


@dataclass(frozen=True, slots=True)
class Share(_Where):
    """Which share of the values lies up to, from or between given limits, such as 56% within 5 years.

    Attributes
    ----------
    share : number, str or Stated
        The proportion as printed, "0.56" for 56%.
    at_most, below, at_least, above : number, optional
        One upper limit, one lower limit, or one of each.
    rounding : number
        Half-width of the limit; that of the share stands in a `Stated`.
    """

    share: Any

    def __post_init__(self) -> None:
        """Refuse what is no share."""
        _Where.__post_init__(self)
        if not 0 <= stated(self.share).number <= 1:
            raise DataError(f"A share of {self.share!r} is not between 0 and 1. Write '0.56' for 56%.")

    def demand(self, draft: Draft) -> None:
        """Limit the count to those that round to the share."""
        share = stated(self.share)
        least, most = math.ceil(draft.n * share.low), math.floor(draft.n * share.high)
        if least > most:
            draft.failed = True
        else:
            self.limit(draft, max(least, 0), min(most, draft.n))

    def __str__(self) -> str:
        return f"share {stated(self.share)} of the values {self.words}"


@dataclass(frozen=True, slots=True)
class Contains(Constraint):
    """One case is known: its value is among them. Several stand for several cases.

    Attributes
    ----------
    value : number, str or Stated
        The value as reported.
    rounding : number, optional
        Half-width of what it stands for; default by its decimals.
    """

    value: Any
    rounding: Any = None

    def __post_init__(self) -> None:
        """Refuse what is no number."""
        stated(self.value, self.rounding)

    @property
    def stated(self) -> Stated:
        """The reported value with its rounding."""
        return stated(self.value, self.rounding)

    def demand(self, draft: Draft) -> None:
        """Ask for a value of its own within the limits."""
        draft.known.append((self.stated.low, self.stated.high))

    def __str__(self) -> str:
        return f"a known value {self.stated}"


@dataclass(frozen=True, slots=True)
class Within(Constraint):
    """Every value lies on a scale, whose ends need not be reached (a range is reached: `Range`).

    Attributes
    ----------
    lowest, highest : number or None
        Ends of the scale, exact; None leaves an end open.
    """

    lowest: Any = None
    highest: Any = None

    def __post_init__(self) -> None:
        """Refuse ends in the wrong order."""
        low, high = self.ends
        if low is not None and high is not None and low > high:
            raise DataError(f"Within({self.lowest!r}, {self.highest!r}): the ends are in the wrong order.")

    @property
    def ends(self) -> tuple[Fraction | None, Fraction | None]:
        """Both ends as fractions."""
        low = None if self.lowest is None else exact(self.lowest, "lowest")
        return low, None if self.highest is None else exact(self.highest, "highest")

    def demand(self, draft: Draft) -> None:
        """Limit the first and the last place."""
        low, high = self.ends
        draft.place(1, low, None)
        draft.place(draft.n, None, high)

    def __str__(self) -> str:
        low, high = self.ends
        words = [
            f"from {shown(low)}" if low is not None else "",
            f"to {shown(high)}" if high is not None else "",
        ]
        return f"values {' '.join(word for word in words if word) or 'anywhere'}"
