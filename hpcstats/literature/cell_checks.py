"""Table Schema fields turned into pandera checks on the text cells, all failures at once."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hpcstats.errors import listing
from hpcstats.literature.descriptor import Field, Table
from hpcstats.literature.problems import Problem
from hpcstats.literature.reading import RawTable

if TYPE_CHECKING:
    import pandas as pd
    import pandera.pandas as pa

_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")
_INTEGER = re.compile(r"[+-]?\d+")


@dataclass(frozen=True, slots=True)
class CellRule:
    """A test of one text cell, with the words for a failure."""

    message: str
    advice: str
    test: Callable[[str], bool]


def frame_schema(table: Table) -> pa.DataFrameSchema:
    """Build the pandera schema of a table from its Table Schema fields.

    The checks look at the text as it stands in the file, so that a message can show the very cell.
    """
    import pandera.pandas as pa

    columns = {
        field.name: pa.Column(
            nullable=not field.required,
            required=False,
            checks=[pa.Check(rule.test, element_wise=True, error=rule.message) for rule in cell_rules(field)],
        )
        for field in table.fields
    }
    return pa.DataFrameSchema(columns)


def cell_rules(field: Field) -> tuple[CellRule, ...]:
    """List the rules of a field: its type, then each constraint."""
    return tuple(_rules(field))


def _rules(field: Field) -> Iterator[CellRule]:
    limits = field.constraints
    if field.type in {"number", "integer"}:
        shape, word = (_INTEGER, "a whole number") if field.type == "integer" else (_NUMBER, "a number")
        yield CellRule(
            f"is not {word}", "Write digits with a decimal point, or leave the cell empty", _matches(shape)
        )
    if field.values:
        known = ", ".join(str(value) for value in field.values)
        advice = (
            f"Write one of: {known}" if len(field.values) <= 12 else "See the vocabulary in datapackage.json"
        )
        yield CellRule(
            "is not in the vocabulary", advice, {str(value) for value in field.values}.__contains__
        )
    if "pattern" in limits:
        pattern = re.compile(limits["pattern"])
        yield CellRule("has not the form of this column", f"Write it as {pattern.pattern}", _matches(pattern))
    yield from _bounds(field)


def _bounds(field: Field) -> Iterator[CellRule]:
    limits = field.constraints
    if "minimum" in limits:
        low = float(limits["minimum"])
        yield CellRule(
            f"is below {low:g}",
            f"Values of {field.name} start at {low:g}",
            lambda cell: not _value(cell) < low,
        )
    if "maximum" in limits:
        high = float(limits["maximum"])
        yield CellRule(
            f"is above {high:g}",
            f"Values of {field.name} end at {high:g}",
            lambda cell: not _value(cell) > high,
        )


def _matches(pattern: re.Pattern[str]) -> Callable[[str], bool]:
    return lambda cell: pattern.fullmatch(cell) is not None


def _value(cell: str) -> float:
    # A cell that is no number has failed the rule of its type already; one finding is enough.
    return float(cell) if _NUMBER.fullmatch(cell) else float("nan")


def check_cells(raw: RawTable) -> list[Problem]:
    """Report every cell that breaks the type or a constraint of its column."""
    import pandera.errors

    if raw.text.empty:
        return []
    try:
        frame_schema(raw.table).validate(raw.text, lazy=True)
    except pandera.errors.SchemaErrors as failure:
        return _cell_problems(raw, failure.failure_cases)
    return []


def _cell_problems(raw: RawTable, failures: pd.DataFrame) -> list[Problem]:
    advice = {
        (field.name, rule.message): rule.advice for field in raw.table.fields for rule in cell_rules(field)
    }
    problems = []
    for column, check, cell, row in zip(
        failures["column"], failures["check"], failures["failure_case"], failures["index"], strict=True
    ):
        if check == "not_nullable":
            message, what = "the cell is empty", "This column needs a value in every row"
        else:
            message, what = f"{cell!r} {check}", advice[str(column), str(check)]
        problems.append(raw.problem(int(row), str(column), message, what))
    return problems


def check_keys(raw: RawTable) -> list[Problem]:
    """Report rows that repeat a key of their table."""
    problems = []
    for key in raw.table.unique_keys:
        if not set(key) <= set(raw.text.columns):
            continue
        cells = raw.text[list(key)].astype(object)
        repeated = cells.duplicated(keep=False) & (cells[key[0]].notna())
        first: dict[tuple[object, ...], int] = {}
        for row in [position for position, is_repeated in enumerate(repeated) if is_repeated]:
            values = tuple(cells.iloc[row])
            if values in first:
                shown = listing(str(value) for value in values if value is not None)
                message = f"repeats {shown} of line {raw.lines[first[values]]}"
                problems.append(
                    raw.problem(row, "; ".join(key), message, "Each key may occur once; correct or remove it")
                )
            first.setdefault(values, row)
    return problems


def check_foreign_keys(raw: RawTable, others: dict[str, RawTable]) -> list[Problem]:
    """Report values that must occur in another table and do not."""
    problems = []
    for key in raw.table.foreign_keys:
        other = others.get(key.table)
        if other is None or key.target not in other.text.columns or key.column not in raw.text.columns:
            continue
        known = set(other.text[key.target])
        for row, value in enumerate(raw.text[key.column]):
            if value is not None and value not in known:
                message = f"{value!r} does not occur in {other.table.file}"
                problems.append(
                    raw.problem(row, key.column, message, f"Correct it, or add it to {other.table.file}")
                )
    return problems
