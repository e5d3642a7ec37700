"""The words of a specification curve: what stands above it, its caption, its alternative text, its data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from hpcstats import formats
from hpcstats.basis import with_limits
from hpcstats.numbers import Number, Text
from hpcstats.plots.specifications.plan import Plan, printed

if TYPE_CHECKING:
    import pandas as pd

_TESTED = ("median", "share_significant", "mean_z")
_NAMES = ("median estimate", "share of significant specifications", "mean Z")


def heading(plan: Plan) -> list[Text]:
    """Say what is estimated, what the main analysis gives, and how often the others say otherwise."""
    found = plan.found
    lines = [Text.of(f"{found.label}: ", _size(plan), " specifications"), _main(plan)]
    if found.null is not None:
        known = int((~np.isnan(found.column("position"))).sum())
        concluded = sum(one.side != "" for one in found.outcomes)
        side = _share(plan, "other_side", int(found.other_side.sum()), known)
        lines.append(Text.of(f"Estimate on the other side of {plan.null} than the main analysis: ", side))
        other = _share(plan, "other_conclusion", int(found.other_conclusion.sum()), concluded)
        lines.append(Text.of("Another conclusion from the interval: ", other))
    return lines


def _size(plan: Plan) -> Number:
    return plan.basis.count("specifications", plan.found.size, "Combinations of options, counted.")


def _main(plan: Plan) -> Text:
    found, basis = plan.found, plan.basis.below("main")
    main = found.outcomes[found.main]
    values = tuple(float(found.shown(value)) for value in (main.position, main.low, main.high))
    level = formats.level(found.level)
    text = with_limits(
        basis,
        (values[0], values[1], values[2]),
        lambda value: printed(value, ratio=found.logarithmic),
        (f"{found.label}, main analysis.", f"{level} interval"),
    )
    n = basis.count("n", main.n, "Patients of the main analysis.")
    events = basis.count("events", main.n_events, "Events of the main analysis.")
    return Text.of("Main analysis: ", text, f", {level} interval; ", n, " patients, ", events, " events")


def _share(plan: Plan, name: str, count: int, of: int) -> Text:
    basis = plan.basis.below(name)
    share = count / of if of else float("nan")
    return Text.of(
        basis.count("count", count, "Specifications, counted."),
        " of ",
        basis.count("of", of, "Specifications that tell, counted."),
        " (",
        basis.number("share", share, formats.percent(share), "Share of these specifications."),
        ")",
    )


def caption(plan: Plan, remark: str) -> Text:
    """Say how to read the figure, which combinations are left out, and what the test of the curve gives."""
    found = plan.found
    level = formats.level(found.level)
    opening = (
        "Specification curve. Above: estimates of all combinations of the choices below, sorted, with "
        f"{level} intervals. Diamond and line: the main analysis, declared beforehand. Below: the options of "
        "each specification (in bold those of the main analysis) and the median of the estimates with each; "
        "choices whose medians lie further apart stand higher. "
    )
    parts: list[str | Number | Text] = [opening]
    if plan.together > 1:
        parts.append(
            f"Each column holds {plan.together} specifications next to each other: the interval goes from "
            "the median of their lower to that of their upper limits, and the darker a cell, the more of "
            "them have the option. "
        )
    parts += [_left_out(plan), _without_estimate(plan), _tested(plan), "Specifications share their patients "]
    parts.append("and are no independent evidence; their number is one of choices, not of data.")
    return Text.of(*parts, remark)


def _left_out(plan: Plan) -> Text:
    parts: list[str | Number | Text] = []
    for number, (reason, count) in enumerate(plan.found.excluded.items(), start=1):
        counted = plan.basis.below("excluded").count(str(number), count, f"Combinations left out: {reason}.")
        parts += ["; " if parts else "Combinations left out: ", counted, f" ({reason})"]
    return Text.of(*parts, ". ") if parts else Text()


def _without_estimate(plan: Plan) -> Text:
    missing = plan.found.n_not_estimable
    if not missing:
        return Text()
    placed = int(np.isinf(plan.found.column("position")).sum())
    parts: list[str | Number | Text] = [
        plan.basis.count("without_estimate", missing, "Specifications without a finite estimate, counted."),
        " specifications have no finite estimate",
    ]
    if placed == missing:
        parts.append(": they lie beyond any number and stand at the end of the curve")
    elif placed:
        number = plan.basis.count("beyond", placed, "Specifications beyond any number, counted.")
        parts += ["; ", number, " of them lie beyond any number and stand at the end of the curve"]
    return Text.of(*parts, ". ")


def _tested(plan: Plan) -> Text:
    test = plan.test
    if test is None:
        return Text()
    size = plan.basis.below("test").count("n_resamples", test.n_resamples, "Permutations.")
    dotted = f"dotted: where the sorted curve lies in {formats.level(test.level)} of them, rank by rank"
    parts: list[str | Number | Text] = ["Permutation test of the whole curve (", size]
    parts.append(f" permutations of the labels; {dotted}): ")
    for number, (name, words) in enumerate(zip(_TESTED, _NAMES, strict=True)):
        p, error = float(test.p_value[number]), float(test.monte_carlo_error[number])
        basis = plan.basis.below("test", name)
        shown = basis.number("p_value", p, formats.p_value(p), test.method)
        spread = basis.number("error", error, formats.fixed(error, 3), "Monte-Carlo standard error.")
        parts += ["" if number == 0 else ", ", f"{words} p = ", shown, " (Monte-Carlo error ", spread, ")"]
    return Text.of(*parts, ". ")


def alternative(plan: Plan, lines: Sequence[Text]) -> str:
    """Describe the curve in words: its range, the main analysis, and what each choice does."""
    found = plan.found
    sentences = [f"Specification curve of {_range(plan)}, above a matrix of the options of each."]
    sentences += [f"{line}." for line in lines]
    for row in found.influence().to_dict(orient="records"):
        choice = str(row["choice"])
        lowest, highest = (
            f"{printed(float(row[end]), ratio=found.logarithmic)} ({plan.named(choice, option)})"
            for end, option in (("lowest", row["lowest_option"]), ("highest", row["highest_option"]))
        )
        sentences.append(f"{plan.named(choice)}: median {lowest} to {highest}.")
    return " ".join(sentences)


def _range(plan: Plan) -> str:
    """Tell how far the finite estimates reach, and how many there are beside them at the ends."""
    found = plan.found
    finite = np.isfinite(found.column("position")[plan.order])
    places = found.estimates[plan.order][finite]
    if not places.size:
        return f"{plan.order.size} specifications without a finite estimate"
    low, high = (printed(float(value), ratio=found.logarithmic) for value in (places[0], places[-1]))
    beyond = int((~finite).sum())
    more = f"; {beyond} without a finite one stand at the ends" if beyond else ""
    return f"{places.size} sorted estimates, {low} to {high}{more}"


def data(plan: Plan) -> pd.DataFrame:
    """Return the specifications in the order of the curve: place, column, and the columns of the result."""
    frame = plan.found.to_frame()
    placed = frame.iloc[plan.order].reset_index(drop=True)
    placed.insert(0, "place", np.arange(1, plan.order.size + 1))
    placed.insert(1, "column", plan.column + 1)
    if plan.test is not None:
        placed["permuted_low"] = plan.test.low[: plan.order.size]
        placed["permuted_high"] = plan.test.high[: plan.order.size]
    return placed
