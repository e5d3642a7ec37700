"""What it would take: patients with another status, or a confounder that nobody measured."""

from __future__ import annotations

import math
from typing import Any

from hpcstats import formats
from hpcstats.errors import listing
from hpcstats.numbers import Text
from hpcstats.sensitivity.confounding.result import EValue
from hpcstats.sensitivity.confounding.scales import e_value
from hpcstats.sensitivity.flips.result import Fragility
from hpcstats.sensitivity.flips.survival import fragility
from hpcstats.sensitivity.threats.asked import Asked, refuse_unless
from hpcstats.sensitivity.threats.finding import OPEN
from hpcstats.sensitivity.threats.subject import p_value
from hpcstats.sensitivity.threats.threat import HOLDS, IMPOSSIBLE, TURNS, UNLESS, Threat


def fragile(asked: Asked) -> Threat:
    """Count the patients whose change turns a log-rank test, and name them."""
    found, alpha = asked.ready(Fragility), 1 - asked.subject.finding.level
    if found is not None:
        asked.same(found.alpha, alpha)
    else:
        refuse_unless(
            asked.subject.kind != "survival", "it needs a Cox model or a log-rank test of two groups"
        )
        how = {"alpha": round(alpha, 12)} | asked.options()
        found = fragility(asked.subject.response, asked.subject.needs_groups(), **how)
    name = "Fragility" if found.significant else "Reverse fragility"
    change = "status" if found.change == "status" else "group"
    verdict, turning = _of_index(asked, found)
    return Threat(
        name=asked.name,
        title=asked.title,
        analysis=f"{name}: {change} of the fewest patients changed until the log-rank test turns",
        result=_index(asked, found),
        verdict=verdict,
        turning=turning,
        patients=found.changed_patients() if verdict == UNLESS and found.index is not None else (),
        found=(found,),
    )


def _index(asked: Asked, found: Fragility) -> Text:
    before = p_value(asked.basis, found.p_value, "Log-rank p-value of the data.")
    if found.index is None:
        return Text.of(before, f"; {found.reason}")
    after = p_value(
        asked.basis.below("after"), float(found.p_values[0]), "p-value after the most decisive set."
    )
    index = asked.basis.count("index", found.index, "Fewest patients whose change turns the conclusion.")
    patients = " patient: " if found.index == 1 else " patients: "
    return Text.of(index, patients, before, " becomes ", after)


def _of_index(asked: Asked, found: Fragility) -> tuple[str, Text]:
    if found.significant != (asked.subject.finding.side != OPEN):
        shown = "is" if found.significant else "is not"
        return TURNS, Text.of(f"the log-rank test itself {shown} significant")
    whose = "the status" if found.change == "status" else "the group"
    if found.index is None and found.at_least > found.n:
        return HOLDS, Text.of(found.reason)
    if found.index is None:
        least = asked.basis.count("at_least", found.at_least, "Fewest patients that were not ruled out.")
        return UNLESS, Text.of(f"{whose} of ", least, f" or more patients is another: {found.reason}")
    if found.index == 1:
        names = found.by_patient()["patient"].tolist()
        how = "Patients any one of whom turns the conclusion."
        named = asked.number("turning", len(names), str(len(names)), how)
        some = Text.of(named, " patient") if len(names) == 1 else Text.of("one of ", named, " patients")
        return UNLESS, Text.of(f"{whose} of ", some, f" is another: {listing(names)}")
    frame = found.to_frame()
    names = frame.loc[frame["set"] == 1, "patient"].tolist()
    size = asked.basis.count("sets", found.n_sets, "Sets of so few patients that turn the conclusion.")
    index = asked.basis.count("index", found.index, "Fewest patients whose change turns the conclusion.")
    sets = Text() if found.n_sets == 1 else Text.of(size, " sets, such as ")
    return UNLESS, Text.of(f"{whose} of ", index, " patients is another: ", sets, listing(names))


def confounding(asked: Asked) -> Threat:
    """Give the E-value of the estimate and of its limit."""
    found = asked.ready(EValue)
    if found is None:
        found = _e_value(asked)
    term = asked.subject.term
    place = found.names.index(term) if term in found.names else 0
    if asked.subject.kind == "cox":
        asked.same(float(found.estimate[place]), asked.subject.finding.estimate)
    value, limit = float(found.e_value[place]), float(found.e_value_limit[place])
    number = asked.basis.number("e_value", value, formats.ratio(value), found.method)
    of_limit = asked.basis.number(
        "e_value_limit", limit, formats.ratio(limit), "E-value of the limit nearer to no difference."
    )
    open_ = asked.subject.finding.side == OPEN
    reason = "the interval holds no difference already, and confounding may hide one as well as make one"
    again = asked.basis.number("turning", limit, formats.ratio(limit), "E-value of the limit.")
    turning = Text.of("a confounder beyond those measured has risk ratios of ", again, " or more")
    return Threat(
        name=asked.name,
        title=asked.title,
        analysis="E-value: least risk ratios by which a confounder could explain the estimate away",
        result=Text.of("E = ", number, ", of the limit ", of_limit),
        sign=UNLESS if asked.subject.finding.sign and math.isfinite(value) else "",
        verdict=IMPOSSIBLE if open_ else UNLESS,
        turning=Text.of(reason) if open_ else turning,
        found=(found,),
    )


def _e_value(asked: Asked) -> EValue:
    subject, options = asked.subject, asked.options()
    if subject.kind == "cox":
        return e_value(subject.fit, **options)
    refuse_unless(subject.kind == "survival" and subject.groups is not None, "a test has no ratio to explain")
    ratio = subject.again(contrast="event-ratio")
    values: tuple[Any, ...] = (ratio.estimate, ratio.low, ratio.high)
    return e_value(*values, of="risk-ratio", **options)
