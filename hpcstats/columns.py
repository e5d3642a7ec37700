"""Lists, arrays, pandas and polars columns and frames, taken in alike."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from hpcstats.errors import DataError, listing

if TYPE_CHECKING:
    import pandas as pd

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]
ObjectArray = NDArray[np.object_]


def as_numbers(values: Any, name: str) -> FloatArray:
    """Read one column of finite or missing numbers as float64.

    Raises
    ------
    DataError
        If the column is not one-dimensional or holds something that is not a number.
    """
    raw = one_dimensional(values, name)
    if raw.dtype == np.bool_:
        raise DataError(f"{name} holds booleans, not numbers. Give times as numbers of one unit.")
    if raw.dtype.kind in "iuf":
        return raw.astype(np.float64)
    if raw.dtype.kind != "O":
        raise DataError(
            f"{name} holds {raw.dtype} values such as {raw[:3].tolist()}. Convert it to numbers first."
        )
    return _numbers_from_objects(raw, name)


def _numbers_from_objects(raw: ObjectArray, name: str) -> FloatArray:
    numbers = np.full(raw.size, np.nan)
    wrong = []
    for row, value in enumerate(raw):
        if is_missing(value):
            continue
        if isinstance(value, (bool, np.bool_, str)) or not _is_real(value):
            wrong.append(row)
        else:
            numbers[row] = float(value)
    if wrong:
        shown = listing(f"row {row}: {raw[row]!r}" for row in wrong)
        raise DataError(
            f"{name} holds values that are not numbers ({shown}). Convert them first.", rows=wrong
        )
    return numbers


def _is_real(value: object) -> bool:
    try:
        float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return False
    return True


def as_events(values: Any, name: str = "event") -> BoolArray:
    """Read an event indicator: booleans or 0/1, nothing else.

    Raises
    ------
    DataError
        For any other coding (1/2, -1, missing, text), with the offending values and their rows.
    """
    raw = one_dimensional(values, name)
    if raw.dtype == np.bool_:
        return raw
    if raw.dtype.kind in "iuf":
        bad = np.flatnonzero(~((raw == 0) | (raw == 1)))
    else:
        accepted = (bool, np.bool_, int, float, np.integer, np.floating)
        bad = np.array(
            [row for row, v in enumerate(raw) if not (isinstance(v, accepted) and v in (0, 1))], dtype=int
        )
    if bad.size:
        shown = listing(f"row {row}: {_plain(raw[row])!r}" for row in bad)
        raise DataError(
            f"{name} must be True/False or 0/1, but holds {shown}. "
            f"{_event_advice(raw)} Rows with an unknown {name} must be left out by you, with a reason.",
            rows=bad,
        )
    return raw.astype(bool)


def _event_advice(raw: NDArray[Any]) -> str:
    kinds = {_plain(value) for value in raw if not is_missing(value)}
    if 2 in kinds and kinds <= {1, 2}:
        return "If 2 means the event, write `event == 2`."
    return "Write the comparison that means the event, for instance `status == 'recurred'`."


def as_labels(values: Any, name: str) -> ObjectArray:
    """Read a column of labels (groups, strata, clusters, identifiers) without missing values."""
    raw = one_dimensional(values, name).astype(object)
    missing = [row for row, value in enumerate(raw) if is_missing(value)]
    if missing:
        raise DataError(
            f"{name} is missing in rows {listing(missing)}. Leave these rows out, or give them a label.",
            rows=missing,
        )
    odd = [row for row, value in enumerate(raw) if not isinstance(value, Hashable)]
    if odd:
        raise DataError(f"{name} holds values that are no labels (rows {listing(odd)}).", rows=odd)
    return raw


def category_order(values: Any) -> list[Any] | None:
    """Return the declared order of a pandas categorical or polars Enum column, if it has one."""
    dtype: Any = getattr(values, "dtype", None)
    # A polars Categorical declares no order: its categories come as the process happened to meet them.
    return list(dtype.categories) if type(dtype).__name__ in {"CategoricalDtype", "Enum"} else None


def distinct_labels(values: Any, labels: ObjectArray) -> list[Any]:
    """List the labels that occur: in their declared order, else sorted, else as first seen."""
    seen = list(dict.fromkeys(labels.tolist()))
    declared = category_order(values)
    if declared is not None:
        return [label for label in declared if label in seen]
    try:
        return sorted(seen)
    except TypeError:
        return seen


def as_frame(data: Any, name: str = "data") -> pd.DataFrame:
    """Read a table of columns (pandas, polars, or a mapping of columns) as a pandas frame.

    The row labels are dropped: rows are matched by position.
    """
    import pandas as pd

    if isinstance(data, pd.DataFrame):
        return _distinct_names(data.reset_index(drop=True), name)
    if isinstance(data, pd.Series):
        return data.reset_index(drop=True).to_frame(data.name if data.name is not None else "x")
    if isinstance(data, Mapping):
        return _frame_of_columns({key: _column(value) for key, value in data.items()}, name)
    if hasattr(data, "columns") and hasattr(data, "__getitem__") and not hasattr(data, "collect"):
        return pd.DataFrame({key: _column(data[key]) for key in data.columns})
    raise DataError(
        f"{name} must be a table of named columns (pandas, polars or a mapping), not {type(data).__name__}."
    )


def _distinct_names(frame: pd.DataFrame, name: str) -> pd.DataFrame:
    """Name columns by text, each once."""
    names = [str(column) for column in frame.columns]
    repeated = sorted({column for column in names if names.count(column) > 1})
    if repeated:
        raise DataError(f"{name} has several columns called {listing(repeated)}. Rename them.")
    return frame.set_axis(names, axis="columns")


def _frame_of_columns(columns: dict[Any, Any], name: str) -> pd.DataFrame:
    import pandas as pd

    try:
        return _distinct_names(pd.DataFrame(columns), name)
    except ValueError as error:
        raise DataError(f"{name} needs columns of one length, one value a row ({error}).") from error


def _column(values: Any) -> Any:
    import pandas as pd

    if isinstance(values, pd.Categorical):
        return values
    if isinstance(values, (pd.Series, pd.Index)):
        return values.array
    declared = category_order(values)
    plain = values.to_list() if hasattr(values, "to_list") else values
    return plain if declared is None else pd.Categorical(plain, categories=declared)


def is_missing(value: object) -> bool:
    """Tell whether a scalar is None, NaN, NaT or pandas.NA."""
    if value is None or type(value).__name__ in {"NAType", "NaTType"}:
        return True
    return isinstance(value, (float, np.floating)) and bool(np.isnan(value))


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value


def one_dimensional(values: Any, name: str) -> NDArray[Any]:
    """Take any column as a one-dimensional array, text as objects."""
    if isinstance(values, (str, bytes)) or not hasattr(values, "__len__"):
        raise DataError(f"{name} must be a column of values, not {values!r}.")
    if isinstance(values, np.ma.MaskedArray):
        masked, values = np.ma.getmaskarray(values), np.array(values.data, dtype=object)
        values[masked] = None
    # Of mixed values NumPy would make text ("nan") or numbers (True is 1): they stay what they are.
    mixed = isinstance(values, (list, tuple)) and len(set(map(type, values))) > 1
    try:
        raw = np.asarray(
            values.to_numpy() if hasattr(values, "to_numpy") else values, object if mixed else None
        )
    except ValueError as error:
        raise DataError(f"{name} must be one column, not rows of unequal length.") from error
    if raw.ndim != 1:
        raise DataError(f"{name} must be one column, not an array of shape {raw.shape}.")
    return raw.astype(object) if raw.dtype.kind in "US" else raw
