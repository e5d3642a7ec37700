"""The columns behind a formula: which it names, which rows miss a value, and how they are made ready."""

from __future__ import annotations

import decimal
import difflib
import numbers
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from hpcstats.columns import BoolArray, as_frame, is_missing
from hpcstats.errors import DataError, DesignError, listing
from hpcstats.groups import same_rows
from hpcstats.surv import Surv

if TYPE_CHECKING:
    import pandas as pd


def column_of(data: Any, given: Any) -> Any:
    """Resolve a column given by name or by values."""
    if not isinstance(given, str):
        return given
    frame = as_frame(data)
    if given not in frame.columns:
        raise unknown_column(given, frame)
    return frame[given]


def with_plain_names(frame: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, str]]:
    """Give columns whose name a formula cannot hold one that it can; return what stands for what."""
    odd = [name for name in frame.columns if not name.isidentifier() or name == "Intercept"]
    aliases = {f"column_{number}_": name for number, name in enumerate(odd)}
    return frame.rename(columns=dict(zip(odd, aliases, strict=True))), aliases


def given_names(text: str, aliases: dict[str, str]) -> str:
    """Put the given names back for their aliases."""
    for alias, name in aliases.items():
        text = text.replace(alias, name)
    return text


def formula_text(
    formula: str | Sequence[str] | None, frame: pd.DataFrame, aliases: dict[str, str], beside: Sequence[Any]
) -> str:
    """Write the right-hand side; None takes every column that does not stand `beside` the covariates."""
    alias_of = {name: alias for alias, name in aliases.items()}
    if isinstance(formula, str):
        if "~" in formula or "|" in formula:
            raise DesignError(
                f"formula={formula!r} must be one right-hand side: terms alone, without ~ or |."
            )
        for name, alias in alias_of.items():
            formula = formula.replace(f"`{name}`", alias)
        return formula
    if formula is None:
        taken = {alias_of.get(name, name) for name in beside if isinstance(name, str)}
        names = [name for name in frame.columns if name not in taken]
    elif isinstance(formula, Sequence):
        names = [alias_of.get(str(name), str(name)) for name in formula]
    else:
        raise DesignError(f"formula must be text such as 'age + site' or a list of columns, not {formula!r}.")
    for name in names:
        if name not in frame.columns:
            raise unknown_column(given_names(name, aliases), frame.rename(columns=aliases))
    if not names:
        raise DesignError("There are no covariates. Name at least one column.")
    return " + ".join(names)


def variables(text: str, frame: pd.DataFrame, aliases: dict[str, str]) -> list[str]:
    """Return the columns a formula names, in the order of the data."""
    from formulaic import Formula
    from formulaic.errors import FormulaicError

    try:
        names = {str(name) for name in Formula(text).required_variables}
    except (FormulaicError, SyntaxError) as error:
        raise DesignError(
            f"formula={text!r} cannot be read. Write terms joined by +, such as 'age + site'."
        ) from error
    unknown = sorted(names - set(frame.columns))
    if unknown:
        raise unknown_column(unknown[0], frame.rename(columns=aliases))
    mentioned = names | set(re.findall(r"[^\W\d]\w*", text))
    return [name for name in frame.columns if name in mentioned]


def unknown_column(name: Any, frame: pd.DataFrame, what: str = "data") -> DataError:
    """Build the error for a column that is not there, with the closest name."""
    close = difflib.get_close_matches(str(name), list(frame.columns), n=1)
    hint = f" Did you mean {close[0]!r}?" if close else f" The columns are {listing(frame.columns)}."
    return DataError(f"{what} has no column {name!r}.{hint}")


def missing_rows(
    frame: pd.DataFrame, wanted: Sequence[str], beside: Sequence[Any], response: Surv
) -> BoolArray:
    """Tell which rows miss a value of a wanted column or of one beside them."""
    import pandas as pd

    gone: BoolArray = np.asarray(frame[list(wanted)].isna().to_numpy(dtype=bool).any(axis=1), dtype=np.bool_)
    for column in beside:
        if column is not None:
            values = column_of(frame, column)
            same_rows(len(values), response, "Every column beside the covariates")
            gone = np.logical_or(gone, np.asarray(pd.isna(pd.Series(values)), dtype=np.bool_))
    return gone


def missing_error(
    frame: pd.DataFrame, wanted: Sequence[str], beside: Sequence[Any], gone: BoolArray, response: Surv
) -> DataError:
    """Build the error for missing values, with the columns and the patients."""
    rows = np.flatnonzero(gone)
    incomplete = [name for name in wanted if frame[name].isna().any()]
    incomplete += [column for column in beside if isinstance(column, str) and frame[column].isna().any()]
    where = listing(rows if response.id is None else response.id[rows])
    return DataError(
        f"{rows.size} of {gone.size} rows miss a value of {listing(incomplete) or 'a column'} "
        f"({'rows' if response.id is None else 'patients'} {where}). "
        "Write missing='drop' to leave them out and count them.",
        rows=rows,
    )


def tidy(frame: pd.DataFrame, aliases: dict[str, str]) -> pd.DataFrame:
    """Give numbers and booleans float columns, drop levels that do not occur, refuse what is neither.

    Raises
    ------
    DesignError
        For dates and complex numbers, infinite values, and text or categories with one level only.
    """
    import pandas as pd

    return pd.DataFrame(
        {name: _ready(frame[name], given_names(name, aliases)) for name in frame.columns}, index=frame.index
    )


def _ready(column: pd.Series[Any], name: str) -> Any:
    import pandas as pd
    from pandas.api import types

    if isinstance(column.dtype, pd.CategoricalDtype):
        ready: Any = column.cat.remove_unused_categories()
    elif types.is_complex_dtype(column.dtype) or types.is_datetime64_any_dtype(column.dtype):
        raise DesignError(f"{name} holds {column.dtype} values. Turn them into numbers or groups first.")
    elif types.is_numeric_dtype(column.dtype) or types.is_bool_dtype(column.dtype) or _all_real(column):
        return _finite(column.astype(np.float64), name)
    else:
        ready = column.astype(object)
    if len({value for value in ready if not is_missing(value)}) < 2:
        raise DesignError(f"{name} has one value only ({ready.iloc[0]!r}). Leave it out.")
    return ready


def _all_real(column: pd.Series[Any]) -> bool:
    """Tell whether a column of objects holds numbers alone (decimal ones included)."""
    return all(isinstance(value, (numbers.Real, decimal.Decimal)) for value in column)


def _finite(column: pd.Series[float], name: str) -> pd.Series[float]:
    rows = np.flatnonzero(~np.isfinite(column.to_numpy()))
    if rows.size:
        raise DesignError(f"{name} is infinite (among the rows used: {listing(rows)}). Correct or leave out.")
    return column
