"""Table of characteristics by group and overall, with the denominators that are known."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from hpcstats import formats
from hpcstats.numbers import Text
from hpcstats.tables.pieces import BEYOND, Basis, counted, named
from hpcstats.tables.table import Column, Row, Table

if TYPE_CHECKING:
    from hpcstats.description import CategoricalVariable, Description, NumericVariable


def characteristics(
    description: Description,
    *,
    labels: Mapping[str, str] | None = None,
    caption: str | Text = "Characteristics of the patients.",
) -> Table:
    """Characteristics of the patients by group and overall.

    Counts stand over the number of patients of whom the characteristic is known, missing values have rows
    of their own, and nothing is tested.

    Parameters
    ----------
    description : Description
        From `hpcstats.describe`.
    labels : mapping of str to str, optional
        Printed names: of a variable under its name (``"sex"``), of a level or group under
        ``"variable=level"`` (``"sex=female"``, ``"role=comparator"``). Without one, the name itself.
    caption : str or Text
        What the table shows.

    Returns
    -------
    Table
        Columns: the groups and "Overall". Numbers have identifiers such as ``comparator.sex.female.count``.

    Examples
    --------
    >>> from hpcstats.description import describe
    >>> data = {"age": [53, 45, 36, None], "sex": ["male", "male", "female", None]}
    >>> table = characteristics(
    ...     describe(data, variables=["age", "sex"]), labels={"age": "Age, years"}
    ... )
    >>> for row in table.cells():
    ...     print(" | ".join(row))
    Characteristic | Overall
    Patients | 4
    Age, years | 45 (40.5 to 49) [36 to 53]
    Missing | 1
    Sex |
    Female | 1/3 (33%)
    Male | 2/3 (67%)
    Missing | 1
    """
    names = labels or {}
    bases = [Basis(patients=description.patients(group)).below(group) for group in description.groups]
    rows = [_total_row(description, bases), *_paper_rows(description, bases)]
    for variable in description.variables:
        rows += _variable_rows(variable, bases, names)
    columns = tuple(
        Column(key=f"group_{k}", label=Text.of(named(group, names, level_of=_heading_of(description, k))))
        for k, group in enumerate(description.groups)
    )
    return Table(
        caption=Text.of(caption),
        stub="Characteristic",
        columns=columns,
        rows=tuple(rows),
        notes=_notes(description),
    )


def _heading_of(description: Description, k: int) -> str | None:
    """Return the variable that a column is a level of; the last column is none."""
    return description.by if k < len(description.groups) - 1 else None


def _total_row(description: Description, bases: list[Basis]) -> Row:
    cells = [
        Text.of(basis.count("n", int(size), "Count of patients."))
        for basis, size in zip(bases, description.sizes, strict=True)
    ]
    return Row(label=Text.of("Patients"), cells=tuple(cells))


def _paper_rows(description: Description, bases: list[Basis]) -> Iterator[Row]:
    if description.papers is not None:
        cells = [
            Text.of(basis.count("papers", int(number), "Count of distinct papers that report the patients."))
            for basis, number in zip(bases, description.papers, strict=True)
        ]
        yield Row(label=Text.of("Papers"), cells=tuple(cells))
    if description.publications is not None:
        years = description.publications
        yield Row(
            label=Text.of("Years of publication"),
            cells=tuple(_year_range(basis, years, k) for k, basis in enumerate(bases)),
        )
        if years.missing.any():
            yield _missing_row(years, bases, "publication")


def _year_range(basis: Basis, years: NumericVariable, k: int) -> Text:
    if not years.known[k]:
        return Text.of(BEYOND)
    part = basis.below("publication")
    first = part.count("first", float(years.minimum[k]), "Earliest year of publication.")
    last = part.count("last", float(years.maximum[k]), "Latest year of publication.")
    return Text.of(first, " to ", last)


def _variable_rows(
    variable: NumericVariable | CategoricalVariable, bases: list[Basis], names: Mapping[str, str]
) -> Iterator[Row]:
    label = Text.of(named(variable.name, names))
    if variable.kind == "categorical":
        yield Row(label=label, cells=(Text(),) * len(bases))
        yield from _level_rows(variable, bases, names)
    else:
        yield Row(label=label, cells=tuple(_summary(basis, variable, k) for k, basis in enumerate(bases)))
    yield _missing_row(variable, bases, variable.name)


def _level_rows(variable: CategoricalVariable, bases: list[Basis], names: Mapping[str, str]) -> Iterator[Row]:
    title = named(variable.name, names)
    for level, counts in zip(variable.levels, variable.counts, strict=True):
        label = named(level, names, level_of=variable.name)
        cells = [
            counted(basis.below(variable.name, level), int(count), int(known), f"{title}: {label}")
            for basis, count, known in zip(bases, counts, variable.known, strict=True)
        ]
        yield Row(label=Text.of(label), cells=tuple(cells), indent=1)


def _summary(basis: Basis, variable: NumericVariable, k: int) -> Text:
    """Write ``48 (37 to 60) [9 to 79]``, or a dash where no value is known."""
    if not variable.known[k]:
        return Text.of(BEYOND)
    part = basis.below(variable.name)

    def value(name: str, what: str) -> Any:
        found = float(getattr(variable, name)[k])
        return part.number(name, found, _printed(found), f"{what} of the {variable.known[k]} known values.")

    return Text.of(
        value("median", "Median"),
        " (",
        value("lower_quartile", "Lower quartile"),
        " to ",
        value("upper_quartile", "Upper quartile"),
        ") [",
        value("minimum", "Smallest"),
        " to ",
        value("maximum", "Largest"),
        "]",
    )


def _printed(value: float) -> str:
    """Print whole numbers as such, others with one decimal."""
    text = formats.fixed(value, 1)
    return text.removesuffix(".0") if math.isclose(value, round(value), abs_tol=1e-9) else text


def _missing_row(variable: NumericVariable | CategoricalVariable, bases: list[Basis], name: str) -> Row:
    cells = [
        Text.of(basis.below(name).count("missing", int(missing), "Patients without a known value."))
        for basis, missing in zip(bases, variable.missing, strict=True)
    ]
    return Row(label=Text.of("Missing"), cells=tuple(cells), indent=1)


def _notes(description: Description) -> tuple[Text, ...]:
    return (
        Text.of("Counts: number with the characteristic/number of whom it is known (per cent)."),
        Text.of("Numeric characteristics: median (quartiles) [range] of the known values."),
        *(Text.of(convention) for convention in description.conventions[1:]),
        Text.of("No tests: the groups were formed by how patients were reported."),
    )
