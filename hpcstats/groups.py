"""Groups, strata, causes and case weights as every comparison takes them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from hpcstats.columns import FloatArray, IntArray, as_labels, as_numbers, distinct_labels
from hpcstats.errors import DataError, DesignError, UnsupportedError, listing
from hpcstats.surv import Surv

ALL = "all"
ALTERNATIVES = ("two-sided", "greater", "less")

_MANY = 10_000


@dataclass(frozen=True, slots=True, eq=False)
class Groups:
    """Labels in their order and the number of each row's label."""

    labels: tuple[Any, ...]
    codes: IntArray

    @classmethod
    def of(cls, values: Any, response: Surv, name: str = "group") -> Groups:
        """Read a column of labels, one a row of `response`; None is one group called "all"."""
        if values is None:
            return cls((ALL,), _constant(np.int64(0), len(response)))
        labels = as_labels(values, name)
        same_rows(labels.size, response, name)
        order = distinct_labels(values, labels)
        code = {label: number for number, label in enumerate(order)}
        return cls(tuple(order), np.array([code[label] for label in labels.tolist()], dtype=np.int64))

    @classmethod
    def compared(cls, values: Any, response: Surv) -> Groups:
        """Read the labels of a comparison: two or more."""
        groups = cls.of(values, response)
        if len(groups.labels) == 1:
            raise DesignError(f"group has only one label ({groups.labels[0]!r}). A comparison needs two.")
        return groups

    @classmethod
    def two(cls, values: Any, response: Surv, method: str) -> Groups:
        """Read the labels of a comparison that is defined for two groups only."""
        groups = cls.compared(values, response)
        if len(groups.labels) > 2:
            raise DesignError(
                f"{method} compares two groups, but group has {len(groups.labels)} labels "
                f"({listing(groups.labels)}). Choose two of them, or another grouping."
            )
        return groups

    @property
    def sizes(self) -> IntArray:
        """Rows in each group."""
        return np.bincount(self.codes, minlength=len(self.labels)).astype(np.int64)

    def rows(self, number: int) -> IntArray:
        """Return the positions of the rows of one group."""
        return np.flatnonzero(self.codes == number)

    def number(self, label: Any) -> int:
        """Return the number of a label."""
        if label not in self.labels:
            raise DataError(f"There is no group {label!r}. The groups are {listing(self.labels)}.")
        return self.labels.index(label)

    def counted_rows(self, number: int, weights: FloatArray) -> IntArray:
        """Return the positions of the rows of one group whose weight is not zero.

        Raises
        ------
        DataError
            When all its weights are zero.
        """
        rows = np.flatnonzero((self.codes == number) & (weights > 0))
        if not rows.size:
            raise DataError(f"All weights of group {self.labels[number]!r} are zero. Leave the group out.")
        return rows


def every_row_at_risk(response: Surv, method: str, among: IntArray | None = None) -> None:
    """Refuse rows without length, which hold a second event at one time: nobody is at risk in them.

    Only the rows `among` count, where they are given.
    """
    if response.kind != "counting" or response.entry is None:
        return
    rows = np.flatnonzero(response.entry == response.time)
    rows = rows if among is None else np.intersect1d(rows, among)
    if rows.size:
        whom = listing(dict.fromkeys(response.patients(rows)))
        raise DataError(
            f"{method} has no risk set for the second event of a patient at one time (rows {listing(rows)}; "
            f"patients {whom}). Count the two as one event, or use hs.mean_cumulative.",
            rows=rows,
        )


def cause_number(response: Surv, cause: Any) -> int:
    """Return the number of a cause, from 1 on, given by its name, or by that number where none is so called.

    Raises
    ------
    DataError
        For anything else.
    """
    names = response.causes
    if str(cause) in names:
        return names.index(str(cause)) + 1
    if isinstance(cause, (int, np.integer)) and not isinstance(cause, bool) and 1 <= cause <= len(names):
        return int(cause)
    raise DataError(
        f"There is no cause {cause!r}. The causes are {listing(names)}, or by number 1 to {len(names)}."
    )


def same_rows(size: int, response: Surv, name: str) -> None:
    """Refuse a column that has not one value for each row of the response."""
    if size != len(response):
        raise DataError(f"{name} has {size} values, but the response has {len(response)} rows.")


def case_weights(values: Any, response: Surv, name: str = "weights", *, whole: bool = False) -> FloatArray:
    """Read case weights: non-negative, finite, not all zero (`whole`: integers); None is all ones."""
    if values is None:
        ones: FloatArray = _constant(np.float64(1), len(response))
        return ones
    weights = as_numbers(values, name)
    same_rows(weights.size, response, name)
    wrong = ~np.isfinite(weights) | (weights < 0)
    if whole:
        wrong |= weights % 1 != 0
    rows = np.flatnonzero(wrong)
    if rows.size:
        shown = listing(f"row {row}: {weights[row]:g}" for row in rows)
        kind = "whole numbers, 0 or more" if whole else "finite and 0 or more"
        raise DataError(f"{name} must be {kind} ({shown}).", rows=rows)
    if not weights.any():
        raise DataError(f"{name} are all zero. At least one row must count.")
    return weights


def _constant(value: Any, size: int) -> Any:
    """Return one number `size` times; where they are many they take no memory."""
    return np.full(size, value) if size < _MANY else np.broadcast_to(value, size)


def number_of(weights: FloatArray) -> int:
    """Count the patients that case weights stand for: their sum where whole, else the rows that count."""
    whole = not (weights % 1).any()
    return int(weights.sum()) if whole else int(np.count_nonzero(weights))


def confidence_level(level: Any) -> float:
    """Refuse a level that is not a proportion."""
    if not isinstance(level, (int, float, np.floating)) or not 0 < level < 1:
        raise DataError(f"level must be a proportion between 0 and 1, such as 0.95, not {level!r}.")
    return float(level)


def needs_kind(response: Surv, kinds: tuple[str, ...], method: str, instead: str) -> None:
    """Refuse a response that `method` has no definition for."""
    if not isinstance(response, Surv):
        raise DataError(
            f"{method} needs a Surv as its first argument, not {type(response).__name__}. "
            f"Write hs.Surv.{'right(time, event)' if 'right' in kinds else f'{kinds[0]}(...)'}."
        )
    if response.kind not in kinds:
        raise UnsupportedError(f"{method} is not defined for Surv.{response.kind}. {instead}")
