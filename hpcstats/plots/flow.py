"""`flow`: from publications to patients to what each endpoint uses, with the reasons for every exclusion."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hpcstats.errors import DesignError
from hpcstats.numbers import Number, Text
from hpcstats.plots import alt_text, style
from hpcstats.plots.curve_numbers import slug
from hpcstats.plots.figure import Figure
from hpcstats.plots.flow_boxes import EVIDENCE, EXCLUDED, USED, Card, arrow
from hpcstats.plots.sheet import MARGIN, Sheet

if TYPE_CHECKING:
    from hpcstats.literature import Box, Flow

_CHAIN_WIDTH = 66.0
_SIDE_WIDTH = 47.0
_GAP = 5.0
_BETWEEN_COLUMNS = 5.0
_TRUNK = 4.0
_ENDPOINT_WIDTH = 33.0
_ARROW = 4.5


def flow(evidence: Flow, *, titles: Mapping[str, str] | None = None, caption: Text | None = None) -> Figure:
    """The way from publications to patients to endpoints, every count with its exclusions and their reasons.

    Above, the chain of evidence; below, one column for each population, with a box for each endpoint (used,
    with the event) and beside it who is not used and why.

    Parameters
    ----------
    evidence : Flow
        From `hpcstats.literature.evidence_flow`.
    titles : mapping, optional
        Name of an endpoint to the words in its box.
    caption : Text, optional
        Default: the numbers of publications and patients, and how to read the boxes.

    Returns
    -------
    Figure
        174 mm wide; its data hold a row for each box and each reason.

    Raises
    ------
    DesignError
        If no endpoint is in the flow, or more than two populations are.

    Examples
    --------
    >>> import hpcstats as hs
    >>> cases = hs.literature.load()
    >>> spine = hs.literature.endpoint(cases, "spinal_metastasis")
    >>> evidence = hs.literature.evidence_flow(cases, {"spinal_metastasis": spine})
    >>> figure = hs.plots.flow(
    ...     evidence, titles={"spinal_metastasis": "Time to spinal metastasis"}
    ... )
    >>> figure.size[0]
    174.0
    """
    plan = _Plan.of(evidence, titles or {})
    with style.context():
        sheet = _draw(plan)
    return Figure(
        figure=sheet.canvas,
        data=evidence.to_frame(),
        caption=caption or _default_caption(evidence),
        alt_text=alt_text.flow(evidence, plan.titles),
        drawn_numbers=_numbers(evidence),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Column:
    """One population and its endpoints: the card of the population, and (used, excluded) cards below it."""

    head: Card
    rows: tuple[tuple[Card, Card], ...]

    @property
    def height(self) -> float:
        """Height in millimetres."""
        return self.head.height + sum(_GAP + max(used.height, out.height) for used, out in self.rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    """The cards, before they are placed."""

    chain: tuple[tuple[Card, tuple[Card, ...]], ...]
    columns: tuple[_Column, ...]
    titles: Mapping[str, str]

    @classmethod
    def of(cls, evidence: Flow, given: Mapping[str, str]) -> _Plan:
        names = [box.id.removesuffix(".used") for box in evidence.boxes if box.id.endswith(".used")]
        titles = {name: given.get(name, name.replace("_", " ").capitalize()) for name in names}
        populations = list(dict.fromkeys(evidence[f"{name}.used"].parent for name in names))
        if not 1 <= len(populations) <= 2:
            raise DesignError(f"A flow is drawn for one or two populations, not {len(populations)}.")
        chain = _ancestry(evidence, evidence["patients"])
        return cls(
            chain=tuple((_card(box, _CHAIN_WIDTH), _beside(evidence, box, chain)) for box in chain),
            columns=_columns(evidence, populations, titles),
            titles=titles,
        )


def _columns(evidence: Flow, populations: Sequence[str], titles: Mapping[str, str]) -> tuple[_Column, ...]:
    """Share the width so that the higher column is as low as can be."""
    room = style.DOUBLE_WIDTH - 2 * MARGIN
    if len(populations) == 1:
        return (_column(evidence, populations[0], room, titles),)
    room -= _BETWEEN_COLUMNS
    even = room / 2
    shares = [even, *(even + side * step for step in range(2, 22, 2) for side in (-1, 1))]
    pairs = [
        (
            _column(evidence, populations[0], round(share, 2), titles),
            _column(evidence, populations[1], round(room - share, 2), titles),
        )
        for share in shares
    ]
    return min(pairs, key=lambda pair: max(column.height for column in pair))


def _column(evidence: Flow, population: str, width: float, titles: Mapping[str, str]) -> _Column:
    return _Column(
        head=_head(evidence, population, width),
        rows=tuple(
            _row(evidence, name, title, width)
            for name, title in titles.items()
            if evidence[f"{name}.used"].parent == population
        ),
    )


def _ancestry(evidence: Flow, box: Box) -> list[Box]:
    return [*_ancestry(evidence, evidence[box.parent]), box] if box.parent else [box]


def _beside(evidence: Flow, box: Box, chain: Sequence[Box]) -> tuple[Card, ...]:
    """Cards of what leaves the chain at `box`: publications that give no patients."""
    if box is chain[-1]:
        return ()
    leaving = [other for other in evidence.boxes if other.parent == box.id and other not in chain]
    return tuple(_card(other, _SIDE_WIDTH, EXCLUDED) for other in leaving)


def _card(box: Box, width: float, fill: str = EVIDENCE) -> Card:
    return Card(width=width, lines=(f"{box.count} {box.label}",), fill=fill, centred=True)


def _head(evidence: Flow, population: str, width: float) -> Card:
    box = evidence[population]
    parts = [
        f"{other.count} {other.label}"
        for other in evidence.boxes
        if other.parent == population and _is_role(other)
    ]
    name = f"All {box.count} {box.label}" if parts else f"{box.count} {box.label}"
    return Card(width=width, heading=name, lines=(" and ".join(parts),) if parts else (), centred=True)


def _is_role(box: Box) -> bool:
    return box.id.startswith("role.")


def _row(evidence: Flow, name: str, title: str, width: float) -> tuple[Card, Card]:
    used, events, out = (evidence[f"{name}.{part}"] for part in ("used", "events", "excluded"))
    kept = Card(
        width=_ENDPOINT_WIDTH,
        heading=title,
        lines=(f"{used.count} {used.label}", f"{events.count} {events.label}"),
        fill=USED,
    )
    left_out = Card(
        width=round(width - _TRUNK - _ENDPOINT_WIDTH - _ARROW, 2),
        heading=f"{out.count} {out.label}",
        items=[(str(reason.count), reason.label) for reason in out.reasons],
        fill=EXCLUDED,
    )
    return kept, left_out


def _draw(plan: _Plan) -> Sheet:
    chain_height = sum(max(c.height for c in (card, *beside)) + _GAP for card, beside in plan.chain)
    split = 3.0 if len(plan.columns) > 1 else 0.0
    top = MARGIN + chain_height + split
    sheet = Sheet(style.DOUBLE_WIDTH, round(top + max(column.height for column in plan.columns) + MARGIN, 2))
    middle = style.DOUBLE_WIDTH / 2
    bottom = _draw_chain(sheet, plan, middle)
    left = MARGIN
    for column in plan.columns:
        centre = left + column.head.width / 2
        bend = top - _GAP / 2 - split / 2
        arrow(sheet, [middle, middle, centre, centre], [bottom, bend, bend, top])
        _draw_column(sheet, column, left, top)
        left += column.head.width + _BETWEEN_COLUMNS
    return sheet


def _draw_chain(sheet: Sheet, plan: _Plan, middle: float) -> float:
    """Draw the chain downwards; return the lower edge of its last card."""
    y = bottom = MARGIN
    for number, (card, beside) in enumerate(plan.chain):
        height = max(c.height for c in (card, *beside))
        level = round(y + height / 2, 2)
        if number:
            arrow(sheet, [middle, middle], [bottom, level - card.height / 2])
        card.draw(sheet, middle - card.width / 2, level - card.height / 2)
        right = middle + card.width / 2
        for other in beside:
            arrow(sheet, [right, right + _GAP], [level, level])
            other.draw(sheet, right + _GAP, level - other.height / 2)
        bottom = level + card.height / 2
        y += height + _GAP
    return bottom


def _draw_column(sheet: Sheet, column: _Column, left: float, top: float) -> None:
    column.head.draw(sheet, left, top)
    trunk, start = left + _TRUNK / 2 - 0.5, top + column.head.height
    y = start + _GAP
    for used, out in column.rows:
        level = round(y + used.height / 2, 2)
        arrow(sheet, [trunk, trunk, left + _TRUNK], [start, level, level])
        used.draw(sheet, left + _TRUNK, y)
        right = left + _TRUNK + used.width
        at = round(y + min(used.height, out.height) / 2, 2)
        arrow(sheet, [right, right + _ARROW], [at, at])
        out.draw(sheet, right + _ARROW, y)
        y += max(used.height, out.height) + _GAP


def _number(box: Box, label: str, id: str, count: int) -> Number:
    return Number(
        id=id,
        value=count,
        text=str(count),
        how=f"Count of {label}, from the case-level data.",
        patients=box.patients,
        sources=box.sources if box.id.startswith("sources") else (),
    )


def _numbers(evidence: Flow) -> tuple[Number, ...]:
    found = []
    for box in evidence.boxes:
        found.append(_number(box, box.label, box.id, box.count))
        found += [
            _number(box, f"{box.label}: {reason.label}", f"{box.id}.{slug(reason.label)}", reason.count)
            for reason in box.reasons
        ]
    return tuple(found)


def _default_caption(evidence: Flow) -> Text:
    counts = {number.id: number for number in _numbers(evidence)}
    return Text.of(
        "Flow of evidence from ",
        counts["sources"],
        " publications to ",
        counts["patients"],
        " patients and to the endpoints. Blue: patients used for an endpoint, and how many had the event. "
        "White: not used, with the reasons; used and excluded patients add up to the population above.",
    )
