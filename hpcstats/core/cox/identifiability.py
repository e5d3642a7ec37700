"""Which columns of a design matrix cannot be told apart, from each other or from a constant."""

from __future__ import annotations

import numpy as np

from hpcstats.core.cox.partial_likelihood import PartialLikelihood
from hpcstats.core.risk_sets import FloatArray

_RANK = 1e-9


def constant_columns(matrix: FloatArray) -> list[int]:
    """Return the columns that hold one value only."""
    spread = np.ptp(matrix, axis=0) if matrix.shape[0] else np.zeros(matrix.shape[1])
    return [int(j) for j in np.flatnonzero(spread <= 1e-12 * np.abs(matrix).max(axis=0, initial=0))]


def collinear_columns(matrix: FloatArray) -> list[list[int]]:
    """Return groups of columns of which one is a linear combination of the others (and a constant)."""
    centred = matrix - matrix.mean(axis=0)
    norms = np.linalg.norm(centred, axis=0)
    scaled = centred / np.where(norms > 0, norms, 1.0)
    groups: list[list[int]] = []
    kept: list[int] = []
    for j in range(matrix.shape[1]):
        if norms[j] == 0:
            continue
        if kept:
            basis = scaled[:, kept]
            weight, *_ = np.linalg.lstsq(basis, scaled[:, j], rcond=None)
            if np.linalg.norm(scaled[:, j] - basis @ weight) <= _RANK:
                groups.append([k for k, w in zip(kept, weight, strict=True) if abs(w) > _RANK] + [j])
                continue
        kept.append(j)
    return groups


def unseen_directions(likelihood: PartialLikelihood) -> FloatArray:
    """Return directions (m, p) along which nobody at risk at an event time differs."""
    information = likelihood.evaluate(np.zeros((likelihood.replicates, likelihood.parameters))).information[0]
    if not information.any():
        return np.eye(likelihood.parameters)
    values, vectors = np.linalg.eigh(information)
    return vectors[:, values <= 1e-10 * values[-1]].T


def scale(matrix: FloatArray) -> FloatArray:
    """Return the standard deviation of each column, 1 for a constant one."""
    spread = matrix.std(axis=0)
    return np.where(spread > 0, spread, 1.0)
