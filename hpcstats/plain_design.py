"""The usual small table, columns of plain numbers without gaps: no formula machinery is needed for it."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hpcstats.columns import FloatArray

_NUMERIC = "biuf"


def plain_columns(
    data: Any, formula: str | Sequence[str] | None, beside: Sequence[Any], size: int
) -> tuple[tuple[str, ...], FloatArray] | None:
    """Return names and matrix (n, p) of a design that is nothing but columns of numbers.

    None for everything else (groups, transformations, gaps, columns beside the covariates, and whatever is to
    be refused): the formula takes care of it.
    """
    if not (type(data) is dict or _is_pandas(data, "DataFrame")) or not len(data):
        return None
    if any(column is not None for column in beside):
        return None
    names = _names(data, formula)
    if names is None:
        return None
    matrix = np.empty((size, len(names)))
    for k, name in enumerate(names):
        values = _numbers(data[name])
        if values is None or values.shape != (size,):
            return None
        matrix[:, k] = values
    return (names, matrix) if np.isfinite(matrix).all() else None


def _names(data: Any, formula: str | Sequence[str] | None) -> tuple[str, ...] | None:
    """Return the columns named, each once; None if a formula says more than their names."""
    present = set(data)
    if not all(type(name) is str for name in present):
        return None
    if formula is None:
        names = list(data)
    elif isinstance(formula, str):
        names = [part.strip() for part in formula.split("+")]
        if not all(name.isidentifier() and name != "Intercept" for name in names):
            return None
    elif isinstance(formula, (list, tuple)):
        names = list(formula)
    else:
        return None
    if not names or len(set(names)) < len(names) or not present.issuperset(names):
        return None
    return tuple(names)


def _numbers(values: Any) -> NDArray[Any] | None:
    """Return a column of numbers or booleans as an array; None if it may be anything else."""
    if type(values) in (list, tuple):
        if not all(type(value) in (int, float, bool) for value in values):
            return None
        found = np.array(values)
    elif _is_pandas(values, "Series"):
        found = values.to_numpy() if isinstance(values.dtype, np.dtype) else np.empty(0, dtype=object)
    elif type(values) is np.ndarray:
        found = values
    else:
        return None
    return found if found.dtype.kind in _NUMERIC and found.ndim == 1 else None


def _is_pandas(value: Any, name: str) -> bool:
    """Tell whether a value is of a class of pandas, without importing it."""
    pandas = sys.modules.get("pandas")
    return pandas is not None and type(value) is getattr(pandas, name)
