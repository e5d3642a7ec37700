"""p-values over the ways to pair times with limits so that every case could have been seen."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from hpcstats.columns import FloatArray, IntArray
from hpcstats.core.truncation.quasi_independence import (
    choices,
    concordance_of_pairings,
    digits_of,
    share_as_extreme,
    signs_of_pairings,
    window_pairings,
)
from hpcstats.errors import UnsupportedError
from hpcstats.randomness import generator_of, number_of_resamples

MOST = 100_000
"""Pairings that are looked at one by one."""

LARGEST = 300
"""Cases whose exact distribution without ties is added up."""

_AT_ONCE, _NEAR = 200_000, 1e-9


@dataclass(frozen=True, slots=True)
class Permuted:
    """A p-value and how it was found; "asymptotic" leaves it to the caller."""

    method: str
    p_value: float = np.nan
    std_error: float = np.nan
    n_pairings: int | None = None
    n_resamples: int | None = None
    seed: str = ""


def permuted(
    time: IntArray, windows: IntArray, signs: FloatArray, method: str, n_resamples: Any, seed: Any
) -> Permuted:
    """Return the p-value asked for; `signs` (1 or 2, n) are those of the upper, or of both limits.

    Raises
    ------
    UnsupportedError
        For an exact p-value over too many pairings, and Monte-Carlo under double truncation.
    """
    if method == "asymptotic":
        return Permuted("asymptotic")
    if len(signs) == 2:
        return _double(time, windows, signs, method)
    observed = round(float(signs.sum()) / 2)
    base = choices(time, windows[1])
    if method == "monte-carlo":
        return _drawn(time, windows[1], base, observed, n_resamples, seed)
    number = math.prod(base.tolist())
    if number <= MOST:
        found = _concordance(time, windows[1], base, np.arange(number))
        return Permuted("exact", float(np.mean(np.abs(found) >= abs(observed))), n_pairings=number)
    untied = np.unique(time).size == time.size and np.unique(windows[1]).size == time.size
    if untied and time.size <= LARGEST:
        return Permuted("exact", share_as_extreme(base, observed), n_pairings=number)
    if method == "auto":
        return Permuted("asymptotic")
    raise UnsupportedError(
        f"There are more than {MOST:,} pairings, and ties or more than {LARGEST} cases: they cannot be "
        "looked at one by one. Write method='monte-carlo'."
    )


def _concordance(time: IntArray, upper: IntArray, base: IntArray, numbers: IntArray) -> IntArray:
    step = max(1, _AT_ONCE // max(1, time.size))
    parts = [
        concordance_of_pairings(time, upper, digits_of(numbers[at : at + step], base))
        for at in range(0, numbers.size, step)
    ]
    return np.concatenate(parts)


def _drawn(
    time: IntArray, upper: IntArray, base: IntArray, observed: int, n_resamples: Any, seed: Any
) -> Permuted:
    number = number_of_resamples(n_resamples)
    generator, written = generator_of(seed)
    step = max(1, _AT_ONCE // max(1, time.size))
    extreme = 0
    for start in range(0, number, step):
        digits = generator.integers(0, base, size=(min(step, number - start), base.size))
        extreme += int((np.abs(concordance_of_pairings(time, upper, digits)) >= abs(observed)).sum())
    share = (extreme + 1) / (number + 1)
    error = math.sqrt(share * (1 - share) / (number + 1))
    return Permuted("monte-carlo", share, error, n_resamples=number, seed=written)


def _double(time: IntArray, windows: IntArray, signs: FloatArray, method: str) -> Permuted:
    """Look at all pairings; statistics are compared by their covariance over the pairings."""
    if method == "monte-carlo":
        raise UnsupportedError(
            "Pairings of times with windows cannot be drawn directly. Write method='exact' for few cases, "
            "or 'asymptotic'."
        )
    pairings = window_pairings(time, windows, MOST)
    if pairings is None:
        if method == "auto":
            return Permuted("asymptotic")
        raise UnsupportedError(
            f"There are more than {MOST:,} ways to pair times with windows. Write method='asymptotic'."
        )
    found = signs_of_pairings(time, windows, pairings)
    spread = np.linalg.pinv(found.T @ found / len(found), hermitian=True)
    observed = signs.sum(axis=1) / 2
    extreme = np.einsum("mi,ij,mj->m", found, spread, found) >= observed @ spread @ observed * (1 - _NEAR)
    return Permuted("exact", float(extreme.mean()), n_pairings=len(pairings))
