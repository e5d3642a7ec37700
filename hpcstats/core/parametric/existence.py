"""Does the likelihood of a location family have a finite maximum? Decided by linear programming.

There are two ways to fail.

Separation: there is a direction d of the location's coefficients along which every censored row only gains:
x'd >= 0 where the event is later than a time, x'd <= 0 where it is earlier, x'd = 0 in all other rows, and
something is gained. A group without events is the usual case.

Collapse: some location b fits everything without any scatter: x'b = y where the time is exact, y_l <= x'b <=
y_u where it lies between, x'b >= y where it is later. The likelihood then rises for ever as the scale
goes to 0.
"""

from __future__ import annotations

import numpy as np
from scipy.optimize import linprog

from hpcstats.core.parametric.likelihood import Observed
from hpcstats.core.risk_sets import FloatArray

_POSITIVE = 1e-7


def separation(observed: Observed, design: FloatArray, *, from_zero: bool) -> FloatArray:
    """Return a direction (p,) in which the likelihood only gains; zeros if there is none."""
    counted = observed.weights > 0
    later = counted & np.isinf(observed.upper)
    earlier = counted & observed.closed & (observed.lower <= 0) & from_zero
    fixed = counted & ~later & ~earlier
    gain = design[later].sum(axis=0) - design[earlier].sum(axis=0)
    found = linprog(
        -gain,
        A_ub=np.vstack([-design[later], design[earlier]]) if (later | earlier).any() else None,
        b_ub=np.zeros(int((later | earlier).sum())) if (later | earlier).any() else None,
        A_eq=design[fixed] if fixed.any() else None,
        b_eq=np.zeros(int(fixed.sum())) if fixed.any() else None,
        bounds=(-1, 1),
        method="highs",
    )
    if found.x is None or float(gain @ found.x) <= _POSITIVE:
        return np.zeros(design.shape[1])
    return np.where(np.abs(found.x) > _POSITIVE, found.x, 0.0)


def collapses(observed: Observed, design: FloatArray, *, from_zero: bool) -> bool:
    """Tell whether some location fits all that is known without scatter."""
    counted = observed.weights > 0
    exact = counted & observed.exact
    if np.linalg.matrix_rank(design[counted]) < design.shape[1]:
        return False

    def position(times: FloatArray) -> FloatArray:
        with np.errstate(divide="ignore"):
            return np.log(times) if from_zero else times

    low = counted & ~exact & ((observed.lower > 0) | (not from_zero))
    high = counted & observed.closed
    rows = np.vstack([-design[low], design[high]])
    bounds = np.concatenate([-position(observed.lower[low]), position(observed.upper[high])])
    found = linprog(
        np.zeros(design.shape[1]),
        A_ub=rows if rows.size else None,
        b_ub=bounds if rows.size else None,
        A_eq=design[exact] if exact.any() else None,
        b_eq=position(observed.lower[exact]) if exact.any() else None,
        bounds=(None, None),
        method="highs",
    )
    return bool(found.status == 0)
