"""Cells of the table of cohorts: a count with its share and limits, or an estimate, and their marks."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from string import ascii_lowercase
from typing import Any

from hpcstats import formats
from hpcstats.basis import Basis
from hpcstats.numbers import Number, Text

Value = Mapping[str, Any]

_CONTRADICTORY = "at odds in print with itself or with other numbers of the cohort"
_COMPUTED = "events computed from the printed percentage, which no other number of events gives"
_PRINTED_LIMITS = "interval as printed"
_AS_PRINTED = "as printed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """A column: the values it shows, and how they are printed.

    Attributes
    ----------
    name : str
        Heading of the values.
    label, spanner : str
        As printed; no spanner if empty.
    printed : callable
        How a value is printed.
    what : str
        What the value is, for `Number.how`.
    at_years : float or None
        Time of the estimates; None for values without a time.
    also : str
        Heading of further shares that follow in the same cell.
    also_words : str
        What follows such a share, if it belongs to no time.
    """

    name: str
    label: str
    printed: Callable[[float], str]
    what: str
    spanner: str = ""
    at_years: float | None = None
    also: str = ""
    also_words: str = ""

    @property
    def key(self) -> str:
        """Identifier of the column."""
        return self.name if self.at_years is None else f"{self.name}_{self.at_years:g}".replace(".", "_")

    def values(self, every: Iterable[Value]) -> list[Value]:
        """Return those it shows, of the values of one row: its own first."""
        own = [v for v in every if v["heading"] == self.name and self._is_time(v["at_years"])]
        later = [v for v in every if self.also and v["heading"] == self.also]
        return own + sorted(later, key=lambda value: float(value["at_years"]))

    def _is_time(self, at_years: float) -> bool:
        return math.isnan(at_years) if self.at_years is None else at_years == self.at_years


def marks(value: Value) -> tuple[str, ...]:
    """Return what must be said of a value."""
    said = (
        value["counts"],
        value["clock"],
        _COMPUTED if value["computed"] else "",
        _PRINTED_LIMITS if value["limits"] == _AS_PRINTED else "",
        _CONTRADICTORY if value["contradictory"] else "",
    )
    return tuple(text for text in said if text)


def letters(texts: Iterable[str]) -> dict[str, str]:
    """Give each distinct text a letter in order of appearance: a to z."""
    return dict(zip(dict.fromkeys(texts), ascii_lowercase, strict=False))


def cell(basis: Basis, source: str, heading: Heading, shown: list[Value], named: Mapping[str, str]) -> Text:
    """Write the values of a cell one after the other, each with its marks."""
    parts: list[Text] = []
    for value in shown:
        text = _value(basis.below(heading.key), heading, value)
        found = ", ".join(sorted(named[mark] for mark in marks(value)))
        parts.append(Text.of(text, f" [{found}]") if found else text)
    return sourced(Text.of(*_joined(parts)), source)


def _joined(parts: list[Text]) -> Iterator[Text | str]:
    for place, part in enumerate(parts):
        if place:
            yield "; "
        yield part


def _value(basis: Basis, heading: Heading, value: Value) -> Text:
    if not math.isnan(value["events"]):
        return _count(basis, heading, value)
    if value["heading"] != heading.name:
        return _also(basis, heading, value)
    number = basis.number("estimate", value["estimate"], heading.printed(value["estimate"]), heading.what)
    return _with_limits(basis, Text.of(number), value, heading.printed)


def _count(basis: Basis, heading: Heading, value: Value) -> Text:
    events = basis.count("events", value["events"], f"{heading.what}: patients with the event.")
    n = basis.count("n", value["n"], f"{heading.what}: patients among whom the events were counted.")
    share = basis.number(
        "estimate", value["estimate"], formats.percent(value["estimate"]), f"{events} of {n}."
    )
    return _with_limits(basis, Text.of(events, "/", n, ", ", share), value, formats.percent)


def _also(basis: Basis, heading: Heading, value: Value) -> Text:
    """Write a further share of the cell: what it is of, or by when it is reached."""
    dated = not math.isnan(value["at_years"])
    time = f"{value['at_years']:g}" if dated else ""
    below = basis.below(f"by_{time}" if dated else value["heading"])
    how = f"{heading.also.replace('_', ' ').capitalize()}, as printed."
    share = below.number("estimate", value["estimate"], formats.percent(value["estimate"]), how)
    text = _with_limits(below, Text.of(share), value, formats.percent)
    if not dated:
        return Text.of(text, f" {heading.also_words}")
    return Text.of(text, " by ", below.number("years", value["at_years"], time, "Years."), " years")


def _with_limits(basis: Basis, text: Text, value: Value, printed: Callable[[float], str]) -> Text:
    if not value["limits"]:
        return text
    low, high = value["low"], value["high"]
    how = f"limit of the interval, {value['limits']}."
    lower = basis.number("low", low, printed(low), f"Lower {how}")
    if math.isnan(high):
        return Text.of(text, " (", lower, " to not reached)")
    return Text.of(text, " (", lower, " to ", basis.number("high", high, printed(high), f"Upper {how}"), ")")


def sourced(text: Text, *sources: str) -> Text:
    """Say of every number of a text which publications it rests on."""
    own = tuple(sorted(set(sources)))
    parts = [replace(part, sources=own) if isinstance(part, Number) else part for part in text.parts]
    return Text.of(*parts)
