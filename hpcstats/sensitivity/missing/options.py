"""Options of the functions on missing covariates, refused before any work."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from hpcstats.errors import DataError


def whole_number(given: Any, name: str, least: int) -> int:
    """Refuse what is no whole number, or too small."""
    whole = isinstance(given, (int, np.integer)) and not isinstance(given, bool)
    if not whole or given < least:
        raise DataError(f"{name} must be a whole number, {least} or more, not {given!r}.")
    return int(given)


def degrees_of_freedom(given: Any) -> float | None:
    """Refuse degrees of freedom of complete data that are no number from 1 on; None stays."""
    if given is None:
        return None
    real = isinstance(given, (int, float, np.integer, np.floating)) and not isinstance(given, bool)
    if not real or not given >= 1:
        raise DataError(f"complete_df must be a number, 1 or more, not {given!r}. None takes the usual one.")
    return float(given)


def column_names(auxiliary: Any) -> tuple[str, ...]:
    """Refuse a single text, whose letters would be taken for names."""
    if isinstance(auxiliary, str) or not isinstance(auxiliary, Sequence):
        raise DataError(f"auxiliary must be a list of column names, not {auxiliary!r}.")
    return tuple(auxiliary)
