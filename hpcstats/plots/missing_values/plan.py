"""Where everything of a missingness map stands: blocks of patients, rows of variables, shares beside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

import numpy as np

from hpcstats.basis import Basis, named
from hpcstats.errors import DesignError
from hpcstats.numbers import Number
from hpcstats.plots.page import style
from hpcstats.plots.page.sheet import LINE_HEIGHT, MARGIN, balanced, text_width, widest

if TYPE_CHECKING:
    from hpcstats.sensitivity.missing import Missingness

ROW = 4.7
STRIP = 7.0
SHARE_HEAD = "Missing"
STRIP_LABEL = "Missing in a patient"
_BETWEEN = 4.0
_BESIDE = 1.0
_AFTER_LABEL = 1.6
_WIDEST_HEAD = 34.0
_NARROWEST = 0.25
_WIDEST = 3.0
_DASH = "\N{EN DASH}"
_INSET = 0.8


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Block:
    """The patients of one group, side by side.

    Attributes
    ----------
    group : str
        Label as in the result.
    head : tuple of str
        Lines of its heading.
    size : Number
        Patients.
    left, cell : float
        Left edge, and width of a patient, in millimetres.
    states : ndarray of str, shape (patients, variables)
        "known", "missing" or "not applicable".
    patterns : tuple of (int, Number)
        Position of the first patient of each pattern, and how many have it.
    shares : tuple of Number or None
        Share missing of each variable, printed as a fraction; None where it applies to nobody.
    """

    group: str
    head: tuple[str, ...]
    size: Number
    left: float
    cell: float
    states: Any
    patterns: tuple[tuple[int, Number], ...]
    shares: tuple[Number | None, ...]

    @property
    def width(self) -> float:
        """Width of all patients."""
        return self.cell * len(self.states)

    @property
    def missing(self) -> list[int]:
        """Number of missing variables of each patient."""
        return [int(count) for count in (self.states == "missing").sum(axis=1)]

    @property
    def shares_at(self) -> float:
        """Right edge of the shares."""
        return (
            self.left + max(self.width, widest(self.head, "bold")) + _BESIDE + _share_width(len(self.states))
        )

    def printed(self, row: int) -> str:
        """Print the share of a variable."""
        share = self.shares[row]
        return _DASH if share is None else str(share)

    @property
    def numbers(self) -> list[Number]:
        """All numbers printed in it."""
        counted = [number for _, number in self.labelled]
        return [self.size, *counted, *(share for share in self.shares if share is not None)]

    @property
    def labelled(self) -> list[tuple[int, Number]]:
        """The patterns that are wide enough for their number."""
        return [
            (first, number)
            for first, number in self.patterns
            if text_width(str(number)) + _INSET <= self.cell * _value(number)
        ]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Plan:
    """Blocks from left to right, and the labels of the rows."""

    blocks: tuple[Block, ...]
    labels: tuple[str, ...]
    label_width: float

    @property
    def head_lines(self) -> int:
        """Lines above the blocks."""
        return max(len(block.head) for block in self.blocks)


def plan_of(result: Missingness, labels: Mapping[str, str], items: bool) -> Plan:
    """Place the patients of a result.

    Raises
    ------
    DesignError
        For more patients than can be told apart on a page.
    """
    rows = tuple(_label(result, name, labels, items) for name in result.variables)
    label_width = widest([*rows, STRIP_LABEL])
    left = MARGIN + label_width + _AFTER_LABEL
    cells = result.cells()
    groups = [str(group) for group in dict.fromkeys(cells["group"])]
    heads = [_head(result, group, labels) for group in groups]
    sizes = [result.codes.tolist().count(result.groups.index(group)) for group in groups]
    beside = sum(_BESIDE + _share_width(size) for size in sizes) + (len(groups) - 1) * _BETWEEN
    cell = _cell(sizes, [widest(head, "bold") for head in heads], style.DOUBLE_WIDTH - MARGIN - left - beside)
    shares = result.by_variable()
    blocks: list[Block] = []
    for group, head in zip(groups, heads, strict=True):
        block = _block(result, group, head, cells[cells["group"] == group], shares, round(left, 2), cell)
        blocks.append(block)
        left = block.shares_at + _BETWEEN
    return Plan(blocks=tuple(blocks), labels=rows, label_width=label_width)


def _label(result: Missingness, name: str, labels: Mapping[str, str], items: bool) -> str:
    item = result.items.get(name, "")
    return f"{named(name, labels)} ({item})" if items and item else named(name, labels)


def _head(result: Missingness, group: str, labels: Mapping[str, str]) -> tuple[str, ...]:
    if result.by is None:
        return ("All patients", f"n = {result.n}")
    size = len(result.patients(group))
    words = named(group, labels, level_of=result.by)
    return (
        *balanced(words, _WIDEST_HEAD if size > 40 else max(map(text_width, words.split()))),
        f"n = {size}",
    )


def _cell(sizes: Sequence[int], heads: Sequence[float], room: float) -> float:
    """Share the room among patients; a group narrower than its heading takes the room of the heading."""
    narrow: set[int] = set()
    while True:
        wide = [k for k in range(len(sizes)) if k not in narrow]
        left = room - sum(heads[k] for k in narrow)
        counted = sum(sizes[k] for k in wide) or sum(sizes)
        cell = min(left / counted, _WIDEST)
        more = {k for k in wide if sizes[k] * cell < heads[k]}
        if not more or not wide:
            break
        narrow |= more
    if cell < _NARROWEST:
        raise DesignError(
            f"{sum(sizes)} patients are too many for one map: each would be {max(cell, 0):.2f} mm wide. "
            "Draw a part of them, or fewer groups."
        )
    return round(cell, 3)


def _block(
    result: Missingness, group: str, head: tuple[str, ...], cells: Any, shares: Any, left: float, cell: float
) -> Block:
    p = len(result.variables)
    basis = Basis(patients=result.patients(group)).below("missing", group)
    states = cells["state"].to_numpy(dtype=object).reshape(-1, p)
    numbers = cells["pattern"].to_numpy()[::p].tolist()
    patterns, first = [], 0
    for pattern, run in groupby(numbers):
        count = len(list(run))
        how = f"Patients of the group with missing pattern {pattern}, counted."
        patterns.append((first, basis.below("pattern", pattern).count("patients", count, how)))
        first += count
    chosen = shares[shares["group"] == group].to_dict(orient="records")
    return Block(
        group=group,
        head=head,
        size=basis.count("n", len(states), "Count of patients."),
        left=left,
        cell=cell,
        states=states,
        patterns=tuple(patterns),
        shares=tuple(_share(basis, row) for row in chosen),
    )


def _share(basis: Basis, row: Mapping[Any, Any]) -> Number | None:
    if np.isnan(row["share"]):
        return None
    how = f"Missing {row['missing']} of {row['applicable']} values of {row['variable']}."
    text = f"{row['missing']}/{row['applicable']}"
    return basis.below(row["variable"]).number("share_missing", float(row["share"]), text, how)


def _share_width(size: int) -> float:
    """Return the width of the column of shares beside a group of this size."""
    return widest([SHARE_HEAD, f"{size}/{size}"])


def _value(number: Number) -> int:
    return int(str(number.value))


def height_of(plan: Plan, key: float) -> float:
    """Return the height of the figure in millimetres, below a key of height `key`."""
    rows = ROW * len(plan.labels)
    return round(MARGIN + key + 1.0 + plan.head_lines * LINE_HEIGHT + STRIP + 2.6 + rows + 6.4 + MARGIN, 2)
