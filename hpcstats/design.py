"""From a formula or column names to a design matrix that remembers what its columns mean."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from hpcstats.columns import BoolArray, FloatArray, IntArray, as_frame
from hpcstats.errors import DataError, DesignError, listing, unknown_option
from hpcstats.groups import same_rows
from hpcstats.surv import Surv

if TYPE_CHECKING:
    import pandas as pd
    from formulaic import ModelMatrix

MISSING = ("raise", "drop")


@dataclass(frozen=True, slots=True, kw_only=True)
class Factor:
    """One term of the formula and the columns it became.

    Attributes
    ----------
    name : str
        As written in the formula.
    kind : {"numeric", "categorical", "interaction"}
        What it is.
    levels : tuple
        All levels in order (categorical).
    reference : object
        The level the others are compared with (categorical).
    terms : tuple of str
        Names of its columns, in the order of the levels without the reference.
    """

    name: str
    kind: Literal["numeric", "categorical", "interaction"]
    levels: tuple[Any, ...] = ()
    reference: Any = None
    terms: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Design:
    """Design matrix (n, p) without intercept, the rows it used, and the rows left out for missing values."""

    formula: str
    matrix: FloatArray
    terms: tuple[str, ...]
    factors: tuple[Factor, ...]
    rows: IntArray
    dropped: IntArray

    def columns(self, factor: Factor) -> IntArray:
        """Return the positions of a factor's columns."""
        return np.array([self.terms.index(term) for term in factor.terms], dtype=np.int64)


def build_design(
    data: Any,
    formula: str | Sequence[str] | None,
    response: Surv,
    *,
    beside: Sequence[Any] = (),
    missing: str = "raise",
) -> Design:
    """Build the design matrix for the rows of `response`.

    Parameters
    ----------
    data : frame
        Columns by name, one row for each row of `response`.
    formula : str, sequence of str, or None
        A right-hand side ("age + C(site)"), column names, or None for all columns.
    response : Surv
        The response the rows belong to.
    beside : sequence
        Further columns (strata, clusters, weights) whose missing values count too; names or values.
    missing : {"raise", "drop"}
        What to do with rows that miss a value.

    Raises
    ------
    DataError
        For unknown columns, another number of rows, or missing values under "raise".
    DesignError
        For a formula that cannot be read or has no terms.
    """
    if missing not in MISSING:
        raise unknown_option("missing", missing, MISSING)
    given = as_frame(data)
    same_rows(len(given), response, "data")
    frame, aliases = _with_plain_names(given)
    text = _formula_text(formula, frame, aliases)
    wanted = _variables(text, frame, aliases)
    gone = _missing_rows(given, [aliases.get(name, name) for name in wanted], beside, response)
    if gone.any() and missing == "raise":
        raise _missing_error(given, [aliases.get(name, name) for name in wanted], beside, gone, response)
    if gone.all():
        raise DataError("Every row misses a value of a covariate; nothing is left to fit.")
    used = _tidy(frame.loc[~gone, wanted].reset_index(drop=True))
    model = _model_matrix(text, used)
    names = [_given_names(str(name), aliases) for name in model.columns]
    kept = [k for k, name in enumerate(names) if name != "Intercept"]
    return Design(
        formula=_given_names(text, aliases),
        matrix=np.asarray(model, dtype=np.float64)[:, kept],
        terms=tuple(names[k] for k in kept),
        factors=_factors(model, names, aliases),
        rows=np.flatnonzero(~gone),
        dropped=np.flatnonzero(gone),
    )


def column_of(data: Any, given: Any) -> Any:
    """Resolve a column given by name or by values."""
    if not isinstance(given, str):
        return given
    frame = as_frame(data)
    if given not in frame.columns:
        raise _unknown_column(given, frame)
    return frame[given]


def _with_plain_names(frame: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, str]]:
    """Give columns whose name is no identifier one that is; return what stands for what."""
    odd = [name for name in frame.columns if not str(name).isidentifier()]
    aliases = {f"column_{number}_": str(name) for number, name in enumerate(odd)}
    return frame.rename(columns=dict(zip(odd, aliases, strict=True))), aliases


def _given_names(text: str, aliases: dict[str, str]) -> str:
    for alias, name in aliases.items():
        text = text.replace(alias, name)
    return text


def _formula_text(formula: str | Sequence[str] | None, frame: pd.DataFrame, aliases: dict[str, str]) -> str:
    alias_of = {name: alias for alias, name in aliases.items()}
    if isinstance(formula, str):
        if "~" in formula:
            raise DesignError(
                f"formula={formula!r} must be the right-hand side alone: leave out what stands before ~."
            )
        for name, alias in alias_of.items():
            formula = formula.replace(f"`{name}`", alias)
        return formula
    names = list(frame.columns) if formula is None else [alias_of.get(str(name), name) for name in formula]
    for name in names:
        if name not in frame.columns:
            raise _unknown_column(name, frame)
    if not names:
        raise DesignError("There are no covariates. Name at least one column.")
    return " + ".join(map(str, names))


def _variables(text: str, frame: pd.DataFrame, aliases: dict[str, str]) -> list[Any]:
    from formulaic import Formula
    from formulaic.errors import FormulaicError

    try:
        names = {str(name) for name in Formula(text).required_variables}
    except (FormulaicError, SyntaxError) as error:
        raise DesignError(
            f"formula={text!r} cannot be read. Write terms joined by +, such as 'age + site'."
        ) from error
    unknown = sorted(names - set(map(str, frame.columns)))
    if unknown:
        raise _unknown_column(unknown[0], frame.rename(columns=aliases))
    return [name for name in frame.columns if str(name) in names]


def _unknown_column(name: Any, frame: pd.DataFrame) -> DataError:
    close = difflib.get_close_matches(str(name), [str(column) for column in frame.columns], n=1)
    hint = f" Did you mean {close[0]!r}?" if close else f" The columns are {listing(frame.columns)}."
    return DataError(f"data has no column {name!r}.{hint}")


def _missing_rows(
    frame: pd.DataFrame, wanted: Sequence[Any], beside: Sequence[Any], response: Surv
) -> BoolArray:
    import pandas as pd

    gone: BoolArray = np.asarray(frame[list(wanted)].isna().to_numpy(dtype=bool).any(axis=1), dtype=np.bool_)
    for column in beside:
        if column is not None:
            same_rows(len(column_of(frame, column)), response, "Every column beside the covariates")
            gone = np.logical_or(
                gone, np.asarray(pd.isna(pd.Series(column_of(frame, column))), dtype=np.bool_)
            )
    return gone


def _missing_error(
    frame: pd.DataFrame, wanted: Sequence[Any], beside: Sequence[Any], gone: BoolArray, response: Surv
) -> DataError:
    rows = np.flatnonzero(gone)
    incomplete = [str(name) for name in wanted if frame[name].isna().any()]
    incomplete += [column for column in beside if isinstance(column, str) and frame[column].isna().any()]
    where = listing(rows if response.id is None else response.id[rows])
    return DataError(
        f"{rows.size} of {gone.size} rows miss a value of {listing(incomplete) or 'a column'} "
        f"({'rows' if response.id is None else 'patients'} {where}). "
        "Write missing='drop' to leave them out and count them.",
        rows=rows,
    )


def _tidy(frame: pd.DataFrame) -> pd.DataFrame:
    """Give booleans and nullable numbers plain float columns, and drop levels that do not occur."""
    import pandas as pd
    from pandas.api import types

    tidy: dict[Any, Any] = {}
    for name in frame.columns:
        column = frame[name]
        if isinstance(column.dtype, pd.CategoricalDtype):
            tidy[name] = column.cat.remove_unused_categories()
        elif types.is_numeric_dtype(column.dtype) or types.is_bool_dtype(column.dtype):
            tidy[name] = column.astype(np.float64)
        else:
            tidy[name] = column.astype(object)
    return pd.DataFrame(tidy, index=frame.index)


def _model_matrix(text: str, frame: pd.DataFrame) -> ModelMatrix:
    from formulaic import model_matrix
    from formulaic.errors import FormulaicError

    try:
        return model_matrix(f"1 + {text}", frame, context={"np": np}, na_action="raise")
    except (FormulaicError, ValueError, TypeError) as error:
        reason = str(error).splitlines()[0]
        raise DesignError(f"formula={text!r} cannot be evaluated on these data: {reason}") from error


def _factors(model: ModelMatrix, names: Sequence[str], aliases: dict[str, str]) -> tuple[Factor, ...]:
    spec = model.model_spec
    factors = []
    for term, positions in spec.term_indices.items():
        if str(term) == "1" or not positions:
            continue
        columns, written = tuple(names[k] for k in positions), _given_names(str(term), aliases)
        categorical = [factor for factor in term.factors if factor in spec.factor_contrasts]
        if len(term.factors) > 1:
            factors.append(Factor(name=written, kind="interaction", terms=columns))
        elif categorical:
            levels = tuple(spec.factor_contrasts[categorical[0]].levels)
            reference = next((level for level in levels if not _named(level, columns)), None)
            factors.append(
                Factor(name=written, kind="categorical", levels=levels, reference=reference, terms=columns)
            )
        else:
            factors.append(Factor(name=written, kind="numeric", terms=columns))
    return tuple(factors)


def _named(level: Any, columns: Sequence[str]) -> bool:
    return any(column.endswith(f"[T.{level}]") for column in columns)
