"""The studies to be pooled, checked, and one of each group that shares patients."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from hpcstats.columns import FloatArray, IntArray, as_labels, as_numbers, is_missing, one_dimensional
from hpcstats.errors import DataError, DesignError, check_option, listing

RULES = ("largest", "latest", "most-complete")
_WORDS = {"largest": "the largest", "latest": "the latest", "most-complete": "the most complete"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Dropped:
    """A study that was not pooled, because it shares patients with one that was.

    Attributes
    ----------
    label, source : str
        The study and its publication.
    group : str
        What it and the study kept belong to.
    reason : str
        Which study was kept, and why.
    """

    label: str
    source: str
    group: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Studies:
    """Studies with two numbers each: events and size, or estimate and variance."""

    labels: tuple[str, ...]
    sources: tuple[str, ...]
    first: FloatArray
    second: FloatArray
    dropped: tuple[Dropped, ...] = ()

    def __len__(self) -> int:
        return len(self.labels)


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlap:
    """Which studies share patients, and which of them is kept."""

    groups: Any = None
    rule: str = "largest"
    year: Any = None
    completeness: Any = None


def read_studies(
    first: tuple[str, Any], second: tuple[str, Any], labels: Any, sources: Any, overlap: Overlap
) -> Studies:
    """Read columns of one length; of studies that share patients keep one.

    Raises
    ------
    DataError
        For columns of unequal length, missing numbers, and labels that occur twice.
    DesignError
        Without a study, or for a rule that lacks its column.
    """
    values = {name: as_numbers(column, name) for name, column in (first, second)}
    x, size = values.values()
    if x.size != size.size:
        raise DataError(f"{first[0]} has {x.size} values, {second[0]} {size.size}. Give one of each a study.")
    if not x.size:
        raise DesignError("There is no study to pool. Give at least one.")
    names = _names(labels, x.size)
    for name, column in values.items():
        missing = np.flatnonzero(~np.isfinite(column))
        if missing.size:
            shown = listing(names[row] for row in missing)
            raise DataError(f"{name} is missing or infinite for {shown}. Leave these out.", rows=missing)
    origin = names if sources is None else _column(sources, "sources", x.size)
    kept, dropped = _one_of_each(overlap, names, origin, size)
    return Studies(
        labels=tuple(names[row] for row in kept),
        sources=tuple(origin[row] for row in kept),
        first=x[kept],
        second=size[kept],
        dropped=dropped,
    )


def _names(labels: Any, k: int) -> list[str]:
    names = [f"study {row + 1}" for row in range(k)] if labels is None else _column(labels, "labels", k)
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise DataError(f"labels name studies twice: {listing(twice)}. Give each study its own name.")
    return names


def _column(values: Any, name: str, k: int) -> list[str]:
    found = [str(value) for value in as_labels(values, name)]
    if len(found) != k:
        raise DataError(f"{name} has {len(found)} values for {k} studies.")
    return found


def _one_of_each(
    overlap: Overlap, names: list[str], origin: list[str], size: FloatArray
) -> tuple[IntArray, tuple[Dropped, ...]]:
    """Return the rows kept, and those dropped in favour of another."""
    check_option("overlap_rule", overlap.rule, RULES)
    groups = _groups(overlap.groups, len(names))
    rank = _ranks(overlap, size)
    best: dict[str, int] = {}
    for row, group in enumerate(groups):
        if group is not None and (group not in best or rank[row] > rank[best[group]]):
            best[group] = row
    kept, dropped = [], []
    for row, group in enumerate(groups):
        if group is None or best[group] == row:
            kept.append(row)
            continue
        reason = f"shares patients with {names[best[group]]}, {_WORDS[overlap.rule]} of the group {group}"
        dropped.append(Dropped(label=names[row], source=origin[row], group=group, reason=reason))
    return np.array(kept, dtype=np.int64), tuple(dropped)


def _groups(values: Any, k: int) -> list[str | None]:
    if values is None:
        return [None] * k
    found = one_dimensional(values, "overlap").tolist()
    if len(found) != k:
        raise DataError(f"overlap has {len(found)} values for {k} studies.")
    return [None if is_missing(value) or str(value) == "" else str(value) for value in found]


def _ranks(overlap: Overlap, size: FloatArray) -> list[tuple[float, float]]:
    """Order by the rule, then by size; the first listed wins a tie."""
    if overlap.rule == "largest":
        later = _further("year", overlap.year, size.size) if overlap.year is not None else np.zeros(size.size)
        return list(zip(size.tolist(), later.tolist(), strict=True))
    column = {"latest": "year", "most-complete": "completeness"}[overlap.rule]
    given = getattr(overlap, column)
    if given is None:
        raise DesignError(f"overlap_rule={overlap.rule!r} needs {column}=, a number a study.")
    return list(zip(_further(column, given, size.size).tolist(), size.tolist(), strict=True))


def _further(name: str, values: Any, k: int) -> FloatArray:
    found = as_numbers(values, name)
    if found.size != k:
        raise DataError(f"{name} has {found.size} values for {k} studies.")
    # A year or a completeness that is not stated is preferred to nothing.
    return np.where(np.isnan(found), -math.inf, found)
