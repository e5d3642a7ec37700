"""The table as a page of HTML that stands alone, written by great-tables."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from great_tables import GT

    from hpcstats.tables.table import Row, Table

_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
</head>
<body>
{table}
</body>
</html>
"""
_OPTIONS: dict[str, Any] = {
    "table_font_names": ["Arial", "Helvetica", "DejaVu Sans", "sans-serif"],
    "table_font_size": "13px",
    "table_border_top_color": "black",
    "table_border_bottom_color": "black",
    "heading_align": "left",
    "heading_title_font_size": "14px",
    "heading_border_bottom_color": "black",
    "column_labels_font_weight": "bold",
    "column_labels_border_bottom_color": "black",
    "column_labels_border_bottom_width": "1px",
    "row_group_font_weight": "bold",
    "row_group_border_top_color": "#767676",
    "row_group_border_bottom_style": "none",
    "stub_border_style": "none",
    "table_body_hlines_style": "none",
    "table_body_border_bottom_color": "black",
    "data_row_padding": "3px",
}
_STEP_PX = 16


def html_bytes(table: Table) -> bytes:
    """Write a page with the caption above the table and the notes below it."""
    title = html.escape(str(table.caption))
    return _PAGE.format(title=title, table=html_fragment(table)).encode("utf-8")


def html_fragment(table: Table) -> str:
    """Write the table with its style, for a page that exists."""
    lines = _great_table(table).as_raw_html().splitlines()
    return "\n".join(line.rstrip() for line in lines).strip()


def _great_table(table: Table) -> GT:
    import pandas as pd
    from great_tables import GT

    sections, rows = _by_section(table)
    keys = [column.key for column in table.columns]
    frame = pd.DataFrame([table.row_cells(row) for row in rows], columns=keys, dtype=object)
    frame.insert(0, "row label", [str(row.label) for row in rows])
    frame.insert(0, "section", sections)
    styled = GT(
        frame,
        rowname_col="row label",
        groupname_col="section" if any(sections) else None,
        auto_align=False,
        id="table",
    )
    if not any(sections):
        styled = styled.cols_hide("section")
    return _with_style(_with_words(styled, table, keys), rows).tab_options(**_OPTIONS)


def _with_words(styled: GT, table: Table, keys: list[str]) -> GT:
    """Add the caption, the headings and the notes, escaped."""
    from great_tables import html as raw

    styled = styled.tab_header(raw(html.escape(str(table.caption))))
    styled = styled.tab_stubhead(raw(html.escape(table.stub)))
    styled = styled.cols_label({column.key: raw(html.escape(str(column.label))) for column in table.columns})
    for text, start, end in table.spanners():
        if text:
            over = f"over-{keys[start]}"
            styled = styled.tab_spanner(raw(html.escape(text)), columns=keys[start:end], id=over)
    for column in table.columns:
        styled = styled.cols_align(column.alignment, columns=column.key)
    for note in table.notes:
        styled = styled.tab_source_note(raw(html.escape(str(note))))
    return styled


def _by_section(table: Table) -> tuple[list[str], list[Row]]:
    heading, sections, rows = "", [], []
    for row in table.rows:
        if row.kind == "section":
            heading = str(row.label)
        else:
            sections.append(heading)
            rows.append(row)
    return sections, rows


def _with_style(styled: GT, rows: list[Row]) -> GT:
    from great_tables import loc, style

    for depth in sorted({row.indent for row in rows} - {0}):
        inset = style.css(f"padding-left: {5 + depth * _STEP_PX}px;")
        styled = styled.tab_style(inset, loc.stub([i for i, row in enumerate(rows) if row.indent == depth]))
    references = [i for i, row in enumerate(rows) if row.kind == "reference"]
    if references:
        styled = styled.tab_style(
            style.text(style="italic"), [loc.stub(references), loc.body(rows=references)]
        )
    return styled
