"""New patients in the columns of a fitted design."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from hpcstats.columns import FloatArray, as_frame, as_numbers, is_missing
from hpcstats.covariates import given_names, unknown_column
from hpcstats.design import Design
from hpcstats.errors import DataError, listing

if TYPE_CHECKING:
    import pandas as pd


def encode(design: Design, new_data: Any) -> FloatArray:
    """Return the design matrix (m, p) of new data, encoded as the data of the fit were.

    Raises
    ------
    DataError
        For columns that are not there, missing values, and levels the fit has not seen.
    """
    import pandas as pd

    given = as_frame(new_data)
    if not len(given):
        raise DataError("new_data has no rows. Give one row for each new patient.")
    columns = {}
    for name, levels in design.levels.items():
        written = given_names(name, design.aliases)
        if written not in given.columns:
            raise unknown_column(written, given, "new_data")
        columns[name] = _column(given[written], written, levels)
    matrix = design.encoded(pd.DataFrame(columns))
    rows = np.flatnonzero(~np.isfinite(matrix).all(axis=1))
    if rows.size:
        raise DataError(f"new_data has no finite covariates in rows {listing(rows)}.", rows=rows)
    return matrix


def _column(values: pd.Series[Any], name: str, levels: tuple[Any, ...] | None) -> Any:
    gone = np.flatnonzero(values.isna().to_numpy(dtype=bool))
    if gone.size:
        raise DataError(
            f"new_data misses {name} in rows {listing(gone)}. Fill it in, or leave these rows out.", rows=gone
        )
    if levels is None:
        numbers = as_numbers(
            values.astype(np.float64) if values.dtype == np.bool_ else values, f"new_data[{name!r}]"
        )
        infinite = np.flatnonzero(~np.isfinite(numbers))
        if infinite.size:
            raise DataError(f"new_data[{name!r}] is infinite in rows {listing(infinite)}.", rows=infinite)
        return numbers
    known = set(levels)
    new = [row for row, value in enumerate(values) if is_missing(value) or value not in known]
    if new:
        shown = listing(f"row {row}: {values.iloc[row]!r}" for row in new)
        raise DataError(
            f"new_data[{name!r}] has levels that the fit has not seen ({shown}). "
            f"Its levels are {listing(levels)}.",
            rows=new,
        )
    return values.astype(object).to_numpy()
