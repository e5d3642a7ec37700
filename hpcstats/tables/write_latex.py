r"""The table as LaTeX for `\input`: a booktabs longtable that fills the width of the line.

great-tables writes LaTeX too, but leaves the characters that pdfLaTeX lacks (−, ∞, ≥) as they are, cannot
break over pages and repeat the headings, and lets wide tables run out of the page.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from hpcstats.tables.layout import column_shares

if TYPE_CHECKING:
    from hpcstats.tables.table import Column, Row, Table

_HEAD = r"% Needs \usepackage[T1]{fontenc} and \usepackage{array,booktabs,longtable}; the file is UTF-8."
_SPECIAL = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "#": r"\#",
    "%": r"\%",
    "_": r"\_",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': r"\textquotedbl{}",
    "`": r"\textasciigrave{}",
    "[": "{[}",
    "]": "{]}",
    "*": "{*}",
    "-": "{-}",
    "\N{EN DASH}": r"\textendash{}",
    "\N{EM DASH}": r"\textemdash{}",
    "\N{HORIZONTAL ELLIPSIS}": r"\textellipsis{}",
    "\N{LEFT SINGLE QUOTATION MARK}": r"\textquoteleft{}",
    "\N{RIGHT SINGLE QUOTATION MARK}": r"\textquoteright{}",
    "\N{LEFT DOUBLE QUOTATION MARK}": r"\textquotedblleft{}",
    "\N{RIGHT DOUBLE QUOTATION MARK}": r"\textquotedblright{}",
    "\N{MINUS SIGN}": r"\ensuremath{-}",
    "\N{INFINITY}": r"\ensuremath{\infty}",
    "\N{MULTIPLICATION SIGN}": r"\ensuremath{\times}",
    "\N{PLUS-MINUS SIGN}": r"\ensuremath{\pm}",
    "\N{LESS-THAN OR EQUAL TO}": r"\ensuremath{\leq}",
    "\N{GREATER-THAN OR EQUAL TO}": r"\ensuremath{\geq}",
    "\N{GREEK SMALL LETTER TAU}": r"\ensuremath{\tau}",
    "\N{GREEK SMALL LETTER CHI}": r"\ensuremath{\chi}",
    "\N{SUPERSCRIPT TWO}": r"\ensuremath{^2}",
}
_TRANSLATION = str.maketrans(_SPECIAL)
_ALIGN = {"left": r"\raggedright", "center": r"\centering", "right": r"\raggedleft"}


def latex_bytes(table: Table) -> bytes:
    """Write a longtable with its caption, repeated headings, sections, set-in labels and notes."""
    head = _headings(table)
    lines = [
        _HEAD,
        r"\begingroup",
        r"\footnotesize",
        r"\setlength{\tabcolsep}{3pt}",
        r"\setlength{\LTcapwidth}{\linewidth}",
        r"\setlength{\LTpost}{3pt}",
        rf"\begin{{longtable}}{{{_column_types(table)}}}",
        rf"\caption{{{escape(str(table.caption))}}}\\",
        *head,
        r"\endfirsthead",
        *head,
        r"\endhead",
        r"\bottomrule",
        r"\endfoot",
        *(_row(table, row, first=i == 0) for i, row in enumerate(table.rows)),
        r"\end{longtable}",
        *(rf"\noindent {escape(str(note))}\par" for note in table.notes),
        r"\endgroup",
    ]
    return ("\n".join(lines) + "\n").encode("utf-8")


def escape(words: str) -> str:
    """Write words so that pdfLaTeX prints each character, and no two dashes run together."""
    return words.translate(_TRANSLATION)


def _column_types(table: Table) -> str:
    alignments = ["left", *(column.alignment for column in table.columns)]
    shares = [math.floor(1e4 * share) / 1e4 for share in column_shares(table)]
    return "".join(
        rf">{{{_ALIGN[alignment]}\arraybackslash}}p{{\dimexpr {share:.4f}\linewidth-2\tabcolsep}}"
        for alignment, share in zip(alignments, shares, strict=True)
    )


def _headings(table: Table) -> list[str]:
    titles = [escape(table.stub), *(_heading(column) for column in table.columns)]
    return [r"\toprule", *_spanners(table), " & ".join(titles) + r" \\", r"\midrule"]


def _heading(column: Column) -> str:
    return escape(str(column.label))


def _spanners(table: Table) -> list[str]:
    spans = table.spanners()
    if not spans:
        return []
    cells = [rf"\multicolumn{{{end - start}}}{{c}}{{{escape(text)}}}" for text, start, end in spans]
    rules = [rf"\cmidrule(lr){{{start + 2}-{end + 1}}}" for text, start, end in spans if text]
    return [" & ".join(["", *cells]).strip() + r" \\", "".join(rules)]


def _row(table: Table, row: Row, *, first: bool) -> str:
    label = escape(str(row.label))
    if row.kind == "section":
        space = "" if first else "\\addlinespace\n"
        return rf"{space}\multicolumn{{{len(table.columns) + 1}}}{{l}}{{\textbf{{{label}}}}} \\*"
    inset = rf"\hspace{{{row.indent}em}}" if row.indent else ""
    return " & ".join([inset + label, *(escape(cell) for cell in table.row_cells(row))]) + r" \\"
