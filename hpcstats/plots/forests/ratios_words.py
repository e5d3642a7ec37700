"""The caption, the alternative text and the plotted numbers of a forest plot."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from hpcstats import formats
from hpcstats.basis import Basis, named
from hpcstats.model_lines import FactorLine
from hpcstats.model_rows import ModelRow
from hpcstats.numbers import Number, Text
from hpcstats.plots.forests.ratios_drawing import ends
from hpcstats.plots.forests.ratios_plan import Plan, terms

if TYPE_CHECKING:
    import pandas as pd

    from hpcstats.regression import CoxFit

_WHAT = {"univariable": "each factor alone", "multivariable": "all factors together"}
_SHAPES = {"o": "circle", "s": "square"}


def data(plan: Plan) -> pd.DataFrame:
    """Return a row for each model and line: what is printed, what is drawn, and which end is an arrow."""
    import pandas as pd

    rows = [
        {
            "model": model.key,
            "factor": line.source.factor,
            "level": line.source.level,
            "kind": row.kind,
            "term": row.term,
            "events": _value(row, "events"),
            "n": _value(row, "n"),
            "hazard_ratio": 1.0 if row.kind == "reference" else row.estimate,
            "low": row.low,
            "high": row.high,
            "status": row.status,
            "arrow": arrows(row, plan),
        }
        for line in plan.lines
        for model, row in zip(plan.models, line.source.rows, strict=True)
        if row is not None
    ]
    return pd.DataFrame(rows)


def arrows(row: ModelRow, plan: Plan) -> str:
    """Tell at which end the interval of a row goes beyond the axis: "", "left", "right" or "both"."""
    if row.kind != "term" or (math.isnan(row.low) and math.isnan(row.high)):
        return ""
    low, high = ends(row)
    left, right = low < plan.axis.low, high > plan.axis.high
    return "both" if left and right else "left" if left else "right" if right else ""


def caption(plan: Plan, multivariable: CoxFit | None, sentence: str) -> Text:
    """Say what is drawn, with the counts of the multivariable model."""
    parts: list[str | Number | Text] = ["Hazard ratios of Cox models, "]
    for position, model in enumerate(plan.models):
        how = f"{_WHAT[model.key]} ({_SHAPES[model.marker]}s"
        parts.append(f"{' and ' if position else ''}{how}")
        if model.key == "multivariable" and multivariable is not None:
            basis = Basis(prefix=model.key, patients=multivariable.patients())
            events = basis.count("events", multivariable.n_events, "Events in the model.")
            parts += [
                "; ",
                basis.count("n", multivariable.n, "Patients in the model."),
                " patients, ",
                events,
            ]
            parts.append(" events")
        parts.append(")")
    parts.append(f". {sentence} Hollow: reference level.")
    rows = list(terms([line.source for line in plan.lines]))
    if any(arrows(row, plan) for row in rows):
        parts.append(" Arrow: the interval goes on beyond the axis.")
    if any(row.status != "ok" for row in rows):
        parts.append(
            f" {formats.NOT_ESTIMABLE}: not estimable, the likelihood has no maximum; "
            "the interval is one-sided."
        )
    return Text.of(*parts)


def alt_text(plan: Plan) -> str:
    """Describe the plot: the models, the axis, then each factor with its hazard ratios."""
    names = " and ".join(model.name.lower() for model in plan.models)
    plural = "s" if len(plan.models) == 2 else ""
    opening = (
        f"Forest plot of hazard ratios with {formats.level(plan.level)} intervals from {names} Cox "
        f"model{plural}. Horizontal axis: hazard ratio, logarithmic, {formats.as_given(plan.axis.low)} to "
        f"{formats.as_given(plan.axis.high)}."
    )
    sentences = [opening]
    for line in plan.lines:
        found = [
            f"{model.name.lower()} {row.ratio}"
            for model, row in zip(plan.models, line.source.rows, strict=True)
            if row is not None and row.kind == "term"
        ]
        if found:
            sentences.append(f"{_label(line.source, plan)}: {', '.join(found)}.")
    return " ".join(sentences)


def numbers(lines: Sequence[FactorLine]) -> tuple[Number, ...]:
    """All numbers printed inside the figure."""
    return tuple(number for line in lines for row in line.rows if row is not None for number in row.numbers)


def _label(line: FactorLine, plan: Plan) -> str:
    if not line.level:
        return line.label
    heading = next(
        (other.source.label for other in plan.lines if other.source.factor == line.factor),
        named(line.factor, {}),
    )
    return f"{heading}, {line.label}"


def _value(row: ModelRow, what: str) -> float:
    found = [number.value for number in row.events.numbers if number.id.endswith(f".{what}")]
    return float(found[0]) if found and isinstance(found[0], (int, float)) else math.nan
