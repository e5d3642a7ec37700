"""The risk table below cumulative incidences: at risk, each event, and censored, adding up to n."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from hpcstats.basis import Basis
from hpcstats.columns import FloatArray
from hpcstats.numbers import Number, slug
from hpcstats.plots.page import palette

if TYPE_CHECKING:
    from hpcstats.nonparametric.competing.curves import CumulativeIncidence

UNGROUPED = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """The rows of one group in the risk table: their names, and the numbers at the ticks."""

    name: str
    colour: str
    rows: tuple[tuple[str, tuple[Number, ...]], ...]


def blocks_of(
    curves: CumulativeIncidence,
    pairs: Sequence[tuple[Any, str]],
    names: Mapping[Any, str],
    ticks: Sequence[float],
) -> tuple[Block, ...]:
    """Read the risk table: at risk, the events of each cause (or of all others) and censored."""
    table = curves.risk_table(list(ticks))
    groups, looks = list(dict.fromkeys(group for group, _ in pairs)), palette.series(len(pairs))
    shown = tuple(dict.fromkeys(cause for _, cause in pairs))
    made = []
    for group, look in zip(groups, looks, strict=False):
        own = table[_is(table["group"], group)]
        events = {cause: own[own["cause"] == cause]["events"].to_numpy() for cause in curves.causes}
        first = own[own["cause"] == curves.causes[0]]
        rows = {"At risk": first["at_risk"].to_numpy()}
        rows |= {named(cause, names): events[cause] for cause in shown}
        rest = [events[cause] for cause in curves.causes if cause not in shown]
        if rest:
            rows["Other events"] = np.sum(rest, axis=0)
        rows["Censored"] = first["censored"].to_numpy()
        made.append(
            Block(
                name=named(group, names) if len(groups) > 1 else "",
                colour=look.colour if len(groups) > 1 else palette.BLACK,
                rows=tuple(
                    (label, _counts(curves, group, len(groups) > 1, label, values, ticks))
                    for label, values in rows.items()
                ),
            )
        )
    return tuple(made)


def named(key: Any, names: Mapping[Any, str]) -> str:
    """Say how a group or a cause is shown."""
    words = "All patients" if key == UNGROUPED else str(key).replace("_", " ")
    return names.get(key, words[:1].upper() + words[1:])


def _counts(
    curves: CumulativeIncidence,
    group: Any,
    headed: bool,
    label: str,
    values: FloatArray,
    ticks: Sequence[float],
) -> tuple[Number, ...]:
    basis = Basis(prefix=slug(group) if headed else "", patients=curves.patients(group))
    unit = curves.response.unit
    return tuple(
        basis.below(f"{tick:g}").count(
            slug(label), float(value), f"{label} just after {tick:g} {unit}, counted."
        )
        for tick, value in zip(ticks, values, strict=True)
    )


def _is(column: Any, label: Any) -> Any:
    return np.array([value == label for value in column])
