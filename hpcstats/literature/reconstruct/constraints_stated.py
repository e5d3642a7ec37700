"""`Stated`: a number as printed, with what rounding leaves open, in exact fractions."""

from __future__ import annotations

import math
import numbers
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from hpcstats.errors import DataError

_HALF = Fraction(1, 2)


@dataclass(frozen=True, slots=True)
class Stated:
    """A number as a publication prints it, and how far the true one may lie from it.

    Without `rounding` or `decimals` the printed digits decide: "2.20" may be 2.195 to 2.205, 5 may be 4.5
    to 5.5. Both ends belong to it, because whether halves were rounded up, down or to even is not known.

    Attributes
    ----------
    value : int, float, str, Decimal or Fraction
        The number. Text keeps trailing zeros ("5.0"); a float that is whole counts as printed without
        decimals.
    rounding : number or str, optional
        Half-width of what the printed number stands for; 0 if it is exact.
    decimals : int, optional
        Number of decimals it was rounded to, in place of `rounding`.

    Raises
    ------
    DataError
        For what is no finite number, a negative rounding, or both ways to say it.

    Examples
    --------
    >>> print(Stated("2.20"), "|", Stated(5), "|", Stated(47, rounding=0))
    2.2 (2.195 to 2.205) | 5 (4.5 to 5.5) | 47
    """

    value: Any
    rounding: Any = None
    decimals: int | None = None

    def __post_init__(self) -> None:
        """Refuse what is no printed number."""
        exact(self.value, "A stated number")
        if self.rounding is not None and self.decimals is not None:
            raise DataError("Give the rounding or the decimals of a stated number, not both.")
        if self.rounding is not None and exact(self.rounding, "rounding") < 0:
            raise DataError(f"rounding={self.rounding!r} must be 0 or more: it is a half-width.")
        if self.decimals is not None and exact(self.decimals, "decimals").denominator != 1:
            raise DataError(f"decimals={self.decimals!r} must be a whole number.")

    @property
    def number(self) -> Fraction:
        """The printed number."""
        return exact(self.value, "A stated number")

    @property
    def half_width(self) -> Fraction:
        """Half of the width of what the printed number stands for."""
        if self.rounding is not None:
            return exact(self.rounding, "rounding")
        digits = _decimals(self.value) if self.decimals is None else int(self.decimals)
        return _HALF / Fraction(10) ** digits

    @property
    def low(self) -> Fraction:
        """Least true value."""
        return self.number - self.half_width

    @property
    def high(self) -> Fraction:
        """Greatest true value."""
        return self.number + self.half_width

    def __str__(self) -> str:
        if not self.half_width:
            return shown(self.number)
        return f"{shown(self.number)} ({shown(self.low)} to {shown(self.high)})"


def stated(value: Any, rounding: Any = None) -> Stated:
    """Read a number, or keep a `Stated`."""
    if isinstance(value, Stated):
        if rounding is not None:
            raise DataError("A Stated number says its rounding itself. Leave rounding= out.")
        return value
    return Stated(value, rounding=rounding)


def exact(value: Any, name: str) -> Fraction:
    """Return a number as the fraction that its digits say (a float by its shortest decimal form).

    Raises
    ------
    DataError
        For anything that is no finite number.
    """
    number: Fraction | None = None
    if isinstance(value, bool):
        number = None
    elif isinstance(value, Fraction):
        number = value
    elif isinstance(value, str):
        number = _of_text(value)
    elif isinstance(value, Decimal):
        number = Fraction(value) if value.is_finite() else None
    elif isinstance(value, numbers.Integral):
        number = Fraction(int(value))
    elif isinstance(value, numbers.Real) and math.isfinite(float(value)):
        number = Fraction(repr(float(value)))
    if number is None:
        raise DataError(f"{name} must be a finite number, not {value!r}.")
    return number


def _of_text(text: str) -> Fraction | None:
    try:
        return Fraction(text.strip())
    except (ValueError, ZeroDivisionError):
        return None


def unit_of_grid(grid: Any) -> Fraction:
    """Read the unit of the values; a float such as ``1 / 12`` becomes the fraction it is meant to be.

    Raises
    ------
    DataError
        Unless it is a number above 0.
    """
    unit = exact(grid, "grid")
    if isinstance(grid, float):
        near = Fraction(grid).limit_denominator(1000)
        unit = near if math.isclose(float(near), grid, rel_tol=1e-12) else unit
    if unit <= 0:
        raise DataError(f"grid={grid!r} must be above 0: the unit in which the values are whole numbers.")
    return unit


def shown(value: Fraction) -> str:
    """Print a fraction as a decimal number.

    Examples
    --------
    >>> shown(Fraction(11, 5)), shown(Fraction(16))
    ('2.2', '16')
    """
    return f"{float(value):.10g}".replace("-", "\N{MINUS SIGN}")


def _decimals(value: Any) -> int:
    if isinstance(value, Fraction):
        raise DataError(f"{value!r} shows no decimals. Say its rounding, 0 if it is exact.")
    text = value.strip() if isinstance(value, str) else str(value) if isinstance(value, Decimal) else None
    if text is None:
        number = exact(value, "A stated number")
        text = "0" if number.denominator == 1 else repr(float(value))
    if "/" in text:
        raise DataError(f"{value!r} shows no decimals. Say its rounding, 0 if it is exact.")
    exponent = Decimal(text).as_tuple().exponent
    return max(0, -int(exponent))
