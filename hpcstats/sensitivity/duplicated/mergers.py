"""The analyses: none merged, all merged, each pair alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from hpcstats.sensitivity.duplicated.pairs import Pair, Persons
from hpcstats.sensitivity.duplicated.records import Records

NONE, ALL, ONE = "none merged", "all merged", "one pair merged"


@dataclass(frozen=True, slots=True, kw_only=True)
class Merger:
    """One analysis.

    Attributes
    ----------
    analysis : str
        "none merged", "all merged" or "one pair merged".
    merged : tuple of tuple
        The records taken as one person each.
    kept, left_out : tuple
        Records that stand for these persons, and the others.
    note : str
        Why these are kept, or why nothing changes.
    judged : bool
        Whether the pair was judged to be two persons, and so is not merged.
    """

    analysis: str
    merged: tuple[tuple[Any, ...], ...] = ()
    kept: tuple[Any, ...] = ()
    left_out: tuple[Any, ...] = ()
    note: str = ""
    judged: bool = False

    @property
    def merged_text(self) -> str:
        """The records taken as one: "a = b; c = d = e"."""
        return "; ".join(" = ".join(map(str, person)) for person in self.merged)


def mergers(pairs: Sequence[Pair], records: Records, keep: str) -> Iterator[Merger]:
    """Give the analyses in their order."""
    yield Merger(analysis=NONE)
    if any(not pair.judgement for pair in pairs):
        persons = Persons.of(pairs)
        yield _merger(ALL, persons.groups, records, keep, persons.refused)
    for pair in pairs:
        if pair.judgement:
            note = f"not merged, judged to be different persons: {pair.judgement}"
            yield Merger(analysis=ONE, merged=(pair.ids,), note=note, judged=True)
        else:
            yield _merger(ONE, (pair.ids,), records, keep, ())


def _merger(
    analysis: str,
    groups: Sequence[tuple[Any, ...]],
    records: Records,
    keep: str,
    refused: Sequence[str],
) -> Merger:
    kept, left_out, notes = [], [], []
    for person in groups:
        present = [id_ for id_ in person if id_ in records.known]
        away = records.absent(person)
        if len(present) < 2:
            notes.append(f"nothing changes, {'; '.join(away)}")
            continue
        chosen, why = records.choose(present, keep)
        kept.append(chosen)
        left_out += [id_ for id_ in present if id_ != chosen]
        notes.append("; ".join([f"{chosen} kept: {why}", *away]))
    notes += [f"not merged: {text}" for text in refused]
    return Merger(
        analysis=analysis,
        merged=tuple(groups),
        kept=tuple(kept),
        left_out=tuple(left_out),
        note="; ".join(notes),
    )
