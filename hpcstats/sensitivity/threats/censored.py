"""Informative censoring: those lost from sight fail sooner or later, or at once or never."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np

from hpcstats import formats
from hpcstats.basis import with_limits
from hpcstats.errors import DataError, DesignError, listing
from hpcstats.numbers import Text
from hpcstats.sensitivity.threats.asked import Asked, refuse_unless
from hpcstats.sensitivity.threats.finding import Finding
from hpcstats.sensitivity.threats.threat import HOLDS, TURNS, UNLESS, Other, Threat
from hpcstats.sensitivity.tipping.bounds import CASES, BestAndWorstCase, best_and_worst_case
from hpcstats.sensitivity.tipping.imputed_maps import tipping_point
from hpcstats.sensitivity.tipping.result import TippingPoint


def _test_of(asked: Asked) -> dict[str, Any]:
    """Return the options of a test like that of the fit."""
    fit: Any = asked.subject.fit
    if asked.subject.kind == "logrank":
        return {"test": "logrank", "level": asked.subject.finding.level}
    refuse_unless(asked.subject.kind == "cox", "it needs a Cox model or a log-rank test of two groups")
    if fit.penalty not in (None, "firth"):
        raise DesignError("it is not defined for a model with a prior")
    return {"test": "cox", "penalty": fit.penalty, "level": fit.level}


def censoring(asked: Asked) -> Threat:
    """Read a tipping-point analysis: the conclusion at delta = 1, and the nearest place where it turns."""
    found = asked.ready(TippingPoint)
    if found is None:
        how = _test_of(asked) | {"seed": asked.seed} | asked.options("deltas")
        group = asked.subject.needs_groups()
        found = tipping_point(asked.subject.response, group, **how)
    _same_groups(asked, found.labels)
    main, centre = asked.subject.finding, found.centre
    grid = [_at(found, index) for index in np.ndindex(found.p_value.shape)]
    others = [Other(label="", finding=one) for one in grid]
    judgement = asked.judged(others)
    middle = _at(found, centre)
    refuse_unless(bool(middle.side), found.reason or "there is no estimate at delta = 1")
    verdict = judgement.verdict
    turning = _nearest(asked, found, "p_value") if verdict == UNLESS else Text()
    if middle.side != main.side:
        verdict = TURNS
        turning = Text.of("already at delta = 1, ", middle.words())
    return Threat(
        name=asked.name,
        title=asked.title,
        analysis=_tipping_words(found),
        result=_map(asked, found, centre),
        sign=judgement.sign if main.sign in (0, middle.sign) else TURNS,
        verdict=verdict,
        turning=turning if verdict != HOLDS else Text.of("at every delta tried"),
        found=(found,),
    )


def _same_groups(asked: Asked, labels: tuple[Any, ...]) -> None:
    """Refuse a ready-made result that compares the groups the other way round."""
    own = asked.subject.groups
    if own is not None and list(map(str, own.categories)) != list(map(str, labels)):
        raise DataError(f"{asked.name} compares {listing(labels)}, the fit {listing(own.categories)}.")


def _at(found: TippingPoint, index: Any) -> Finding:
    return Finding(
        estimate=float(found.hazard_ratio[index]),
        null=1.0,
        level=found.level,
        p_value=float(found.p_value[index]),
    )


def _tipping_words(found: TippingPoint) -> str:
    low = min(found.delta_first[0], found.delta_second[0])
    high = max(found.delta_first[-1], found.delta_second[-1])
    return (
        "Hazard after the censoring delta times that of the group, "
        f"{formats.as_given(low)} to {formats.as_given(high)} in each ({found.n_imputations} imputations)"
    )


def _map(asked: Asked, found: TippingPoint, centre: tuple[int, int]) -> Text:
    """Write what comes out at delta = 1, and where the sign turns."""
    basis = asked.basis
    ratio, p = float(found.hazard_ratio[centre]), float(found.p_value[centre])
    shown = basis.number("hazard_ratio", ratio, formats.ratio(ratio), "Pooled hazard ratio at delta = 1.")
    tested = basis.number("p_value", p, formats.p_value(p), "Pooled p-value at delta = 1.")
    sign = "" if str(tested).startswith("<") else "= "
    parts: list[str | Text | Any] = [shown, f", p {sign}", tested, " at delta = 1"]
    if len(found.turning_points("hazard_ratio")):
        parts += ["; sign turns where ", _nearest(asked, found, "hazard_ratio")]
    return Text.of(*parts)


def _nearest(asked: Asked, found: TippingPoint, of: str) -> Text:
    """Name the turning point nearest to delta = 1 in both groups."""
    points = found.turning_points(of)
    if points.empty:
        return Text.of("no single place")
    what = "sign" if of == "hazard_ratio" else "turning"
    parts: list[str | Any] = []
    for name, label in zip(("delta_first", "delta_second"), found.labels, strict=True):
        value = float(points[name].iloc[0])
        how = f"Hazard after the censoring of {label} at the nearest turning point."
        number = asked.number(f"{what}.{name}", value, formats.ratio(value), how)
        parts += [" and " if parts else "delta reaches ", number, f" ({label})"]
    return Text.of(*parts)


def best_and_worst(asked: Asked) -> Threat:
    """Let all those censored fail at once, or never, in each group."""
    found = asked.ready(BestAndWorstCase)
    if found is None:
        how = {**_test_of(asked), **asked.options()}
        found = best_and_worst_case(asked.subject.response, asked.subject.needs_groups(), **how)
    _same_groups(asked, found.labels)
    others = [
        Other(label=_case_words(found, pair), finding=_of_case(found, pair))
        for pair in product(CASES, CASES)
        if pair != ("observed", "observed")
    ]
    ends = [found.case(*pair) for pair in (("worst", "best"), ("best", "worst"))]
    basis, shown = asked.basis, []
    interval = f"{formats.level(found.level)} interval"
    for name, (*values, _) in zip(("smallest", "largest"), ends, strict=True):
        about = ("Hazard ratio of extreme cases.", interval)
        shown.append(with_limits(basis.below(name), (values[0], values[1], values[2]), formats.ratio, about))
    judgement = asked.judged(others)
    number = basis.count("turning", len(judgement.turned), "Extreme cases with another conclusion.")
    size = basis.count("cases", len(others), "Extreme cases.")
    example = judgement.labels[0] if judgement.turned else ""
    return asked.row(
        "Those censored fail at once (worst) or never (best), in each group",
        Text.of(shown[0], " to ", shown[1]),
        others,
        unless=Text.of("an extreme case is true (", number, " of ", size, f"), such as {example}"),
        found=found,
    )


def _of_case(found: BestAndWorstCase, pair: tuple[str, str]) -> Finding:
    return _finding(found, found.case(*pair))


def _finding(found: BestAndWorstCase, values: tuple[float, float, float, float]) -> Finding:
    ratio, low, high, _ = values
    return Finding(estimate=ratio, null=1.0, level=found.level, low=low, high=high)


def _case_words(found: BestAndWorstCase, pair: tuple[str, str]) -> str:
    told = [
        f"{case} in {label}" for case, label in zip(pair, found.labels, strict=True) if case != "observed"
    ]
    return " and ".join(told)
