"""Marginal posterior densities of up to four coefficients by quadrature, without sampling.

The marginal density of coefficient j is formed at points b = mode + unit sinh(t), t on an even grid. At each
the other coefficients are moved to their conditional maximum and integrated out on a product grid, even in
u, where z = sinh(u) counts their conditional standard deviations. Sums over even grids of smooth functions
that vanish at both ends converge faster than any power of the step (Trefethen & Weideman 2014,
doi:10.1137/130932132), and sinh reaches heavy or one-sided tails with few points.
"""

from __future__ import annotations

import numpy as np
from scipy.special import logsumexp

from hpcstats.core.cox.newton import maximise
from hpcstats.core.posterior.log_posterior import Density, Heights
from hpcstats.core.posterior.marginal import GridMarginal
from hpcstats.core.risk_sets import FloatArray, IntArray

NODES = {1: (161, 1), 2: (81, 41), 3: (61, 21), 4: (41, 13)}
"""Points of the marginal, and of each other dimension, by number of coefficients."""

_DROP = 30.0
_WALK = np.arange(1.0, 7.01, 0.25)
_ITERATIONS = 8
_LEAST = 0.01


def mode_of(density: Density) -> tuple[FloatArray, FloatArray]:
    """Return the posterior mode (p,) and the inverse of the information there (p, p)."""
    top = maximise(density, np.zeros((1, density.parameters)))
    return top.position[0], np.linalg.inv(top.derivatives.information[0])


def grid_marginals(density: Density, mode: FloatArray, covariance: FloatArray) -> list[GridMarginal]:
    """Return the marginal of each of up to four coefficients; each is normalised on its own grid."""
    heights = Heights.of(density)
    return [_marginal(density, heights, mode, covariance, j) for j in range(mode.size)]


def grid_nodes(parameters: int) -> int:
    """Return how many evaluations stand behind all marginals."""
    outer, inner = NODES[parameters]
    return int(parameters * outer * inner ** (parameters - 1))


def _marginal(
    density: Density, heights: Heights, mode: FloatArray, covariance: FloatArray, j: int
) -> GridMarginal:
    outer, inner = NODES[mode.size]
    unit = float(np.sqrt(covariance[j, j]))
    along = covariance[:, j] / covariance[j, j]
    down, up = _reach(density, heights, mode, along * unit, j)
    grid = np.linspace(-down, up, outer)
    centre, information = _conditional(density, mode + np.outer(np.sinh(grid), along * unit), j)
    height = heights(centre)
    logs = height + np.log(unit * np.cosh(grid))
    if mode.size > 1:
        spread = information + _LEAST * np.linalg.inv(covariance)
        logs = logs + _inside(heights, centre, height, spread, j, inner)
    step = float(grid[1] - grid[0])
    log_total = float(logsumexp(logs)) + np.log(step)
    return GridMarginal(float(mode[j]), unit, grid, np.exp(logs - log_total), float(log_total))


def _conditional(density: Density, start: FloatArray, j: int) -> tuple[FloatArray, FloatArray]:
    """Move all but coefficient j to about their conditional maximum: places (M, p), information there."""
    if start.shape[1] == 1:
        return start, np.empty((start.shape[0], 0, 0))
    held = np.zeros(start.shape, dtype=bool)
    held[:, j] = True
    top = maximise(density, start, held=held, iterations=_ITERATIONS)
    return top.position, top.derivatives.information


def _reach(
    density: Density, heights: Heights, mode: FloatArray, stride: FloatArray, j: int
) -> tuple[float, float]:
    """Return how far t must go down and up until the density has vanished."""
    top = heights(mode[None])[0]
    far = []
    for sign in (-1.0, 1.0):
        places, _ = _conditional(density, mode + np.outer(sign * np.sinh(_WALK), stride), j)
        vanished = heights(places) < top - _DROP
        far.append(float(_WALK[np.argmax(vanished)] if vanished.any() else _WALK[-1]))
    return far[0], far[1]


def _inside(
    heights: Heights, centre: FloatArray, height: FloatArray, spread: FloatArray, j: int, size: int
) -> FloatArray:
    """Integrate out the other coefficients at each centre (M, p): log integral over the height, (M,)."""
    m, p = centre.shape
    others = np.flatnonzero(np.arange(p) != j)
    root = np.linalg.cholesky(np.linalg.inv(spread[:, others[:, None], others]))
    low, high = _ends(heights, centre, height, root, others)
    fractions = np.stack(np.meshgrid(*[np.linspace(0, 1, size)] * (p - 1), indexing="ij"), axis=-1)
    fractions = fractions.reshape(-1, p - 1)
    found = np.full(m, -np.inf)
    for k in np.flatnonzero(np.isfinite(height)):
        u = low[k] + fractions * (high[k] - low[k])
        places = np.tile(centre[k], (u.shape[0], 1))
        places[:, others] += np.sinh(u) @ root[k].T
        measure = np.log(np.cosh(u)).sum(axis=1) + np.log((high[k] - low[k]) / (size - 1)).sum()
        found[k] = logsumexp(heights(places) - height[k] + measure)
    found += np.log(np.diagonal(root, axis1=1, axis2=2)).sum(axis=1)
    return found


def _ends(
    heights: Heights, centre: FloatArray, height: FloatArray, root: FloatArray, others: IntArray
) -> tuple[FloatArray, FloatArray]:
    """Return how far u must go down and up in each direction: two arrays (M, p - 1)."""
    m, q = root.shape[:2]
    ends = np.full((2, m, q), _WALK[-1])
    for axis in range(q):
        for side, sign in enumerate((-1.0, 1.0)):
            left = np.arange(m)
            for u in _WALK:
                places = centre[left].copy()
                places[:, others] += sign * np.sinh(u) * root[left][:, :, axis]
                ended = heights(places) < height[left] - _DROP
                ends[side, left[ended], axis] = u
                left = left[~ended]
                if not left.size:
                    break
    return -ends[0], ends[1]
