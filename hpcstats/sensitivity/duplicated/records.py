"""Which of several records of one person is kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from hpcstats.columns import BoolArray, IntArray
from hpcstats.errors import DataError, listing
from hpcstats.sensitivity.refitting.sample import Sample

KEEP = ("longer", "first", "second")


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What is known of one patient: rows, end of follow-up, and whether an event happened."""

    rows: IntArray
    end: float
    event: bool


@dataclass(frozen=True, slots=True)
class Records:
    """The patients of an analysis by identifier, with those it had left out."""

    known: dict[Any, Record]
    dropped: frozenset[Any]
    unit: str

    @classmethod
    def of(cls, sample: Sample, dropped: Sequence[Any]) -> Records:
        """Collect the rows of each patient.

        Raises
        ------
        DataError
            For a response without identifiers.
        """
        response = sample.response
        if response.id is None:
            raise DataError(
                "Pairs name patients, but the response has no identifiers. Give it some: "
                "hs.Surv.right(time, event, id=patient_id)."
            )
        rows: dict[Any, list[int]] = {}
        for row, id_ in enumerate(response.id.tolist()):
            rows.setdefault(id_, []).append(row)
        known = {
            id_: Record(
                rows=np.array(own),
                end=float(response.time[own].max()),
                event=bool(response.event[own].any()),
            )
            for id_, own in rows.items()
        }
        return cls(known, frozenset(dropped), response.unit)

    def refuse_other_types(self, ids: Sequence[Any]) -> None:
        """Refuse identifiers that are written like one of the analysis, but are of another type.

        Raises
        ------
        DataError
            For such identifiers: they would be taken as patients outside the analysis.
        """
        known = {str(id_): id_ for id_ in self.known}
        alike = [id_ for id_ in ids if id_ not in self.known and str(id_) in known]
        if alike:
            kinds = type(alike[0]).__name__, type(known[str(alike[0])]).__name__
            raise DataError(
                f"pairs names {listing(map(repr, dict.fromkeys(alike)))} as {kinds[0]}, but the identifiers "
                f"of the response are {kinds[1]}. Write them alike."
            )

    def refuse_repeated(self, sample: Sample, ids: Sequence[Any]) -> None:
        """Refuse records whose frequency says that they stand for several patients.

        Raises
        ------
        DataError
            For such records.
        """
        if not sample.whole:
            return
        several = [
            id_ for id_ in ids if id_ in self.known and (sample.weights[self.known[id_].rows] > 1).any()
        ]
        if several:
            raise DataError(
                f"{several[0]} stands for several patients (its frequency is above 1), so that it cannot be "
                "one person with another record. Give each patient a row."
            )

    def absent(self, ids: Sequence[Any]) -> tuple[str, ...]:
        """Say which records are not in the analysis, and of which of them a covariate is missing."""
        away = [id_ for id_ in ids if id_ not in self.known]
        gaps = [id_ for id_ in away if id_ in self.dropped]
        others = [id_ for id_ in away if id_ not in self.dropped]
        found = []
        if others:
            found.append(f"not in this analysis: {', '.join(map(str, others))}")
        if gaps:
            found.append(f"left out of the fit for a missing covariate: {', '.join(map(str, gaps))}")
        return tuple(found)

    def choose(self, ids: Sequence[Any], keep: str) -> tuple[Any, str]:
        """Return which of the records is kept, and why."""
        if keep != "longer":
            last = keep == "second"
            return ids[-1 if last else 0], "named last" if last else "named first"
        ends = [self.known[id_].end for id_ in ids]
        longest = [id_ for id_, end in zip(ids, ends, strict=True) if end == max(ends)]
        if len(longest) == 1:
            others = ", ".join(f"{end:g}" for id_, end in zip(ids, ends, strict=True) if id_ != longest[0])
            return longest[0], f"longer follow-up, {max(ends):g} against {others} {self.unit}"
        with_event = [id_ for id_ in longest if self.known[id_].event]
        if len(with_event) in (0, len(longest)):
            kind = "both alike" if len(ids) == 2 else "alike"
            return longest[0], f"named first, follow-up and ending {kind}"
        return with_event[0], f"with an event, follow-up the same, {max(ends):g} {self.unit}"

    def rows(self, ids: Sequence[Any], size: int) -> BoolArray:
        """Mark the rows of these patients."""
        marked: BoolArray = np.zeros(size, dtype=np.bool_)
        for id_ in ids:
            marked[self.known[id_].rows] = True
        return marked
