"""How many are under observation, and how many were censored, at any time."""

from __future__ import annotations

from typing import Any

import numpy as np

from hpcstats.columns import FloatArray
from hpcstats.core.step_function import value_at, weight_up_to
from hpcstats.nonparametric.curves import Curve
from hpcstats.surv import Surv


def under_observation(
    response: Surv, rows: Any, weights: FloatArray, asked: FloatArray, *, after: bool
) -> FloatArray:
    """Weigh those with entry < t <= exit, or, just `after` t, those with entry <= t < exit."""
    leaving = weight_up_to(response.time[rows], weights, asked, including=after)
    if response.entry is None:
        return np.sum(weights, dtype=np.float64) - leaving
    return weight_up_to(response.entry[rows], weights, asked, including=after) - leaving


def leaving_up_to(curve: Curve, asked: FloatArray) -> FloatArray:
    """Count the censored up to and including each time."""
    return value_at(curve.time, np.cumsum(curve.censored), asked, 0.0)
