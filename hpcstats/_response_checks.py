"""What `Surv` refuses, each check with a message that shows rows and says what to write."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hpcstats.columns import BoolArray, FloatArray, IntArray, ObjectArray, is_missing, one_dimensional
from hpcstats.core.risk_sets import distinct_times
from hpcstats.errors import DataError, listing


def same_length(**columns: NDArray[Any] | None) -> None:
    """Refuse columns of unequal or zero length."""
    lengths = {name: column.size for name, column in columns.items() if column is not None}
    if len(set(lengths.values())) > 1:
        shown = ", ".join(f"{name} has {length}" for name, length in lengths.items())
        raise DataError(f"All columns need one value a row, but {shown}.")
    if 0 in lengths.values():
        raise DataError("There are no rows. Give at least one case.")


def observed_times(times: FloatArray, name: str) -> None:
    """Refuse missing, infinite or negative times."""
    _refuse(np.isnan(times), times, f"{name} is missing", "Leave these rows out, or code them as intervals")
    _refuse(
        np.isinf(times), times, f"{name} is infinite", "Use Surv.interval(lower, upper=inf) for open times"
    )
    _refuse(
        times < 0,
        times,
        f"{name} is negative",
        "Count from the origin; an event before it needs another origin",
    )


def entry_before_exit(
    entry: FloatArray, exit_: FloatArray, entry_name: str, exit_name: str, rows: IntArray | None = None
) -> None:
    """Refuse rows that are never at risk; `rows` are their positions where not all are given."""
    from_origin = "Write 0 for observation from the origin"
    _refuse(np.isnan(entry), entry, f"{entry_name} is missing", from_origin, rows)
    _refuse(np.isinf(entry), entry, f"{entry_name} is infinite", from_origin, rows)
    merged, position = distinct_times(np.concatenate([entry, exit_]))
    same = merged[position[: entry.size]] >= merged[position[entry.size :]]
    _refuse(
        same,
        entry,
        f"{entry_name} is not before {exit_name}",
        f"At risk means {entry_name} < t <= {exit_name}; leave out rows that are never at risk",
        rows,
    )


def further_events_at_once(
    labels: ObjectArray, start: FloatArray, stop: FloatArray, event: BoolArray
) -> BoolArray:
    """Tell rows without length that hold a further event, at the end of another row of the patient."""
    empty: BoolArray = (start == stop) & event
    if not empty.any():
        return empty
    ends = set(zip(labels[~empty].tolist(), stop[~empty].tolist(), strict=True))
    known = [pair in ends for pair in zip(labels.tolist(), stop.tolist(), strict=True)]
    return np.asarray(empty & np.array(known))


def ordered(lower: FloatArray, upper: FloatArray, lower_name: str, upper_name: str) -> None:
    """Refuse rows with a missing value, and rows whose first value is larger than the second."""
    _refuse(np.isnan(lower), lower, f"{lower_name} is missing", f"Every row needs {lower_name}")
    _refuse(np.isnan(upper), upper, f"{upper_name} is missing", f"Every row needs {upper_name}")
    _refuse(upper < lower, upper, f"{upper_name} is smaller than {lower_name}", "Exchange or correct the two")


def one_row_each(labels: ObjectArray | None) -> None:
    """Refuse an identifier that occurs twice."""
    if labels is None:
        return
    rows_of: dict[Any, list[int]] = {}
    for row, label in enumerate(labels.tolist()):
        rows_of.setdefault(label, []).append(row)
    repeated = {label: rows for label, rows in rows_of.items() if len(rows) > 1}
    if repeated:
        shown = listing(f"{label!r} in rows {listing(rows)}" for label, rows in repeated.items())
        raise DataError(
            f"id must be distinct, one row a patient, but {shown}. "
            "For several rows a patient use Surv.counting; for papers or centres pass cluster= to the model.",
            rows=[row for rows in repeated.values() for row in rows],
        )


def rows_do_not_overlap(labels: ObjectArray, start: FloatArray, stop: FloatArray) -> None:
    """Refuse two rows of one patient that cover the same time."""
    codes = {label: code for code, label in enumerate(dict.fromkeys(labels.tolist()))}
    patient = np.array([codes[label] for label in labels.tolist()])
    order = np.lexsort((stop, start, patient))
    same = patient[order][1:] == patient[order][:-1]
    clash = same & (start[order][1:] < stop[order][:-1])
    rows = np.sort(np.concatenate([order[1:][clash], order[:-1][clash]]))
    if rows.size:
        shown = listing(f"row {row}: {labels[row]!r} ({start[row]:g}, {stop[row]:g}]" for row in rows)
        raise DataError(f"Rows of one patient overlap ({shown}). Each moment may be counted once.", rows=rows)


def cause_codes(cause: Any, causes: Sequence[Any]) -> IntArray:
    """Turn causes into 0 (censored), 1, 2, ... in the order of `causes`."""
    if (
        isinstance(causes, str)
        or len(causes) == 0
        or len(set(map(str, causes))) != len(causes)
        or any(is_missing(c) or c == 0 for c in causes)
    ):
        raise DataError(f"causes must name each kind of event once, without 0 or None; got {list(causes)!r}.")
    column = one_dimensional(cause, "cause")
    known: dict[Any, int] = {name: number for number, name in enumerate(causes, start=1)}
    if all(isinstance(name, str) and not name.isdigit() for name in causes):
        known |= {number: number for number in range(1, len(causes) + 1)}
    if column.dtype.kind in "iu" and set(np.unique(column).tolist()) <= {0, *known}:
        values, position = np.unique(column, return_inverse=True)
        return np.array([known.get(value, 0) for value in values.tolist()], dtype=np.int64)[position]
    raw = column.astype(object)
    codes = [0 if is_missing(value) or _is_zero(value) else known.get(value, -1) for value in raw.tolist()]
    wrong = [row for row, code in enumerate(codes) if code < 0]
    if wrong:
        shown = listing(f"row {row}: {raw[row]!r}" for row in wrong)
        raise DataError(
            f"cause holds values outside causes={list(causes)!r} ({shown}). Use 0 or None for censored.",
            rows=wrong,
        )
    return np.array(codes, dtype=np.int64)


def state_codes(values: Any, states: Sequence[Any], name: str, *, may_be_missing: bool) -> IntArray:
    """Turn states into 1, 2, ... in the order of `states`; 0 where the row ends without a move."""
    known: dict[Any, int] = {state: number for number, state in enumerate(states, start=1)}
    if isinstance(states, str) or len(known) < 2 or len(known) != len(states):
        raise DataError(f"states must name two or more states once each; got {states!r}.")
    raw = one_dimensional(values, name).astype(object)
    codes = [0 if may_be_missing and is_missing(value) else known.get(value, -1) for value in raw.tolist()]
    wrong = [row for row, code in enumerate(codes) if code < 0]
    if wrong:
        shown = listing(f"row {row}: {raw[row]!r}" for row in wrong)
        advice = " Use None where the observation ends without a move." if may_be_missing else ""
        raise DataError(f"{name} holds values outside states={list(states)!r} ({shown}).{advice}", rows=wrong)
    return np.array(codes, dtype=np.int64)


def nothing_after_death(labels: ObjectArray, stop: FloatArray, terminal: BoolArray) -> None:
    """Refuse a row of a patient who died at the end of an earlier one."""
    death = dict(zip(labels[terminal], stop[terminal], strict=True))
    late = [row for row, label in enumerate(labels.tolist()) if stop[row] > death.get(label, np.inf)]
    twice = [row for row in np.flatnonzero(terminal).tolist() if stop[row] < death[labels[row]]]
    rows = sorted({*late, *twice})
    if rows:
        shown = listing(f"row {row}: {labels[row]!r}" for row in rows)
        raise DataError(
            f"There are rows after a death, or two deaths of one patient ({shown}). terminal may be true in "
            "the last row of a patient only.",
            rows=rows,
        )


def moves_follow_each_other(
    labels: ObjectArray, start: FloatArray, here: IntArray, there: IntArray, states: tuple[str, ...]
) -> None:
    """Refuse a move from a state to itself, and a row that begins elsewhere than the one before it ended."""
    still = np.flatnonzero(here == there)
    if still.size:
        shown = listing(f"row {row}: {states[here[row] - 1]!r}" for row in still)
        raise DataError(f"A move leads from a state to itself ({shown}). Join the two stays.", rows=still)
    codes = {label: code for code, label in enumerate(dict.fromkeys(labels.tolist()))}
    patient = np.array([codes[label] for label in labels.tolist()])
    order = np.lexsort((start, patient))
    reached = np.where(there > 0, there, here)[order][:-1]
    wrong = (patient[order][1:] == patient[order][:-1]) & (here[order][1:] != reached)
    rows = np.sort(order[1:][wrong])
    if rows.size:
        shown = listing(f"row {row}: {labels[row]!r} in {states[here[row] - 1]!r}" for row in rows)
        raise DataError(
            f"A row begins in another state than the patient's row before it led to ({shown}).", rows=rows
        )


def _is_zero(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and value == 0


def _refuse(
    bad: NDArray[np.bool_], values: FloatArray, what: str, advice: str, positions: IntArray | None = None
) -> None:
    rows = np.flatnonzero(bad)
    if rows.size:
        where = rows if positions is None else positions[rows]
        shown = listing(f"row {at}: {values[row]:g}" for row, at in zip(rows, where, strict=True))
        raise DataError(f"{what} ({shown}). {advice}.", rows=where)
