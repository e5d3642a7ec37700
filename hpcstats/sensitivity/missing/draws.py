"""What an imputation leaves behind: completed values, and the course of the chains."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hpcstats.columns import FloatArray
from hpcstats.sensitivity.missing.variables import Variable


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Draws:
    """Completed data of m imputations.

    Attributes
    ----------
    values : tuple of ndarray, shape (m, n)
        Each variable, completed.
    trace : ndarray, shape (m, cycles, quantities)
        `summaries` of the imputed values after each cycle.
    forced : int
        Values that were taken after too many rejections.
    """

    values: tuple[FloatArray, ...]
    trace: FloatArray
    forced: int = 0


def quantities(variables: Sequence[Variable]) -> list[tuple[str, str]]:
    """Name what is followed: the mean of imputed numbers, the share of each imputed level but the first."""
    names = []
    for variable in variables:
        if variable.n_missing and variable.kind == "numeric":
            names.append((variable.name, "mean"))
        elif variable.n_missing:
            names += [(variable.name, f"share of {level}") for level in variable.levels[1:]]
    return names


def summaries(variables: Sequence[Variable], values: Sequence[FloatArray]) -> FloatArray:
    """Summarise the imputed values of one data set, in the order of `quantities`."""
    found: list[float] = []
    for variable, column in zip(variables, values, strict=True):
        drawn = column[variable.missing]
        if drawn.size and variable.kind == "numeric":
            found.append(float(drawn.mean()))
        elif drawn.size:
            found += [float((drawn == level).mean()) for level in range(1, len(variable.levels))]
    return np.array(found)


def scale_reduction(trace: FloatArray) -> FloatArray:
    """Return Gelman and Rubin's potential scale reduction (quantities,) over the second half of the cycles.

    Near 1 the chains cannot be told apart (1992, doi:10.1214/ss/1177011136). NaN for a single chain, for
    fewer than two cycles, and for what does not vary.
    """
    late = trace[:, trace.shape[1] // 2 :]
    chains, length = late.shape[:2]
    if chains < 2 or length < 2:
        return np.full(trace.shape[2], np.nan)
    within = late.var(axis=1, ddof=1).mean(axis=0)
    between = late.mean(axis=1).var(axis=0, ddof=1)
    ratio = np.divide(between, within, out=np.full_like(within, np.nan), where=within > 0)
    return np.asarray(np.sqrt((length - 1) / length + ratio), dtype=np.float64)
