"""Table of pooled proportions and rates: how many cohorts, the pooled value, and how much cohorts differ."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from hpcstats import formats
from hpcstats.basis import Basis, with_limits
from hpcstats.errors import DataError, DesignError, listing
from hpcstats.numbers import Number, Text
from hpcstats.tables.pieces import BEYOND
from hpcstats.tables.table import Column, Row, Table

if TYPE_CHECKING:
    from hpcstats.literature.pooling import PooledEstimate

PER = 100.0
"""Person-years that a printed rate refers to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kind:
    """How a quantity is printed."""

    scale: float
    printed: Callable[[float | None], str]
    size: str


_KINDS = {
    "proportion": _Kind(scale=1.0, printed=formats.percent, size="Patients"),
    "rate": _Kind(scale=PER, printed=lambda value: formats.fixed(value, 1), size="Person-years"),
}


def pooled_estimates(
    results: Mapping[str, Mapping[str, PooledEstimate]],
    *,
    left_out: Mapping[str, Mapping[str, str]] | None = None,
    caption: str | Text = "Pooled proportions and rates of published cohorts.",
) -> Table:
    """Pooled proportions and rates, section by section, with what differs between the cohorts.

    Parameters
    ----------
    results : mapping of str to mapping of str to PooledEstimate
        For each section heading the rows: what was pooled in words, and the result, from
        `hpcstats.literature.pool_proportions` or `pool_rates`. Rates are printed for 100 person-years.
    left_out : mapping of str to mapping of str to str, optional
        For a section heading the cohorts left out beforehand, with the reason, as notes.
    caption : str or Text
        What the table shows.

    Returns
    -------
    Table
        A row for each result: cohorts, events among patients or in person-years, the pooled value with its
        limits, the interval for a further cohort, the variance between cohorts with its limits, I squared,
        and the p-value of no difference. Numbers have identifiers such as
        ``metastasis.all_cohorts.estimate`` and name the publications they rest on.

    Raises
    ------
    DataError
        Without results, or for notes about sections there are not.
    DesignError
        For other results than proportions and rates, and for several levels.

    Examples
    --------
    >>> import hpcstats as hs
    >>> pooled = hs.literature.pool_proportions([6, 1, 28, 3, 2], [13, 15, 39, 6, 10])
    >>> table = pooled_estimates({"Local recurrence": {"All cohorts": pooled}})
    >>> print(" | ".join(table.cells()[-1]))
    All cohorts | 5 | 40/83 | 37% (10% to 74%) | 2% to 95% | 1.19 (0.20 to 7.80) | 75% | <0.001
    """
    level = _check(results, left_out or {})
    rows: list[Row] = []
    for section, found in results.items():
        rows.append(Row(kind="section", label=Text.of(section)))
        rows += [_row(section, name, pooled) for name, pooled in found.items()]
    return Table(
        caption=Text.of(caption),
        stub="Cohorts pooled",
        columns=_columns(level),
        rows=tuple(rows),
        notes=tuple(_notes(results, left_out or {})),
    )


def _check(
    results: Mapping[str, Mapping[str, PooledEstimate]], left_out: Mapping[str, Mapping[str, str]]
) -> float:
    every = [pooled for found in results.values() for pooled in found.values()]
    if not every:
        raise DataError("There is nothing pooled. Give at least one result.")
    strangers = [name for name in left_out if name not in results]
    if strangers:
        raise DataError(f"There is no section {listing(strangers)}. The sections are {listing(results)}.")
    others = sorted(
        {str(getattr(pooled, "quantity", type(pooled).__name__)) for pooled in every} - set(_KINDS)
    )
    if others:
        raise DesignError(f"This table takes pooled proportions and rates, not {listing(others)}.")
    levels = {pooled.level for pooled in every}
    if len(levels) > 1:
        raise DesignError(f"All results of a table need one level, but there are {listing(sorted(levels))}.")
    return levels.pop()


def _columns(level: float) -> tuple[Column, ...]:
    interval = f"({formats.level(level)} CI)"
    return (
        Column(key="cohorts", label=Text.of("Cohorts")),
        Column(key="counts", label=Text.of("Events/total")),
        Column(key="estimate", label=Text.of(f"Pooled {interval}")),
        Column(key="prediction", label=Text.of(f"Further cohort, {formats.level(level)}")),
        Column(key="tau2", label=Text.of(f"τ² {interval}")),
        Column(key="i2", label=Text.of("I²")),
        Column(key="q", label=Text.of("p")),
    )


def _row(section: str, name: str, pooled: PooledEstimate) -> Row:
    basis, kind = Basis().below(section, name), _KINDS[pooled.quantity]
    level = formats.level(pooled.level)
    values = tuple(kind.scale * value for value in (pooled.estimate, pooled.low, pooled.high))
    what = "" if kind.scale == 1 else f" for {PER:g} person-years"
    about = (f"{pooled.method}{what}", f"{level} interval")
    cells = (
        Text.of(basis.count("cohorts", len(pooled.studies), "Cohorts pooled.")),
        _counts(basis, pooled, kind),
        with_limits(basis, (values[0], values[1], values[2]), kind.printed, about),
        _prediction(basis, pooled, kind),
        _between(basis, pooled, level),
        _share(basis, pooled),
        _p_value(basis, pooled),
    )
    return Row(label=Text.of(name), cells=tuple(_sourced(cell, pooled.sources) for cell in cells))


def _counts(basis: Basis, pooled: PooledEstimate, kind: _Kind) -> Text:
    events, size = float(pooled.studies.first.sum()), float(pooled.studies.second.sum())
    total = basis.number("total", size, f"{size:.0f}", f"{kind.size} of the cohorts pooled.")
    return Text.of(basis.count("events", events, "Patients with the event."), "/", total)


def _prediction(basis: Basis, pooled: PooledEstimate, kind: _Kind) -> Text:
    low, high = (kind.scale * end for end in pooled.prediction)
    if math.isnan(low):
        return Text.of(BEYOND)
    about = "limit of the prediction interval for a further cohort."
    return Text.of(
        basis.number("prediction.low", low, kind.printed(low), f"Lower {about}"),
        " to ",
        basis.number("prediction.high", high, kind.printed(high), f"Upper {about}"),
    )


def _between(basis: Basis, pooled: PooledEstimate, level: str) -> Text:
    found = pooled.heterogeneity
    if math.isnan(found.tau2):
        return Text.of(BEYOND)
    about = f"Variance between cohorts on the {pooled.scale} scale."
    values = (found.tau2, *found.tau2_interval)
    return with_limits(basis.below("tau2"), values, formats.ratio, (about, f"{level} interval"))


def _share(basis: Basis, pooled: PooledEstimate) -> Text:
    i2 = pooled.heterogeneity.i2
    if math.isnan(i2):
        return Text.of(BEYOND)
    how = "Share of the variance that lies between cohorts, at the typical variance within."
    return Text.of(basis.number("i2", i2, formats.percent(i2), how))


def _p_value(basis: Basis, pooled: PooledEstimate) -> Text:
    found = pooled.heterogeneity
    if math.isnan(found.q_p_value):
        return Text.of(BEYOND)
    how = f"P-value of no difference between cohorts ({found.q_kind} Q, {found.q_df} degrees of freedom)."
    return Text.of(basis.number("q_p_value", found.q_p_value, formats.p_value(found.q_p_value), how))


def _notes(
    results: Mapping[str, Mapping[str, PooledEstimate]], left_out: Mapping[str, Mapping[str, str]]
) -> Iterator[Text]:
    every = [pooled for found in results.values() for pooled in found.values()]
    for sentence in dict.fromkeys(_method(pooled) for pooled in every):
        yield Text.of(sentence)
    yield Text.of(
        "Pooled: the median over such cohorts. Further cohort: where the truth in one more cohort of this "
        "kind is expected. τ²: variance between cohorts on the logit or log scale. p: of no difference "
        "between them."
    )
    if any(pooled.quantity == "rate" for pooled in every):
        yield Text.of(
            f"Rates are for {PER:g} person-years, patients times mean follow-up. That is more than the time "
            "to a first event, so that the rates are too low."
        )
    for section, found in results.items():
        reasons = _reasons(found, left_out.get(section, {}))
        if reasons:
            yield Text.of(f"Left out of {section}: {'; '.join(reasons)}.")
    stated = dict.fromkeys(
        f"{pooled.reason[0].upper()}{pooled.reason[1:]}." for pooled in every if pooled.reason
    )
    yield from (Text.of(reason) for reason in stated)
    if any(math.isnan(pooled.prediction.low) for pooled in every):
        yield Text.of(f"{BEYOND}: not estimable.")


def _reasons(found: Mapping[str, PooledEstimate], beforehand: Mapping[str, str]) -> list[str]:
    """Name each cohort left out once, with those that share a reason together."""
    reasons = dict(beforehand)
    for pooled in found.values():
        for one in pooled.dropped:
            reasons.setdefault(one.label, one.reason)
    grouped: dict[str, list[str]] = {}
    for label, reason in reasons.items():
        grouped.setdefault(reason, []).append(label)
    return [f"{', '.join(labels)} ({reason})" for reason, labels in grouped.items()]


def _method(pooled: PooledEstimate) -> str:
    """Say how it was pooled, without the numbers of studies, which stand in the table."""
    k = len(pooled.studies)
    said = pooled.method.replace(f" of {k} studies", "")
    return said.replace(f"{k - 1} degrees of freedom", "one degree of freedom less than cohorts")


def _sourced(text: Text, sources: tuple[str, ...]) -> Text:
    """Say of every number of a text which publications it rests on."""
    parts = [replace(part, sources=sources) if isinstance(part, Number) else part for part in text.parts]
    return Text.of(*parts)
