"""The maximum of a partial likelihood, or the directions along which there is none."""

from __future__ import annotations

import numpy as np

from hpcstats.core.newton import Maximum, maximise
from hpcstats.core.partial_likelihood import Derivatives, PartialLikelihood
from hpcstats.core.recession import Recession, recession
from hpcstats.core.risk_sets import FloatArray

_SOUND = 1e-4


def maximum_or_recession(likelihood: PartialLikelihood) -> tuple[Maximum, Derivatives, Recession]:
    """Climb from 0; return where the climb ended, the derivatives at 0, and the recession.

    A stationary point at which no direction has lost most of its information is the maximum of a concave
    function, so that no recession exists. Only where the climb ends otherwise linear programming decides.
    """
    start = np.zeros((1, likelihood.parameters))
    null, top = likelihood.evaluate(start), maximise(likelihood.evaluate, start)
    if top.converged[0] and _sound(top.derivatives.information[0], null.information[0]):
        return top, null, Recession.none(likelihood.parameters)
    return top, null, recession(likelihood)


def _sound(information: FloatArray, null: FloatArray) -> bool:
    """Tell whether every direction keeps some of the information that it has at 0."""
    root = np.linalg.cholesky(null)
    relative = np.linalg.solve(root, np.linalg.solve(root, information).T)
    return bool(np.linalg.eigvalsh((relative + relative.T) / 2)[0] >= _SOUND)
