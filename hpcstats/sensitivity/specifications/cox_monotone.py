"""What a coefficient is where the partial likelihood has no finite maximum: infinite, or that of its limit.

Along a direction in which the likelihood rises for ever only those who share the largest value of the
direction at an event time keep counting: in the limit it is the likelihood stratified by that value.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from hpcstats.columns import FloatArray, IntArray
from hpcstats.core.cox.newton import maximise
from hpcstats.core.cox.partial_likelihood import PartialLikelihood
from hpcstats.core.cox.recession import recession


def coefficient(
    likelihood: PartialLikelihood,
    matrix: FloatArray,
    column: int,
    limit: Callable[[FloatArray], PartialLikelihood],
) -> tuple[float, float]:
    """Return a coefficient and its Wald statistic under one weight row.

    Parameters
    ----------
    likelihood : PartialLikelihood
        Monotone.
    matrix : ndarray, shape (n, p)
        Its covariates.
    column : int
        Which coefficient.
    limit : callable
        Makes the likelihood that is stratified by the values (n,) as well.
    """
    cone = recession(likelihood)
    rises, falls = bool(cone.rises[column]), bool(cone.falls[column])
    if rises or falls:
        return (np.nan if rises and falls else np.inf if rises else -np.inf), np.nan
    inner = limit(np.round(matrix @ cone.direction, 8))
    top = maximise(inner, np.zeros((1, matrix.shape[1])))
    finite = np.flatnonzero(~(cone.rises | cone.falls))
    inverse = np.linalg.pinv(top.derivatives.information[0], hermitian=True)[np.ix_(finite, finite)]
    variance = float(np.diag(inverse)[finite == column][0])
    value = float(top.position[0, column])
    return value, value / np.sqrt(variance) if variance > 0 else np.nan


def distinct_rows(codes: IntArray, rows: IntArray) -> list[IntArray]:
    """Put rows of equal labels together."""
    _, number = np.unique(codes[rows], axis=0, return_inverse=True)
    return [rows[number.reshape(-1) == k] for k in range(int(number.max(initial=-1)) + 1)]
