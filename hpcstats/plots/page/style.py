"""The one look of all figures: widths in millimetres, 8-point sans-serif, embedded TrueType fonts.

Text in SVG files is written as outlines: it then looks the same on every machine, whatever fonts are
installed there; what the picture says is kept searchable in the title and the description of the file.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal

import matplotlib as mpl
import numpy as np

from hpcstats.columns import FloatArray
from hpcstats.errors import unknown_option

SINGLE_WIDTH = 85.0
DOUBLE_WIDTH = 174.0
MAXIMUM_HEIGHT = 229.0
FONT_SIZE = 8.0
FONT_FAMILY = "DejaVu Sans"
THINNEST_LINE = 0.3
THIN_LINE = 0.5
AXIS_LINE = 0.6
CURVE_LINE = 1.3
MILLIMETRES_PER_INCH = 25.4
POINTS_PER_INCH = 72.0

Width = Literal["single", "double"]
_WIDTHS: dict[str, float] = {"single": SINGLE_WIDTH, "double": DOUBLE_WIDTH}
_SETTINGS: dict[str, Any] = {
    "font.family": [FONT_FAMILY],
    "font.size": FONT_SIZE,
    "axes.labelsize": FONT_SIZE,
    "axes.titlesize": FONT_SIZE,
    "xtick.labelsize": FONT_SIZE,
    "ytick.labelsize": FONT_SIZE,
    "legend.fontsize": FONT_SIZE,
    "figure.titlesize": FONT_SIZE,
    "mathtext.fontset": "dejavusans",
    "text.usetex": False,
    "axes.linewidth": AXIS_LINE,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.major.width": AXIS_LINE,
    "ytick.major.width": AXIS_LINE,
    "xtick.major.size": 2.5,
    "ytick.major.size": 2.5,
    "lines.linewidth": CURVE_LINE,
    "lines.solid_joinstyle": "miter",
    "lines.solid_capstyle": "butt",
    "hatch.linewidth": THIN_LINE,
    "figure.dpi": 100.0,
    "savefig.bbox": None,
    "savefig.transparent": False,
    "pdf.fonttype": 42,
    "ps.fonttype": 42,
    "pdf.compression": 6,
    "svg.fonttype": "path",
    "svg.hashsalt": "hpcstats",
}


@contextmanager
def context() -> Iterator[None]:
    """Draw in the house style, whatever the user's own Matplotlib settings are, and restore those after.

    Examples
    --------
    >>> import matplotlib as mpl
    >>> with context():
    ...     mpl.rcParams["pdf.fonttype"]
    42
    """
    settings: dict[Any, Any] = dict(mpl.rcParamsDefault)
    del settings["backend"]
    with mpl.rc_context(settings | _SETTINGS):
        yield


def width_in_mm(width: Width) -> float:
    """Return the width of a figure: "single" is 85 mm (one column), "double" is 174 mm (the page).

    Examples
    --------
    >>> width_in_mm("single"), width_in_mm("double")
    (85.0, 174.0)
    """
    if width not in _WIDTHS:
        raise unknown_option("width", width, _WIDTHS)
    return _WIDTHS[width]


def settle(values: Any, decimals: int = 6) -> FloatArray:
    """Round coordinates before they are drawn, so that a processor's last bit changes no byte of a file.

    Examples
    --------
    >>> settle([0.1 + 0.2, 1 / 3])
    array([0.3     , 0.333333])
    """
    exact: FloatArray = np.asarray(values, dtype=np.float64)
    return np.asarray(np.round(exact, decimals) + 0.0, dtype=np.float64)
