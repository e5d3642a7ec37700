"""`influence`: what becomes of an estimate without each patient, and without each paper."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from hpcstats import formats
from hpcstats.errors import DesignError
from hpcstats.numbers import Number, Text
from hpcstats.plots.leaving_out.drawing import draw
from hpcstats.plots.leaving_out.plan import Panel, panels_of
from hpcstats.plots.page import style
from hpcstats.plots.page.figure import Figure
from hpcstats.plots.page.left_out import LeftOut

if TYPE_CHECKING:
    import pandas as pd

_COLUMNS = (
    "quantity", "unit", "left_out", "n", "n_events", "estimate", "low", "high", "change", "order", "status",
    "place", "named",
)  # fmt: skip


def influence(
    quantities: Sequence[LeftOut],
    *,
    named: int = 5,
    labels: Mapping[str, str] | None = None,
    caption: Text | None = None,
) -> Figure:
    """Estimates without each patient and without each paper, beside the estimate with everybody.

    A row of panels for each quantity: in each panel one marker a patient (or paper) left out, sorted by the
    estimate without it, before the estimate with everybody and its interval. The largest changes are named.
    Judge by how far a marker lies from the line, measured by the band.

    Parameters
    ----------
    quantities : sequence of LeftOut
        What is drawn, from top to bottom.
    named : int
        How many of the largest changes are named in each panel. Of several units that change it alike, and
        would together be more, none is. In a panel of few units all are; where few estimates occur, it says
        how often each does.
    labels : mapping of str to str, optional
        Printed names of patients and papers.
    caption : Text, optional
        Default: what is drawn, with the estimates and the methods.

    Returns
    -------
    Figure
        174 mm wide; its data have a row for each marker: quantity, unit, left_out, n, n_events, estimate,
        low, high, change, order, status, place, named; those of the estimates with everybody come first.

    Raises
    ------
    DesignError
        Without a quantity, for two of one label, for a negative number of names, or more than a page holds.

    Examples
    --------
    >>> import hpcstats as hs
    >>> from hpcstats.plots import LeftOut, influence
    >>> from hpcstats.sensitivity import leave_one_out
    >>> y = hs.Surv.right([1, 2, 3, 4, 6, 7], [1, 1, 1, 0, 1, 1], id=list("abcdef"))
    >>> fit = hs.cox(y, {"x": [1, 0, 1, 0, 1, 0]})
    >>> figure = influence(
    ...     [LeftOut(label="Hazard ratio", whole=fit, by={"patient": leave_one_out(fit)})]
    ... )
    >>> figure.data[["left_out", "estimate"]].head(3).round(2)
      left_out  estimate
    0     None      3.35
    1        f      1.41
    2        a      2.30
    """
    if named < 0:
        raise DesignError(f"named={named!r} is no number of names. Write 0 or more.")
    with style.context():
        rows = panels_of(quantities, named, labels or {})
        sheet = draw(rows)
    numbers: list[Number] = []
    for panel in (panel for row in rows for panel in row):
        numbers += panel.quantity.text.numbers
        numbers += panel.heading.numbers
        numbers += [number for unit in panel.units for number in unit.text.numbers]
    return Figure(
        figure=sheet.canvas,
        data=_data(rows),
        caption=caption or default_caption(rows),
        alt_text=alternative(rows),
        drawn_numbers=tuple(numbers),
    )


def default_caption(rows: Sequence[Sequence[Panel]]) -> Text:
    """Say what is drawn and how it was made."""
    levels = {row[0].quantity.whole.level for row in rows}
    panels = [panel for row in rows for panel in row]
    kinds = list(dict.fromkeys(panel.unit for panel in panels))
    methods = _longest(panel.quantity.by[panel.unit].method for panel in panels)
    level = " and ".join(formats.level(level) for level in sorted(levels))
    ends = [
        (panel.axis, end)
        for panel in panels
        for unit in panel.units
        for end in (*unit.limits, *panel.quantity.values)
    ]
    cut = any(end < axis.low or end > axis.high for axis, end in ends)
    return Text.of(
        f"Influence of single {' and '.join(f'{kind}s' for kind in kinds)}. Each marker is the estimate "
        f"without one of them, sorted; line and band: the estimate with everybody and its {level} interval. "
        "Beside the panels: who is left out, and the estimate then. ",
        "Intervals are cut at the ends of the axes. " if cut else "",
        " ".join(methods),
        *(
            f" With everybody: {method}"
            for method in dict.fromkeys(row[0].quantity.whole.method for row in rows)
        ),
    )


def _longest(sentences: Iterable[str]) -> list[str]:
    """Leave out sentences that are the beginning of another."""
    known = list(dict.fromkeys(sentences))
    return [
        one
        for one in known
        if not any(other != one and other.startswith(one.removesuffix(".")) for other in known)
    ]


def alternative(rows: Sequence[Sequence[Panel]]) -> str:
    """Describe the panels: the estimate with everybody, the range without one, and who changes it most."""
    number = sum(map(len, rows))
    sentences = [f"{number} panel{'s' if number > 1 else ''} of estimates with one left out at a time."]
    for panel in (panel for row in rows for panel in row):
        quantity = panel.quantity
        known = [unit.estimate for unit in panel.units if unit.kind in ("ok", "firth")]
        without = len(panel.units) - len(known)
        low, high = quantity.printed(min(known, default=None)), quantity.printed(max(known, default=None))
        first = min(panel.units, key=lambda unit: (int(unit.row["order"]), unit.place))
        alike = sum(unit.row["order"] == first.row["order"] for unit in panel.units)
        sentences.append(
            f"{quantity.label}, with everybody {quantity.shown}; without one {panel.unit} {low} to {high}"
            + (f", for {without} without a finite estimate" if without else "")
            + (f", the largest change without {first.row['left_out']}." if alike == 1 else ".")
        )
    return " ".join(sentences)


def _data(rows: Sequence[Sequence[Panel]]) -> pd.DataFrame:
    import pandas as pd

    records: list[dict[str, object]] = []
    for row in rows:
        quantity = row[0].quantity
        estimate, low, high = quantity.values
        limits = {"estimate": estimate, "low": low, "high": high, "named": False}
        whole = {"n": quantity.whole.n, "n_events": quantity.whole.n_events}
        records.append({"quantity": quantity.label, "unit": "everybody", "left_out": None, **whole, **limits})
        for panel in row:
            for unit in panel.units:
                low, high = unit.limits
                records.append(
                    {"quantity": quantity.label, "unit": panel.unit, "left_out": str(unit.row["left_out"])}
                    | {name: unit.row[name] for name in ("n", "n_events", "estimate")}
                    | {"low": low, "high": high}
                    | {name: unit.row[name] for name in ("change", "order", "status")}
                    | {"place": unit.place + 1, "named": unit.named}
                )
    frame = pd.DataFrame(records, columns=list(_COLUMNS))
    for name in ("order", "place"):
        frame[name] = frame[name].astype("Int64")
    return frame
