"""Pairs of records that may be one person, as they are given, and the persons they would make."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from hpcstats.columns import is_missing
from hpcstats.errors import DataError, listing

BETWEEN = " / "
"""What joins two patients in a finding of `literature.validate`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two records that may be one person.

    Attributes
    ----------
    first, second : object
        Their identifiers.
    judgement : str
        Why they were judged to be two persons; empty where that is open.
    """

    first: Any
    second: Any
    judgement: str = ""

    @property
    def ids(self) -> tuple[Any, Any]:
        """Both identifiers."""
        return self.first, self.second

    def __str__(self) -> str:
        return f"{self.first} = {self.second}"


def read_pairs(given: Any) -> tuple[Pair, ...]:
    """Read pairs of identifiers, candidates of `literature.candidate_duplicates`, or findings of `validate`.

    Findings that are not about two patients are passed over.

    Raises
    ------
    DataError
        For anything else, a record paired with itself, and a pair given twice.
    """
    if isinstance(given, (str, bytes)) or not isinstance(given, Iterable):
        raise DataError(f"pairs must be a list of pairs of identifiers, not {given!r}.")
    pairs = tuple(pair for item in given if (pair := _read(item)) is not None)
    strange = [pair for pair in pairs if not all(_names_a_patient(id_) for id_ in pair.ids)]
    if strange:
        raise DataError(f"pairs holds what names no patient ({listing(strange)}). Give two identifiers each.")
    alone = [pair.first for pair in pairs if pair.first == pair.second]
    if alone:
        raise DataError(f"pairs holds records paired with themselves ({listing(alone)}). Leave them out.")
    seen: set[frozenset[Any]] = set()
    for pair in pairs:
        if frozenset(pair.ids) in seen:
            raise DataError(f"pairs holds {pair} twice. Give each pair once.")
        seen.add(frozenset(pair.ids))
    return pairs


def _read(item: Any) -> Pair | None:
    if hasattr(item, "first") and hasattr(item, "second"):
        return Pair(first=item.first, second=item.second, judgement=getattr(item, "judgement", ""))
    if hasattr(item, "patient") and hasattr(item, "severity"):
        if item.patient is None or item.patient.count(BETWEEN) != 1:
            return None
        first, second = item.patient.split(BETWEEN)
        return Pair(first=first, second=second, judgement=_reason(item))
    if not isinstance(item, (tuple, list, np.ndarray)) or len(item) != 2:
        raise DataError(f"pairs must hold pairs of identifiers such as ('a', 'b'), not {item!r}.")
    return Pair(first=item[0], second=item[1])


def _names_a_patient(id_: Any) -> bool:
    return isinstance(id_, Hashable) and not is_missing(id_)


def _reason(finding: Any) -> str:
    """Read from a finding why its pair was judged to be two persons: the advice, without its heading."""
    return str(finding.advice).split(": ", 1)[-1] if finding.severity == "note" else ""


@dataclass(frozen=True, slots=True)
class Persons:
    """Records that become one person if all pairs are merged that can be.

    Attributes
    ----------
    groups : tuple of tuple
        The records of each person, in the order in which the pairs name them.
    refused : tuple of str
        Pairs that cannot be merged with the others, because two records judged to be different persons would
        become one; with these two.
    """

    groups: tuple[tuple[Any, ...], ...]
    refused: tuple[str, ...]

    @classmethod
    def of(cls, pairs: Iterable[Pair]) -> Persons:
        """Join pair after pair, but never two records that were judged to be different persons.

        Which of several pairs that exclude each other is joined depends on the alphabet alone, so that the
        same pairs in another order make the same persons.
        """
        pairs = tuple(pairs)
        apart = [frozenset(pair.ids) for pair in pairs if pair.judgement]
        group: dict[Any, tuple[Any, ...]] = {id_: (id_,) for pair in pairs for id_ in pair.ids}
        named = {id_: number for number, id_ in enumerate(group)}
        refused = []
        for pair in sorted(pairs, key=_alphabetical):
            if pair.judgement:
                continue
            joined = {*group[pair.first], *group[pair.second]}
            clash = next((two for two in apart if two <= joined), None)
            if clash is not None:
                one, other = sorted(clash, key=named.__getitem__)
                refused.append(f"{pair} (would make one person of {one} and {other})")
                continue
            person = tuple(sorted(joined, key=named.__getitem__))
            group |= dict.fromkeys(person, person)
        several = tuple(dict.fromkeys(person for person in group.values() if len(person) > 1))
        return cls(several, tuple(refused))


def _alphabetical(pair: Pair) -> list[str]:
    return sorted(map(str, pair.ids))
