"""Records of one person, shares that are published, and eras: who came to be in the data."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from hpcstats import formats
from hpcstats.errors import DataError, listing
from hpcstats.numbers import Text
from hpcstats.sensitivity.duplicated import Duplicates, duplicates
from hpcstats.sensitivity.sampled import Eras, SamplingFractions, eras, outcome_labels, sampling_fractions
from hpcstats.sensitivity.sampled.eras_result import ERA, STRATIFIED
from hpcstats.sensitivity.threats.asked import Asked, refuse_unless
from hpcstats.sensitivity.threats.finding import ABOVE, BELOW, Finding
from hpcstats.sensitivity.threats.threat import Other, Threat


def duplicated(asked: Asked) -> Threat:
    """Merge the records that may be one person, all together and pair by pair."""
    found = asked.ready(Duplicates) or _made(asked, duplicates, "pairs", "pairs")
    place = _place(asked, found)
    others = [
        Other(
            label=merger.merged_text,
            finding=_finding(asked, found, number, place),
            patients=tuple(str(one) for person in merger.merged for one in person),
        )
        for number, merger in enumerate(found.mergers)
        if merger.left_out
    ]
    analysis = "Records that may be one person merged, all together and one pair at a time"
    refuse_unless(bool(others), "no two records in the analysis may be one person")
    pairs = len({other.label for other in others})
    size = asked.basis.count("pairs", pairs, "Ways to merge records that are in the analysis.")
    names = listing(asked.judged(others).labels)
    return asked.row(
        analysis,
        Text.of(_span(asked, others), " in ", size, " way to merge" if pairs == 1 else " ways to merge"),
        others,
        unless=Text.of(f"one person each: {names}"),
        found=found,
    )


def sampling(asked: Asked) -> Threat:
    """Weight the patients by the shares thought to be published."""
    found = asked.ready(SamplingFractions)
    if found is None:
        options = asked.options()
        options.setdefault("by", None if "fractions" not in options else outcome_labels(asked.subject.fit))
        found = _made(asked, sampling_fractions, "by", "by and fractions", options)
    place = _place(asked, found)
    others = [
        Other(label=_shares(found, row), finding=_finding(asked, found, row, place))
        for row in range(len(found.fractions))
    ]
    turned = [row for row, other in enumerate(others) if other in asked.judged(others).turned]
    # The turned set nearest to equal shares is the one whose weights lose least.
    nearest = others[max(turned, key=lambda row: found.effective[row])].label if turned else ""
    size = asked.basis.count("sets", len(others), "Sets of assumed shares.")
    number = asked.basis.count("turning", len(turned), "Sets of assumed shares with another conclusion.")
    several = Text.of("one of ", number, f" sets of shares is true, the nearest {nearest}")
    return asked.row(
        f"Weights by assumed shares published ({', '.join(map(str, found.labels))}), robust limits",
        Text.of(_span(asked, others), " in ", size, " sets of shares"),
        others,
        unless=several if len(turned) > 1 else Text.of(f"the shares published are {nearest}"),
        found=found,
    )


def _shares(found: SamplingFractions, row: int) -> str:
    pairs = zip(found.labels, found.fractions[row].tolist(), strict=True)
    return " and ".join(f"{formats.percent(share)} ({label})" for label, share in pairs)


def era(asked: Asked) -> Threat:
    """Estimate within eras, and stratified by them."""
    found = asked.ready(Eras) or _made(asked, eras, "years", "years and breaks")
    place = _place(asked, found)
    rows = {kind: [k for k, one in enumerate(found.analyses) if one == kind] for kind in (ERA, STRATIFIED)}
    single = [Other(label=found.labels[k], finding=_finding(asked, found, k, place)) for k in rows[ERA]]
    layered = [Other(label=STRATIFIED, finding=_finding(asked, found, k, place)) for k in rows[STRATIFIED]]
    refuse_unless(any(other.finding.side for other in [*single, *layered]), "no era has enough events")
    # An era has fewer patients: that its interval holds no difference contradicts nothing.
    others = [*layered, *(other for other in single if other.finding.side in (ABOVE, BELOW))]
    known = [other for other in single if other.finding.side]
    parts: list[Any] = (
        [_span(asked, known), " in ", asked.basis.count("eras", len(known), "Eras.")] if known else []
    )
    parts += [" eras" if len(known) > 1 else " era"] if known else []
    for other in layered:
        shown = asked.subject.shown(asked.basis.below("stratified"), other.finding, "Stratified by era.")
        parts += ["; " if parts else "", "stratified ", shown]
    if not np.isnan(found.p_value):
        number = asked.number("p_value", found.p_value, formats.p_value(found.p_value), found.test)
        parts += ["; interaction p ", "" if str(number).startswith("<") else "= ", number]
    analysis = f"In each era and stratified by era ({', '.join(found.eras)})"
    names = [label if label == STRATIFIED else f"only {label}" for label in asked.judged(others).labels]
    unless = Text.of(f"the patients are {' or '.join(names)}")
    threat = asked.row(analysis, Text.of(*parts), others, unless=unless, found=found)
    return replace(threat, sign=asked.judged([*single, *layered]).sign)


def _made(asked: Asked, analysis: Any, main: str, wanted: str, options: dict[str, Any] | None = None) -> Any:
    """Run an analysis of a Cox model by options, of which `main` is positional."""
    refuse_unless(asked.subject.kind == "cox", "it is examined for Cox models; give one")
    given = dict(asked.options(main) if options is None else options)
    if given.get(main) is None:
        raise DataError(f"{asked.name} needs {wanted}.")
    try:
        return analysis(asked.subject.fit, given.pop(main), **given)
    except TypeError as error:
        raise DataError(f"{asked.name} needs {wanted} ({error}).") from error


def _place(asked: Asked, found: Any) -> int:
    terms = found.columns.get("term", ())
    if asked.subject.term not in terms:
        raise DataError(f"{asked.name} is not about {asked.subject.term or asked.subject.label}.")
    place: int = terms.index(asked.subject.term)
    return place


def _finding(asked: Asked, found: Any, row: int, place: int) -> Finding:
    main = asked.subject.finding
    values = [float(getattr(found, name)[row, place]) for name in ("estimates", "low", "high")]
    return Finding(null=main.null, level=main.level, estimate=values[0], low=values[1], high=values[2])


def _span(asked: Asked, others: list[Other]) -> Text:
    values = np.array([other.finding.estimate for other in others])
    values = values[~np.isnan(values)]
    refuse_unless(bool(values.size), "nothing can be estimated")
    return asked.subject.span(asked.basis, float(values.min()), float(values.max()), "estimate")
