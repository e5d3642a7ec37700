"""Colours that survive colour blindness, a photocopier and EPS.

The hues are those of Okabe and Ito (https://jfly.uni-koeln.de/color/). Every colour of a series comes with
its own dash pattern and marker, so that no distinction rests on hue alone. Nothing is transparent: bands are
solid tints, and where bands overlap the tints are multiplied, which looks the same in PDF, SVG, PNG, TIFF
and EPS (EPS has no transparency).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from hpcstats.errors import DesignError

BLACK = "#000000"
ORANGE = "#E69F00"
SKY = "#56B4E9"
GREEN = "#009E73"
YELLOW = "#F0E442"
BLUE = "#0072B2"
VERMILLION = "#D55E00"
PURPLE = "#CC79A7"
WHITE = "#FFFFFF"
GREY = "#6E6E6E"

Dash = tuple[int, tuple[float, ...]] | str


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesStyle:
    """How one series is told apart from the others: by colour, by dashes and by marker.

    Attributes
    ----------
    colour : str
        Hexadecimal colour, never yellow.
    dash : str or (offset, on-off pattern)
        Line style as Matplotlib takes it.
    marker : str
        Marker of single points (censored times on a curve).
    """

    colour: str
    dash: Dash
    marker: str


SERIES = (
    SeriesStyle(colour=BLUE, dash="solid", marker="|"),
    SeriesStyle(colour=VERMILLION, dash=(0, (4.5, 1.5)), marker="x"),
    SeriesStyle(colour=BLACK, dash=(0, (1.2, 1.2)), marker="+"),
    SeriesStyle(colour=GREEN, dash=(0, (6.0, 1.5, 1.2, 1.5)), marker="1"),
    SeriesStyle(colour=PURPLE, dash=(0, (6.0, 1.5, 1.2, 1.5, 1.2, 1.5)), marker="2"),
)


def series(number: int) -> tuple[SeriesStyle, ...]:
    """Return the styles of the first `number` series.

    Raises
    ------
    DesignError
        For more series than can be told apart without colour.

    Examples
    --------
    >>> [style.colour for style in series(2)]
    ['#0072B2', '#D55E00']
    """
    if number > len(SERIES):
        raise DesignError(
            f"{number} groups cannot be told apart in one figure. Draw at most {len(SERIES)}, "
            "or several figures."
        )
    return SERIES[:number]


def tint(colour: str, fraction: float) -> str:
    """Blend a colour with white: a solid stand-in for the colour at opacity `fraction`.

    Parameters
    ----------
    colour : str
        ``"#RRGGBB"``.
    fraction : float
        1 gives the colour itself, 0 gives white.

    Examples
    --------
    >>> tint("#0072B2", 0.2)
    '#CCE3F0'
    """
    if not 0 <= fraction <= 1:
        raise DesignError(f"fraction={fraction} is not between 0 (white) and 1 (the colour itself).")
    return _hexadecimal(255 + (channel - 255) * fraction for channel in channels(colour))


def multiply(colours: Iterable[str]) -> str:
    """Multiply colours channel by channel, as inks laid over one another.

    Examples
    --------
    >>> multiply(["#CCE3F0", "#F7DFCC"])
    '#C6C7C0'
    """
    product = [255.0, 255.0, 255.0]
    for colour in colours:
        product = [old * new / 255 for old, new in zip(product, channels(colour), strict=True)]
    return _hexadecimal(product)


def channels(colour: str) -> tuple[int, int, int]:
    """Read ``"#RRGGBB"`` as three integers from 0 to 255."""
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _hexadecimal(values: Iterable[float]) -> str:
    return "#" + "".join(f"{round(value):02X}" for value in values)
