"""The maximum of a partial likelihood, or the directions along which there is none."""

from __future__ import annotations

import numpy as np

from hpcstats.core.cox.newton import maximise
from hpcstats.core.cox.objective import CONVERGED, MONOTONE, STOPPED, Maximum
from hpcstats.core.cox.partial_likelihood import Derivatives, PartialLikelihood
from hpcstats.core.cox.recession import Recession, recession
from hpcstats.core.risk_sets import FloatArray


def refit(likelihood: PartialLikelihood, start: FloatArray) -> Maximum:
    """Climb from `start` (B, p) under every weight row, and decide for each whether a maximum exists.

    The outcomes are CONVERGED, MONOTONE and UNINFORMED of `core.cox.newton`; STOPPED is left where a maximum
    exists that Newton's method did not reach. What neither the climb nor a test of its direction decides,
    linear programming does.
    """
    top = maximise(likelihood, start, give_up=True)
    status, left = top.status.copy(), np.flatnonzero(top.status == STOPPED)
    if not left.size:
        return top
    rises = [recession(likelihood.take(np.array([row]))).monotone for row in left]
    status[left[rises]] = MONOTONE
    finite = left[~np.array(rises)]
    if not finite.size:
        return Maximum(top.position, top.derivatives, status)
    again = maximise(likelihood.take(finite), top.position[finite])
    position, here = top.position.copy(), top.derivatives
    position[finite], status[finite] = again.position, again.status
    moved = np.isin(np.arange(status.size), finite)
    place = np.cumsum(moved) - 1
    return Maximum(position, here.merged(again.derivatives.take(place), moved), status)


def maximum_or_recession(likelihood: PartialLikelihood) -> tuple[Maximum, Derivatives, Recession]:
    """Climb from 0; return where the climb ended, the derivatives at 0, and the recession.

    A climb that proves its maximum leaves no recession. Only where it ends otherwise linear programming
    decides, and the climb goes on to within rounding of the supremum.
    """
    start = np.zeros((1, likelihood.parameters))
    null = likelihood.evaluate(start)
    top = maximise(likelihood, start, give_up=True, known=null)
    if top.status[0] == CONVERGED:
        return top, null, Recession.none(likelihood.parameters)
    return maximise(likelihood, start), null, recession(likelihood)
