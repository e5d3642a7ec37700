"""How colours stand out from white paper on a grey copy."""

from __future__ import annotations

import numpy as np

from hpcstats.plots.page.palette import channels

LETTER_CONTRAST = 4.5
LINE_CONTRAST = 1.5


def contrast(colour: str) -> float:
    """Return the contrast of a colour with white paper on a grey copy, 1 (none) to 21 (black).

    Ratio of the relative luminances, as the Web Content Accessibility Guidelines define it.

    Examples
    --------
    >>> round(contrast("#000000"), 1), round(contrast("#0072B2"), 1), contrast("#FFFFFF")
    (21.0, 5.2, 1.0)
    """
    encoded = np.array(channels(colour)) / 255
    linear = np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)
    luminance = float(np.dot([0.2126, 0.7152, 0.0722], linear))
    return round(1.05 / (luminance + 0.05), 6)
