"""`describe`: what is known of the patients, by group and overall, and of how many it is known."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from hpcstats.columns import IntArray, as_frame, as_labels, as_numbers, distinct_labels
from hpcstats.description.result import OVERALL, POINTS, CategoricalVariable, Description, NumericVariable
from hpcstats.errors import DataError, listing, unknown_option
from hpcstats.numbers import patient_list

if TYPE_CHECKING:
    import pandas as pd

Kind = Literal["numeric", "categorical"]
QUANTILES = (
    "Quartiles: linear interpolation between order statistics (type 7 of Hyndman and Fan, R's default)."
)
_KINDS: tuple[Kind, ...] = ("numeric", "categorical")


def describe(
    data: Any,
    *,
    by: str | None = None,
    variables: Sequence[str] | Mapping[str, Kind],
    id: str | None = None,
    source: str | None = None,
    year: str | None = None,
) -> Description:
    """What is known of the patients in each group and overall, always with the number it is known of.

    Use it for a first table. It makes no tests: differences between groups that were formed by the way
    patients were reported are not a hypothesis.

    Parameters
    ----------
    data : frame
        One row a patient (pandas, polars, or a mapping of columns).
    by : str, optional
        Column of the groups; without it there is only "overall".
    variables : sequence of str, or mapping of str to {"numeric", "categorical"}
        Columns to describe, in order. In a sequence, columns of numbers are numeric and all others
        (text, categories, booleans) categorical; a mapping says it for each.
    id : str, optional
        Column of distinct patient identifiers.
    source, year : str, optional
        Columns that name the paper of each patient and its year of publication.

    Returns
    -------
    Description
        Numeric columns: known, missing, median, quartiles, minimum, maximum. Categorical columns: a count
        for each level that occurs, known (the denominator), missing.

    Raises
    ------
    DataError
        For columns that do not exist or are no numbers, and missing groups or repeated identifiers.
    UnsupportedError
        For another kind of variable.

    Notes
    -----
    Quartiles interpolate linearly between order statistics: type 7 of Hyndman & Fan 1996
    (doi:10.1080/00031305.1996.10473566), the default of R and NumPy. Declared orders of levels are kept;
    other levels are sorted.

    Examples
    --------
    >>> from hpcstats.description import describe
    >>> data = {"age": [53, 45, None, 48], "sex": ["m", "m", "f", None], "group": list("aabb")}
    >>> result = describe(data, by="group", variables=["age", "sex"])
    >>> result.to_frame().tail(4)
          group variable level statistic  value
    32  overall      sex     f     count    1.0
    33  overall      sex     m     count    2.0
    34  overall      sex           known    3.0
    35  overall      sex         missing    1.0
    >>> result.groups, result.variables[0].median
    (('a', 'b', 'overall'), array([49., 48., 48.]))
    """
    frame = as_frame(data)
    kinds = _kinds(frame, variables, [name for name in (by, id, source, year) if name is not None])
    labels, members = _members(frame, by)
    described = tuple(
        _numeric(frame, name, members) if kind == "numeric" else _categorical(frame, name, members)
        for name, kind in kinds.items()
    )
    ids = None if id is None else _identifiers(frame, id)
    return Description(
        n=len(frame),
        n_events=0,
        method="Counts of known values, and medians with quartiles and range.",
        conventions=("Denominators are the known values; missing values are counted apart.", QUANTILES),
        by=by,
        groups=(*labels, OVERALL),
        sizes=np.array([rows.size for rows in members], dtype=np.int64),
        variables=described,
        publications=None if year is None else _numeric(frame, year, members),
        papers=None if source is None else _papers(frame, source, members),
        identifiers=tuple(() if ids is None else patient_list(ids[rows]) for rows in members),
    )


def _kinds(
    frame: pd.DataFrame, variables: Sequence[str] | Mapping[str, Kind], others: Sequence[str]
) -> dict[str, Kind]:
    from pandas.api import types

    if isinstance(variables, str):
        raise DataError(f"variables must be a list of column names. Write variables=[{variables!r}].")
    columns = list(map(str, frame.columns))
    unknown = [name for name in (*others, *variables) if name not in columns]
    if unknown:
        raise DataError(f"data has no column {listing(_with_hint(name, columns) for name in unknown)}.")
    if not len(frame):
        raise DataError("There are no rows. Give at least one patient.")
    if isinstance(variables, Mapping):
        wrong = [kind for kind in variables.values() if kind not in _KINDS]
        if wrong:
            raise unknown_option("kind of variable", wrong[0], _KINDS)
        return dict(variables)
    dtypes = {name: frame[name].dtype for name in variables}
    return {
        name: "numeric" if types.is_numeric_dtype(d) and not types.is_bool_dtype(d) else "categorical"
        for name, d in dtypes.items()
    }


def _with_hint(name: str, columns: Sequence[str]) -> str:
    close = difflib.get_close_matches(name, columns, n=1)
    return f"{name!r} (did you mean {close[0]!r}?)" if close else repr(name)


def _members(frame: pd.DataFrame, by: str | None) -> tuple[tuple[str, ...], list[IntArray]]:
    every = np.arange(len(frame), dtype=np.int64)
    if by is None:
        return (), [every]
    values = as_labels(frame[by], by)
    order = distinct_labels(frame[by], values)
    names = tuple(map(_level_text, order))
    if OVERALL in names or len(set(names)) < len(names):
        raise DataError(f"Groups of {by} need distinct names other than {OVERALL!r}, not {listing(names)}.")
    return names, [*(np.flatnonzero(values == label) for label in order), every]


def _identifiers(frame: pd.DataFrame, id: str) -> Any:
    labels = as_labels(frame[id], id)
    repeated = np.flatnonzero(frame[id].duplicated())
    if repeated.size:
        raise DataError(
            f"{id} must be distinct, but repeats {listing(map(repr, labels[repeated]))}. "
            "Give one row a patient.",
            rows=repeated,
        )
    return labels


def _numeric(frame: pd.DataFrame, name: str, members: list[IntArray]) -> NumericVariable:
    values = as_numbers(frame[name].astype(object), name)
    infinite = np.flatnonzero(np.isinf(values))
    if infinite.size:
        raise DataError(f"{name} is infinite in rows {listing(infinite)}. Correct it.", rows=infinite)
    known = [values[rows][~np.isnan(values[rows])] for rows in members]
    asked = list(POINTS.values())
    points = np.array([np.quantile(x, asked) if x.size else np.full(len(asked), np.nan) for x in known])
    number = np.array([x.size for x in known], dtype=np.int64)
    return NumericVariable(
        name=name,
        known=number,
        missing=np.array([rows.size for rows in members], dtype=np.int64) - number,
        **dict(zip(POINTS, points.T, strict=True)),
    )


def _categorical(frame: pd.DataFrame, name: str, members: list[IntArray]) -> CategoricalVariable:
    known = frame[name].notna().to_numpy(dtype=bool)
    values = frame[name].astype(object).where(known, None).to_numpy()
    levels = distinct_labels(frame[name], values[known])
    counts = [[np.count_nonzero(values[rows] == level) for rows in members] for level in levels]
    number = np.array([np.count_nonzero(known[rows]) for rows in members], dtype=np.int64)
    return CategoricalVariable(
        name=name,
        levels=tuple(map(_level_text, levels)),
        counts=np.array(counts, dtype=np.int64).reshape(len(levels), len(members)),
        known=number,
        missing=np.array([rows.size for rows in members], dtype=np.int64) - number,
    )


def _papers(frame: pd.DataFrame, source: str, members: list[IntArray]) -> IntArray:
    papers = as_labels(frame[source], source)
    return np.array([len(set(papers[rows].tolist())) for rows in members], dtype=np.int64)


def _level_text(level: Any) -> str:
    """Name a level; whole numbers without their decimal point."""
    whole = isinstance(level, (float, np.floating)) and float(level).is_integer()
    return str(int(level)) if whole else str(level)
