"""The result of `missingness`: who misses what, by variable, by pattern, by paper and by CARE item."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from hpcstats.columns import BoolArray, IntArray
from hpcstats.errors import DataError, listing
from hpcstats.numbers import patient_list
from hpcstats.results import Result
from hpcstats.sensitivity.missing.care import CARE_ITEMS

if TYPE_CHECKING:
    import pandas as pd

OVERALL = "overall"
KNOWN, MISSING, NOT_APPLICABLE = "known", "missing", "not applicable"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Missingness(Result):
    """Who misses what. Made by `missingness`; it has no events, `n_events` is 0.

    Attributes
    ----------
    variables : tuple of str
        Columns looked at, in order.
    missing, applicable : ndarray of bool, shape (n, p)
        Where a value is missing (and applicable), and where there could be one.
    by : str or None
        Column of the groups.
    groups : tuple of str
        Labels of the groups in order.
    codes : ndarray of int, shape (n,)
        Number of each row's group.
    ids : tuple of str
        Patients, or positions of rows.
    sources : tuple of str or None
        Paper of each row.
    items : mapping of str to str
        CARE item of a variable.
    """

    variables: tuple[str, ...]
    missing: BoolArray
    applicable: BoolArray
    by: str | None
    groups: tuple[str, ...]
    codes: IntArray
    ids: tuple[str, ...]
    sources: tuple[str, ...] | None
    items: Mapping[str, str]

    @property
    def share(self) -> float:
        """Share of the applicable values that are missing."""
        return _share(int(self.missing.sum()), int(self.applicable.sum()))

    @property
    def n_complete(self) -> int:
        """Rows that miss nothing."""
        return int((~self.missing.any(axis=1)).sum())

    def title(self) -> str:
        """Return the heading of the text form."""
        percent = f" ({100 * self.share:.0f}%)" if self.applicable.any() else ""
        return (
            f"Missing values of {len(self.variables)} variables in {self.n} rows: {self.missing.sum()} of "
            f"{self.applicable.sum()}{percent}, {self.n_complete} rows complete"
        )

    def patients(self, group: str | None = None) -> tuple[str, ...]:
        """Return the identifiers of all rows, or of those of a group.

        Raises
        ------
        DataError
            For a group that is not there.
        """
        if group is not None and group not in self.groups:
            raise DataError(f"There is no group {group!r}. The groups are {listing(self.groups)}.")
        rows = range(self.n) if group is None else np.flatnonzero(self.codes == self.groups.index(group))
        return patient_list(self.ids[row] for row in rows)

    def to_frame(self) -> pd.DataFrame:
        """Return `by_variable`."""
        return self.by_variable()

    def by_variable(self) -> pd.DataFrame:
        """Return a row for each group and variable: group, variable, item, applicable, known, missing, share.

        Groups come first, then "overall"; the share is that of the values that apply.
        """
        import pandas as pd

        rows: list[tuple[Any, ...]] = []
        for group, members in self._parts():
            gone, could = (self.missing[members].sum(axis=0), self.applicable[members].sum(axis=0))
            for k, name in enumerate(self.variables):
                counts = (int(could[k]), int(could[k] - gone[k]), int(gone[k]))
                share = _share(counts[2], counts[0])
                rows.append((group, name, self.items.get(name, ""), *counts, share))
        columns = ["group", "variable", "item", "applicable", "known", "missing", "share"]
        return pd.DataFrame(rows, columns=columns)

    def by_pattern(self) -> pd.DataFrame:
        """Return a row for each group and pattern: group, pattern, patients, share, n_missing, missing.

        Patterns are numbered over all groups: those that miss less first, of these the more frequent first.
        """
        import pandas as pd

        patterns, numbers = self._patterns()
        rows: list[tuple[Any, ...]] = []
        for group, members in self._parts():
            size = int(members.sum())
            for number, pattern in enumerate(patterns):
                count = int((numbers[members] == number).sum())
                if count:
                    names = ", ".join(np.array(self.variables)[pattern].tolist())
                    found = (number + 1, count, count / size, int(pattern.sum()), names or "nothing")
                    rows.append((group, *found))
        columns = ["group", "pattern", "patients", "share", "n_missing", "missing"]
        return pd.DataFrame(rows, columns=columns)

    def by_source(self) -> pd.DataFrame:
        """Return a row for each paper: source, patients, applicable, known, missing, share, never_stated.

        `never_stated` names the variables that apply to patients of the paper and are known of none of them.
        """
        import pandas as pd

        columns = ["source", "patients", "applicable", "known", "missing", "share", "never_stated"]
        rows: list[tuple[Any, ...]] = []
        sources = np.array(self.sources if self.sources is not None else (), dtype=object)
        for source in dict.fromkeys(sources.tolist()):
            members = sources == source
            gone, could = self.missing[members], self.applicable[members]
            never = could.any(axis=0) & (gone == could).all(axis=0)
            names = ", ".join(np.array(self.variables)[never].tolist())
            total, lost = int(could.sum()), int(gone.sum())
            share = _share(lost, total)
            rows.append((source, int(members.sum()), total, total - lost, lost, share, names))
        return pd.DataFrame(rows, columns=columns)

    def by_item(self) -> pd.DataFrame:
        """Return a row for each CARE item: item, title, variables, applicable, known, missing, share."""
        import pandas as pd

        columns = ["item", "title", "variables", "applicable", "known", "missing", "share"]
        rows: list[tuple[Any, ...]] = []
        for item, title in CARE_ITEMS.items():
            chosen = [k for k, name in enumerate(self.variables) if self.items.get(name) == item]
            if chosen:
                total, lost = int(self.applicable[:, chosen].sum()), int(self.missing[:, chosen].sum())
                names = ", ".join(self.variables[k] for k in chosen)
                rows.append((item, title, names, total, total - lost, lost, _share(lost, total)))
        return pd.DataFrame(rows, columns=columns)

    def cells(self) -> pd.DataFrame:
        """Return a row for each patient and variable, in the order of a map.

        Columns: group, place, patient, pattern, n_missing, variable, state. Patients stand group by group,
        sorted by pattern; `place` counts from 1 in each group. The state is "known", "missing" or
        "not applicable".
        """
        import pandas as pd

        _, numbers = self._patterns()
        kinds = np.where(self.missing, MISSING, np.where(self.applicable, KNOWN, NOT_APPLICABLE))
        order = np.lexsort((np.arange(self.n), numbers, self.codes))
        groups = self.codes[order]
        place = 1 + np.arange(self.n) - np.searchsorted(groups, groups)
        p = len(self.variables)
        columns: dict[str, Any] = {
            "group": np.repeat([self.groups[code] for code in groups], p),
            "place": np.repeat(place, p),
            "patient": np.repeat([self.ids[row] for row in order], p),
            "pattern": np.repeat(numbers[order] + 1, p),
            "n_missing": np.repeat(self.missing[order].sum(axis=1), p),
            "variable": np.tile(self.variables, self.n),
            "state": kinds[order].ravel(),
        }
        return pd.DataFrame(columns)

    def _parts(self) -> list[tuple[str, BoolArray]]:
        parts = [(label, self.codes == number) for number, label in enumerate(self.groups)]
        whole: BoolArray = np.ones(self.n, dtype=np.bool_)
        return [*parts, (OVERALL, whole)] if self.by is not None else [(OVERALL, whole)]

    def _patterns(self) -> tuple[BoolArray, IntArray]:
        """Return the patterns (P, p) in their order and the number of each row's pattern."""
        patterns, numbers, counts = np.unique(self.missing, axis=0, return_inverse=True, return_counts=True)
        order = np.lexsort((np.arange(counts.size), -counts, patterns.sum(axis=1)))
        rank = np.empty_like(order)
        rank[order] = np.arange(order.size)
        return patterns[order], rank[numbers.reshape(-1)].astype(np.int64)


def _share(part: int, whole: int) -> float:
    return part / whole if whole else float("nan")
