"""Relabellings of two groups, and the distribution of contrasts of restricted means over them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, combinations, islice
from math import comb

import numpy as np

from hpcstats.columns import BoolArray, FloatArray
from hpcstats.core.restricted_mean import Means, PooledSample

CONTRASTS = ("difference", "ratio", "lost-time-ratio")
ENUMERATED = 200_000
"""Relabellings up to which all are looked at; beyond, some are drawn."""
ENUMERABLE = 1_000_000
"""Relabellings up to which all can be asked for."""

_CELLS = 1 << 18
_TIE = 1e-9
_LONGER = np.array([1.0, 1.0, -1.0])
"""Sign of each contrast when the second group has the longer restricted mean."""


@dataclass(frozen=True, slots=True)
class Relabellings:
    """All ways to relabel the patients, or a random sample of them."""

    second: BoolArray
    draws: int
    generator: np.random.Generator | None

    @property
    def enumerated(self) -> bool:
        """Whether all ways are looked at."""
        return self.generator is None

    def __iter__(self) -> Iterator[BoolArray]:
        """Yield the membership of the second group, (B, n) at a time."""
        rows = max(1, _CELLS // self.second.size)
        if self.generator is None:
            yield from _all_subsets(self.second.size, int(self.second.sum()), rows)
            return
        for start in range(0, self.draws, rows):
            size = min(rows, self.draws - start)
            yield self.generator.permuted(np.tile(self.second, (size, 1)), axis=1)


def tied_within(statistic: FloatArray, scale: FloatArray | float) -> FloatArray:
    """Return how far from a statistic others tie with it: 1e-9 of the larger of it and `scale`."""
    known = np.isfinite(statistic)
    return np.where(known, _TIE * np.maximum(np.abs(np.where(known, statistic, 0.0)), scale), 0.0)


def number_of_relabellings(second: BoolArray) -> int:
    """Count the ways to choose the second group."""
    return comb(second.size, int(second.sum()))


def _all_subsets(n: int, size: int, rows: int) -> Iterator[BoolArray]:
    subsets = combinations(range(n), size)
    while True:
        members = np.fromiter(chain.from_iterable(islice(subsets, rows)), dtype=np.int64).reshape(-1, size)
        if not members.size:
            return
        labels = np.zeros((members.shape[0], n), dtype=bool)
        np.put_along_axis(labels, members, values=True, axis=1)
        yield labels


def contrasts(first: Means, second: Means) -> tuple[FloatArray, FloatArray]:
    """Return difference, log ratio and log ratio of lost time, (3, B), and their standard errors.

    A log ratio is infinite where one of the two is 0, and 0 where both are.
    """
    values = np.stack(
        [
            second.mean - first.mean,
            _log_ratio(first.mean, second.mean),
            _log_ratio(first.lost, second.lost),
        ]
    )
    variances = np.stack(
        [
            first.variance + second.variance,
            _relative(first.variance, first.mean) + _relative(second.variance, second.mean),
            _relative(first.variance, first.lost) + _relative(second.variance, second.lost),
        ]
    )
    return values, np.sqrt(variances)


def _log_ratio(first: FloatArray, second: FloatArray) -> FloatArray:
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.log(np.maximum(second, 0.0)) - np.log(np.maximum(first, 0.0))
    return np.where((first <= 0) & (second <= 0), 0.0, ratio)


def _relative(variance: FloatArray, mean: FloatArray) -> FloatArray:
    return np.divide(variance, mean**2, out=np.full_like(mean, np.nan), where=mean > 0)


def studentised(values: FloatArray, errors: FloatArray, scale: FloatArray) -> FloatArray:
    """Divide contrasts by their standard errors: 0 where they are 0, infinite where only the error is."""
    zero = np.abs(values) <= 1e-12 * scale[:, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = values / errors
    ratio = np.where(np.isnan(ratio), np.copysign(np.inf, values), ratio)
    return np.where(zero, 0.0, ratio)


@dataclass(frozen=True, slots=True)
class Permuted:
    """Statistics (3, M) of the relabellings kept, how many were inestimable, and whether these are all."""

    statistics: FloatArray
    inestimable: int
    enumerated: bool

    @property
    def number(self) -> int:
        """Relabellings kept."""
        return int(self.statistics.shape[1])

    def p_values(
        self, observed: FloatArray, scale: FloatArray, alternative: str
    ) -> tuple[FloatArray, FloatArray]:
        """Return p-values and their Monte-Carlo standard errors, (3,) each.

        Statistics within 1e-9 of the observed one, relative to the larger of it and `scale`, tie with it and
        count as extreme; so do the observed labels where a rule gives them another statistic than observed.
        """
        signs = _LONGER if alternative == "greater" else -_LONGER
        one_sided = alternative != "two-sided"
        drawn = self.statistics * signs[:, None] if one_sided else np.abs(self.statistics)
        seen = observed * signs if one_sided else np.abs(observed)
        slack = tied_within(seen, scale)
        extreme = np.count_nonzero(drawn >= (seen - slack)[:, None], axis=1)
        if self.enumerated:
            return np.maximum(extreme, 1) / self.number, np.zeros(3)
        p = (extreme + 1) / (self.number + 1)
        return p, np.sqrt(p * (1 - p) / max(self.number, 1))

    def critical(self, level: float) -> FloatArray:
        """Return the largest statistic whose p-value is above 1 - `level`, two-sided: (3,).

        It is infinite where no relabelling has a p-value as small as that, so that nothing can be rejected.
        """
        largest = np.sort(np.abs(self.statistics), axis=1)[:, ::-1]
        if self.enumerated:
            found = largest[:, int((1 - level) * self.number + _TIE)]
            return np.where(largest[:, 0] > found + tied_within(found, 1.0), found, np.inf)
        place = int((1 - level) * (self.number + 1) + _TIE) - 1
        return largest[:, place] if place >= 0 else np.full(3, np.inf)


def permuted(
    sample: PooledSample, relabellings: Relabellings, rule: str, scale: FloatArray, *, student: bool
) -> Permuted:
    """Return the contrasts of every relabelling, `student`ised or not, under a rule for inestimable ones."""
    pseudo = _pseudo_values(sample, relabellings.second) if rule == "pseudo-observations" else None
    parts, inestimable = [], 0
    for labels in relabellings:
        if pseudo is None:
            first, second = sample.split(labels, "extend" if rule == "ignore" else rule)
        else:
            first, second = (_pseudo_means(sample, pseudo, part) for part in (~labels, labels))
        values, errors = contrasts(first, second)
        statistics = studentised(values, errors, scale) if student else values
        early = first.inestimable | second.inestimable
        inestimable += int(np.count_nonzero(early))
        parts.append(statistics[:, ~early] if rule == "ignore" else statistics)
    return Permuted(np.concatenate(parts, axis=1), inestimable, relabellings.enumerated)


def _pseudo_values(sample: PooledSample, second: BoolArray) -> FloatArray:
    pseudo = np.empty(second.size)
    for rows in (~second, second):
        pseudo[rows] = sample.leave_one_out(rows)[0]
    return pseudo


def _pseudo_means(sample: PooledSample, pseudo: FloatArray, labels: BoolArray) -> Means:
    mean = labels @ pseudo / labels.sum(axis=1)
    return Means(
        mean=mean,
        lost=sample.horizon - mean,
        variance=np.full(mean.size, np.nan),
        inestimable=np.zeros(mean.size, dtype=bool),
    )
