"""`Table`: a table without a format, so that every format it is written in holds the same cells."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

from hpcstats.errors import DataError, listing
from hpcstats.numbers import Number, Text, distinct_numbers

Alignment = Literal["left", "center", "right"]
RowKind = Literal["body", "section", "reference"]

_KEY = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column beside the row labels.

    Attributes
    ----------
    key : str
        Lower-case identifier, unique in the table.
    label : Text
        Heading.
    spanner : Text or None
        Heading above this column and its neighbours with the same spanner.
    alignment : {"left", "center", "right"}
        Of the cells.
    wide : bool
        Whether the column holds sentences, which wrap, rather than numbers.
    """

    key: str
    label: Text
    spanner: Text | None = None
    alignment: Alignment = "center"
    wide: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row: its label, and a cell for every column (none for a section).

    Attributes
    ----------
    label : Text
        First cell.
    cells : tuple of Text
        In the order of the columns; empty for a section.
    kind : {"body", "section", "reference"}
        A section is a heading over all columns; a reference row is the level others are compared with.
    indent : int
        Steps by which the label is set in.
    """

    label: Text
    cells: tuple[Text, ...] = ()
    kind: RowKind = "body"
    indent: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table as words and numbers, before any format.

    Attributes
    ----------
    caption : Text
        What the table shows, in a sentence or two; set above it.
    stub : str
        Heading of the column of row labels.
    columns : tuple of Column
        Columns beside the row labels.
    rows : tuple of Row
        Rows from top to bottom.
    notes : tuple of Text
        Set below the table, one paragraph each.

    Raises
    ------
    DataError
        If a row has another number of cells than the table has columns, if two numbers share an
        identifier, if sections are empty, have one heading or follow rows outside any section, or if a
        text holds line breaks or repeated blanks (no two formats keep them alike).

    Examples
    --------
    >>> from hpcstats import Number, Text
    >>> n = Number(id="spinal.n", value=9, text="9", how="Count of patients.")
    >>> table = Table(
    ...     caption=Text.of("Patients."),
    ...     stub="Group",
    ...     columns=(Column(key="n", label=Text.of("Patients")),),
    ...     rows=(Row(label=Text.of("Spinal metastasis"), cells=(Text.of(n),)),),
    ... )
    >>> table.cells()
    [['Group', 'Patients'], ['Spinal metastasis', '9']]
    >>> table.numbers[0].id
    'spinal.n'
    >>> sorted(table.render())
    ['.csv', '.docx', '.html', '.tex']
    """

    caption: Text
    stub: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    notes: tuple[Text, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what could not be written alike in every format."""
        _check_columns(self.columns)
        _check_rows(self.rows, len(self.columns))
        _check_texts(self._texts())
        _distinct_numbers(self._texts())

    @property
    def numbers(self) -> tuple[Number, ...]:
        """Every number printed in the table, its headings, caption and notes, each once."""
        return _distinct_numbers(self._texts())

    def cells(self) -> list[list[str]]:
        """Return what every format contains: the headings, then each row from its label on."""
        headings = [self.stub, *(str(column.label) for column in self.columns)]
        return [headings, *([str(row.label), *self.row_cells(row)] for row in self.rows)]

    def row_cells(self, row: Row) -> list[str]:
        """Return the printed cells of a row; those of a section are empty."""
        return [str(cell) for cell in row.cells] or [""] * len(self.columns)

    def spanners(self) -> list[tuple[str, int, int]]:
        """Return the headings above the headings: text (empty where there is none), first column, end."""
        spans, start = [], 0
        for text, run in groupby("" if c.spanner is None else str(c.spanner) for c in self.columns):
            end = start + len(list(run))
            spans.append((text, start, end))
            start = end
        return spans if any(text for text, _, _ in spans) else []

    def render(self, formats: Sequence[str] = ()) -> dict[str, bytes]:
        """Write the table in all its formats: ``.csv``, ``.html``, ``.tex`` and ``.docx``.

        Parameters
        ----------
        formats : sequence of str
            Image formats asked of figures; a table is always written in all four of its own.

        Returns
        -------
        dict of str to bytes
            Content by suffix; equal tables give equal bytes.
        """
        from hpcstats.tables.write_csv import csv_bytes
        from hpcstats.tables.write_html import html_bytes
        from hpcstats.tables.write_latex import latex_bytes
        from hpcstats.tables.write_word import word_bytes

        del formats
        return {
            ".csv": csv_bytes(self),
            ".html": html_bytes(self),
            ".tex": latex_bytes(self),
            ".docx": word_bytes(self),
        }

    def _repr_html_(self) -> str:
        from hpcstats.tables.write_html import html_fragment

        return html_fragment(self)

    def _texts(self) -> Iterator[Text]:
        yield self.caption
        for column in self.columns:
            yield from (column.label,) if column.spanner is None else (column.spanner, column.label)
        for row in self.rows:
            yield row.label
            yield from row.cells
        yield from self.notes


def _check_columns(columns: tuple[Column, ...]) -> None:
    keys = Counter(column.key for column in columns)
    wrong = [key for key, times in keys.items() if times > 1 or not _KEY.fullmatch(key)]
    if wrong or not columns:
        raise DataError(
            f"Columns need distinct lower-case keys of letters, digits and _; got {listing(keys)}."
        )


def _check_rows(rows: tuple[Row, ...], width: int) -> None:
    ragged = [row for row in rows if len(row.cells) != (0 if row.kind == "section" else width)]
    if ragged:
        shown = listing(f"{str(row.label)!r}: {len(row.cells)}" for row in ragged)
        raise DataError(f"Rows need {width} cells, sections none, but there are others ({shown}).")
    _check_sections(rows)


def _check_sections(rows: tuple[Row, ...]) -> None:
    headings = Counter(str(row.label) for row in rows if row.kind == "section")
    repeated = [label for label, times in headings.items() if times > 1]
    if repeated:
        raise DataError(f"Sections need distinct headings, but these occur twice: {listing(repeated)}.")
    if headings and rows[0].kind != "section":
        raise DataError("A table with sections must begin with one.")
    following: list[Row | None] = [*rows[1:], None]
    empty = [
        str(row.label)
        for row, after in zip(rows, following, strict=False)
        if row.kind == "section" and (after is None or after.kind == "section")
    ]
    if empty:
        raise DataError(f"Sections need rows, but these have none: {listing(empty)}.")


def _check_texts(texts: Iterable[Text]) -> None:
    wrong = [
        words for words in map(str, texts) if words != " ".join(words.split()) or not words.isprintable()
    ]
    if wrong:
        raise DataError(
            f"Texts of a table must be single lines without leading, trailing or repeated blanks: "
            f"{listing(map(repr, wrong))}. Pass a label for such a value."
        )


def _distinct_numbers(texts: Iterable[Text]) -> tuple[Number, ...]:
    numbers, clashes = distinct_numbers(number for text in texts for number in text.numbers)
    if clashes:
        raise DataError(
            f"Different numbers share an identifier ({listing(number.id for number, _ in clashes)}). "
            "Give groups, levels and endpoints names that differ in more than punctuation."
        )
    return numbers
