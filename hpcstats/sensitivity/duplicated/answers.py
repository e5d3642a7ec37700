"""The same estimate under several rows of weights that leave rows out, with limits made anew for each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from hpcstats.columns import FloatArray, IntArray
from hpcstats.sensitivity.refitting.limits import Limits, limits_of_rows, reason_of
from hpcstats.sensitivity.refitting.refits import Evaluated, Refits
from hpcstats.sensitivity.refitting.sample import Sample


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Answers:
    """Estimates (A, k), logarithms where hazard ratios are shown, with limits on the scale shown."""

    estimates: FloatArray
    low: FloatArray
    high: FloatArray
    sizes: IntArray
    events: IntArray
    statuses: tuple[tuple[str, ...], ...]
    reasons: tuple[tuple[str, ...], ...]

    @classmethod
    def of(cls, result: Any, sample: Sample, refits: Refits, weights: FloatArray) -> Answers:
        """Evaluate all rows of weights (A, n) at once; equal rows share their limits."""
        values = refits.evaluate(weights, whole=sample.whole)
        distinct: dict[bytes, Limits] = {}
        limits = []
        for row in weights:
            kept = row > 0
            key = kept.tobytes()
            if key not in distinct:
                distinct[key] = limits_of_rows(result, sample, refits, kept)
            limits.append(distinct[key])
        refused = np.array([bool(limit.refused) for limit in limits])
        estimates = np.where(values.finite & ~refused[:, None], values.values, np.nan)
        counted = weights if sample.whole else (weights > 0).astype(np.float64)
        return cls(
            estimates=estimates,
            low=np.array([limit.low for limit in limits]),
            high=np.array([limit.high for limit in limits]),
            sizes=counted.sum(axis=1).astype(np.int64),
            events=counted[:, sample.response.event].sum(axis=1).astype(np.int64),
            statuses=tuple(
                tuple("ok" if known else "not_estimable" for known in row)
                for row in np.isfinite(estimates).tolist()
            ),
            reasons=tuple(_reasons(refits, values, limit, row) for row, limit in enumerate(limits)),
        )


def _reasons(refits: Refits, values: Evaluated, limit: Limits, row: int) -> tuple[str, ...]:
    return tuple(limit.refused or reason_of(refits, number) for number in values.missing[row].tolist())
