"""Statements about a data set as objects that are combined with ``&``: mean, spread, range."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from hpcstats.errors import DataError, check_option
from hpcstats.literature.reconstruct.constraints_draft import Draft
from hpcstats.literature.reconstruct.constraints_stated import Stated, stated


class Constraint(ABC):
    """One statement about a data set; ``&`` combines several."""

    __slots__ = ()

    @abstractmethod
    def demand(self, draft: Draft) -> None:
        """Write what the statement demands into the draft."""

    @abstractmethod
    def __str__(self) -> str:
        """Return the statement in words."""

    def parts(self) -> tuple[Constraint, ...]:
        """Return the single statements it is made of."""
        return (self,)

    def __and__(self, other: Constraint) -> AllOf:
        if not isinstance(other, Constraint):
            return NotImplemented
        return AllOf((*self.parts(), *other.parts()))


@dataclass(frozen=True, slots=True)
class AllOf(Constraint):
    """Several statements that hold together; made by ``&``.

    Attributes
    ----------
    statements : tuple of Constraint
        The single statements.

    Examples
    --------
    >>> print(Mean(5) & Range(0, 16))
    mean 5 (4.5 to 5.5); minimum 0 (−0.5 to 0.5); maximum 16 (15.5 to 16.5)
    """

    statements: tuple[Constraint, ...]

    def demand(self, draft: Draft) -> None:
        """Write what all demand into the draft."""
        for statement in self.statements:
            statement.demand(draft)

    def parts(self) -> tuple[Constraint, ...]:
        """Return the single statements."""
        return tuple(part for statement in self.statements for part in statement.parts())

    def __iter__(self) -> Iterator[Constraint]:
        return iter(self.statements)

    def __str__(self) -> str:
        return "; ".join(map(str, self.statements))


@dataclass(frozen=True, slots=True)
class OfOneNumber(Constraint):
    """A statement of one printed number.

    Attributes
    ----------
    value : number, str or Stated
        As printed.
    rounding : number, optional
        Half-width of what it stands for; default by its decimals.
    """

    value: Any
    rounding: Any = None

    def __post_init__(self) -> None:
        stated(self.value, self.rounding)

    @property
    def stated(self) -> Stated:
        """The printed number with its rounding."""
        return stated(self.value, self.rounding)


class Mean(OfOneNumber):
    """The mean of the values.

    Attributes
    ----------
    value : number, str or Stated
        As printed.
    rounding : number, optional
        Half-width of what it stands for; default by its decimals.
    """

    __slots__ = ()

    def demand(self, draft: Draft) -> None:
        """Limit the sum."""
        draft.sums.append((draft.n * self.stated.low, draft.n * self.stated.high))

    def __str__(self) -> str:
        return f"mean {self.stated}"


@dataclass(frozen=True, slots=True)
class StandardDeviation(OfOneNumber):
    """The standard deviation of the values.

    Attributes
    ----------
    value : number, str or Stated
        As printed.
    rounding : number, optional
        Half-width of what it stands for; default by its decimals.
    divisor : {"n-1", "n"}
        What the sum of squared deviations is divided by.
    """

    divisor: str = "n-1"

    def __post_init__(self) -> None:
        """Refuse an unknown divisor and a negative spread."""
        check_option("divisor", self.divisor, ("n-1", "n"))
        if stated(self.value, self.rounding).high < 0:
            raise DataError(f"A standard deviation of {self.value!r} is negative.")

    def demand(self, draft: Draft) -> None:
        """Limit n times the sum of squares less the square of the sum."""
        n = draft.n
        factor = n * (n - 1) if self.divisor == "n-1" else n * n
        if factor == 0:
            draft.failed = True
            return
        low = max(self.stated.low, Fraction(0))
        draft.spreads.append((factor * low * low, factor * self.stated.high**2))

    def __str__(self) -> str:
        return f"standard deviation {self.stated}"


class Minimum(OfOneNumber):
    """The least of the values.

    Attributes
    ----------
    value : number, str or Stated
        As printed.
    rounding : number, optional
        Half-width of what it stands for; default by its decimals.
    """

    __slots__ = ()

    def demand(self, draft: Draft) -> None:
        """Limit the first place."""
        draft.place(1, self.stated.low, self.stated.high)

    def __str__(self) -> str:
        return f"minimum {self.stated}"


class Maximum(OfOneNumber):
    """The greatest of the values.

    Attributes
    ----------
    value : number, str or Stated
        As printed.
    rounding : number, optional
        Half-width of what it stands for; default by its decimals.
    """

    __slots__ = ()

    def demand(self, draft: Draft) -> None:
        """Limit the last place."""
        draft.place(draft.n, self.stated.low, self.stated.high)

    def __str__(self) -> str:
        return f"maximum {self.stated}"


@dataclass(frozen=True, slots=True)
class Range(Constraint):
    """The least and the greatest of the values, both reached.

    Attributes
    ----------
    minimum, maximum : number, str or Stated
        As printed.
    rounding : number, optional
        Half-width of what both stand for; default by their decimals.
    """

    minimum: Any
    maximum: Any
    rounding: Any = None

    def __post_init__(self) -> None:
        """Refuse a minimum above the maximum."""
        low, high = (part.stated for part in self.parts())
        if low.number > high.number:
            raise DataError(f"Range({self.minimum!r}, {self.maximum!r}): the minimum is above the maximum.")

    def parts(self) -> tuple[Minimum, Maximum]:
        """Return both ends as statements of their own."""
        return Minimum(self.minimum, self.rounding), Maximum(self.maximum, self.rounding)

    def demand(self, draft: Draft) -> None:
        """Limit the first and the last place."""
        for part in self.parts():
            part.demand(draft)

    def __str__(self) -> str:
        return "; ".join(map(str, self.parts()))
