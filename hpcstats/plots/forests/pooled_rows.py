"""The lines of a forest plot of pooled proportions: words and numbers, before anything is drawn."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from hpcstats import formats
from hpcstats.basis import Basis, with_limits
from hpcstats.errors import DataError, DesignError, listing
from hpcstats.numbers import Number, Text

if TYPE_CHECKING:
    import pandas as pd

    from hpcstats.literature.pooling import PooledEstimate

FIXED_COLUMNS = ("panel", "label", "source_id", "time", "estimate")
EMPTY = Text()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedRange:
    """A range of proportions that a publication states, drawn behind what the studies give.

    Attributes
    ----------
    label : str
        Short name of the publication.
    low, high : float
        The range, as proportions.
    source_id : str
        The publication in the data, for tracing.

    Raises
    ------
    DataError
        Unless ``0 <= low <= high <= 1``.

    Examples
    --------
    >>> str(ReportedRange(label="Brass 2004", low=0.5, high=0.8).text)
    '50% to 80%'
    """

    label: str
    low: float
    high: float
    source_id: str = ""

    def __post_init__(self) -> None:
        if not 0 <= self.low <= self.high <= 1:
            raise DataError(f"{self.label}: {self.low:g} to {self.high:g} is no range of proportions.")

    @property
    def text(self) -> Text:
        """The range as printed, with its numbers."""
        sources = (self.source_id,) if self.source_id else ()
        low, high = (
            Number(
                id=f"reported.{name}",
                value=value,
                text=formats.percent(value),
                how=f"As printed in {self.label}.",
                sources=sources,
            )
            for name, value in (("low", self.low), ("high", self.high))
        )
        return Text.of(low, " to ", high)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ForestRow:
    """One line: its kind, its words, and what is drawn.

    Attributes
    ----------
    kind : {"heading", "study", "pooled", "prediction", "reported", "subheading", "fixed"}
        What it shows.
    panel, label : str
        The panel it belongs to, and its first cell.
    counts, follow_up, printed : Text
        The other cells.
    estimate, low, high, weight : float
        What is drawn; NaN where there is nothing.
    events, n, years : float
        What stands in the cells, for the data of the figure.
    """

    kind: str
    panel: str
    label: str
    counts: Text = EMPTY
    follow_up: Text = EMPTY
    printed: Text = EMPTY
    estimate: float = math.nan
    low: float = math.nan
    high: float = math.nan
    weight: float = math.nan
    events: float = math.nan
    n: float = math.nan
    years: float = math.nan

    @property
    def bold(self) -> bool:
        """Whether its words are bold."""
        return self.kind in {"heading", "pooled"}


def forest_rows(
    panels: Mapping[str, PooledEstimate],
    follow_up: Mapping[str, float],
    computed: Sequence[str],
    reported: Mapping[str, ReportedRange],
    fixed: pd.DataFrame | None,
) -> list[ForestRow]:
    """Return the lines of all panels from top to bottom."""
    _check(panels, reported, fixed)
    rows: list[ForestRow] = []
    for panel, pooled in panels.items():
        rows.append(ForestRow(kind="heading", panel=panel, label=panel))
        rows += _studies(panel, pooled, follow_up, set(computed))
        rows += _together(panel, pooled)
        if panel in reported:
            rows.append(_reported(panel, reported[panel]))
        if fixed is not None:
            rows += _fixed(panel, fixed[fixed["panel"] == panel])
    return rows


def _check(
    panels: Mapping[str, PooledEstimate], reported: Mapping[str, ReportedRange], fixed: pd.DataFrame | None
) -> None:
    if not panels:
        raise DesignError("There is nothing to draw. Give at least one pooled proportion.")
    others = [name for name, pooled in panels.items() if getattr(pooled, "quantity", "") != "proportion"]
    if others:
        raise DesignError(f"A pooled forest shows proportions, not {listing(others)}. Pool proportions.")
    absent = [] if fixed is None else [name for name in FIXED_COLUMNS if name not in fixed]
    if absent:
        raise DataError(f"fixed lacks the columns {listing(absent)}. It needs {', '.join(FIXED_COLUMNS)}.")
    strangers = {*reported, *([] if fixed is None else fixed["panel"])} - set(panels)
    if strangers:
        raise DesignError(
            f"There is no panel {listing(sorted(strangers))}. The panels are {listing(panels)}."
        )


def _studies(
    panel: str, pooled: PooledEstimate, follow_up: Mapping[str, float], computed: set[str]
) -> Iterator[ForestRow]:
    studies = pooled.studies
    for place, (label, source) in enumerate(zip(studies.labels, studies.sources, strict=True)):
        values = (pooled.study_estimate[place], pooled.study_low[place], pooled.study_high[place])
        estimate, low, high = (float(value) for value in values)
        basis = Basis().below(panel, label)
        mark = "*" if label in computed else ""
        counts = Text.of(
            basis.count("events", float(studies.first[place]), "Patients with the event."),
            "/",
            basis.count("n", float(studies.second[place]), "Patients of the study."),
            mark,
        )
        years = follow_up.get(label, math.nan)
        about = ("Proportion with the event in the study.", "exact interval of the study")
        yield ForestRow(
            kind="study",
            panel=panel,
            label=label,
            counts=sourced(counts, (source,)),
            follow_up=sourced(_years(basis, years), (source,)),
            printed=sourced(with_limits(basis, (estimate, low, high), formats.percent, about), (source,)),
            estimate=estimate,
            low=low,
            high=high,
            weight=float(pooled.summary.weights[place]),
            events=float(studies.first[place]),
            n=float(studies.second[place]),
            years=years,
        )


def _years(basis: Basis, years: float) -> Text:
    if math.isnan(years):
        return EMPTY
    return Text.of(basis.number("follow_up", years, formats.years(years), "Stated follow-up in years."))


def _together(panel: str, pooled: PooledEstimate) -> Iterator[ForestRow]:
    basis, k = Basis().below(panel, "pooled"), len(pooled.studies)
    events, n = float(pooled.studies.first.sum()), float(pooled.studies.second.sum())
    values = (pooled.estimate, pooled.low, pooled.high)
    about = (pooled.method, f"{formats.level(pooled.level)} interval of the pooled proportion")
    yield ForestRow(
        kind="pooled",
        panel=panel,
        label=f"Pooled, {k} {'cohort' if k == 1 else 'cohorts'}",
        counts=sourced(
            Text.of(
                basis.count("events", events, "Patients with the event in the studies pooled."),
                "/",
                basis.count("n", n, "Patients of the studies pooled."),
            ),
            pooled.sources,
        ),
        printed=sourced(with_limits(basis, values, formats.percent, about), pooled.sources),
        estimate=values[0],
        low=values[1],
        high=values[2],
        events=events,
        n=n,
    )
    low, high = pooled.prediction
    if not math.isnan(low):
        printed = Text.of(
            basis.number("prediction.low", low, formats.percent(low), "Lower limit for a further cohort."),
            " to ",
            basis.number("prediction.high", high, formats.percent(high), "Upper limit for a further cohort."),
        )
        yield ForestRow(
            kind="prediction",
            panel=panel,
            label="Expected in a further cohort",
            printed=sourced(printed, pooled.sources),
            low=low,
            high=high,
        )


def _reported(panel: str, stated: ReportedRange) -> ForestRow:
    basis = Basis().below(panel)
    parts = [part.within(basis.prefix) if isinstance(part, Number) else part for part in stated.text.parts]
    return ForestRow(
        kind="reported",
        panel=panel,
        label=f"Stated by {stated.label}",
        printed=Text.of(*parts),
        low=stated.low,
        high=stated.high,
    )


def _fixed(panel: str, rows: pd.DataFrame) -> Iterator[ForestRow]:
    if len(rows):
        yield ForestRow(kind="subheading", panel=panel, label="At a stated time (not pooled)")
    for row in rows.to_dict(orient="records"):
        yield _at_time(panel, row)


def _at_time(panel: str, row: Mapping[Any, Any]) -> ForestRow:
    time, estimate = float(row["time"]), float(row["estimate"])
    basis, source = Basis().below(panel, row["label"], f"{time:g}"), (str(row["source_id"]),)
    printed = basis.number(
        "estimate", estimate, formats.percent(estimate), "As printed, or one minus the proportion printed."
    )
    years = basis.number("time", time, f"at {formats.as_given(time)}", "Time of the estimate, as printed.")
    return ForestRow(
        kind="fixed",
        panel=panel,
        label=str(row["label"]),
        follow_up=sourced(Text.of(years), source),
        printed=sourced(Text.of(printed), source),
        estimate=estimate,
        years=time,
    )


def sourced(text: Text, sources: tuple[str, ...]) -> Text:
    """Say of every number of a text which publications it rests on."""
    parts = [replace(part, sources=sources) if isinstance(part, Number) else part for part in text.parts]
    return Text.of(*parts)
