"""The slow way: every multiset on the grid is made, and each statement is checked by its definition."""

from __future__ import annotations

from itertools import combinations_with_replacement, permutations

import numpy as np

from hpcstats.literature.reconstruct import (
    Contains,
    Count,
    Maximum,
    Mean,
    Median,
    Minimum,
    Quantile,
    Share,
    StandardDeviation,
    Stated,
)

NEAR = 1e-9


def close(found: float, value: object, rounding: object = None) -> bool:
    stated = value if isinstance(value, Stated) else Stated(value, rounding)
    return abs(found - float(stated.number)) <= float(stated.half_width) + NEAR


def counted(x: np.ndarray, one: Count | Share) -> int:
    inside = np.ones(x.size, dtype=bool)
    inside &= x <= one.at_most + NEAR if one.at_most is not None else True
    inside &= x < one.below - NEAR if one.below is not None else True
    inside &= x >= one.at_least - NEAR if one.at_least is not None else True
    inside &= x > one.above + NEAR if one.above is not None else True
    return int(inside.sum())


def knows(x: np.ndarray, known: list[Contains]) -> bool:
    """Whether the known values can be given to different cases: every way is tried."""
    return any(
        all(close(x[case], one.value, one.rounding) for case, one in zip(cases, known, strict=True))
        for cases in permutations(range(x.size), len(known))
    )


def holds(x: np.ndarray, statements: list) -> bool:
    known = [one for one in statements if isinstance(one, Contains)]
    return knows(x, known) and all(_one(x, s) for s in statements if not isinstance(s, Contains))


def _one(x: np.ndarray, s: object) -> bool:
    if isinstance(s, Count):
        return counted(x, s) == s.n
    if isinstance(s, Share):
        return close(counted(x, s) / x.size, s.share)
    found = {
        Mean: x.mean,
        Median: lambda: np.median(x),
        Minimum: x.min,
        Maximum: x.max,
        StandardDeviation: lambda: x.std(ddof=1 if s.divisor == "n-1" else 0),
        Quantile: lambda: np.quantile(x, float(s.probability), method=s.definition),
    }[type(s)]()
    return close(float(found), s.value, s.rounding)


def all_sets(n: int, values: np.ndarray, statements: list) -> np.ndarray:
    """Return the data sets that agree, in lexicographic order."""
    made = (np.array(x) for x in combinations_with_replacement(values, n))
    return np.array([x for x in made if holds(x, statements)]).reshape(-1, n)
