"""Survival curves and cumulative hazards estimated again under many rows of case weights."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np

from hpcstats.columns import FloatArray, IntArray, as_numbers
from hpcstats.core.resampling.weighted_curves import WeightedCurves
from hpcstats.core.risk_sets import SAME_TIME, RiskSets, place
from hpcstats.errors import DataError, DesignError, UnsupportedError, unknown_option
from hpcstats.nonparametric.hazard import CumulativeHazard
from hpcstats.nonparametric.survival_curves import SurvivalCurves
from hpcstats.sensitivity.refitting.refits import Evaluated

REASONS = (
    "",
    "nobody of the group in the resample",
    "the quantile is not reached (ranked as infinite)",
    "the follow-up of the resample ends before",
)
KINDS = ("at", "quantile", "rmst")


@dataclass(frozen=True, slots=True, eq=False)
class CurveRefits:
    """Curves of each group, and what is read from them.

    Attributes
    ----------
    rows : tuple of ndarray
        Positions of the rows of each group.
    risks : tuple of RiskSets
        Their grids.
    asked : tuple of (kind, value)
        What is read: "survival", "quantile", "rmst", "hazard" or "successive hazard", and where.
    columns : dict
        Group, quantity and place of each value, group after group.
    """

    rows: tuple[IntArray, ...]
    risks: tuple[RiskSets, ...]
    asked: tuple[tuple[str, float], ...]
    columns: dict[str, tuple[Any, ...]]

    @classmethod
    def of(cls, curves: SurvivalCurves | CumulativeHazard, statistic: Any, kept: IntArray) -> CurveRefits:
        """Read what is asked of the curves, of the rows `kept`.

        Raises
        ------
        DataError, UnsupportedError, DesignError
            For a statistic that is not ("at", time), ("quantile", probability) or ("rmst", horizon), that the
            curves have no definition for, or beyond their follow-up.
        """
        asked = _asked(curves, statistic)
        response, groups = curves.response.take(kept), curves.groups
        rows = tuple(np.flatnonzero(groups.codes[kept] == k) for k in range(len(groups.labels)))
        risks = tuple(
            place(response.time[r], response.event[r], None if response.entry is None else response.entry[r])
            for r in rows
        )
        columns: dict[str, tuple[Any, ...]] = {
            "group": tuple(label for label in groups.labels for _ in asked),
            "quantity": tuple(kind.removeprefix("successive ") for _ in groups.labels for kind, _ in asked),
            "at": tuple(value for _ in groups.labels for _, value in asked),
        }
        return cls(rows, risks, asked, columns)

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why there may be no finite value."""
        return REASONS

    @property
    def ignorable(self) -> tuple[bool, ...]:
        """Only resamples without anybody of the group can be left out without harm."""
        return (True, True, False, False)

    @property
    def logarithmic(self) -> bool:
        """False: values are shown as they are."""
        return False

    @property
    def words(self) -> str:
        """Nothing to be said."""
        return ""

    def evaluate(self, weights: FloatArray, /, *, whole: bool, errors: bool = False) -> Evaluated:  # noqa: ARG002
        """Read the curves under each row of weights."""
        values, missing, spreads = [], [], []
        for rows, risk in zip(self.rows, self.risks, strict=True):
            curves = WeightedCurves.of(risk, weights[:, rows])
            survival = curves.survival()
            for kind, value in self.asked:
                found, spread = _read(curves, survival, kind, value)
                missing.append(
                    np.select([curves.last < 0, np.isposinf(found), np.isnan(found)], [1, 2, 3], 0)
                )
                values.append(np.where(curves.last < 0, np.nan, found))
                spreads.append(spread)
        if errors and any(kind == "quantile" for kind, _ in self.asked):
            raise UnsupportedError(
                "A quantile has no standard error to studentise by. Write kind='percentile'."
            )
        return Evaluated(np.stack(values, 1), np.stack(missing, 1), np.stack(spreads, 1) if errors else None)

    def within_follow_up(self, estimate: Evaluated, unit: str) -> None:
        """Refuse what lies beyond the follow-up of the data, but for the mean of a curve that ends at 0."""
        for j, (group, (kind, at)) in enumerate(
            product(self.columns["group"][:: len(self.asked)], self.asked)
        ):
            end = float(self.risks[j // len(self.asked)].times[-1])
            late = kind in ("survival", "hazard", "successive hazard") and at > end * (1 + SAME_TIME)
            if late or estimate.missing[0, j] == 3:
                raise DesignError(
                    f"{at:g} {unit} lies beyond the end of follow-up ({group}: {end:g}). "
                    "Ask for an earlier time; nothing is extrapolated."
                )


def _read(
    curves: WeightedCurves, survival: FloatArray, kind: str, value: float
) -> tuple[FloatArray, FloatArray]:
    if kind == "quantile":
        found = curves.quantiles(survival, value)
        return found, np.full_like(found, np.nan)
    if kind == "rmst":
        return curves.restricted_mean(survival, value)
    at = np.array([value])
    if kind == "survival":
        found, spread = curves.survival_at(survival, at)
    else:
        found, spread = curves.hazard_at(at, kind.startswith("successive"))
    return found[:, 0], spread[:, 0]


def _asked(curves: SurvivalCurves | CumulativeHazard, statistic: Any) -> tuple[tuple[str, float], ...]:
    """Return kinds and values; the median of survival curves if nothing is said."""
    hazard = isinstance(curves, CumulativeHazard)
    if statistic is None and not hazard:
        statistic = ("quantile", 0.5)
    if not isinstance(statistic, (list, tuple)) or not statistic:
        raise DataError(
            'statistic must be ("at", time), ("quantile", probability) or ("rmst", horizon), a list of them, '
            f"or a function of weights, not {statistic!r}."
        )
    found: list[tuple[str, float]] = []
    for pair in [statistic] if isinstance(statistic[0], str) else statistic:
        if not isinstance(pair, (tuple, list)) or len(pair) != 2 or pair[0] not in KINDS:
            raise unknown_option("statistic", pair, KINDS)
        name, values = pair
        if hazard and name != "at":
            raise UnsupportedError('Of a cumulative hazard only its value at a time is read: ("at", time).')
        found += [(_kind(curves, name), value) for value in _values(name, values)]
    return tuple(found)


def _kind(curves: SurvivalCurves | CumulativeHazard, name: str) -> str:
    if not isinstance(curves, CumulativeHazard):
        return "survival" if name == "at" else name
    successive = any("successive" in text for text in curves.conventions)
    return "successive hazard" if successive else "hazard"


def _values(name: str, given: Any) -> list[float]:
    values = as_numbers([given] if np.ndim(given) == 0 else given, name)
    wrong = ~np.isfinite(values) | (values < 0)
    if name == "quantile":
        wrong |= (values <= 0) | (values >= 1)
    if wrong.any() or not values.size:
        what = "proportions strictly between 0 and 1" if name == "quantile" else "times from 0 on"
        raise DataError(f"({name!r}, ...) takes {what}, not {given!r}.")
    return [float(value) for value in values]
