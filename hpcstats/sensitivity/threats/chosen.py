"""Analytic choices: the share of defensible specifications that say something else."""

from __future__ import annotations

import math

from hpcstats import formats
from hpcstats.errors import DataError
from hpcstats.numbers import Text
from hpcstats.sensitivity.specifications import Multiverse, multiverse
from hpcstats.sensitivity.threats.asked import Asked
from hpcstats.sensitivity.threats.threat import HOLDS, IMPOSSIBLE, TURNS, UNLESS, Threat

_DECLARED = {"choices", "build", "main"}


def choices(asked: Asked) -> Threat:
    """Read the share of specifications with the other sign, or with another conclusion."""
    found = asked.ready(Multiverse)
    if found is None:
        declared = asked.options("")
        missing = sorted(_DECLARED - set(declared))
        if missing:
            raise DataError(f"multiverse must be a Multiverse, or its declaration with {', '.join(missing)}.")
        found = multiverse(
            declared.pop("choices"),
            declared.pop("build"),
            **{"level": asked.subject.finding.level} | declared,
        )
    main = found.outcomes[found.main]
    asked.same(float(found.shown(main.estimate)), asked.subject.finding.estimate)
    side, conclusion = found.share_other_side, found.share_other_conclusion
    basis = asked.basis.resting_also_on(found.patients())
    size = basis.count("specifications", found.size, "Specifications.")
    shares = [
        basis.number(name, share, formats.percent(share), f"Share of the specifications with {words}.")
        for name, share, words in (
            ("other_sign", side, "the other sign"),
            ("other_conclusion", conclusion, "another conclusion"),
        )
    ]
    return Threat(
        name=asked.name,
        title=asked.title,
        analysis=f"All combinations of {len(found.choices)} choices",
        result=Text.of("other sign in ", shares[0], ", other conclusion in ", shares[1], " of ", size),
        sign=_word(side) if _word(side) != IMPOSSIBLE else "",
        verdict=_word(conclusion),
        turning=_turning(asked, found),
        found=(found,),
    )


def _word(share: float) -> str:
    if math.isnan(share):
        return IMPOSSIBLE
    return HOLDS if share == 0 else TURNS if share == 1 else UNLESS


def _turning(asked: Asked, found: Multiverse) -> Text:
    """Name the single options whose specifications most often conclude otherwise."""
    verdict = _word(found.share_other_conclusion)
    if verdict != UNLESS:
        return Text.of("no specification has an interval") if verdict == IMPOSSIBLE else Text()
    options = found.options()
    worst = options.sort_values("other_conclusion", ascending=False, kind="stable").iloc[0]
    number = asked.basis.resting_also_on(found.patients()).count(
        "turning", int(found.other_conclusion.sum()), "Specifications with another conclusion."
    )
    return Text.of(
        "one of ",
        number,
        f" other specifications is chosen, most often with {worst['choice']}: {worst['option']}",
    )
