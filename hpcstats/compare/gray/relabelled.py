"""p-values of Gray's test from relabelled patients: all of them, or random ones."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import nan
from typing import Any

import numpy as np

from hpcstats.columns import FloatArray, IntArray
from hpcstats.compare.gray.design import GrayDesign
from hpcstats.compare.permutation.shares import TIE
from hpcstats.core.permutation.all_relabellings import all_relabellings, number_of_relabellings
from hpcstats.core.permutation.relabelling import relabelled
from hpcstats.errors import UnsupportedError
from hpcstats.randomness import generator_of

COUNTABLE = 200_000
"""Relabellings that "permutation" lists: about a second."""

MOST = 5_000_000
"""Relabellings that "exact" lists at most."""

_COUNTED = "The data are one of the relabellings: p = (b + 1) / (m + 1) with b of m drawn as extreme."
_EXCHANGEABLE = (
    "Labels are permuted within strata, each patient keeping time and cause: follow-up must not depend on "
    "the group. A relabelling is as extreme if its chi-squared, over its own variance, is as large."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Permuted:
    """p-values of the causes, (K,), and the words for them."""

    p_value: FloatArray
    std_error: FloatArray
    method: str
    sentence: str
    conventions: tuple[str, ...]
    n_arrangements: int
    n_resamples: int | None = None
    seed: str = ""


def permuted(design: GrayDesign, seen: FloatArray, method: str, n_resamples: int, seed: Any) -> Permuted:
    """Return the p-values of statistics `seen` (K,), NaN for a cause without a statistic.

    Raises
    ------
    UnsupportedError
        When all relabellings are asked for and are too many.
    """
    number = number_of_relabellings(design.groups.codes, design.strata)
    if method == "exact" and number > MOST:
        raise UnsupportedError(
            f"method='exact' would list {number:.3g} relabellings; at most {MOST:,} are listed. "
            "Write method='monte-carlo'."
        )
    if method == "exact" or (method == "permutation" and number <= COUNTABLE):
        return _exact(design, seen, number)
    return _monte_carlo(design, seen, number, n_resamples, seed)


def _exact(design: GrayDesign, seen: FloatArray, number: int) -> Permuted:
    reached = _reached(design, seen, all_relabellings(design.groups.codes, design.strata, design.at_once))
    return Permuted(
        p_value=reached / number,
        std_error=np.full(seen.size, nan),
        method="exact",
        sentence=f"exact permutation p-values over all {number:,} relabellings",
        conventions=(_EXCHANGEABLE,),
        n_arrangements=number,
    )


def _monte_carlo(design: GrayDesign, seen: FloatArray, number: int, n_resamples: int, seed: Any) -> Permuted:
    generator, written = generator_of(seed)
    drawn = relabelled(design.groups.codes, design.strata, n_resamples, generator)
    share = (_reached(design, seen, drawn) + 1) / (n_resamples + 1)
    return Permuted(
        p_value=share,
        std_error=np.sqrt(share * (1 - share) / n_resamples),
        method="monte-carlo",
        sentence=(f"Monte-Carlo permutation p-values, {n_resamples:,} random relabellings, seed {written}"),
        conventions=(_EXCHANGEABLE, _COUNTED),
        n_arrangements=number,
        n_resamples=n_resamples,
        seed=written,
    )


def _reached(design: GrayDesign, seen: FloatArray, batches: Iterable[IntArray]) -> FloatArray:
    """Count for each cause the relabellings whose statistic is as large, NaN for a cause without one."""
    found = np.where(np.isnan(seen), nan, 0.0)
    limit = seen - TIE * np.maximum(1.0, seen)
    for labels in batches:
        for start in range(0, labels.shape[0], design.at_once):
            piece = labels[start : start + design.at_once]
            for cause in np.flatnonzero(~np.isnan(seen)):
                values, _ = design.statistics(int(cause) + 1, piece)
                found[cause] += np.count_nonzero(values >= limit[cause])
    return found
