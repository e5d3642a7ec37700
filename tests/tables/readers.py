"""Small readers that take the cells of a table back out of each format."""

from __future__ import annotations

import csv
import io
import re

import docx
from bs4 import BeautifulSoup
from docx.oxml.ns import qn

MACROS = {
    r"\textbackslash{}": "\\",
    r"\textasciicircum{}": "^",
    r"\textasciitilde{}": "~",
    r"\textless{}": "<",
    r"\textgreater{}": ">",
    r"\textbar{}": "|",
    r"\textquotedbl{}": '"',
    r"\textasciigrave{}": "`",
    r"\textendash{}": "–",
    r"\textemdash{}": "—",
    r"\textellipsis{}": "…",
    r"\textquoteleft{}": "\u2018",
    r"\textquoteright{}": "\u2019",
    r"\textquotedblleft{}": "\u201c",
    r"\textquotedblright{}": "\u201d",
    r"\ensuremath{-}": "−",
    r"\ensuremath{\infty}": "∞",
    r"\ensuremath{\times}": "×",
    r"\ensuremath{\pm}": "±",
    r"\ensuremath{\leq}": "≤",
    r"\ensuremath{\geq}": "≥",
    r"\ensuremath{\tau}": "τ",
    r"\ensuremath{\chi}": "χ",
    r"\ensuremath{^2}": "²",
    "{[}": "[",
    "{]}": "]",
    "{*}": "*",
    "{-}": "-",
    r"\{": "{",
    r"\}": "}",
    r"\$": "$",
    r"\&": "&",
    r"\#": "#",
    r"\%": "%",
    r"\_": "_",
}
TOKEN = re.compile("|".join(re.escape(macro) for macro in sorted(MACROS, key=len, reverse=True)))


def latex_words(source: str) -> str:
    return TOKEN.sub(lambda found: MACROS[found[0]], source)


def csv_cells(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8"))))


def html_cells(content: bytes) -> list[list[str]]:
    page = BeautifulSoup(content.decode("utf-8"), "html.parser")
    head = page.select("tr.gt_col_headings")
    first = head[0].find_all("th")
    # Headings that span two rows stand in the first; a spanner's headings are in the second.
    lower = iter(head[1].find_all("th")) if len(head) > 1 else iter(())
    titles: list[str] = []
    for cell in first:
        if cell.get("rowspan") == "2" or len(head) == 1:
            titles.append(cell.get_text(strip=True))
        else:
            titles += [next(lower).get_text(strip=True) for _ in range(int(cell["colspan"]))]
    rows = []
    for row in page.select("tbody tr"):
        cells = [cell.get_text() for cell in row.find_all(["th", "td"])]
        rows.append(
            cells + [""] * (len(titles) - len(cells))
            if "gt_group_heading_row" in row.get("class", ())
            else cells
        )
    return [titles, *rows]


def latex_cells(content: bytes) -> list[list[str]]:
    source = content.decode("utf-8")
    headings = source.split(r"\toprule", 1)[1].split(r"\midrule", 1)[0].strip().splitlines()[-1]
    body = source.split("\\endfoot\n", 1)[1].split("\\end{longtable}", 1)[0]
    lines = [
        headings,
        *(line for line in body.splitlines() if line not in (r"\addlinespace", r"\bottomrule")),
    ]
    width = len(re.split(r"(?<!\\)&", headings))
    return [latex_row(line, width) for line in lines]


def latex_row(line: str, width: int) -> list[str]:
    line = re.sub(r" \\\\\*?$", "", line)
    section = re.fullmatch(r"\\multicolumn\{\d+\}\{l\}\{\\textbf\{(.*)\}\}", line)
    if section:
        return [latex_words(section[1])] + [""] * (width - 1)
    cells = [re.sub(r"^\\hspace\{\dem\}", "", cell.strip()) for cell in re.split(r"(?<!\\)&", line)]
    return [latex_words(cell) for cell in cells]


def word_cells(content: bytes) -> list[list[str]]:
    table = docx.Document(io.BytesIO(content)).tables[0]
    rows = []
    for row in table.rows:
        if row._tr.find(qn("w:trPr")).find(qn("w:tblHeader")) is not None:
            rows[:] = [[cell.text for cell in row.cells]]  # the last heading row wins
        else:
            seen = {id(cell._tc): cell.text for cell in row.cells}
            rows.append([*seen.values()] + [""] * (len(row.cells) - len(seen)))
    return rows


READERS = {".csv": csv_cells, ".html": html_cells, ".tex": latex_cells, ".docx": word_cells}
