"""Caption, alternative text, printed test and data of a figure of cumulative incidences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hpcstats import formats
from hpcstats.numbers import Number, Text, slug
from hpcstats.plots.incidence.plan import Plan, at_horizon

if TYPE_CHECKING:
    import pandas as pd

    from hpcstats.compare.gray.result import GrayTest

COLUMNS = (
    "part",
    "group",
    "cause",
    "time",
    "at_risk",
    "events",
    "censored",
    "estimate",
    "std_error",
    "low",
    "high",
    "text",
)
ADD_UP = (
    " At every time the curves of all causes and the proportion without any event add up to 1; no curve is "
    "one minus a Kaplan-Meier estimate."
)


def comparison_text(comparison: GrayTest | None, plan: Plan) -> Text:
    """Print Gray's test of the causes that are shown, or nothing."""
    if comparison is None:
        return Text()
    parts: list[str | Number] = []
    causes = dict.fromkeys(cause for _, cause in plan.shown)
    for cause in causes:
        found = comparison[cause]
        printed = formats.p_value(found.p_value)
        number = Number(
            id=f"comparison.{slug(cause)}.p_value",
            value=found.p_value if found.df else None,
            text=printed if printed.startswith("<") else f"= {printed}",
            how=comparison.method,
            patients=comparison.patients(),
        )
        parts += ["; " if parts else "Gray's test, ", f"{cause.replace('_', ' ')}: p ", number]
    return Text.of(*parts)


def caption_of(plan: Plan, *, among_reported_cases: bool) -> Text:
    """Say what the figure shows, with n, events and the incidence at the horizon of each curve."""
    curves, many = plan.curves, len(plan.series) > 1
    at = f" at {plan.horizon:g} {curves.response.unit}"
    listed: list[str | Number | Text] = []
    for place, one in enumerate(plan.series):
        n = () if plan.by_cause else ("n = ", one.n, ", ")
        listed += ["; " if place else "", f"{one.name}, ", *n, one.events, " events, ", one.estimate, at]
    selected = (
        " All patients are published cases, many of them published because of an event: the curves are no "
        "risks."
    )
    what = "" if plan.by_cause else f" of {plan.series[0].cause.replace('_', ' ')}"
    return Text.of(
        f"Cumulative incidence{what} (Aalen-Johansen; the first event of each patient) with pointwise "
        f"{curves.interval_shown} confidence band{'s' if many else ''}",
        *((", n = ", plan.series[0].n) if plan.by_cause else ()),
        ": ",
        *listed,
        f".{ADD_UP}{selected if among_reported_cases else ''} Rows below: status just after each time.",
    )


def alt_text_of(plan: Plan, ylabel: str, remark: Text) -> str:
    """Describe the figure in words."""
    curves, number = plan.curves, len(plan.series)
    unit = curves.response.unit
    what = "the causes" if plan.by_cause else "the groups"
    drawn = (
        "One rising step curve" if number == 1 else f"{number} rising step curves, one for each of {what},"
    )
    sentences = [
        f"{drawn} with confidence band{'s' if number > 1 else ''} and a table of patients at risk.",
        f"Vertical axis: {ylabel}, 0 to {plan.top:g}. Horizontal axis: time in {unit}.",
    ]
    for one in plan.series:
        end, last = one.curve.time[-1], one.curve.estimate[-1]
        sentences.append(
            f"{one.name}: {one.n} patients, {one.events} events, {one.estimate} at {plan.horizon:g} {unit}; "
            f"the curve ends at {formats.years(float(end))} {unit} at {formats.proportion(float(last))}."
        )
    if remark.parts:
        sentences.append(f"{remark}.")
    return " ".join(sentences)


def data_of(plan: Plan, remark: Text) -> pd.DataFrame:
    """Stack what is drawn: steps and limits to the end of the axis, risk table, printed estimates, test."""
    import pandas as pd

    curves = plan.curves
    frame = curves.to_frame()
    table = curves.risk_table(list(plan.ticks)).assign(part="risk table")
    groups = {group for group, _ in plan.shown}
    parts = [frame[frame["time"] <= plan.end].assign(part="curve"), table]
    rows = [row for part in parts for row in part.to_dict(orient="records") if row["group"] in groups]
    shown = {cause for _, cause in plan.shown}
    rows = [row for row in rows if row["part"] == "risk table" or row["cause"] in shown]
    for group, cause in plan.shown:
        curve = curves.curves[curves.labels.index(group)]
        found = at_horizon(curve, curves.cause_number(cause), plan.horizon)
        names = ("part", "group", "cause", "time", "estimate", "low", "high")
        rows.append(dict(zip(names, ("estimate", group, cause, plan.horizon, *found), strict=True)))
    rows += [
        {"part": "annotation", "group": number.id, "estimate": number.value, "text": number.text}
        for number in remark.numbers
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))
