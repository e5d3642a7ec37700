"""What is made of synthetic cases says so, in its words and across its picture."""

from __future__ import annotations

import csv
import math
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from hpcstats.errors import DesignError
from hpcstats.numbers import Text
from hpcstats.synthetic import MARK, WARNING, is_synthetic

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas

_ACROSS = f"{MARK} DATA"
_HOW_TO_END = "Made-up patients stand in the data. The mark goes when their rows are replaced."
_COLOUR = "#D55E00"
_LINE = 0.8
_SHARE = 0.94
_POINTS_PER_INCH = 72.0


def holds_synthetic(directory: Path) -> bool:
    """Tell whether a table of a data directory has a row that is marked as made up."""
    return any(_any_synthetic(file) for file in sorted(directory.glob("*.csv")))


def _any_synthetic(file: Path) -> bool:
    with file.open(encoding="utf-8-sig", errors="replace", newline="") as lines:
        return any(is_synthetic(row) for row in csv.DictReader(lines))


def marked(output: Any) -> Any:
    """Return a figure, table or text that says it shows synthetic data.

    Raises
    ------
    DesignError
        For an output of another kind, which has no place for the words.
    """
    if hasattr(output, "paragraphs"):
        return replace(output, paragraphs=(Text.of(f"{WARNING} {_HOW_TO_END}"), *output.paragraphs))
    if not hasattr(output, "caption"):
        raise DesignError(
            f"The data hold synthetic rows, and an output of kind {type(output).__name__} has no place for a "
            "mark. Return a figure, a table or Prose, or replace those rows first."
        )
    caption = Text.of(f"{WARNING} ", output.caption)
    if hasattr(output, "notes"):
        notes = (*output.notes, Text.of(f"{WARNING} {_HOW_TO_END}"))
        return replace(output, caption=caption, notes=notes, stub=f"{output.stub} ({_ACROSS})".strip())
    stamp(output.figure)
    data = output.data.assign(**{_ACROSS: "not for publication"})
    return replace(output, caption=caption, alt_text=f"{WARNING} {output.alt_text}", data=data)


def stamp(canvas: Canvas) -> None:
    """Draw the mark across a picture, as outlines above everything, so that nothing is hidden by it."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path as Outline
    from matplotlib.textpath import TextPath
    from matplotlib.transforms import Affine2D

    width, height = (float(side) * _POINTS_PER_INCH for side in canvas.get_size_inches())
    letters = TextPath((0.0, 0.0), _ACROSS, size=10.0, prop=FontProperties(family="DejaVu Sans"))
    box = letters.get_extents()
    angle = min(math.atan2(height, width), math.pi / 4)
    across = box.width * math.cos(angle) + box.height * math.sin(angle)
    upwards = box.width * math.sin(angle) + box.height * math.cos(angle)
    size = _SHARE * min(width / across, height / upwards)
    placed = Affine2D().translate(-(box.x0 + box.x1) / 2, -(box.y0 + box.y1) / 2).scale(size).rotate(angle)
    corners = placed.translate(width / 2, height / 2).transform(letters.vertices)
    canvas.add_artist(
        PathPatch(
            Outline(np.round(corners, 3), letters.codes),
            facecolor="none",
            edgecolor=_COLOUR,
            linewidth=_LINE,
            transform=Affine2D().scale(1 / _POINTS_PER_INCH) + canvas.dpi_scale_trans,
            zorder=1000,
        )
    )
