"""What a flow diagram consists of: the chain of evidence, and a column for each population."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hpcstats.errors import DesignError
from hpcstats.plots.evidence.boxes import EVIDENCE, EXCLUDED, USED, Card
from hpcstats.plots.page import style
from hpcstats.plots.page.sheet import MARGIN

if TYPE_CHECKING:
    from hpcstats.literature import Box, Flow

GAP = 5.0
BETWEEN_COLUMNS = 5.0
TRUNK = 4.0
ARROW = 4.5
_CHAIN_WIDTH = 66.0
_SIDE_WIDTH = 47.0
_ENDPOINT_WIDTH = 33.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One population and its endpoints: the card of the population, and (used, excluded) cards below it."""

    head: Card
    rows: tuple[tuple[Card, Card], ...]

    @property
    def height(self) -> float:
        """Height in millimetres."""
        return self.head.height + sum(GAP + max(used.height, out.height) for used, out in self.rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The cards before they are placed: the chain of evidence, what stands beside it, and the columns."""

    chain: tuple[tuple[Card, tuple[Card, ...]], ...]
    columns: tuple[Column, ...]
    titles: Mapping[str, str]

    @classmethod
    def of(cls, evidence: Flow, given: Mapping[str, str]) -> Plan:
        """Make the cards; `given` holds titles of endpoints."""
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


def _columns(evidence: Flow, populations: Sequence[str], titles: Mapping[str, str]) -> tuple[Column, ...]:
    """Share the width so that the higher column is as low as can be."""
    room = style.DOUBLE_WIDTH - 2 * MARGIN
    if len(populations) == 1:
        return (_column(evidence, populations[0], room, titles),)
    room -= BETWEEN_COLUMNS
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


def _column(evidence: Flow, population: str, width: float, titles: Mapping[str, str]) -> Column:
    return Column(
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
    """Cards of what else comes from `box`, beside the chain."""
    if box is chain[-1]:
        return ()
    leaving = [other for other in evidence.boxes if other.parent == box.id and other not in chain]
    return tuple(_card(other, _SIDE_WIDTH) for other in leaving)


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
        width=round(width - TRUNK - _ENDPOINT_WIDTH - ARROW, 2),
        heading=f"{out.count} {out.label}",
        items=[(str(reason.count), reason.label) for reason in out.reasons],
        fill=EXCLUDED,
    )
    return kept, left_out
