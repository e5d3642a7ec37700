"""At which ratio of assumed fractions an estimate, or a limit, passes a value."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from hpcstats.columns import FloatArray
from hpcstats.errors import DataError, DesignError
from hpcstats.regression.fit import CoxFit
from hpcstats.sensitivity.numeric_options import is_finite
from hpcstats.sensitivity.refitting.cox_refits import CoxRefits

if TYPE_CHECKING:
    import pandas as pd

    from hpcstats.sensitivity.sampled.fractions_result import SamplingFractions
    from hpcstats.sensitivity.sampled.weighted import Weighted

WHAT = ("estimate", "low", "high")
_STEPS = 60
_CLOSE = 1e-9


def turning_points(found: SamplingFractions, value: float | None) -> pd.DataFrame:
    """Return the frame that `SamplingFractions.turning_points` documents."""
    import pandas as pd

    goal = _goal(found.weighted, value)
    if len(found.labels) != 2:
        raise DesignError(f"A ratio needs two labels, but by has {len(found.labels)}. Look at to_frame().")
    ratios, first = np.unique(np.round(found.ratios[:, 0], 12), return_index=True)
    if ratios.size < 2:
        raise DesignError("One ratio was assumed only. Give more fractions.")
    weighted = found.weighted
    estimates = weighted.shown(weighted.estimates(weighted.weights(found.fractions[first])))
    curves = {"estimate": estimates, "low": found.low[first], "high": found.high[first]}
    rows = []
    for j, names in enumerate(zip(*found.columns.values(), strict=True)):
        for what in WHAT:
            for ratio, note in _passings(weighted, ratios, curves[what][:, j], goal, what, j):
                rows.append((*names, what, goal, ratio, note))
    return pd.DataFrame(rows, columns=[*found.columns, "what", "value", "ratio", "note"])


def _goal(weighted: Weighted, value: float | None) -> float:
    if value is None:
        if not isinstance(weighted.result, CoxFit) or not isinstance(weighted.refits, CoxRefits):
            raise DataError("Say which value is to be passed, such as turning_points(0.5).")
        return 1.0 if weighted.refits.logarithmic else 0.0
    if not is_finite(value):
        raise DataError(f"value must be a number, not {value!r}.")
    return float(value)


def _passings(
    weighted: Weighted, ratios: FloatArray, curve: FloatArray, goal: float, what: str, quantity: int
) -> list[tuple[float, str]]:
    """Return each ratio at which the curve passes the goal, or why there is none."""

    def side(ratio: float) -> float:
        return float(np.sign(_value(weighted, ratio, what, quantity) - goal))

    sides = np.sign(curve - goal)
    found: list[tuple[float, str]] = [(float(ratio), "") for ratio in ratios[sides == 0]]
    for k in np.flatnonzero(sides[:-1] * sides[1:] == -1):
        ratio = _bisect(side, float(ratios[k]), float(ratios[k + 1]), float(sides[k]))
        where = f"between ratios {ratios[k]:g} and {ratios[k + 1]:g}, where it is not known throughout"
        found.append((ratio, where if np.isnan(ratio) else ""))
    if found:
        return sorted(found)
    span = f"at ratios from {ratios[0]:g} to {ratios[-1]:g}"
    if np.isnan(sides).all():
        return [(np.nan, f"not known {span}")]
    known = "above" if np.nanmax(sides) > 0 else "below"
    return [(np.nan, f"{known} {goal:g} {span}{', where it is known' if np.isnan(sides).any() else ''}")]


def _bisect(side: Callable[[float], float], low: float, high: float, at_low: float) -> float:
    """Halve the logarithm of the ratio until both ends agree; NaN where the curve is not known between."""
    for _ in range(_STEPS):
        middle = float(np.sqrt(low * high))
        here = side(middle)
        if np.isnan(here):
            return float("nan")
        if here == 0 or high / low - 1 < _CLOSE:
            return middle
        low, high = (middle, high) if here == at_low else (low, middle)
    return float(np.sqrt(low * high))


def _value(weighted: Weighted, ratio: float, what: str, quantity: int) -> Any:
    # Only the ratio matters, so that a "fraction" above 1 stands for any pair of fractions in this ratio.
    weights = weighted.weights(np.array([[ratio, 1.0]]))
    if what == "estimate":
        return weighted.shown(weighted.estimates(weights))[0, quantity]
    return getattr(weighted.limits(weights[0])[0], what)[quantity]
