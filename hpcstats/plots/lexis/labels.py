"""Where names stand beside marks so that they cover neither one another nor a mark."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hpcstats.plots.page.sheet import LINE_HEIGHT, text_width

Box = tuple[float, float, float, float]
"""Left, top, right and bottom in millimetres."""

Segment = tuple[float, float, float, float]
"""x and y of one end, and of the other."""

_GAP, _CLOSE, _PASSES = 1.7, 0.1, 6
_OUTSIDE, _NAME, _MARK, _STRANGER, _LINE, _FURTHER = 1000.0, 300.0, 60.0, 90.0, 3.0, 0.4


@dataclass(frozen=True, slots=True)
class Name:
    """Words that belong to a mark at (x, y), which reaches to the left as far as `begin`."""

    words: str
    x: float
    y: float
    begin: float

    @property
    def places(self) -> list[Box]:
        """Boxes in which the words may stand, the best first."""
        wide, high = text_width(self.words), LINE_HEIGHT - 0.7
        middle, above, below = self.y - high / 2, self.y - _GAP - high, self.y + _GAP
        found = [(self.x + _GAP, middle), (self.begin - _GAP - wide, middle)]
        for share in (0.5, 0.65, 0.35, 0.8, 0.2, 1.0, 0.0):
            at = (self.x + self.begin) / 2 - share * wide
            found += [(at, above), (at, below)]
        for aside in (2.2, 4.0, 6.0):
            found += [(self.x + _GAP, middle - aside), (self.x + _GAP, middle + aside)]
        for aside in (2.2, 4.0, 6.0):
            found += [(self.begin - _GAP - wide, middle - aside), (self.begin - _GAP - wide, middle + aside)]
        return [(left, top, left + wide, top + high) for left, top in found]


def mark_box(x: float, y: float, half: float = 1.2, tall: float = 1.2) -> Box:
    """Return the room of a mark of half this width and height."""
    return x - half, y - tall, x + half, y + tall


def placed(names: Sequence[Name], marks: Sequence[Box], lines: Sequence[Segment], frame: Box) -> list[Box]:
    """Choose a place for each name, each in turn the one that covers least, until none moves."""
    options = [name.places for name in names]
    alone = [
        [_cost(box, rank, name, names, marks, lines, frame) for rank, box in enumerate(boxes)]
        for name, boxes in zip(names, options, strict=True)
    ]
    chosen = [costs.index(min(costs)) for costs in alone]
    for _ in range(_PASSES):
        before = list(chosen)
        for number, boxes in enumerate(options):
            others = [options[k][chosen[k]] for k in range(len(names)) if k != number]
            costs = [
                cost + _NAME * sum(_meet(box, other) for other in others)
                for box, cost in zip(boxes, alone[number], strict=True)
            ]
            chosen[number] = costs.index(min(costs))
        if chosen == before:
            break
    return [boxes[k] for boxes, k in zip(options, chosen, strict=True)]


def _cost(
    box: Box,
    rank: int,
    name: Name,
    names: Sequence[Name],
    marks: Sequence[Box],
    lines: Sequence[Segment],
    frame: Box,
) -> float:
    """Weigh what a place covers, whether another mark is nearer than its own, and how far away it is."""
    outside = box[0] < frame[0] or box[1] < frame[1] or box[2] > frame[2] or box[3] > frame[3]
    own = _distance(box, name)
    nearer = sum(_distance(box, other) < own for other in names if other is not name)
    return (
        _OUTSIDE * outside
        + _MARK * sum(_meet(box, other) for other in marks)
        + _STRANGER * nearer
        + _LINE * sum(_crosses(line, box) for line in lines)
        + _FURTHER * rank
    )


def _distance(box: Box, name: Name) -> float:
    """Measure from a box to the nearest point of a mark."""
    across = max(box[0] - name.x, name.begin - box[2], 0.0)
    down = max(box[1] - name.y, name.y - box[3], 0.0)
    return across + down


def _meet(one: Box, other: Box) -> bool:
    across = min(one[2], other[2]) - max(one[0], other[0])
    down = min(one[3], other[3]) - max(one[1], other[1])
    return across > -_CLOSE and down > -_CLOSE


def _crosses(line: Segment, box: Box, steps: int = 100) -> bool:
    x0, y0, x1, y1 = line
    points = ((x0 + (x1 - x0) * k / steps, y0 + (y1 - y0) * k / steps) for k in range(steps + 1))
    return any(box[0] - 0.4 < x < box[2] + 0.4 and box[1] < y < box[3] for x, y in points)
