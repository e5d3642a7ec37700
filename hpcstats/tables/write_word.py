"""The table as a Word document: a real table with repeated headings, written by python-docx.

The archive is written anew, without times and system, so that equal tables give equal bytes.
"""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from typing import TYPE_CHECKING, Any

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Length, Mm, Pt

from hpcstats.tables.layout import column_shares, needs_landscape

if TYPE_CHECKING:
    from docx.document import Document as WordDocument
    from docx.table import Table as WordTable
    from docx.table import _Cell, _Row

    from hpcstats.tables.table import Alignment, Row, Table

_WRITTEN = dt.datetime(1980, 1, 1)  # noqa: DTZ001 python-docx takes no time zone; a fixed date on purpose
_ALIGN = {
    "left": WD_ALIGN_PARAGRAPH.LEFT,
    "center": WD_ALIGN_PARAGRAPH.CENTER,
    "right": WD_ALIGN_PARAGRAPH.RIGHT,
}
_PAPER = (Mm(210), Mm(297))
_MARGIN = Mm(20)
_STEP = Mm(4)
_THICK, _THIN = 8, 4
_FIRST_PART = "[Content_Types].xml"
_UNUSED_PARTS = ("/stylesWithEffects", "/thumbnail", "/numbering")


def word_bytes(table: Table) -> bytes:
    """Write a document with the caption, the table and its notes."""
    document = Document()
    _discard_unused(document)
    _settle(document, str(table.caption))
    width = _page(document, landscape=needs_landscape(table))
    document.add_paragraph(str(table.caption)).runs[0].bold = True
    n_head = 2 if table.spanners() else 1
    _fill(document, table, n_head, width)
    _finish(document.element.body.tbl_lst[0], n_head, str(table.caption))
    for note in table.notes:
        document.add_paragraph(str(note)).paragraph_format.space_before = Pt(2)
    return _stable_archive(document)


def _discard_unused(document: WordDocument) -> None:
    """Drop what the template brings and no table uses; it is most of the file."""
    for style in list(document.styles):
        if style.type == WD_STYLE_TYPE.TABLE and style.name != "Normal Table":
            style.delete()
    for relations in (document.part.rels, document.part.package.rels):
        for key in [key for key, relation in relations.items() if relation.reltype.endswith(_UNUSED_PARTS)]:
            relations.pop(key)


def _settle(document: WordDocument, title: str) -> None:
    properties = document.core_properties
    properties.title = title[:255]
    properties.author = properties.last_modified_by = "hpcstats"
    properties.comments = ""
    properties.created = properties.modified = _WRITTEN
    properties.revision = 1
    style: Any = document.styles["Normal"]
    style.font.name = "Arial"
    style.font.size = Pt(9)
    style.paragraph_format.space_after = Pt(2)


def _page(document: WordDocument, *, landscape: bool) -> Length:
    section = document.sections[0]
    short, long = _PAPER
    section.orientation = WD_ORIENT.LANDSCAPE if landscape else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = (long, short) if landscape else (short, long)
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = _MARGIN
    return Length(section.page_width - 2 * _MARGIN)


def _fill(document: WordDocument, table: Table, n_head: int, width: Length) -> None:
    grid = document.add_table(rows=n_head + len(table.rows), cols=len(table.columns) + 1)
    grid.alignment = WD_TABLE_ALIGNMENT.CENTER
    grid.autofit = False
    rows = list(grid.rows)
    _set_widths(grid, rows, [Length(int(share * width)) for share in column_shares(table)])
    _write_headings(rows[:n_head], table)
    for filled, row in zip(rows[n_head:], table.rows, strict=True):
        _write_row(filled, row, table)


def _set_widths(grid: WordTable, rows: list[_Row], widths: list[Length]) -> None:
    for column, width in zip(grid.columns, widths, strict=True):
        column.width = width
    for row in rows:
        for cell, width in zip(row.cells, widths, strict=True):
            cell.width = width


def _write_headings(head: list[_Row], table: Table) -> None:
    titles = head[-1].cells
    _write(titles[0], table.stub, "left", bold=True)
    for cell, column in zip(titles[1:], table.columns, strict=True):
        _write(cell, str(column.label), column.alignment, bold=True)
    for text, start, end in table.spanners():
        cells = head[0].cells[start + 1 : end + 1]
        merged = cells[0].merge(cells[-1])
        _write(merged, text, "center", bold=True)


def _write_row(filled: _Row, row: Row, table: Table) -> None:
    cells = filled.cells
    if row.kind == "section":
        heading = _write(cells[0].merge(cells[-1]), str(row.label), "left", bold=True)
        heading.keep_with_next, heading.space_before = True, Pt(4)
        return
    reference = row.kind == "reference"
    _write(cells[0], str(row.label), "left", italic=reference).left_indent = Length(row.indent * _STEP)
    for cell, column, text in zip(cells[1:], table.columns, table.row_cells(row), strict=True):
        _write(cell, text, column.alignment, italic=reference)


def _write(cell: _Cell, text: str, alignment: Alignment, *, bold: bool = False, italic: bool = False) -> Any:
    paragraph = cell.paragraphs[0]
    paragraph.alignment = _ALIGN[alignment]
    paragraph.paragraph_format.space_after = Pt(1)
    run = paragraph.add_run(text)
    run.font.size = Pt(8)
    run.bold, run.italic = bold or None, italic or None
    return paragraph.paragraph_format


def _finish(tbl: Any, n_head: int, caption: str) -> None:
    """Repeat the headings on every page, keep rows whole, draw the rules, describe the table."""
    described = OxmlElement("w:tblCaption")
    described.set(qn("w:val"), caption)
    tbl.tblPr.append(described)
    rows = tbl.tr_lst
    for row in rows:
        row.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
    for row in rows[:n_head]:
        row.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
    for row, side, thickness in (
        (rows[0], "top", _THICK),
        (rows[n_head - 1], "bottom", _THIN),
        (rows[-1], "bottom", _THICK),
    ):
        for cell in row.tc_lst:
            _rule(cell, side, thickness)
    if n_head > 1:
        for cell in rows[0].tc_lst:
            if any(text.text for text in cell.iter(qn("w:t"))):
                _rule(cell, "bottom", _THIN)


def _rule(cell: Any, side: str, thickness: int) -> None:
    properties = cell.get_or_add_tcPr()
    borders = properties.find(qn("w:tcBorders"))
    if borders is None:
        borders = OxmlElement("w:tcBorders")
        properties.append(borders)
    line = OxmlElement(f"w:{side}")
    for name, value in (("val", "single"), ("sz", str(thickness)), ("space", "0"), ("color", "000000")):
        line.set(qn(f"w:{name}"), value)
    borders.append(line)


def _stable_archive(document: WordDocument) -> bytes:
    """Save a document, then rewrite its archive with fixed dates, order, system and attributes."""
    written, stable = io.BytesIO(), io.BytesIO()
    document.save(written)
    with zipfile.ZipFile(written) as source, zipfile.ZipFile(stable, "w") as target:
        for name in sorted(source.namelist(), key=lambda name: (name != _FIRST_PART, name)):
            member = zipfile.ZipInfo(name, date_time=_WRITTEN.timetuple()[:6])
            member.create_system = 3
            member.external_attr = 0o644 << 16
            member.compress_type = zipfile.ZIP_STORED
            target.writestr(member, source.read(name))
    return stable.getvalue()
