"""What each option of a multiverse does to the estimates."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from hpcstats.columns import BoolArray, FloatArray

if TYPE_CHECKING:
    import pandas as pd

    from hpcstats.sensitivity.specifications.result import Multiverse


def options_of(found: Multiverse) -> pd.DataFrame:
    """Return a row for each option of each choice."""
    import pandas as pd

    choices = enumerate(found.choices.items())
    return pd.DataFrame(
        [row for place, (name, labels) in choices for row in _rows(found, place, name, labels)]
    )


def _rows(found: Multiverse, place: int, name: str, labels: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    of_main = found.declared.kept[found.main][place]
    usual = _median(found, _having(found, place, of_main))
    for label in labels:
        having = _having(found, place, label)
        median = _median(found, having)
        yield {
            "choice": name,
            "option": label,
            "main": label == of_main,
            "n_specifications": int(having.sum()),
            "median": found.shown(median),
            "change": found.shown(_difference(median, usual)),
            "alone": _alone(found, name, label),
            "other_side": _share(found.other_side, having & _estimated(found)),
            "other_conclusion": _share(found.other_conclusion, having & _concluded(found)),
        }


def influence_of(found: Multiverse) -> pd.DataFrame:
    """Return a row for each choice, that with the largest range of medians first."""
    import pandas as pd

    rows = []
    for place, (name, labels) in enumerate(found.choices.items()):
        medians = np.array([_median(found, _having(found, place, label)) for label in labels])
        known = ~np.isnan(medians)
        row: dict[str, Any] = {"choice": name, "lowest_option": None, "lowest": np.nan}
        row |= {"highest_option": None, "highest": np.nan, "range": np.nan}
        if known.any():
            low = int(np.argmin(np.where(known, medians, np.inf)))
            high = int(np.argmax(np.where(known, medians, -np.inf)))
            row |= {"lowest_option": labels[low], "lowest": found.shown(medians[low])}
            row |= {"highest_option": labels[high], "highest": found.shown(medians[high])}
            row["range"] = found.shown(_difference(medians[high], medians[low]))
        rows.append(row)
    frame = pd.DataFrame(rows)
    return frame.sort_values("range", ascending=False, kind="stable", ignore_index=True)


def _having(found: Multiverse, place: int, label: str) -> BoolArray:
    return np.array([row[place] == label for row in found.declared.kept], dtype=np.bool_)


def _median(found: Multiverse, rows: BoolArray) -> float:
    values: FloatArray = found.column("position")[rows]
    known = values[~np.isnan(values)]
    with np.errstate(invalid="ignore"):
        # Halfway between two ends of the scale lies nothing.
        return float(np.median(known)) if known.size else np.nan


def _difference(value: float, other: float) -> float:
    """Subtract; equal infinities differ by 0."""
    return 0.0 if value == other else value - other


def _alone(found: Multiverse, name: str, label: str) -> float:
    row = found.declared.neighbour(found.main, name, label)
    return np.nan if row is None else float(found.shown(found.outcomes[row].position))


def _estimated(found: Multiverse) -> BoolArray:
    known: BoolArray = ~np.isnan(found.column("position"))
    counted: BoolArray = known & known[found.main] & (found.null is not None)
    return counted


def _concluded(found: Multiverse) -> BoolArray:
    known = np.array([one.side != "" for one in found.outcomes], dtype=np.bool_)
    counted: BoolArray = known & known[found.main]
    return counted


def _share(which: BoolArray, rows: BoolArray) -> float:
    return float(which[rows].mean()) if rows.any() else np.nan
