"""Which era each row belongs to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from hpcstats.columns import BoolArray, FloatArray, IntArray, as_numbers, one_dimensional
from hpcstats.covariates import column_of
from hpcstats.errors import DataError, listing
from hpcstats.sensitivity.refitting.sample import Sample


@dataclass(frozen=True, slots=True, eq=False)
class Calendar:
    """Names of the eras in order, and the number of each row's era (-1: its year is missing)."""

    labels: tuple[str, ...]
    codes: IntArray

    @classmethod
    def of(cls, sample: Sample, years: Any, breaks: Iterable[float] | float) -> Calendar:
        """Sort the rows of a sample into [break, next break).

        Raises
        ------
        DataError
            For a column of another length, years that are no numbers or all missing, and breaks that do not
            rise.
        """
        edges = _edges(breaks)
        if edges.size and (not np.isfinite(edges).all() or (np.diff(edges) <= 0).any()):
            raise DataError(f"breaks must be years in rising order, not {edges.tolist()}.")
        if isinstance(years, str):
            if sample.table is None:
                raise DataError(f"years={years!r} names a column, but this result keeps no table. Give it.")
            years = column_of(sample.table, years)
        one_dimensional(years, "years")
        size = len(years)
        if size not in (sample.given, sample.used.size):
            raise DataError(f"years has {size} values, but the data have {sample.given} rows.")
        values = as_numbers(years, "years")
        own = values[sample.used] if size == sample.given else values
        rows = np.flatnonzero(np.isinf(own))
        if rows.size:
            raise DataError(
                f"years is infinite in rows {listing(rows)}. Leave unknown years empty.", rows=rows
            )
        known = np.isfinite(own)
        if not known.any():
            raise DataError("years is missing in every row. There are no eras.")
        codes = np.where(known, np.searchsorted(edges, np.where(known, own, 0.0), side="right"), -1)
        return cls(_names([float(edge) for edge in edges]), codes.astype(np.int64))

    @property
    def known(self) -> BoolArray:
        """Rows whose year is known."""
        known: BoolArray = self.codes >= 0
        return known

    def rows(self, number: int) -> BoolArray:
        """Rows of an era."""
        inside: BoolArray = self.codes == number
        return inside

    def label_of_rows(self, rows: BoolArray) -> list[str]:
        """Name the era of each of these rows."""
        return [self.labels[code] for code in self.codes[rows].tolist()]


def _edges(breaks: Any) -> FloatArray:
    if isinstance(breaks, str) or (
        np.ndim(breaks) == 0 and not isinstance(breaks, (int, float, np.number, Iterable))
    ):
        raise DataError(f"breaks must be years in rising order, such as [2000, 2010], not {breaks!r}.")
    return as_numbers(list(breaks) if isinstance(breaks, Iterable) else [breaks], "breaks")


def _names(edges: list[float]) -> tuple[str, ...]:
    if not edges:
        return ("all years",)
    whole = all(edge == int(edge) for edge in edges)
    inner = [
        (f"{low:.0f}" if low == high - 1 else f"{low:.0f} to {high - 1:.0f}")
        if whole
        else f"{low:g} to before {high:g}"
        for low, high in pairwise(edges)
    ]
    return (f"before {edges[0]:g}", *inner, f"from {edges[-1]:g}")
