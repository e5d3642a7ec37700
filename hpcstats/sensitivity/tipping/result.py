"""The result of a tipping-point analysis."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from hpcstats.columns import BoolArray, FloatArray, IntArray
from hpcstats.errors import check_option
from hpcstats.groups import Groups
from hpcstats.results import Result
from hpcstats.surv import Surv

if TYPE_CHECKING:
    import pandas as pd

HIGHER, LOWER, OPEN, UNKNOWN = "higher hazard", "lower hazard", "no difference shown", "no estimate"
_OF = ("p_value", "hazard_ratio")
_SMALLEST = 1e-300
"""Smaller p-values are taken for this one, of which there is a logarithm."""

_MARKS = {HIGHER: "+", LOWER: "-", OPEN: " ", UNKNOWN: "?"}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class TippingPoint(Result):
    """Conclusions over hazard ratios after the censoring, one delta a group. Made by `tipping_point`.

    Arrays of shape (D1, D2) have a row for each delta of the first group and a column for each of the second;
    hazard ratios are those of the second group against the first.

    Attributes
    ----------
    delta_first, delta_second : ndarray
        Hazard of those imputed over that of those still followed, in each group.
    hazard_ratio, low, high, p_value : ndarray, shape (D1, D2)
        Pooled over the imputations; NaN where an imputation has no estimate.
    std_error, df, missing_information, monte_carlo_error : ndarray, shape (D1, D2)
        Standard error of the log hazard ratio, degrees of freedom, fraction of missing information, and
        standard error of the log hazard ratio by the finite number of imputations.
    failed : ndarray of int, shape (D1, D2)
        Imputations without an estimate.
    main : tuple of float
        Hazard ratio, limits and p-value of the same test on the data as observed.
    rows : ndarray of int
        Rows that were imputed.
    unpublished : tuple of int
        Patients added to each group.
    level : float
        Confidence level; a difference is shown where p < 1 - level.
    test, curve, seed : str
        The test, what was imputed from, and what to write to draw the same imputations again.
    horizon : float
        Time up to which was imputed.
    n_imputations : int
        Imputations for each pair of deltas.
    """

    response: Surv
    groups: Groups
    delta_first: FloatArray
    delta_second: FloatArray
    hazard_ratio: FloatArray
    low: FloatArray
    high: FloatArray
    p_value: FloatArray
    std_error: FloatArray
    df: FloatArray
    missing_information: FloatArray
    monte_carlo_error: FloatArray
    failed: IntArray
    main: tuple[float, float, float, float]
    rows: IntArray
    unpublished: tuple[int, int]
    level: float
    test: str
    curve: str
    horizon: float
    n_imputations: int
    seed: str

    summary_fields = (
        *Result.summary_fields,
        "main",
        "unpublished",
        "level",
        "test",
        "curve",
        "horizon",
        "n_imputations",
        "seed",
    )

    @property
    def labels(self) -> tuple[Any, ...]:
        """Group labels in order: the second is compared with the first."""
        return self.groups.labels

    @property
    def shown(self) -> BoolArray:
        """Where a difference is shown, (D1, D2)."""
        return np.asarray(self.p_value < 1 - self.level, dtype=np.bool_)

    @property
    def conclusions(self) -> tuple[tuple[str, ...], ...]:
        """For each pair of deltas the hazard of the second group: higher, lower, or no difference shown.

        "no estimate" where an imputation has none.
        """
        told = np.where(self.shown, np.where(self.hazard_ratio > 1, HIGHER, LOWER), OPEN)
        told = np.where(np.isnan(self.p_value), UNKNOWN, told)
        return tuple(tuple(str(one) for one in row) for row in told)

    @property
    def centre(self) -> tuple[int, int]:
        """Place of the pair (1, 1)."""
        return int(np.argmin(np.abs(self.delta_first - 1))), int(np.argmin(np.abs(self.delta_second - 1)))

    def imputed(self) -> tuple[str, ...]:
        """Return the identifiers of those who were imputed."""
        return self.response.patients(self.rows)

    def patients(self) -> tuple[str, ...]:
        """Return the identifiers of all who entered."""
        return self.response.patients()

    def title(self) -> str:
        """Return the heading of the text form."""
        first, second = self.labels
        place = self.centre
        return (
            f"Tipping point, {second} against {first}: p = {self.p_value[place]:.4g} at delta = 1, "
            f"{self.p_value.size} pairs of delta, {int(self.shown.sum())} with p < {1 - self.level:g}"
        )

    def __str__(self) -> str:
        """Return the map of p-values as a table, and what is said of it."""
        import pandas as pd

        first, second = self.labels
        rows, columns = (
            [f"{value:.4g}" for value in deltas] for deltas in (self.delta_first, self.delta_second)
        )
        cells = [
            [f"{p:.2g}{_MARKS[told]}" for p, told in zip(values, words, strict=True)]
            for values, words in zip(self.p_value.tolist(), self.conclusions, strict=True)
        ]
        table = pd.DataFrame(cells, index=rows, columns=columns).to_string()
        key = (
            f"p-values: rows delta of {first}, columns delta of {second}; "
            f"+ higher, - lower hazard of {second} shown, ? {UNKNOWN}"
        )
        return "\n".join([self.title(), table, key, *self._notes()])

    def to_frame(self) -> pd.DataFrame:
        """Return a row for each pair of deltas, those of the first group slowest.

        Columns delta_first, delta_second, hazard_ratio, low, high, p_value, conclusion, missing_information,
        monte_carlo_error, failed.
        """
        import pandas as pd

        size = self.delta_first.size, self.delta_second.size
        columns: dict[str, Any] = {
            "delta_first": np.repeat(self.delta_first, size[1]),
            "delta_second": np.tile(self.delta_second, size[0]),
        }
        columns |= {name: getattr(self, name).ravel() for name in ("hazard_ratio", "low", "high", "p_value")}
        columns["conclusion"] = [one for row in self.conclusions for one in row]
        for name in ("missing_information", "monte_carlo_error", "failed"):
            columns[name] = getattr(self, name).ravel()
        return pd.DataFrame(columns)

    def turning_points(self, of: str = "p_value") -> pd.DataFrame:
        """Return where the conclusion turns: the pairs of deltas at which p, or the hazard ratio, crosses.

        Every pair of neighbours of the grid is looked at, so that the map need not be monotone. Between them
        log p (against 1 - level) or the log hazard ratio (against 0) is taken as linear in log delta; where a
        difference shown to one side is followed by one to the other, the logarithms of both limits are, and
        each passes 1. What passes and comes back between neighbours is not seen. Rows delta_first,
        delta_second, away (distance from (1, 1) in log delta), the nearest first.
        """
        import pandas as pd

        check_option("of", of, _OF)
        with np.errstate(divide="ignore"):
            ratio, *limits = (np.log(values) for values in (self.hazard_ratio, self.low, self.high))
        p_value = np.log(np.maximum(self.p_value, _SMALLEST)) - np.log(1 - self.level)
        x, y = np.log(self.delta_first), np.log(self.delta_second)
        points = _crossings(p_value if of == "p_value" else ratio, x, y)
        if of == "p_value":
            sides = np.where(self.shown, np.sign(ratio), np.nan)
            points += [point for limit in limits for point in _crossings(limit, x, y, sides)]
        found = sorted(
            {(round(a, 9), round(b, 9)) for a, b in points}, key=lambda p: (float(np.hypot(*p)), p)
        )
        return pd.DataFrame(
            {
                "delta_first": [float(np.exp(a)) for a, _ in found],
                "delta_second": [float(np.exp(b)) for _, b in found],
                "away": [float(np.hypot(a, b)) for a, b in found],
            }
        )


def _crossings(
    field: FloatArray, first: FloatArray, second: FloatArray, sides: FloatArray | None = None
) -> list[tuple[float, float]]:
    """Find the zeros of a field (D1, D2) between neighbours on both axes, where `sides` change if given."""
    turned = None if sides is None else sides.T
    along = _crossed(field.T, second, first, turned)
    return [*_crossed(field, first, second, sides), *((one, other) for other, one in along)]


def _crossed(
    field: FloatArray, across: FloatArray, along: FloatArray, sides: FloatArray | None
) -> list[tuple[float, float]]:
    """Find the zeros of a field (A, B) on its lines along the second axis."""
    before, after = field[:, :-1], field[:, 1:]
    with np.errstate(invalid="ignore"):
        passed = np.isfinite(before) & np.isfinite(after) & ((before < 0) != (after < 0))
        if sides is not None:
            passed &= sides[:, :-1] * sides[:, 1:] < 0
    row, place = np.nonzero(passed)
    share = before[row, place] / (before[row, place] - after[row, place])
    at = along[place] + share * (along[place + 1] - along[place])
    return list(zip(across[row].tolist(), at.tolist(), strict=True))
