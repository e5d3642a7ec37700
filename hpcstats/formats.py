"""How numbers are printed, in one place: the precision of tables, figures and captions.

The rules follow the SAMPL guideline (Lang & Altman 2015, doi:10.1016/j.ijnurstu.2014.09.006): no more
digits than the data carry, p-values exact to two or three decimals, intervals with "to".
"""

from __future__ import annotations

import math

NOT_ESTIMABLE = "NE"
_MINUS = "\N{MINUS SIGN}"


def settled(value: float) -> float:
    """Round to ten significant digits, so that a processor's last bit cannot change what is printed."""
    return float(f"{value:.10g}") + 0.0  # no negative zero


def fixed(value: float | None, decimals: int) -> str:
    """Print with a fixed number of decimals; NaN and None as ``NE``, infinity as its sign.

    Examples
    --------
    >>> fixed(2.345, 1), fixed(float("nan"), 2), fixed(float("inf"), 1)
    ('2.3', 'NE', '∞')
    """
    if value is None or math.isnan(value):
        return NOT_ESTIMABLE
    if math.isinf(value):
        return "\N{INFINITY}" if value > 0 else f"{_MINUS}\N{INFINITY}"
    text = f"{settled(value):.{decimals}f}"
    if float(text) == 0:
        text = text.lstrip("-")
    return text.replace("-", _MINUS)


def proportion(value: float | None) -> str:
    """Print a proportion with two decimals."""
    return fixed(value, 2)


def percent(value: float | None) -> str:
    """Print a proportion as whole per cent (samples under 100)."""
    return NOT_ESTIMABLE if value is None or math.isnan(value) else f"{fixed(100 * value, 0)}%"


def years(value: float | None) -> str:
    """Print a time with one decimal."""
    return fixed(value, 1)


def ratio(value: float | None) -> str:
    """Print a hazard ratio: two decimals, one from 10, none from 100."""
    if value is None or math.isnan(value) or math.isinf(value):
        return fixed(value, 2)
    return fixed(value, 2 if value < 9.995 else 1 if value < 99.95 else 0)


def p_value(value: float | None) -> str:
    """Print a p-value: two decimals, three under 0.1, ``<0.001`` below.

    Examples
    --------
    >>> p_value(0.0653), p_value(0.42), p_value(2e-5)
    ('0.065', '0.42', '<0.001')
    """
    if value is None or math.isnan(value):
        return NOT_ESTIMABLE
    if value < 0.0005:
        return "<0.001"
    return fixed(value, 3 if value < 0.0995 else 2)


def count(value: float) -> str:
    """Print a count."""
    return f"{round(value)}"


def interval(low: str, high: str) -> str:
    """Print two printed limits as an interval; an open end stays visible."""
    return f"{low} to {high}"
