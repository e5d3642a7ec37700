"""The drawing of a missingness map: dark for missing, light for known, a thin line where none applies."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from hpcstats.plots.missing_values.plan import ROW, SHARE_HEAD, STRIP, STRIP_LABEL, Block, Plan, height_of
from hpcstats.plots.page import palette, style
from hpcstats.plots.page.entries import Entry, draw_entries, height
from hpcstats.plots.page.sheet import LINE_HEIGHT, MARGIN, Sheet

DARK = palette.BLACK
LIGHT = palette.tint(palette.BLACK, 0.17)
LINE = palette.tint(palette.BLACK, 0.55)
STRIPE = palette.tint(palette.BLACK, 0.45)
_BAR = ROW - 1.0
_WORDS = {"missing": "Missing", "known": "Known", "not applicable": "Not applicable"}


def draw(plan: Plan) -> Sheet:
    """Draw the key, the blocks and the labels."""
    entries, width = _entries(plan), style.DOUBLE_WIDTH - 2 * MARGIN
    key = height(entries, width)
    sheet = Sheet(style.DOUBLE_WIDTH, height_of(plan, key))
    draw_entries(sheet, entries, width, MARGIN)
    strip = MARGIN + key + 1.0 + plan.head_lines * LINE_HEIGHT + 0.8
    top = strip + STRIP + 1.8
    right = MARGIN + plan.label_width
    sheet.write(right, strip + STRIP / 2, STRIP_LABEL, ha="right", va="center_baseline")
    for row, label in enumerate(plan.labels):
        sheet.write(right, top + (row + 0.5) * ROW, label, ha="right", va="center_baseline")
    for block in plan.blocks:
        first = strip - 0.8 - LINE_HEIGHT * len(block.head)
        sheet.write_lines(block.left, first, block.head[:-1], weight="bold")
        sheet.write(block.left, first + LINE_HEIGHT * (len(block.head) - 1), block.head[-1])
        _draw_strip(sheet, block, strip, len(plan.labels))
        _draw_rows(sheet, block, top)
        _draw_patterns(sheet, block, top + ROW * len(plan.labels))
    return sheet


def _draw_strip(sheet: Sheet, block: Block, top: float, variables: int) -> None:
    """Draw how many variables each patient misses, to the scale of all variables."""
    at = 0
    for count, run in groupby(block.missing):
        size = len(list(run))
        tall = STRIP * count / variables
        if count:
            left, wide = block.left + at * block.cell, size * block.cell
            sheet.rectangle(
                left, top + STRIP - tall, wide, tall, facecolor=STRIPE, edgecolor="none", zorder=1
            )
        at += size
    base = {"color": palette.BLACK, "linewidth": style.THIN_LINE, "solid_capstyle": "butt"}
    sheet.line([block.left, block.left + block.width], [top + STRIP] * 2, **base)
    sheet.write(block.shares_at, top + STRIP - 0.4, SHARE_HEAD, ha="right", va="baseline")


def _draw_rows(sheet: Sheet, block: Block, top: float) -> None:
    for row in range(block.states.shape[1]):
        y, at = top + row * ROW + (ROW - _BAR) / 2, 0
        for state, run in groupby(block.states[:, row].tolist()):
            size = len(list(run))
            _draw_state(sheet, state, block.left + at * block.cell, y, size * block.cell)
            at += size
        sheet.write(block.shares_at, y + _BAR / 2, block.printed(row), ha="right", va="center_baseline")
    bottom = top + ROW * block.states.shape[1]
    if block.cell >= 0.5:
        for number in range(1, len(block.states)):
            x = block.left + number * block.cell
            sheet.line([x, x], [top, bottom], color="white", linewidth=style.THINNEST_LINE, zorder=3)


def _draw_state(sheet: Sheet, state: str, left: float, top: float, width: float) -> None:
    if state == "not applicable":
        middle = top + _BAR / 2
        sheet.line([left, left + width], [middle, middle], color=LINE, linewidth=style.THIN_LINE, zorder=4)
        return
    colour = DARK if state == "missing" else LIGHT
    sheet.rectangle(left, top, width, _BAR, facecolor=colour, edgecolor="none", zorder=1)


def _draw_patterns(sheet: Sheet, block: Block, top: float) -> None:
    """Draw a bracket below each pattern, and how many patients have it where there is room."""
    how: dict[str, Any] = {"color": palette.BLACK, "linewidth": style.THIN_LINE, "solid_capstyle": "butt"}
    inset = min(0.15, block.cell / 5)
    for first, number in block.patterns:
        size = int(str(number.value))
        left, right = (
            block.left + first * block.cell + inset,
            block.left + (first + size) * block.cell - inset,
        )
        if size > 1:
            sheet.line([left, left, right, right], [top + 0.4, top + 1.2, top + 1.2, top + 0.4], **how)
    for first, number in block.labelled:
        middle = block.left + (first + int(str(number.value)) / 2) * block.cell
        sheet.write(middle, top + 1.7, str(number), ha="center")


def _entries(plan: Plan) -> list[Entry]:
    present = {state for block in plan.blocks for state in block.states.ravel().tolist()}
    return [(words, _sample(state)) for state, words in _WORDS.items() if state in present]


def _sample(state: str) -> Any:
    def draw_sample(sheet: Sheet, x: float, y: float) -> None:
        _draw_state(sheet, state, x - 2.2, y - _BAR / 2, 4.4)

    return draw_sample
