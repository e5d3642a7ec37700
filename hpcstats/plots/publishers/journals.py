"""What publishers ask of a figure: widths, letters, lines, resolution, formats.

The numbers are those of the publishers' instructions for authors; those change, so read them again before a
submission. Where a publisher gives no number, that of this package stands: letters of at least 7 points,
lines of at least 0.3 points.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from hpcstats.errors import unknown_option

Range = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Journal:
    """The rules of one publisher.

    Attributes
    ----------
    name : str
        As in ``journal="springer"``.
    title : str
        The publisher's name in messages.
    single, double : (float, float)
        Least width and width of a figure over one column and over the page, in millimetres.
    height : float
        Greatest height in millimetres.
    letters : (float, float)
        Smallest and largest size of letters, in points.
    lines : (float, float)
        Thinnest and thickest line, in points.
    fonts : tuple of str
        Families it names, the first preferred.
    only_these_fonts : bool
        Whether it accepts no others.
    black_letters : bool
        Whether letters must be black or white.
    white_beside : bool
        Whether white may stand beside a drawing that is narrower than the column.
    line_dpi, combination_dpi : int
        Least resolution of a TIFF in black and white alone, and of one with colours or greys.
    formats : tuple of str
        The formats it takes, the preferred first.
    """

    name: str
    title: str
    single: Range
    double: Range
    height: float
    letters: Range
    lines: Range
    fonts: tuple[str, ...]
    only_these_fonts: bool = False
    black_letters: bool = False
    white_beside: bool = True
    line_dpi: int
    combination_dpi: int
    formats: tuple[str, ...]


_ALL = (
    Journal(
        name="springer",
        title="Springer",
        single=(84.0, 84.0),
        double=(174.0, 174.0),
        height=234.0,
        letters=(8.0, 12.0),
        lines=(0.3, math.inf),
        fonts=("Helvetica", "Arial"),
        line_dpi=1200,
        combination_dpi=600,
        formats=("eps", "pdf", "tiff"),
    ),
    Journal(
        name="elsevier",
        title="Elsevier",
        single=(90.0, 90.0),
        double=(190.0, 190.0),
        height=240.0,
        letters=(7.0, math.inf),
        lines=(0.1, 1.5),
        fonts=("Arial", "Helvetica", "Courier", "Times", "Times New Roman", "Symbol"),
        line_dpi=1000,
        combination_dpi=500,
        formats=("pdf", "eps", "tiff"),
    ),
    Journal(
        name="jns",
        title="The Journal of Neurosurgery",
        single=(84.0, 84.0),
        double=(127.0, 178.0),
        height=229.0,
        letters=(7.0, math.inf),
        lines=(0.3, math.inf),
        fonts=("Arial", "Helvetica", "Times", "Times New Roman"),
        only_these_fonts=True,
        black_letters=True,
        white_beside=False,
        line_dpi=1200,
        combination_dpi=600,
        formats=("pdf", "tiff"),
    ),
    Journal(
        name="nature",
        title="Nature",
        single=(89.0, 89.0),
        double=(183.0, 183.0),
        height=247.0,
        letters=(5.0, 7.0),
        lines=(0.25, 1.0),
        fonts=("Arial", "Helvetica"),
        black_letters=True,
        line_dpi=1200,
        combination_dpi=600,
        formats=("pdf", "eps", "tiff"),
    ),
)
JOURNALS: Mapping[str, Journal] = MappingProxyType({journal.name: journal for journal in _ALL})


def journal_named(journal: str | Journal) -> Journal:
    """Return the rules of a journal by its name; rules of your own are returned as they are.

    Raises
    ------
    UnsupportedError
        For an unknown name.

    Examples
    --------
    >>> journal_named("elsevier").double
    (190.0, 190.0)
    """
    if isinstance(journal, Journal):
        return journal
    if journal not in JOURNALS:
        raise unknown_option("journal", journal, JOURNALS)
    return JOURNALS[journal]
