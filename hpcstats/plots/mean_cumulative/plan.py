"""What a figure of mean numbers of events shows: its curves, its printed numbers, its data and its words."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from hpcstats import formats
from hpcstats.errors import DesignError
from hpcstats.numbers import Number, Text, slug
from hpcstats.plots.page import palette, style
from hpcstats.plots.step_curves.printed import UNGROUPED, GroupSummary
from hpcstats.plots.step_curves.steps import StepCurve

if TYPE_CHECKING:
    import pandas as pd

    from hpcstats.recurrence import MeanCumulative, MeanCumulativeComparison
    from hpcstats.recurrence.mean_curves import MeanCurve

Cells = dict[str, tuple[Number, ...]]

ROWS = {"at_risk": "At risk", "events": "Events", "deaths": "Deaths", "censored": "Censored"}
COLUMNS = ("part", "group", "time", *ROWS, "estimate", "std_error", "low", "high", "text")


def rows_shown(means: MeanCumulative) -> dict[str, str]:
    """Return the rows of the risk table: deaths only where they end the recurrences."""
    return {key: name for key, name in ROWS.items() if means.terminal or key != "deaths"}


def step_curves(means: MeanCumulative, end: float) -> tuple[StepCurve, ...]:
    """Cut every curve at `end` and let it begin at (0, 0)."""
    looks = palette.series(len(means.labels))
    return tuple(_step_curve(c, min(end, c.end), look) for c, look in zip(means.curves, looks, strict=True))


def _step_curve(curve: MeanCurve, end: float, look: palette.SeriesStyle) -> StepCurve:
    inside = curve.time <= end

    def steps(values: Any, first: float) -> Any:
        kept = np.concatenate([[first], values[inside]])
        return style.settle(np.append(kept, kept[-1]))

    marked = (curve.censored > 0) & inside
    return StepCurve(
        time=style.settle(np.concatenate([[0.0], curve.time[inside], [end]])),
        estimate=steps(curve.estimate, 0.0),
        low=steps(curve.low, 0.0),
        high=steps(curve.high, np.nan),
        marks=np.stack([style.settle(curve.time[marked]), style.settle(curve.estimate[marked])]),
        look=look,
    )


def summarise(
    means: MeanCumulative, labels: Mapping[Any, str] | None, horizon: float
) -> tuple[GroupSummary, ...]:
    """Collect what is printed of each curve; the last column holds the mean number at `horizon`.

    Raises
    ------
    DesignError
        If `labels` names a group the curves do not have.
    """
    given = labels or {}
    strangers = [label for label in given if label not in means.labels]
    if strangers:
        known = ", ".join(map(repr, means.labels))
        raise DesignError(f"labels names {strangers[0]!r}, but the curves are {known}. Use those as keys.")
    at = means.at(horizon)
    return tuple(
        _summary(means, label, given.get(label, _name(label)), curve, at.iloc[position], horizon)
        for position, (label, curve) in enumerate(means)
    )


def _name(label: Any) -> str:
    return "All patients" if label == UNGROUPED else str(label)


def _summary(
    means: MeanCumulative, label: Any, name: str, curve: MeanCurve, at: Any, horizon: float
) -> GroupSummary:
    patients, key, unit = means.patients(label), slug(label), means.response.unit

    def counted(what: str, value: float) -> Number:
        how = f"Count of {'patients' if what == 'n' else what}."
        return Number(id=f"{key}.{what}", value=value, text=formats.count(value), how=how, patients=patients)

    def mean(part: str) -> Number:
        value = float(at[part])
        known = math.isfinite(value)
        return Number(
            id=f"{key}.mean_{slug(format(horizon, 'g'))}.{part}",
            value=value if known else None,
            text=formats.fixed(value, 2) if known else "not known",
            how=f"Mean number of events by {horizon:g} {unit} and its confidence limits. {means.method}",
            patients=patients,
        )

    return GroupSummary(
        key=label,
        name=name,
        slug=key,
        n=counted("n", curve.patients),
        events=counted("events", float(curve.events.sum())),
        median=Text.of(mean("estimate"), " (", mean("low"), " to ", mean("high"), ")"),
    )


def risk_cells(
    means: MeanCumulative, summaries: Sequence[GroupSummary], ticks: Sequence[float]
) -> list[Cells]:
    """Read the risk table at `ticks` as printed numbers, one mapping a group."""
    table, size, unit = means.risk_table(list(ticks)), len(ticks), means.response.unit
    cells = []
    for position, summary in enumerate(summaries):
        block = table.iloc[position * size : (position + 1) * size]
        patients = means.patients(summary.key)
        cells.append(
            {
                key: tuple(
                    Number(
                        id=f"{summary.slug}.{slug(format(tick, 'g'))}.{key}",
                        value=float(value),
                        text=formats.count(value),
                        how=f"{name} just after {tick:g} {unit}, counted.",
                        patients=patients,
                    )
                    for tick, value in zip(ticks, block[key], strict=True)
                )
                for key, name in rows_shown(means).items()
            }
        )
    return cells


def comparison_text(comparison: MeanCumulativeComparison | None) -> Text:
    """Print the test, or nothing."""
    if comparison is None:
        return Text()
    printed = formats.p_value(comparison.p_value)
    test = Number(
        id="comparison.p_value",
        value=float(comparison.p_value),
        text=printed if printed.startswith("<") else f"= {printed}",
        how=comparison.method,
        patients=comparison.patients(),
    )
    return Text.of("Test of equal mean numbers: p ", test)


def figure_data(means: MeanCumulative, end: float, ticks: Sequence[float], remark: Text) -> pd.DataFrame:
    """Stack what is drawn: curves with their bands up to `end`, the risk table, the printed test."""
    import pandas as pd

    frame = means.to_frame()
    parts = [
        frame[frame["time"] <= end].assign(part="curve"),
        means.risk_table(list(ticks)).assign(part="risk table"),
    ]
    rows = [row for part in parts for row in part.to_dict(orient="records")]
    rows += [
        {"part": "annotation", "group": number.id, "estimate": number.value, "text": number.text}
        for number in remark.numbers
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def default_caption(means: MeanCumulative, summaries: Sequence[GroupSummary], horizon: float) -> Text:
    """Say what the figure shows, with n, events and the mean at the horizon of each curve."""
    plural, unit = "s" if len(summaries) > 1 else "", means.response.unit
    ended = "; patients who died have no further events" if means.terminal else ""
    curves = [
        Text.of(f"{row.name}, n = ", row.n, ", ", row.events, f" events, by {horizon:g} {unit} ", row.median)
        for row in summaries
    ]
    joined = Text.of(*(part for curve in curves for part in ("; ", curve)))
    return Text.of(
        f"Mean number of events per patient with pointwise {means.interval_shown} confidence "
        f"band{plural}{ended}: ",
        Text(joined.parts[1:]),
        ". Marks on a curve: patients whose observation ended alive at that time. Rows below: status just "
        "after each time; events are counted, not patients.",
    )


def alternative(
    means: MeanCumulative, summaries: Sequence[GroupSummary], ylabel: str, horizon: float, remark: Text
) -> str:
    """Describe the curves in words."""
    unit = means.response.unit
    drawn = "One rising step curve" if len(summaries) == 1 else f"{len(summaries)} rising step curves"
    sentences = [
        f"{drawn} with confidence band{'s' if len(summaries) > 1 else ''} and a table of patients at risk.",
        f"Vertical axis: {ylabel}. Horizontal axis: time in {unit}.",
    ]
    for summary, curve in zip(summaries, means.curves, strict=True):
        sentences.append(
            f"{summary.name}: {summary.n} patients, {summary.events} events, mean number by {horizon:g} "
            f"{unit} {summary.median}; the curve ends at {formats.years(curve.end)} {unit} at "
            f"{formats.fixed(float(curve.estimate[-1]), 2)}."
        )
    if remark.parts:
        sentences.append(f"{remark}.")
    return " ".join(sentences)
