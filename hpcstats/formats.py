"""How numbers are printed, in one place: the precision of tables, figures and captions.

The rules follow the SAMPL guideline (Lang & Altman 2015, doi:10.1016/j.ijnurstu.2014.09.006): no more
digits than the data carry, p-values exact to two or three decimals, intervals with "to".
"""

from __future__ import annotations

import math

__all__ = [
    "NOT_ESTIMABLE",
    "as_given",
    "count",
    "fixed",
    "interval",
    "level",
    "p_value",
    "percent",
    "proportion",
    "ratio",
    "settled",
    "years",
]

NOT_ESTIMABLE = "NE"
_MINUS = "\N{MINUS SIGN}"


def settled(value: float) -> float:
    """Value to ten significant digits, so that a processor's last bit cannot change what is printed.

    Parameters
    ----------
    value : float
        Any number.

    Returns
    -------
    float
        The rounded number.

    Examples
    --------
    >>> settled(0.1 + 0.2)
    0.3
    """
    return float(f"{value:.10g}") + 0.0  # no negative zero


def fixed(value: float | None, decimals: int) -> str:
    """Number with a fixed count of decimals; NaN and None as ``NE``, infinity as its sign.

    Parameters
    ----------
    value : float or None
        The number.
    decimals : int
        Digits behind the point.

    Returns
    -------
    str
        As printed, with a true minus sign and no negative zero.

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
    """Proportion with two decimals.

    Parameters
    ----------
    value : float or None
        From 0 to 1.

    Returns
    -------
    str
        As printed.

    Examples
    --------
    >>> proportion(0.7529)
    '0.75'
    """
    return fixed(value, 2)


def percent(value: float | None) -> str:
    """Proportion as whole per cent, for samples under 100.

    Parameters
    ----------
    value : float or None
        From 0 to 1.

    Returns
    -------
    str
        As printed.

    Examples
    --------
    >>> percent(5 / 9)
    '56%'
    """
    return NOT_ESTIMABLE if value is None or math.isnan(value) else f"{fixed(100 * value, 0)}%"


def years(value: float | None) -> str:
    """Time with one decimal.

    Parameters
    ----------
    value : float or None
        The time; infinite where an interval is open.

    Returns
    -------
    str
        As printed.

    Examples
    --------
    >>> years(7), years(float("inf"))
    ('7.0', '∞')
    """
    return fixed(value, 1)


def as_given(value: float) -> str:
    """Observed value with the digits it has.

    Parameters
    ----------
    value : float
        A value out of the data.

    Returns
    -------
    str
        As printed.

    Examples
    --------
    >>> as_given(0.25), as_given(17.0)
    ('0.25', '17')
    """
    return f"{settled(value):g}"


def ratio(value: float | None) -> str:
    """Hazard ratio: two decimals, one from 10, none from 100.

    Parameters
    ----------
    value : float or None
        The ratio.

    Returns
    -------
    str
        As printed.

    Examples
    --------
    >>> ratio(0.846), ratio(11.296), ratio(1451.9)
    ('0.85', '11.3', '1452')
    """
    if value is None or math.isnan(value) or math.isinf(value):
        return fixed(value, 2)
    return fixed(value, 2 if value < 9.995 else 1 if value < 99.95 else 0)


def p_value(value: float | None) -> str:
    """P-value: two decimals, three under 0.1, ``<0.001`` below.

    Parameters
    ----------
    value : float or None
        From 0 to 1.

    Returns
    -------
    str
        As printed.

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
    """Count without decimals.

    Parameters
    ----------
    value : float
        The count.

    Returns
    -------
    str
        As printed.

    Examples
    --------
    >>> count(9.0)
    '9'
    """
    return f"{round(value)}"


def level(value: float) -> str:
    """Confidence level as per cent, with the digits it has.

    Parameters
    ----------
    value : float
        The level, a proportion.

    Returns
    -------
    str
        As printed.

    Examples
    --------
    >>> level(0.95), level(0.999)
    ('95%', '99.9%')
    """
    return f"{100 * value:.10g}%"


def interval(low: str, high: str) -> str:
    """Two printed limits as an interval.

    Parameters
    ----------
    low, high : str
        The limits as printed; an open end stays visible.

    Returns
    -------
    str
        The limits joined by "to".

    Examples
    --------
    >>> interval("1.5", "∞")
    '1.5 to ∞'
    """
    return f"{low} to {high}"
