"""Second derivatives by differences of a gradient."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from hpcstats.core.risk_sets import FloatArray

_FINE = 1e-3


def by_differences(
    with_slope: Callable[[FloatArray], tuple[float, FloatArray]], values: FloatArray, *, rough: bool
) -> FloatArray:
    """Return the symmetric matrix (p, p) of second derivatives, of fourth order unless `rough`."""
    matrix = np.empty((values.size, values.size))
    for k in range(values.size):
        step = np.zeros(values.size)
        step[k] = _FINE
        near = with_slope(values + step)[1] - with_slope(values - step)[1]
        if rough:
            matrix[k] = near / (2 * _FINE)
            continue
        far = with_slope(values + 2 * step)[1] - with_slope(values - 2 * step)[1]
        matrix[k] = (8 * near - far) / (12 * _FINE)
    symmetric: FloatArray = (matrix + matrix.T) / 2
    return symmetric
