"""Cases that nobody reported: how made-up rows are marked, so that they are never taken for data."""

from __future__ import annotations

from collections.abc import Mapping

MARK = "SYNTHETIC"
WARNING = "SYNTHETIC DATA, not for publication."

_IDENTIFIERS = ("patient_id", "source_id", "study_id")


def is_synthetic(row: Mapping[str, object]) -> bool:
    """Tell whether a row of a data file is marked as made up.

    A row is, if an identifier of it is ``synthetic`` or begins with ``synthetic_``, or if its title begins
    with the mark.

    Examples
    --------
    >>> is_synthetic({"patient_id": "synthetic_07", "source_id": "smith_2004"})
    True
    >>> is_synthetic({"source_id": "synthetic", "title": "SYNTHETIC: replace"})
    True
    >>> is_synthetic({"source_id": "smith_2004", "title": "Synthetic meshes in two patients"})
    False
    """
    names = (str(row.get(column)).casefold() for column in _IDENTIFIERS)
    marked = any(name == MARK.casefold() or name.startswith(f"{MARK.casefold()}_") for name in names)
    return marked or str(row.get("title")).startswith(MARK)
