"""The nonparametric maximum likelihood estimate of a distribution seen through windows [u_i, v_i].

The likelihood is prod_i f(x_i) / F_i with F_i the mass of the window of case i (Efron & Petrosian 1999,
doi:10.1080/01621459.1999.10474187; Shen 2010, doi:10.1007/s10463-008-0192-2). In the logarithms of the masses
it is concave; its gradient at t_k is D_k - sum_i w_i p_ik with p_ik = f_k 1[t_k in window i] / F_i, and its
negative Hessian diag(sum_i w_i p_i) - sum_i w_i p_i p_i'. Newton's steps are exact, so the gradient certifies
the maximum. The maximum exists and is unique if and only if the graph that leads from the time of each case
to all times in its window is strongly connected (Vardi 1985, doi:10.1214/aos/1176346585; Xiao & Hudgens 2019,
doi:10.1093/biomet/asz038).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from hpcstats.core.risk_sets import BoolArray, FloatArray, IntArray, add_at
from hpcstats.core.truncation.reverse_time import Windows

GAP = 1e-9
"""Largest gradient, as a share of the weight, that counts as a maximum."""

_MOST, _SHORTEST, _WARMING = 60, 2.0**-30, 5
_AT_ONCE = 4_000_000
"""Elements of the Hessians that are held together."""


@dataclass(frozen=True, slots=True)
class Masses:
    """Masses of the grid points under B weight rows.

    Attributes
    ----------
    mass : ndarray, shape (B, K)
        The estimate, each row summing to 1; NaN where there is none.
    exists : ndarray of bool, shape (B,)
        Whether the maximum exists and is unique.
    gap : ndarray, shape (B,)
        Largest gradient as a share of the weight.
    """

    mass: FloatArray
    exists: BoolArray
    gap: FloatArray


def estimate_masses(windows: Windows, weights: FloatArray) -> Masses:
    """Maximise the likelihood under each row of weights (B, n), piece by piece."""
    step = max(1, _AT_ONCE // max(1, windows.size**2))
    parts = [_maximise(windows, weights[at : at + step]) for at in range(0, len(weights), step)]
    return Masses(*(np.concatenate([getattr(part, name) for part in parts]) for name in Masses.__slots__))


def _maximise(windows: Windows, weights: FloatArray) -> Masses:
    exists = strongly_connected(windows, weights)
    mass = np.full((len(weights), windows.size), np.nan)
    gap = np.full(len(weights), np.nan)
    if exists.any():
        mass[exists], gap[exists] = _climb(windows, weights[exists])
    return Masses(mass, exists, gap)


def _climb(windows: Windows, weights: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Take damped Newton steps in log mass, after a few self-consistent ones."""
    total = weights.sum(axis=1, keepdims=True)
    drawn = add_at(weights, windows.place, windows.size)
    mass = drawn / total
    for _ in range(_WARMING):
        mass = _normalised(drawn / np.maximum(_expected(windows, weights, mass), 1e-300) * (drawn > 0))
    value = _log_likelihood(windows, weights, drawn, mass)
    length, gap = np.ones(len(mass)), np.full(len(mass), np.inf)
    going = np.ones(len(mass), dtype=bool)
    for _ in range(_MOST):
        here = np.flatnonzero(going)
        score = drawn[here] - mass[here] * _expected(windows, weights[here], mass[here])
        gap[here] = np.abs(score).max(axis=1) / total[here, 0]
        going[here] = gap[here] > GAP
        here, score = here[going[here]], score[going[here]]
        if not here.size:
            break
        move = _newton_step(windows, weights[here], mass[here], score, drawn[here] > 0)
        there = _normalised(mass[here] * np.exp(np.clip(length[here, None] * move, -30, 30)))
        higher = _log_likelihood(windows, weights[here], drawn[here], there)
        better = higher >= value[here] - 1e-13 * np.abs(value[here]) - 1e-13
        mass[here[better]], value[here[better]] = there[better], higher[better]
        length[here] = np.where(better, np.minimum(1.0, 2 * length[here]), length[here] / 4)
        going[here] &= length[here] > _SHORTEST
    return mass, gap


def _normalised(mass: FloatArray) -> FloatArray:
    return np.asarray(mass / mass.sum(axis=1, keepdims=True), dtype=np.float64)


def window_mass(windows: Windows, mass: FloatArray) -> FloatArray:
    """Add the mass in the window of each case: (B, n)."""
    below = np.concatenate([np.zeros((len(mass), 1)), np.cumsum(mass, axis=1)], axis=1)
    inside: FloatArray = below[:, windows.last + 1] - below[:, windows.first]
    return inside


def _expected(windows: Windows, weights: FloatArray, mass: FloatArray) -> FloatArray:
    """Add w_i / F_i over the windows that hold each grid point: (B, K)."""
    held = window_mass(windows, mass)
    share = np.divide(weights, held, out=np.zeros_like(weights), where=weights > 0)
    begun = add_at(share, windows.first, windows.size)
    ended = add_at(share, windows.last + 1, windows.size + 1)[:, :-1]
    return np.cumsum(begun - ended, axis=1)


def _log_likelihood(windows: Windows, weights: FloatArray, drawn: FloatArray, mass: FloatArray) -> FloatArray:
    held = window_mass(windows, mass)
    with np.errstate(divide="ignore", invalid="ignore"):
        gained = np.where(drawn > 0, drawn * np.log(mass), 0.0).sum(axis=1)
        lost = np.where(weights > 0, weights * np.log(held), 0.0).sum(axis=1)
    return np.where(np.isfinite(gained - lost), gained - lost, -np.inf)


def information(windows: Windows, weights: FloatArray, mass: FloatArray) -> FloatArray:
    """Form the negative Hessian in log mass: (B, K, K). Its rows sum to 0."""
    size, batch = windows.size, len(weights)
    held = window_mass(windows, mass)
    share = np.divide(weights, held**2, out=np.zeros_like(weights), where=weights > 0)
    # Windows that hold both t_j and t_k begin by the smaller and end by the larger of them.
    ends = add_at(share, windows.first * size + windows.last, size * size).reshape(batch, size, size)
    np.cumsum(ends, axis=1, out=ends)
    common = ends[:, :, ::-1]
    np.cumsum(common, axis=2, out=common)
    common = common[:, :, ::-1]
    later = np.arange(size)[:, None] <= np.arange(size)
    found: FloatArray = np.where(later, common, np.swapaxes(common, 1, 2))
    found *= mass[:, :, None]
    found *= -mass[:, None, :]
    diagonal = np.arange(size)
    found[:, diagonal, diagonal] -= found.sum(axis=2)
    return found


def _newton_step(
    windows: Windows, weights: FloatArray, mass: FloatArray, score: FloatArray, present: BoolArray
) -> FloatArray:
    """Solve for the step; points without weight stay, and the free constant is fixed."""
    matrix = information(windows, weights, mass)
    diagonal = np.arange(windows.size)
    scale = np.maximum(matrix[:, diagonal, diagonal].mean(axis=1), 1e-300)
    matrix += (scale / windows.size)[:, None, None]
    matrix[:, diagonal, diagonal] += np.where(present, 1e-14, 1.0) * scale[:, None]
    step = np.linalg.solve(matrix, np.where(present, score, 0.0)[:, :, None])[:, :, 0]
    return np.asarray(step, dtype=np.float64)


def distribution_variance(windows: Windows, weights: FloatArray, mass: FloatArray) -> FloatArray:
    """Return the variance of F at each grid point (K,) by the observed information, windows taken as given.

    `weights` and `mass` are those of one row, (1, n) and (1, K), every point with mass. (Emura, Konno &
    Michimae 2015, doi:10.1007/s10985-014-9297-5.) With right truncation alone it is Greenwood's.
    """
    matrix = information(windows, weights, mass)[0]
    size = windows.size
    if size == 1:
        return np.zeros(1)
    matrix = matrix + np.trace(matrix) / size**2
    below = np.tril(np.ones((size, size)))
    slope = mass[0] * (below - np.cumsum(mass[0])[:, None])
    found: FloatArray = np.einsum("kj,jk->k", slope, np.linalg.solve(matrix, slope.T))
    return np.maximum(found, 0.0)


def strongly_connected(windows: Windows, weights: FloatArray) -> BoolArray:
    """Tell where every time leads to every other through windows of cases with weight: (B,)."""
    present = add_at(weights, windows.place, windows.size) > 0
    some: BoolArray = np.any(present, axis=1)
    lowest = np.argmax(present, axis=1)
    highest = windows.size - 1 - np.argmax(present[:, ::-1], axis=1)
    down = leading_to(windows, weights, lowest)
    up = leading_to(windows, weights, highest)
    whole: BoolArray = some & (down | ~present).all(axis=1) & (up | ~present).all(axis=1)
    return whole


def leading_to(windows: Windows, weights: FloatArray, goal: IntArray) -> BoolArray:
    """Tell which times with weight lead to the grid point `goal` (B,) in some steps: (B, K)."""
    rows = np.arange(len(weights))
    counted = weights > 0
    reached = np.zeros((len(weights), windows.size), dtype=bool)
    reached[rows, goal] = True
    while True:
        below = np.concatenate([np.zeros((len(weights), 1)), np.cumsum(reached, axis=1)], axis=1)
        sees = counted & (below[:, windows.last + 1] > below[:, windows.first])
        further = reached | (add_at(sees.astype(np.float64), windows.place, windows.size) > 0)
        if (further == reached).all():
            return reached
        reached = further


def linked_groups(windows: Windows) -> IntArray:
    """Number the groups of times that lead to one another in both directions: (K,), the largest first."""
    points = np.arange(windows.size)
    links = np.zeros((windows.size, windows.size), dtype=bool)
    for place, first, last in zip(windows.place, windows.first, windows.last, strict=True):
        links[place] |= (first <= points) & (points <= last)
    _, label = connected_components(csr_array(links), directed=True, connection="strong")
    sizes = np.bincount(label)
    rank = np.empty_like(sizes)
    rank[np.argsort(-sizes, kind="stable")] = np.arange(sizes.size)
    return np.asarray(rank[label], dtype=np.int64)
