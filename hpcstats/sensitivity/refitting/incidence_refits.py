"""Cumulative incidences estimated again under many rows of case weights."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from hpcstats.columns import FloatArray, IntArray, as_numbers
from hpcstats.core.competing.curves import WeightedIncidence
from hpcstats.core.risk_sets import RiskSets, place
from hpcstats.errors import DataError
from hpcstats.nonparametric.competing.curves import CumulativeIncidence
from hpcstats.sensitivity.refitting.refits import Evaluated

REASONS = ("", "nobody of the group in the resample", "the follow-up of the resample ends before")


@dataclass(frozen=True, slots=True, eq=False)
class IncidenceRefits:
    """Cumulative incidences of each group and cause at given times.

    Attributes
    ----------
    rows : tuple of ndarray
        Positions of the rows of each group.
    risks : tuple of RiskSets
        Their grids.
    cause : tuple of ndarray
        Their causes, 0 for censored.
    causes : int
        Number of causes.
    times : ndarray
        Where the curves are read.
    columns : dict
        Group, cause, quantity and place of each value: group after group, cause after cause.
    """

    rows: tuple[IntArray, ...]
    risks: tuple[RiskSets, ...]
    cause: tuple[IntArray, ...]
    causes: int
    times: FloatArray
    columns: dict[str, tuple[Any, ...]]
    reasons: tuple[str, ...] = REASONS
    ignorable: tuple[bool, ...] = (True, True, False)
    logarithmic: bool = False
    words: str = ""

    @classmethod
    def of(cls, curves: CumulativeIncidence, statistic: Any, kept: IntArray) -> IncidenceRefits:
        """Read what is asked of the curves, of the rows `kept`.

        Raises
        ------
        DataError
            For a statistic that is not ("at", times).
        DesignError
            For times beyond the follow-up of a group.
        """
        times = _times(statistic)
        curves.at(times)
        response = curves.response.take(kept)
        rows = tuple(np.flatnonzero(curves.groups.codes[kept] == k) for k in range(len(curves.labels)))
        risks = tuple(
            place(response.time[r], response.event[r], None if response.entry is None else response.entry[r])
            for r in rows
        )
        names = [(label, cause, t) for label in curves.labels for cause in curves.causes for t in times]
        groups, causes, at = zip(*names, strict=True)
        return cls(
            rows,
            risks,
            tuple(response.status[r] for r in rows),
            len(curves.causes),
            times,
            {
                "group": groups,
                "cause": causes,
                "quantity": ("cumulative incidence",) * len(names),
                "at": tuple(map(float, at)),
            },
        )

    def evaluate(self, weights: FloatArray, /, *, whole: bool, errors: bool = False) -> Evaluated:  # noqa: ARG002
        """Read the curves under each row of weights (B, n)."""
        values, missing, spreads = [], [], []
        for rows, risk, cause in zip(self.rows, self.risks, self.cause, strict=True):
            curves = WeightedIncidence.of(risk, cause, self.causes, weights[:, rows])
            found = curves.at(self.times).reshape(weights.shape[0], -1)
            nobody = np.broadcast_to((curves.last < 0)[:, None], found.shape)
            missing.append(np.select([nobody, np.isnan(found)], [1, 2], 0))
            values.append(np.where(nobody, np.nan, found))
            if errors:
                spreads.append(curves.errors_at(self.times).reshape(found.shape))
        return Evaluated(
            np.concatenate(values, axis=1),
            np.concatenate(missing, axis=1),
            np.concatenate(spreads, axis=1) if errors else None,
        )


def _times(statistic: Any) -> FloatArray:
    if not isinstance(statistic, (tuple, list)) or len(statistic) != 2 or statistic[0] != "at":
        raise DataError(
            f'Cumulative incidences are read at times: write statistic=("at", times), not {statistic!r}.'
        )
    return as_numbers([statistic[1]] if np.ndim(statistic[1]) == 0 else statistic[1], "times")
