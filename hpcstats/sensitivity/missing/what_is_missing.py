"""`missingness`: what is missing, before anything is done about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from hpcstats.columns import BoolArray, as_events, as_frame, as_labels, distinct_labels
from hpcstats.covariates import unknown_column
from hpcstats.errors import DataError, listing
from hpcstats.sensitivity.missing.care import check_items
from hpcstats.sensitivity.missing.missingness_result import OVERALL, Missingness


def missingness(
    data: Any,
    columns: Sequence[str] | None = None,
    *,
    id: str | None = None,
    by: str | None = None,
    source: str | None = None,
    applicable: Mapping[str, Any] | None = None,
    items: Mapping[str, str] | None = None,
) -> Missingness:
    """Who misses what: by variable, by pattern, by paper, and by item of the CARE guideline.

    Look at it before any model: complete cases are those whose authors told everything, and a covariate that
    is known mostly of patients with events biases what is known of it.

    Parameters
    ----------
    data : frame
        One row a patient.
    columns : sequence of str, optional
        Columns to look at, in order; by default all but `id`, `by` and `source`.
    id : str, optional
        Column of distinct patient identifiers; by default positions of rows.
    by : str, optional
        Column of groups.
    source : str, optional
        Column that names the paper of each patient.
    applicable : mapping of str to column of bool or 0/1, optional
        For a variable that not every patient can have (the level of a metastasis), of whom it could be told.
        Other cells are "not applicable" and never count as missing.
    items : mapping of str to str, optional
        CARE item of a variable, such as ``{"age": "5a"}``.

    Returns
    -------
    Missingness
        With `by_variable`, `by_pattern`, `by_source`, `by_item`, `cells`.

    Raises
    ------
    DataError
        For unknown columns, repeated identifiers, unknown CARE items, or a value where none is applicable.

    Notes
    -----
    A value is missing where the cell is empty (None, NaN, NA). A word such as "unknown" is a value: make it
    empty first. CARE: Gagnier et al. 2013 (doi:10.1186/1752-1947-7-223).

    Examples
    --------
    >>> from hpcstats.sensitivity.missing import missingness
    >>> found = missingness(
    ...     {"age": [50, None, 61, 47], "sex": ["f", None, "m", None]},
    ...     items={"age": "5a", "sex": "5a"},
    ... )
    >>> found.by_variable()[["variable", "known", "missing", "share"]]
      variable  known  missing  share
    0      age      3        1   0.25
    1      sex      2        2   0.50
    >>> found.by_pattern()[["patients", "n_missing", "missing"]]
       patients  n_missing   missing
    0         2          0   nothing
    1         1          1       sex
    2         1          2  age, sex
    """
    frame = as_frame(data)
    beside = [name for name in (id, by, source) if name is not None]
    names = [name for name in frame.columns if name not in beside] if columns is None else list(columns)
    for name in [*names, *beside]:
        if name not in frame.columns:
            raise unknown_column(name, frame)
    if not names or len(set(names)) < len(names):
        raise DataError("columns must name at least one column, each once.")
    if frame.empty:
        raise DataError("data have no rows, so nothing could be missing.")
    gone = frame[names].isna().to_numpy(dtype=bool)
    could = _applicable(names, applicable or {}, gone)
    labels = as_labels(frame[by], by) if by is not None else np.full(len(frame), OVERALL, dtype=object)
    order = distinct_labels(frame[by], labels) if by is not None else [OVERALL]
    if by is not None and OVERALL in map(str, order):
        raise DataError(f"A group of {by} is called {OVERALL!r}, as all together are. Rename it.")
    number = {label: k for k, label in enumerate(order)}
    told = dict(items or {})
    check_items(told, tuple(names))
    return Missingness(
        n=len(frame),
        n_events=0,
        method="Missing values counted by variable, pattern and paper; those that cannot apply are left out.",
        conventions=("Missing: an empty cell.",),
        variables=tuple(names),
        missing=gone & could,
        applicable=could,
        by=by,
        groups=tuple(str(label) for label in order),
        codes=np.array([number[label] for label in labels.tolist()], dtype=np.int64),
        ids=_identifiers(frame, id),
        sources=None if source is None else tuple(map(str, as_labels(frame[source], source).tolist())),
        items=told,
    )


def _applicable(names: list[str], given: Mapping[str, Any], gone: BoolArray) -> BoolArray:
    could: BoolArray = np.ones(gone.shape, dtype=np.bool_)
    for name, values in given.items():
        if name not in names:
            raise DataError(f"applicable names {name!r}, which is none of the columns looked at.")
        told = as_events(values, f"applicable[{name!r}]")
        if told.size != gone.shape[0]:
            raise DataError(
                f"applicable[{name!r}] has {told.size} values, but data have {gone.shape[0]} rows."
            )
        k = names.index(name)
        odd = np.flatnonzero(~told & ~gone[:, k])
        if odd.size:
            raise DataError(
                f"{name} has a value in rows {listing(odd)}, where it is said not to apply. Correct one of "
                "the two.",
                rows=odd,
            )
        could[:, k] = told
    return could


def _identifiers(frame: Any, id_: str | None) -> tuple[str, ...]:
    if id_ is None:
        return tuple(str(row) for row in range(len(frame)))
    labels = [str(label) for label in as_labels(frame[id_], id_).tolist()]
    repeated = sorted({label for label in labels if labels.count(label) > 1})
    if repeated:
        raise DataError(f"{id_} has {listing(repeated)} more than once. Give one row a patient.")
    return tuple(labels)
