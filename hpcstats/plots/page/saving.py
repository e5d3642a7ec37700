"""`save`: a figure on disk, for everyday use or exactly as a journal wants it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from hpcstats.errors import DesignError, HpcstatsWarning, warn
from hpcstats.plots.page import style
from hpcstats.plots.page.saving_images import PRINT_DPI, image_bytes
from hpcstats.plots.publishers.conformity import broken_rules, foreign_letters, is_line_art
from hpcstats.plots.publishers.fit import fit_to
from hpcstats.plots.publishers.journals import Journal, journal_named
from hpcstats.plots.publishers.restyle import restyled

if TYPE_CHECKING:
    from hpcstats.plots.page.figure import Figure

LINE_ART_DPI = 1200


def save(
    figure: Figure,
    stem: str | Path,
    *,
    journal: str | Journal | None = None,
    formats: Sequence[str] | None = None,
    font: str | None = None,
) -> tuple[Path, ...]:
    """Write a figure with its data and its words, for a journal where one is named.

    Use it to make the files of a submission: the width of the journal's column, letters and lines inside its
    limits, fonts embedded, no transparency, TIFF at 600 dots an inch (1200 where all is black and white)
    with LZW. The layout is never changed: the drawing is cut to what is inked and enlarged or reduced as one
    piece. A figure that would break a rule of the journal is refused; `check` names the rules beforehand.

    Parameters
    ----------
    figure : Figure
        Any figure of this package.
    stem : path
        Path without suffix: ``"submission/Fig1"``.
    journal : str or Journal, optional
        ``"springer"``, ``"elsevier"``, ``"jns"`` (The Journal of Neurosurgery), ``"nature"``, or rules of
        your own. Default: the figure as drawn.
    formats : sequence of str, optional
        Out of pdf, svg, png, tiff and eps; default the journal's own, else pdf, svg and png.
    font : str, optional
        An installed TrueType family no wider than DejaVu Sans to letter with, such as ``"Arial"``; only with
        a journal.

    Returns
    -------
    tuple of Path
        The files, the images first, then the plotted numbers (``.csv``) and caption with alternative text
        (``.txt``).

    Raises
    ------
    UnsupportedError
        For an unknown journal or format.
    DesignError
        If the figure would break a rule of the journal, or the font cannot be used.

    Warns
    -----
    HpcstatsWarning
        If the journal accepts other fonts only (The Journal of Neurosurgery) and `font` names none of them.

    Examples
    --------
    >>> import tempfile
    >>> import hpcstats as hs
    >>> km = hs.kaplan_meier(hs.Surv.right([6, 6, 7, 10], [1, 1, 1, 0]))
    >>> figure = hs.plots.survival_curves(km, ylabel="Proportion in remission")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     files = hs.plots.save(figure, f"{folder}/Fig1", journal="nature", formats=["pdf"])
    >>> [file.name for file in files]
    ['Fig1.pdf', 'Fig1.csv', 'Fig1.txt']
    """
    rendered = figure.render(formats, journal=journal, font=font)
    written = []
    for suffix, content in rendered.items():
        path = Path(f"{stem}{suffix}")
        path.write_bytes(content)
        written.append(path)
    return tuple(written)


def images_for(
    figure: Figure, title: str, journal: str | Journal, formats: Sequence[str], font: str | None
) -> dict[str, bytes]:
    """Write the images of a figure for a journal, by suffix; refuse what would break one of its rules."""
    rules, canvas = journal_named(journal), figure.figure
    with style.context():
        fit = fit_to(canvas, rules)
        with restyled(canvas, rules, fit.scale, font):
            broken = list(broken_rules(canvas, rules, fit))
            if broken:
                raise DesignError(f"{rules.title} would not print this figure. {' '.join(broken)}")
            dpi = LINE_ART_DPI if is_line_art(canvas) else PRINT_DPI
            images = {
                f".{name}": image_bytes(canvas, name, title, figure.alt_text, fit=fit, dpi=dpi)
                for name in formats
            }
    for sentence in foreign_letters(rules, font):
        warn(f"{sentence} Where one is installed, write font={rules.fonts[0]!r}.", HpcstatsWarning)
    return images
