"""`residual_risk_curves`: the risk that remains after years without an event, and the follow-up needed."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

from hpcstats import formats
from hpcstats.basis import Basis
from hpcstats.numbers import Number, Text
from hpcstats.plots.page import style
from hpcstats.plots.page.figure import Figure
from hpcstats.plots.residual_risk.drawing import draw
from hpcstats.plots.residual_risk.plan import Plan

if TYPE_CHECKING:
    from hpcstats.literature.synthesis_result import ResidualRisk


def residual_risk_curves(
    risks: Mapping[str, ResidualRisk], *, event: str = "the event", caption: Text | None = None
) -> Figure:
    """Residual risk over P(ever) after years without the event, and the follow-up needed.

    Above, for each given time, the risk of an event up to the longest reported time over assumed values of
    P(ever); diamonds where P(ever) is estimated, with limits that hold both uncertainties. Below, the
    distribution of the time among those who have the event, and the follow-up that catches shares of them. Of
    two curves the first has a band, the second thin limits. Where a time lies beyond what a curve identifies,
    the panel says so.

    Parameters
    ----------
    risks : mapping of str to ResidualRisk
        One or two results of `hpcstats.literature.residual_risk` by their names, of the same given times,
        shares and level.
    event : str
        What the event is called, for instance "spinal metastasis".
    caption : Text, optional
        Default: what is drawn, on whom it rests, and what cannot be identified.

    Returns
    -------
    Figure
        174 mm wide; its data have a row for each point drawn: part ("risk", "distribution", "follow_up"),
        curve, ever, given, time, share, estimate, low, high.

    Raises
    ------
    DesignError
        For other than one or two curves, curves that do not go together, fewer than two assumed values of
        P(ever), and more than six given times.

    Examples
    --------
    >>> import hpcstats as hs
    >>> curve = {"time": [2, 10], "estimate": [0.5, 1.0]}
    >>> drawn = hs.literature.curve_draws(curve, [[0.4, 1.0], [0.5, 1.0], [0.6, 1.0]])
    >>> risk = hs.literature.residual_risk(drawn, [0.1, 0.3], given=[1, 5])
    >>> figure = hs.plots.residual_risk_curves({"All": risk})
    >>> figure.data.loc[figure.data["part"] == "follow_up", ["share", "estimate"]]
       share  estimate
    6   0.80      10.0
    7   0.90      10.0
    8   0.95      10.0
    """
    plan = Plan.of(risks)
    with style.context():
        sheet = draw(plan, event)
    return Figure(
        figure=sheet.canvas,
        data=plan.data(),
        caption=caption or _caption(plan, event),
        alt_text=_alt_text(plan, event),
        drawn_numbers=(
            *(number for need in plan.needs for number in need.words.numbers),
            *(_size(plan, name) for name in plan.names),
            *(number for answer in plan.answers.values() for number in answer.numbers),
        ),
    )


def _size(plan: Plan, name: str) -> Number:
    risk = plan.risks[name]
    basis = Basis(patients=risk.patients()).below(name)
    return basis.count("n", risk.n, "Patients whose times the curve rests on.")


def _caption(plan: Plan, event: str) -> Text:
    level = formats.level(plan.first.level)
    opening = (
        f"Residual risk of {event}. A: risk in a patient without it for the time above, up to the longest "
        "reported time, over the share of patients who ever have it, which no cohort states: from P(ever) "
        "F(t), with F the distribution of the time among those who have it. "
    )
    parts: list[str | Number | Text] = [opening]
    estimated = [ever.label for ever in plan.first.ever if not ever.fixed]
    if estimated:
        both = f"{level} limits that hold the uncertainty of cohorts and cases"
        parts.append(f"Diamonds and numbers: {', '.join(estimated)}; {both}. ")
    parts.append("B: F. C: time by which a share of all has come, whatever P(ever). Curves: ")
    for number, name in enumerate(plan.names):
        risk = plan.risks[name]
        t_star = Basis(patients=risk.patients()).below(name)
        last = t_star.number("t_star", risk.t_star, formats.as_given(risk.t_star), "Longest reported time.")
        parts += ["; " if number else "", f"{name}, ", _size(plan, name), " patients, up to ", last]
        parts.append(f" {risk.curve.unit}")
    first = plan.first
    share = f"{formats.percent(first.reached)} of all are taken to have come by then"
    parts.append(
        f". Nothing later is identified: {share}. Limits ({level}) are quantiles of {len(first.curve.draws)} "
        "resampled curves; resampling shows no time that no patient has, and they are too narrow. Patients "
        "who have died count as free: for the living the risk is higher."
    )
    return Text.of(*parts)


def _alt_text(plan: Plan, event: str) -> str:
    sentences = [
        (
            f"{len(plan.given)} small panels of the risk of {event} still to come over P(ever), a curve of "
            "the time among those who have it, and the follow-up needed."
        )
    ]
    for name in plan.names:
        for given in plan.given:
            frame = plan.lines[name, given]
            row = frame.iloc[-1]
            found = (formats.percent(float(row[part])) for part in ("estimate", "low", "high"))
            text = "{} ({} to {})".format(*found)
            known = f"{text} if {100 * row['ever_estimate']:g}% ever have it"
            said = "not identified" if math.isnan(row["estimate"]) else known
            sentences.append(f"{name}, without it for {plan.duration(given)}: {said}.")
    needs = (f"{need.curve}, {100 * need.share:g}%: {need.words}" for need in plan.needs)
    sentences.append(f"Follow-up needed in {plan.first.curve.unit}: {'; '.join(needs)}.")
    return " ".join(sentences)
