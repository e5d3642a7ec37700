"""What statements are checked against, and the three kinds of check: a share, a mean or median, a range."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from hpcstats import formats
from hpcstats.columns import FloatArray
from hpcstats.literature import statement_rules as rules
from hpcstats.literature.cases import CaseData
from hpcstats.literature.covariates import covariates
from hpcstats.literature.descriptor import CONFIDENCE
from hpcstats.literature.endpoints import Endpoint, endpoint
from hpcstats.literature.statements import CANNOT, Statement, verdict
from hpcstats.literature.timelines import SPINAL
from hpcstats.numbers import Number, Text, Value, patient_list
from hpcstats.results import Interval

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Evidence:
    """What the checks look at.

    Attributes
    ----------
    seed : Mapping
        The summary of the index paper.
    source : str
        Its source_id.
    cases : CaseData
        The case-level data.
    everybody, spinal : DataFrame
        Covariates of the patients trusted, and of those with spinal metastasis among them.
    times : Endpoint
        The time to spinal metastasis, synchronous ones included.
    """

    seed: Mapping[str, Any]
    source: str
    cases: CaseData
    everybody: pd.DataFrame
    spinal: pd.DataFrame
    times: Endpoint

    @property
    def spinal_ids(self) -> tuple[str, ...]:
        """The patients with spinal metastasis."""
        return patient_list(self.spinal["patient_id"])

    def stated(self, *path: str) -> Any:
        """Look up a value of the summary; None if it is not there."""
        value: Any = self.seed
        for key in path:
            value = value.get(key) if isinstance(value, Mapping) else None
        return value

    def stated_number(self, id: str, value: Value, text: str) -> Number:
        """Make a number that rests on the index paper alone."""
        return Number(
            id=f"{id}.stated", value=value, text=text, how="stated by the index paper", sources=(self.source,)
        )

    def found_numbers(self, id: str, how: str) -> Callable[[str, Value, str], Number]:
        """Return what makes numbers (name below `id`, value, text) that rest on the spinal patients."""

        def number(name: str, value: Value, text: str) -> Number:
            return Number(id=f"{id}.{name}", value=value, text=text, how=how, patients=self.spinal_ids)

        return number


def evidence(cases: CaseData, settings: Mapping[str, Any]) -> Evidence:
    """Collect what the checks look at, under the settings of an endpoint."""
    least, exclude = settings.get("minimum_confidence", "low"), settings.get("exclude", {})
    frame = covariates(cases)
    trusted = frame["confidence"].astype(object).map(CONFIDENCE.index) >= CONFIDENCE.index(least)
    everybody = frame[trusted & ~frame["patient_id"].isin(list(exclude))]
    return Evidence(
        seed=cases.seed_summary or {},
        source=str((cases.seed_summary or {}).get("source_id", "index paper")),
        cases=cases,
        everybody=everybody,
        spinal=everybody[everybody["role"] == SPINAL],
        times=endpoint(cases, SPINAL, minimum_confidence=least, exclude_mechanisms=(), exclude=exclude),
    )


def count_of_total(given: Evidence, id: str, count: int, total: int, words: str) -> Text:
    """Write a stated count of a total with its share."""
    share = given.stated_number(f"{id}.share", count / total, formats.percent(count / total))
    return Text.template(
        "{count} of {total} {words} ({share})",
        count=given.stated_number(f"{id}.count", count, str(count)),
        total=given.stated_number(f"{id}.total", total, str(total)),
        words=words,
        share=share,
    )


def share_statement(
    given: Evidence,
    id: str,
    words: str,
    printed: tuple[int, int],
    counts: tuple[int, int],
    locator: str | None,
) -> Iterator[Statement]:
    """Compare a stated count with the case-level count of known values, by its exact interval."""
    events, n = counts
    if n == 0:
        return
    interval = rules.share_interval(events, n)
    how = f"{words} among patients with spinal metastasis, where stated; 95% interval by Clopper-Pearson"
    number = given.found_numbers(id, how)
    yield Statement(
        id=id,
        subject=words,
        stated=count_of_total(given, id, *printed, words),
        found=Text.template(
            "{events} of {n} {words} ({share}, 95% interval {low} to {high})",
            events=number("count", events, str(events)),
            n=number("known", n, str(n)),
            words=words,
            share=number("share", events / n, formats.percent(events / n)),
            low=number("low", interval.low, formats.percent(interval.low)),
            high=number("high", interval.high, formats.percent(interval.high)),
        ),
        verdict=verdict(printed[0] / printed[1] in interval),
        rule=rules.SHARE_RULE,
        patients=given.spinal_ids,
        locator=locator or "",
    )


def centre_statement(
    given: Evidence,
    id: str,
    words: str,
    stated: float,
    values: FloatArray,
    interval_of: Callable[[FloatArray], Interval],
    locator: str,
) -> Statement:
    """Compare a stated mean or median with that of the case-level values, by the interval of the latter."""
    interval, is_mean = interval_of(values), interval_of is rules.mean_interval
    centre = float(values.mean() if is_mean else np.median(values))
    how = f"{words} of the patients with spinal metastasis; 95% interval by {interval.method}"
    number = given.found_numbers(id, how)
    return Statement(
        id=id,
        subject=words,
        stated=Text.template("{value} years", value=given.stated_number(id, stated, f"{stated:g}")),
        found=Text.template(
            "{centre} years (95% interval {low} to {high}, {n} patients)",
            centre=number("estimate", centre, formats.years(centre)),
            low=number("low", interval.low, formats.years(interval.low)),
            high=number("high", interval.high, formats.years(interval.high)),
            n=number("n", values.size, str(values.size)),
        ),
        verdict=verdict(stated in interval),
        rule=rules.MEAN_RULE if is_mean else rules.MEDIAN_RULE,
        patients=given.spinal_ids,
        locator=locator,
    )


def range_statement(
    given: Evidence, id: str, words: str, stated: tuple[float, float], values: FloatArray, locator: str
) -> Statement:
    """Compare a stated range with the case-level values, by how many lie outside."""
    total = given.stated("nine_patients", "n", "value") or 0
    outside = int(np.count_nonzero((values < stated[0]) | (values > stated[1])))
    low, high = float(values.min()), float(values.max())
    number = given.found_numbers(id, f"{words} of the patients with spinal metastasis")
    agrees = rules.chance_outside(outside, values.size, total) > 1 - rules.LEVEL if total > 1 else None
    return Statement(
        id=id,
        subject=words,
        stated=Text.template(
            "{low} to {high} years",
            low=given.stated_number(f"{id}.low", stated[0], f"{stated[0]:g}"),
            high=given.stated_number(f"{id}.high", stated[1], f"{stated[1]:g}"),
        ),
        found=Text.template(
            "{low} to {high} years, {outside} of {n} outside the stated range",
            low=number("low", low, formats.years(low)),
            high=number("high", high, formats.years(high)),
            outside=number("outside", outside, str(outside)),
            n=number("n", values.size, str(values.size)),
        ),
        verdict=CANNOT if agrees is None else verdict(agrees),
        rule=rules.RANGE_RULE,
        patients=given.spinal_ids,
        locator=locator,
    )
