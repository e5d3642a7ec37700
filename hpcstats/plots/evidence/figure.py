"""`flow`: from publications to patients to what each endpoint uses, with the reasons for every exclusion."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from hpcstats.numbers import Number, Text, slug
from hpcstats.plots.evidence.boxes import arrow
from hpcstats.plots.evidence.plan import ARROW, BETWEEN_COLUMNS, GAP, TRUNK, Column, Plan
from hpcstats.plots.page import alt_text, style
from hpcstats.plots.page.figure import Figure
from hpcstats.plots.page.sheet import MARGIN, Sheet

if TYPE_CHECKING:
    from hpcstats.literature import Box, Flow


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
    plan = Plan.of(evidence, titles or {})
    with style.context():
        sheet = _draw(plan)
    return Figure(
        figure=sheet.canvas,
        data=evidence.to_frame(),
        caption=caption or _default_caption(evidence),
        alt_text=alt_text.flow(evidence, plan.titles),
        drawn_numbers=_numbers(evidence),
    )


def _draw(plan: Plan) -> Sheet:
    chain_height = sum(max(c.height for c in (card, *beside)) + GAP for card, beside in plan.chain)
    split = 3.0 if len(plan.columns) > 1 else 0.0
    top = MARGIN + chain_height + split
    sheet = Sheet(style.DOUBLE_WIDTH, round(top + max(column.height for column in plan.columns) + MARGIN, 2))
    middle = style.DOUBLE_WIDTH / 2
    bottom = _draw_chain(sheet, plan, middle)
    left = MARGIN
    for column in plan.columns:
        centre = left + column.head.width / 2
        bend = top - GAP / 2 - split / 2
        arrow(sheet, [middle, middle, centre, centre], [bottom, bend, bend, top])
        _draw_column(sheet, column, left, top)
        left += column.head.width + BETWEEN_COLUMNS
    return sheet


def _draw_chain(sheet: Sheet, plan: Plan, middle: float) -> float:
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
            arrow(sheet, [right, right + GAP], [level, level])
            other.draw(sheet, right + GAP, level - other.height / 2)
        bottom = level + card.height / 2
        y += height + GAP
    return bottom


def _draw_column(sheet: Sheet, column: Column, left: float, top: float) -> None:
    column.head.draw(sheet, left, top)
    trunk, start = left + TRUNK / 2 - 0.5, top + column.head.height
    y = start + GAP
    for used, out in column.rows:
        level = round(y + used.height / 2, 2)
        arrow(sheet, [trunk, trunk, left + TRUNK], [start, level, level])
        used.draw(sheet, left + TRUNK, y)
        right = left + TRUNK + used.width
        at = round(y + min(used.height, out.height) / 2, 2)
        arrow(sheet, [right, right + ARROW], [at, at])
        out.draw(sheet, right + ARROW, y)
        y += max(used.height, out.height) + GAP


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
        " patients and to the endpoints; a publication may give both patients and cohort statistics. Blue: "
        "patients used for an endpoint, and how many had the event. White: patients not used, with the "
        "reasons; used and excluded patients add up to the population above.",
    )
