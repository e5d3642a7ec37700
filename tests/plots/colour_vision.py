"""How colours look to others: simulated colour blindness, grey copies, and the distance of two colours."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import Literal

import numpy as np

from hpcstats.columns import FloatArray
from hpcstats.plots.page.palette import channels

Vision = Literal["normal", "protanopia", "deuteranopia", "tritanopia", "grey"]

# Machado, Oliveira & Fernandes 2009, doi:10.1109/TVCG.2009.113, severity 1.0; they act on linear RGB.
_SIMULATION: dict[str, FloatArray] = {
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "tritanopia": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}
# IEC 61966-2-1 (sRGB) to CIE XYZ under D65.
_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)
_WHITE_POINT = _XYZ.sum(axis=1)


def seen(colour: str, vision: Vision = "normal") -> FloatArray:
    """Return a colour as linear RGB, as somebody with this vision (or a grey copy) shows it.

    Parameters
    ----------
    colour : str
        ``"#RRGGBB"``.
    vision : {"normal", "protanopia", "deuteranopia", "tritanopia", "grey"}
        The colour-vision deficiency, simulated at full severity with the matrices of Machado, Oliveira &
        Fernandes (2009, doi:10.1109/TVCG.2009.113), or the luminance alone.
    """
    encoded = np.array(channels(colour)) / 255
    linear = np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)
    if vision == "normal":
        return linear
    if vision == "grey":
        return np.full(3, float(_XYZ[1] @ linear))
    return np.clip(_SIMULATION[vision] @ linear, 0, 1)


def lightness(colour: str) -> float:
    """Return the CIE lightness L* of a colour, 0 (black) to 100 (white): what a grey copy keeps.

    Examples
    --------
    >>> round(lightness("#FFFFFF")), round(lightness("#0072B2"))
    (100, 46)
    """
    return float(_lab(seen(colour))[0])


def distance(first: str, second: str, vision: Vision = "normal") -> float:
    """Return the CIE76 distance of two colours as this vision sees them (2 is barely noticeable).

    Examples
    --------
    >>> distance("#0072B2", "#D55E00", "deuteranopia") > 40
    True
    """
    return float(np.linalg.norm(_lab(seen(first, vision)) - _lab(seen(second, vision))))


def smallest_distance(colours: Sequence[str], vision: Vision = "normal") -> float:
    """Return the smallest pairwise distance among several colours."""
    return min(distance(first, second, vision) for first, second in combinations(colours, 2))


def _lab(linear: FloatArray) -> FloatArray:
    ratio = (_XYZ @ linear) / _WHITE_POINT
    bent = np.where(ratio > (6 / 29) ** 3, np.cbrt(ratio), ratio / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.array([116 * bent[1] - 16, 500 * (bent[0] - bent[1]), 200 * (bent[1] - bent[2])])
